"""Listings: protocol deviations, findings and their acceptances."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from hepatica.core.finding import Finding, Level, Place
from hepatica.core.finding_code import finding_codes
from hepatica.report import number
from hepatica.report.table import Cell, Line, Table

MOST_LISTED = 200

_ORDER = list(Level)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A fault in the data that the study accepts, with its reason.

    `findings` are those that it covers.
    """

    code: str
    reason: str
    place: str = ""
    accepted_by: str = ""
    findings: int = 0


def deviation_table(deviations: pa.Table) -> Table:
    """Protocol deviations, derived and recorded, one row each (ADDV)."""
    rows = deviations.to_pylist()
    names = ("DVCAT", "ADT", "DVSCAT", "DVTERM", "AVALC", "EXPECTED")
    return Table(
        key="deviations",
        title="Protocol deviations",
        stub="Subject",
        columns=("Category", "Date", "Clause", "Deviation", "On record", "Expected", "Record"),
        lines=tuple(
            Line(
                _text(row["SUBJID"]),
                (*(_cell(row, row[n]) for n in names), _cell(row, _record(row))),
            )
            for row in rows[:MOST_LISTED]
        ),
        footnotes=(
            *shortened(len(rows)),
            "RECORDED: entered by the study; the others are derived from its records.",
        ),
        prose=True,
    )


def _record(row: dict[str, Any]) -> str:
    place = Place(row["SRCFILE"] or "", row["SRCSHEET"] or "", row["SRCROW"])
    return str(place)


def finding_tables(findings: Sequence[Finding]) -> tuple[Table, Table]:
    """Findings counted by code, and listed one by one, the gravest first."""
    return _by_code(findings), _one_by_one(findings)


def _by_code(findings: Sequence[Finding]) -> Table:
    counts = Counter((_ORDER.index(f.level), f.code) for f in findings)
    codes = finding_codes()
    lines = []
    for (level, code), count in sorted(counts.items()):
        title = codes[code].title if code in codes else ""
        cells = (Cell(str(_ORDER[level])), Cell(title), Cell(number.count(count)))
        lines.append(Line(code, cells))
    return Table(
        key="finding-codes",
        title="Findings by code",
        stub="Code",
        columns=("Level", "Meaning", "Count"),
        lines=tuple(lines),
        prose=True,
    )


def _one_by_one(findings: Sequence[Finding]) -> Table:
    listed = sorted(findings, key=lambda f: _ORDER.index(f.level))
    return Table(
        key="findings",
        title="Findings",
        stub="Place",
        columns=("Level", "Code", "Found", "Expected"),
        lines=tuple(_finding_line(f) for f in listed[:MOST_LISTED]),
        footnotes=shortened(len(listed), "findings.csv"),
        prose=True,
    )


def _finding_line(f: Finding) -> Line:
    found = Cell(f.found, subjects=(f.subject,) if f.subject else ())
    expected = Cell(f"{f.expected} ({f.hint})" if f.hint else f.expected)
    return Line(str(f.place), (Cell(str(f.level)), Cell(f.code), found, expected))


def acceptance_table(acceptances: Iterable[Acceptance]) -> Table:
    """Accepted faults and why."""
    return Table(
        key="acceptances",
        title="Accepted findings",
        stub="Code",
        columns=("Place", "Findings", "Reason", "Accepted by"),
        lines=tuple(
            Line(
                a.code,
                (
                    Cell(a.place or "anywhere"),
                    Cell(number.count(a.findings)),
                    Cell(a.reason),
                    Cell(a.accepted_by),
                ),
            )
            for a in acceptances
        ),
        prose=True,
    )


def _cell(row: dict[str, Any], value: object) -> Cell:
    return Cell(_text(value), subjects=(row["SUBJID"],) if row["SUBJID"] else ())


def _text(value: object) -> str:
    return "" if value is None else str(value)


def shortened(count: int, file: str = "") -> tuple[str, ...]:
    """A footnote where more rows exist than are listed; none otherwise."""
    if count <= MOST_LISTED:
        return ()
    rest = f"The first {MOST_LISTED} of {number.count(count)} are listed"
    return (f"{rest}; all are in {file}." if file else f"{rest}.",)
