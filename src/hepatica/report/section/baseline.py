"""Table 1: the baseline rows that the protocol asks for, for everybody and by arm."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from hepatica.report.ledger import Item, Ledger
from hepatica.report.phrase import sized_heads
from hepatica.report.section.cell import (
    count_cell,
    mean_cell,
    quartile_cell,
    range_cell,
    share_cell,
)
from hepatica.report.table import EMPTY, Cell, Line, Table
from hepatica.study import Study
from hepatica.study.plan import BaselineRow

_SUMMARIES: tuple[tuple[str, str, Callable[[Item | None], Cell]], ...] = (
    ("mean", "Mean (SD)", mean_cell),
    ("range", "Median [range]", range_cell),
    ("quartiles", "Median [quartiles]", quartile_cell),
)


def baseline_table(ledger: Ledger, study: Study, sizes: Mapping[str, int]) -> Table:
    """Table 1 in the protocol's order; a row of missing values wherever there are any.

    `sizes` are the patients of each group, '' for everybody.
    """
    groups = ledger.words("baseline", "group")
    lines: list[Line] = []
    for _, plans in groupby(study.analysis.baseline, key=lambda p: (p.result_variable, p.label)):
        lines += _lines(ledger, list(plans), groups)
    return Table(
        key="baseline",
        title="Baseline characteristics",
        stub="Characteristic",
        columns=sized_heads(groups, sizes),
        lines=tuple(lines),
        footnotes=(
            "Counts are n (%) of all patients of the column, missing values included.",
            f"Quartiles are of type {study.conventions.quantile_type}."
            if any("quartiles" in p.statistics for p in study.analysis.baseline)
            else "",
        ),
    )


def _lines(ledger: Ledger, plans: list[BaselineRow], groups: Sequence[str]) -> Iterator[Line]:
    plan = plans[0]
    name = plan.result_variable
    label = plan.label or name
    if plan.kind == "continuous":
        yield from _continuous(ledger, plan, label, groups)
    else:
        levels = ledger.words("baseline", "level", variable=name)
        yield Line(label)
        for level in (v for v in levels if v):
            found = [ledger.item("baseline", variable=name, level=level, group=g) for g in groups]
            yield Line(_sign(level), tuple(map(share_cell, found)), depth=1)
    yield from _missing(ledger, name, groups)


def _sign(level: str) -> str:
    return level.replace(">=", "≥").replace("<=", "≤")


def _continuous(
    ledger: Ledger, plan: BaselineRow, label: str, groups: Sequence[str]
) -> Iterator[Line]:
    name = plan.result_variable
    found = [ledger.item("baseline", variable=name, level="", group=g) for g in groups]
    asked = plan.statistics or ("median", "range")
    shown = [(text, cell) for word, text, cell in _SUMMARIES if word in asked]
    shown = shown or [("Median [range]", range_cell)]
    unit = f", {plan.unit}" if plan.unit and plan.unit not in label else ""
    if len(shown) == 1:
        text, cell = shown[0]
        yield Line(f"{label}{unit}: {text.lower()}", tuple(map(cell, found)))
        return
    yield Line(f"{label}{unit}")
    for text, cell in sorted(shown, key=lambda pair: pair[0].startswith("Mean")):
        yield Line(text, tuple(map(cell, found)), depth=1)


def _missing(ledger: Ledger, name: str, groups: Sequence[str]) -> Iterator[Line]:
    found = [ledger.item("baseline", variable=name, level="", group=g) for g in groups]
    if any(item is not None and item.value("missing") for item in found):
        cells = tuple(count_cell(item, "missing") if item else EMPTY for item in found)
        yield Line("Missing", cells, depth=1)
