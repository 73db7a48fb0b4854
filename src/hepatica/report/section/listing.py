"""Listings: deviations, derived against collected responses, findings and their acceptances."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hepatica.core.finding import Finding, Level
from hepatica.core.finding_code import finding_codes
from hepatica.report import number
from hepatica.report.table import Cell, Line, Table

MOST_LISTED = 200


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
    """Protocol deviations as recorded, one row each."""
    rows = deviations.to_pylist()
    return Table(
        key="deviations",
        title="Protocol deviations",
        stub="Subject",
        columns=("Date", "Clause", "Deviation"),
        lines=tuple(
            Line(
                _text(row["subject"]),
                (_cell(row, row["date"]), _cell(row, row["clause"]), _cell(row, row["term"])),
            )
            for row in rows[:MOST_LISTED]
        ),
        footnotes=(*_shortened(len(rows)), "From the records; entered, not derived."),
        prose=True,
    )


def agreement_table(collected: pa.Table, adrs: pa.Table, reader: str) -> Table:
    """Every visit at which derived and collected overall responses differ, with the clause.

    Parameters
    ----------
    collected : the collected_responses records
    adrs : ADRS
    reader : the reader whose derived responses count where the collected row names none
    """
    derived = _derived(adrs)
    pairs = [(row, _match(derived, row, reader)) for row in collected.to_pylist()]
    pairs = [(row, found) for row, found in pairs if row["overall"]]
    differ = [(row, d) for row, d in pairs if d is None or d["AVALC"] != row["overall"]]
    matched = sum(d is not None for _, d in pairs)
    same = len(pairs) - len(differ)
    summary = (
        f"{number.count(len(pairs))} collected overall responses; "
        f"{number.count(matched)} have a derived one on the same day, "
        f"{number.count(same)} of them the same."
    )
    return Table(
        key="agreement",
        title="Overall response, derived against collected",
        stub="Subject",
        columns=("Date", "Criterion", "Collected", "Derived", "Why the derived response"),
        lines=tuple(
            Line(row["subject"], _agreement_cells(row, d)) for row, d in differ[:MOST_LISTED]
        ),
        footnotes=(summary if pairs else "", *_shortened(len(differ))),
        prose=True,
    )


def finding_tables(findings: Sequence[Finding]) -> tuple[Table, Table]:
    """Findings counted by code, and listed one by one."""
    counts = Counter((f.level, f.code) for f in findings)
    order = list(Level)
    codes = finding_codes()
    by_code = Table(
        key="finding-codes",
        title="Findings by code",
        stub="Code",
        columns=("Level", "Meaning", "Count"),
        lines=tuple(
            Line(
                code,
                (
                    Cell(str(level)),
                    Cell(codes[code].title if code in codes else ""),
                    Cell(number.count(count)),
                ),
            )
            for (level, code), count in sorted(
                counts.items(), key=lambda item: (order.index(item[0][0]), item[0][1])
            )
        ),
        prose=True,
    )
    listed = sorted(findings, key=lambda f: order.index(f.level))
    one_by_one = Table(
        key="findings",
        title="Findings",
        stub="Place",
        columns=("Level", "Code", "Found", "Expected"),
        lines=tuple(
            Line(
                str(f.place),
                (
                    Cell(str(f.level)),
                    Cell(f.code),
                    Cell(f.found, subjects=(f.subject,) if f.subject else ()),
                    Cell(f"{f.expected} ({f.hint})" if f.hint else f.expected),
                ),
            )
            for f in listed[:MOST_LISTED]
        ),
        footnotes=_shortened(len(listed), "findings.csv"),
        prose=True,
    )
    return by_code, one_by_one


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


def _agreement_cells(row: dict[str, Any], derived: dict[str, Any] | None) -> tuple[Cell, ...]:
    texts = (row["date"], row["criterion"], row["overall"])
    found = ("none", "No derived assessment on that day")
    if derived is not None:
        found = (derived["AVALC"], _text(derived["REASON"]))
    return tuple(Cell(_text(t), subjects=(row["subject"],)) for t in (*texts, *found))


def _derived(adrs: pa.Table) -> dict[tuple[Any, ...], dict[str, Any]]:
    overall = adrs.filter(pc.equal(adrs["PARAMCD"], "OVR"))
    return {
        (r["SUBJID"], r["ADT"], r["PARCAT1"], r["PARCAT2"] or ""): r for r in overall.to_pylist()
    }


def _match(
    derived: dict[tuple[Any, ...], dict[str, Any]], row: dict[str, Any], reader: str
) -> dict[str, Any] | None:
    key = (row["subject"], row["date"], row["criterion"])
    return next(
        (derived[(*key, r)] for r in (row["reader"] or "", reader, "") if (*key, r) in derived),
        None,
    )


def _cell(row: dict[str, Any], value: object) -> Cell:
    return Cell(_text(value), subjects=(row["subject"],) if row["subject"] else ())


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _shortened(count: int, file: str = "") -> tuple[str, ...]:
    if count <= MOST_LISTED:
        return ()
    rest = f"The first {MOST_LISTED} of {number.count(count)} are listed"
    return (f"{rest}; all are in {file}." if file else f"{rest}.",)
