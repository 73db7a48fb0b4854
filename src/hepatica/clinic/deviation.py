"""Protocol deviations: what was recorded and what the rules found, one row each (ADDV)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from hepatica.clinic.dataset import datasets
from hepatica.core.finding import Place


@dataclass(frozen=True, slots=True)
class Deviation:
    """One departure from the protocol by one subject.

    `category` is ELIGIBILITY, STAGING, TREATMENT, SCHEDULE or RECORDED; `clause` the protocol's
    own number, such as IV; `value` what the record says, in its unit; `expected` the rule as a
    sentence; `place` the record behind it.
    """

    subject: str
    category: str
    term: str
    clause: str = ""
    on: date | None = None
    value: str = ""
    expected: str = ""
    place: Place = field(default_factory=Place)


def deviation_table(study_id: str, deviations: Iterable[Deviation]) -> pa.Table:
    """ADDV: the deviations by subject, numbered, in the order given within a subject."""
    rows = []
    sequence: dict[str, int] = {}
    for one in sorted(deviations, key=lambda d: d.subject):
        sequence[one.subject] = sequence.get(one.subject, 0) + 1
        rows.append(
            {
                "STUDYID": study_id,
                "USUBJID": f"{study_id}-{one.subject}",
                "SUBJID": one.subject,
                "DVSEQ": sequence[one.subject],
                "DVCAT": one.category,
                "DVSCAT": one.clause or None,
                "DVTERM": one.term,
                "ADT": one.on,
                "AVALC": one.value or None,
                "EXPECTED": one.expected or None,
                "SRCFILE": one.place.file or None,
                "SRCSHEET": one.place.sheet or None,
                "SRCROW": one.place.row,
            }
        )
    return pa.Table.from_pylist(rows, datasets()["ADDV"].schema())


def recorded_deviations(records: pa.Table) -> tuple[Deviation, ...]:
    """The deviations that the study itself recorded."""
    return tuple(
        Deviation(
            subject=row["subject"],
            category="RECORDED",
            term=row["term"] or "",
            clause=row["clause"] or "",
            on=row["date"],
            place=Place(row["src_file"], row["src_sheet"], row["src_row"]),
        )
        for row in records.to_pylist()
    )
