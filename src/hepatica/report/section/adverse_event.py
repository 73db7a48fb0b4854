"""Adverse events by term and grade; every zero is printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hepatica.report import number
from hepatica.report.ledger import Item, Ledger
from hepatica.report.section.cell import count_cell, share_cell
from hepatica.report.table import Cell, Line, Table
from hepatica.study import Study

_MANY_TERMS = 40
_RARE_PCT = 5.0
WORDS = {
    "any grade": "Any grade, n (%)",
    "grade >= 3": "Grade ≥3, n (%)",
    "grade missing": "Grade missing",
    "serious": "Serious",
    "seriousness missing": "Seriousness missing",
    "related": "Related",
    "related grade >= 3": "Related, grade ≥3",
    "relation missing": "Relation missing",
}
_WITH_PERCENT = {"any grade", "grade >= 3"}


def adverse_event_tables(
    ledger: Ledger,
    study: Study,
    unrecorded: Sequence[str],
    sizes: Mapping[str, int],
) -> tuple[Table, ...]:
    """One table for everybody and one for each arm.

    Parameters
    ----------
    unrecorded : levels such as "serious" that the records hold nothing about: left out, and said
    sizes : patients of the safety population, '' for everybody and by arm
    """
    groups = ledger.words("ae", "group")
    return tuple(_table(ledger, study, group, unrecorded, sizes.get(group)) for group in groups)


def common_terms(ledger: Ledger, group: str) -> list[str]:
    """The terms that the tables show: all of them, or those of enough patients."""
    return _split(ledger, group, ledger.words("ae", "variable", group=group))[0]


def rare_terms(ledger: Ledger, group: str) -> list[str]:
    """The terms that the tables leave to results.csv."""
    return _split(ledger, group, ledger.words("ae", "variable", group=group))[1]


def _table(
    ledger: Ledger, study: Study, group: str, unrecorded: Sequence[str], size: int | None
) -> Table:
    found = ledger.words("ae", "level", group=group)
    levels = [v for v in found if v not in unrecorded]
    terms = ledger.words("ae", "variable", group=group)
    common, rare = _split(ledger, group, terms)
    lines = tuple(
        Line(term, tuple(_cell(ledger, group, term, v) for v in levels)) for term in common
    )
    scale = "grade" if any(v.startswith("grade ") for v in levels) else "severity"
    title = f"Adverse events by term and {scale}" + (f": {group}" if group else "")
    return Table(
        key=f"ae-by-{group}" if group else "ae",
        title=title if size is None else f"{title} (n = {number.count(size)})",
        stub="Term",
        columns=tuple(WORDS.get(v, v.capitalize()) for v in levels),
        lines=lines,
        footnotes=_footnotes(study, rare, unrecorded),
    )


def _cell(ledger: Ledger, group: str, term: str, level: str) -> Cell:
    item = ledger.item("ae", group=group, variable=term, level=level)
    return share_cell(item) if level in _WITH_PERCENT else count_cell(item)


def _split(ledger: Ledger, group: str, terms: Sequence[str]) -> tuple[list[str], list[str]]:
    if len(terms) <= _MANY_TERMS:
        return list(terms), []
    any_grade = {i.variable: i for i in ledger.items("ae", group=group, level="any grade")}

    def common(term: str) -> bool:
        item: Item | None = any_grade.get(term)
        return item is None or (item.value("percent") or 0) >= _RARE_PCT

    return [t for t in terms if common(t)], [t for t in terms if not common(t)]


def _footnotes(study: Study, rare: Sequence[str], unrecorded: Sequence[str]) -> tuple[str, ...]:
    scale = f"CTCAE {study.safety.ctcae}" if study.safety.ctcae else "no version stated"
    absent = " and ".join(unrecorded)
    return (
        f"Treatment-emergent events up to {study.safety.window_days} days after the last "
        f"treatment; each patient once a term, at its worst. Grading scale: {scale}.",
        f"{number.count(len(rare))} further terms, each in fewer than "
        f"{number.percent(_RARE_PCT, 0)} of patients, stand in results.csv."
        if rare
        else "",
        f"Not recorded, so not shown: {absent}." if absent else "",
    )
