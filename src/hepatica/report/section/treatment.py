"""Treatment as planned and as given: sessions, doses, intervals, conditions, stopping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hepatica.report import number
from hepatica.report.ledger import Item, Ledger
from hepatica.report.phrase import first_upper, sized_heads
from hepatica.report.section.cell import count_cell, mean_cell, range_cell
from hepatica.report.table import Line, Table
from hepatica.study import Study

_DESCRIBED = {
    "Given less planned dose": "Given less planned dose, %",
    "Relative dose": "Relative dose, %",
    "Relative dose intensity": "Relative dose intensity, %",
    "Interval between sessions": "Interval between sessions, days",
    "Infusion time": "Infusion time, min",
    "Lipiodol": "Lipiodol, mL",
    "Left in the vials": "Left in the vials a session, mg",
}
_COUNTED = {
    "Sessions": "Sessions",
    "New dose by weight change": "New dose by weight change, sessions",
    "Hold and stop conditions": "Hold and stop conditions, sessions",
    "Reason for stopping": "First event after the last session, patients",
}
_CONDITIONS = (
    "Conditions: those of the intravenous label that the records tell; UNKNOWN where a test, a "
    "date or a grade is missing. None exists for the arterial route, which is off-label."
)
_STOPPING = (
    "The records hold no reason for stopping: the first event on or after the day of the last "
    "session and within the planned interval is shown."
)


def treatment_table(ledger: Ledger, study: Study, sizes: Mapping[str, int]) -> Table:
    """Treatment by group; `sizes` are the patients of each group, '' for everybody."""
    groups = ledger.words("treatment", "group")
    lines: list[Line] = []
    for variable, title in _COUNTED.items():
        lines += _counted(ledger, variable, title, groups)
        if variable == "Sessions":
            for name, words in _DESCRIBED.items():
                lines += _described(ledger, name, words, groups)
    return Table(
        key="treatment",
        title="Treatment as planned and as given",
        stub="",
        columns=sized_heads(groups, sizes),
        lines=tuple(lines),
        footnotes=(_policy(study), _absent(ledger), _CONDITIONS, _STOPPING),
    )


def _counted(ledger: Ledger, variable: str, title: str, groups: Sequence[str]) -> Iterator[Line]:
    levels = ledger.words("treatment", "level", variable=variable)
    if not levels:
        return
    yield Line(title)
    for level in levels:
        found = [_item(ledger, variable, level, group) for group in groups]
        words = level if level.isupper() else first_upper(level)
        yield Line(words, tuple(map(count_cell, found)), depth=1)


def _described(ledger: Ledger, variable: str, title: str, groups: Sequence[str]) -> Iterator[Line]:
    found = [_item(ledger, variable, "", group) for group in groups]
    if not any(item is not None and item.value("median") is not None for item in found):
        return
    yield Line(f"{title}: median [range]", tuple(map(range_cell, found)))
    yield Line("Mean (SD)", tuple(map(mean_cell, found)), depth=1)


def _item(ledger: Ledger, variable: str, level: str, group: str) -> Item | None:
    return ledger.item("treatment", variable=variable, level=level, group=group)


def _absent(ledger: Ledger) -> str:
    item = ledger.item("treatment", variable="Relative dose intensity")
    if item is None or item.value("median") is not None or not item.note:
        return ""
    return f"Relative dose intensity is {item.note}."


def _policy(study: Study) -> str:
    dosing = study.dosing
    rounding = f"bands of {dosing.bands}" if dosing.bands else dosing.rounding
    sign = "at least" if dosing.redose_inclusive else "more than"
    cap = "" if dosing.max_dose_mg is None else f" cap {number.plain(dosing.max_dose_mg)} mg;"
    return (
        f"Dosing policy: rounding {rounding};{cap} a new dose where the weight has changed by "
        f"{sign} {number.plain(dosing.redose_percent)}%; a given dose within "
        f"{number.plain(dosing.tolerance_percent)}% of the planned one is within the policy."
    )
