"""Days that were imputed from partial dates, which would tell by how many days dates are shifted.

A month without its day is imputed as its first or last day, a year as its first or last. Whoever
sees such a day shifted, and that it was imputed, knows the shift but for a month or a year. So the
analysis datasets of a copy give it as partial as it was, and nothing that is reckoned from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from hepatica.clinic.dataset import Adam
from hepatica.records.record import Records
from hepatica.records.table import tables
from hepatica.report.redaction.policy import policy

# Characters of an ISO date that are told, by what was imputed.
CUT = {"": 10, "D": 7, "M": 4}


@dataclass(frozen=True, slots=True)
class Imputed:
    """Flag (D or M) of each imputed day of a subject, and subjects with an imputed anchor."""

    flags: Mapping[tuple[str, date], str]
    subjects: frozenset[str]

    def is_imputed(self, subject: str, day: date | None) -> bool:
        """Whether a day of the subject was imputed."""
        return day is not None and (subject, day) in self.flags

    def told(self, subject: str, day: date | None, shifted: date | None) -> str | None:
        """A shifted day of the subject as text, no more of it than was known."""
        if day is None or shifted is None:
            return None
        return shifted.isoformat()[: CUT[self.flags.get((subject, day), "")]]


def imputed_days(records: Records, adam: Adam) -> Imputed:
    """The imputed days of every subject; one that is both a month's and a year's counts as M."""
    flags: dict[tuple[str, date], str] = {}
    for subject, day, flag in _partial(records):
        flags[subject, day] = max(flag, flags.get((subject, day), ""))
    anchors = policy().adam_anchors
    marked = {
        row["SUBJID"]
        for row in adam["ADSL"].select(["SUBJID", *anchors]).to_pylist()
        if any((row["SUBJID"], row[name]) in flags for name in anchors)
    }
    return Imputed(flags, frozenset(marked))


def _partial(records: Records) -> Iterable[tuple[str, date, str]]:
    for name, table in tables().items():
        for column in (column for column in table.columns if column.kind == "date"):
            flag = f"{column.name}_flag"
            for row in records[name].select(["subject", column.name, flag]).to_pylist():
                if row[flag] and row[column.name]:
                    yield row["subject"], row[column.name], row[flag]
