"""Flow of patients and exposure to the study treatment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hepatica.report import number
from hepatica.report.ledger import Item, Ledger
from hepatica.report.phrase import sized_heads
from hepatica.report.section.cell import count_cell, mean_cell, range_cell
from hepatica.report.table import Cell, Line, Table

_SIDE = {"Not enrolled": "Enrolled", "Enrolled, not treated": "Treated"}
_END = ("Died", "Alive at last contact", "Lost to follow-up")
_ASSESSED = ("With a baseline scan", "Evaluable for response")
_UNSCREENED = (
    "Everybody on record was enrolled, so how many were screened is not known from the records."
)
_EXPOSED = (
    "A session is a day of study treatment. Dose: all study drug a patient received. Medians, "
    "ranges and means are over the patients with such a record."
)
_STREAM = ("Screened", "Enrolled", "Treated", *_ASSESSED)


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the flow: its words, its count, and who left before it."""

    text: str
    count: Cell
    left: tuple[tuple[str, Cell], ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """The flow of patients: boxes from top to bottom, ends side by side, and further counts.

    `note` says what was not recorded.
    """

    stream: tuple[Box, ...]
    ends: tuple[Box, ...]
    others: tuple[Box, ...]
    note: str = ""


def patient_flow(ledger: Ledger) -> Flow:
    """The flow from the disposition results; a count that was not made has no box.

    Empty where nobody is on record. Without a screening failure on record the number screened is
    unknown, not the number enrolled.
    """
    items = {i.variable: i for i in ledger.items("disposition") if not i.level}
    if not any(item.value("n") for item in items.values()):
        return Flow((), (), ())
    failed = items.get("Not enrolled")
    unscreened = failed is not None and not failed.value("n")
    if unscreened:
        items.pop("Screened", None)
    # Without any assessment the study is not about response, and these boxes say nothing.
    silent = () if ledger.items("response") else _ASSESSED
    stream = tuple(_box(items, name) for name in _STREAM if name in items and name not in silent)
    ends = tuple(_box(items, name) for name in _END if name in items)
    known = {*_STREAM, *_END, *_SIDE}
    others = tuple(_box(items, name) for name in items if name not in known)
    return Flow(stream, ends, others, _UNSCREENED if unscreened else "")


def exposure_table(ledger: Ledger, sizes: Mapping[str, int]) -> Table:
    """Sessions and cumulative dose; `sizes` are the patients of each group, '' for everybody."""
    groups = ledger.words("exposure", "group")
    lines: list[Line] = []
    for variable in ledger.words("exposure", "variable"):
        items = [ledger.item("exposure", variable=variable, level="", group=g) for g in groups]
        if not any(i is not None and i.value("n") for i in items):
            continue
        unit = next((_unit(i) for i in items if i is not None), "")
        lines.append(Line(variable if unit in ("", "sessions") else f"{variable}, {unit}"))
        if any(i is not None and i.has("N") for i in items):
            lines.append(Line("In all", tuple(count_cell(i, "N") for i in items), depth=1))
        lines.append(Line("Patients", tuple(count_cell(i) for i in items), depth=1))
        lines.append(Line("Median [range]", tuple(map(range_cell, items)), depth=1))
        lines.append(Line("Mean (SD)", tuple(map(mean_cell, items)), depth=1))
        for level in ledger.words("exposure", "level", variable=variable):
            if level:
                found = [
                    ledger.item("exposure", variable=variable, level=level, group=g) for g in groups
                ]
                words = f"Patients with {level} {'session' if level == '1' else 'sessions'}"
                lines.append(Line(words, tuple(map(count_cell, found)), depth=1))
    columns = sized_heads(groups, sizes)
    title = "Exposure to study treatment"
    sessions = ledger.item("exposure", variable="Sessions", level="", group="")
    lacking = f"{sessions.note}." if sessions is not None and sessions.note else ""
    return Table("exposure", title, "", columns, tuple(lines), (_EXPOSED, lacking))


def _unit(item: Item) -> str:
    return next((r.unit for s, r in item.results.items() if s in ("median", "mean")), "")


def _box(items: dict[str, Item], name: str) -> Box:
    left = tuple(
        (side, count_cell(items[side]))
        for side, target in _SIDE.items()
        if target == name and side in items and items[side].value("n")
    )
    return Box(name, count_cell(items[name]) if name in items else Cell(number.NOT_ESTIMABLE), left)
