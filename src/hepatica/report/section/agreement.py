"""Derived against collected: every visit whose overall response differs, with the clause.

A collected response is compared with the derived one of the same subject, day, criterion and
reader. One that names no criterion is taken to be the study's own; one by a reader of whom there
are no measurements cannot be derived and is only counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hepatica.report import number
from hepatica.report.table import Cell, Line, Table

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pair:
    """A collected response and the derived one; `derived` is None where there is none that day."""

    subject: str
    date: str
    criterion: str
    reader: str
    collected: str
    derived: str | None
    reason: str

    @property
    def same(self) -> bool:
        """Whether both say the same."""
        return self.derived == self.collected


@dataclass(frozen=True, slots=True)
class Agreement:
    """All compared pairs, and how many collected responses had no measurements to derive from."""

    pairs: tuple[Pair, ...]
    not_compared: int

    @property
    def summary(self) -> str:
        """The counts in a sentence."""
        matched = sum(p.derived is not None for p in self.pairs)
        same = sum(p.same for p in self.pairs)
        text = (
            f"{number.count(len(self.pairs))} collected overall responses; "
            f"{number.count(matched)} have a derived one on the same day, "
            f"{number.count(same)} of them the same; {number.count(len(self.pairs) - same)} differ "
            "or have none, and every one is listed."
        )
        if self.not_compared:
            text += (
                f" {number.count(self.not_compared)} more are by readers without measurements and "
                "cannot be derived."
            )
        return text


def response_agreement(
    collected: pa.Table, adrs: pa.Table, *, criterion: str, reader: str
) -> Agreement:
    """Pair each collected overall response with the derived one.

    Parameters
    ----------
    collected : the collected_responses records
    adrs : ADRS
    criterion : the study's own, for collected responses that name none
    reader : whose derived responses count where a collected response names no reader
    """
    derived = _derived(adrs)
    readers = {key[3] for key in derived}
    pairs, left = [], 0
    for row in collected.to_pylist():
        if not row["overall"] or row["overall"] == "ND":
            continue
        who = (row["reader"] or reader) if readers - {""} else ""
        if readers and who not in readers:
            left += 1
            continue
        named = row["criterion"] or criterion
        pairs.append(_pair(row, named, derived.get((row["subject"], row["date"], named, who))))
    return Agreement(tuple(pairs), left)


def agreement_table(agreement: Agreement) -> Table:
    """The pairs that differ."""
    differ = [p for p in agreement.pairs if not p.same]
    return Table(
        key="agreement",
        title="Overall response, derived against collected: where they differ",
        stub="Subject",
        columns=("Date", "Criterion", "Reader", "Collected", "Derived", "Why"),
        lines=tuple(_line(p) for p in differ),
        footnotes=(agreement.summary,),
        prose=True,
    )


def _line(p: Pair) -> Line:
    texts = (p.date, p.criterion, p.reader, p.collected, p.derived or "none", p.reason)
    return Line(p.subject, tuple(Cell(text, subjects=(p.subject,)) for text in texts))


def _pair(row: Row, criterion: str, found: Row | None) -> Pair:
    return Pair(
        subject=row["subject"],
        date=str(row["date"] or ""),
        criterion=criterion,
        reader=row["reader"] or "",
        collected=row["overall"],
        derived=found["AVALC"] if found else None,
        reason=(found["REASON"] or "") if found else "No derived assessment on that day",
    )


def _derived(adrs: pa.Table) -> dict[tuple[Any, ...], Row]:
    overall = adrs.filter(pc.equal(adrs["PARAMCD"], "OVR"))
    return {
        (r["SUBJID"], r["ADT"], r["PARCAT1"], r["PARCAT2"] or ""): r for r in overall.to_pylist()
    }
