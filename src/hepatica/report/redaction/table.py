"""Records and analysis datasets disguised, column by column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from hepatica.clinic.dataset import Dataset, Variable
from hepatica.core.disguise import Disguise
from hepatica.records.table import Column, Table
from hepatica.report.cdisc.code_list import source_column
from hepatica.report.redaction.imputed import CUT, Imputed
from hepatica.report.redaction.policy import WITHHELD, common_values, policy


@dataclass(slots=True)
class Redactor:
    """Disguises tables and remembers, for its report, what it dropped and withheld."""

    disguise: Disguise
    lesions: Mapping[tuple[str, str], str]
    imputed: Imputed
    aged: frozenset[str]
    dropped: list[str] = field(default_factory=list)
    withheld: dict[str, int] = field(default_factory=dict)
    capped: int = 0

    def records(self, table: Table, rows: pa.Table) -> pa.Table:
        """A table of the records, in the order of pseudonyms; dates are text, partial ones too."""
        subjects = rows["subject"].to_pylist()
        made: dict[str, list[Any]] = {}
        for column in table.columns:
            values = self._record_column(table, column, rows, subjects)
            if values is None:
                self.dropped.append(f"{table.name}.{column.name}")
            else:
                made[column.name] = values
        if table.name == "subjects":
            made["age_years"], made["age_capped"] = self._capped(made["age_years"])
        return _sorted(made, "subject")

    def dataset(self, dataset: Dataset, rows: pa.Table) -> pa.Table:
        """An analysis dataset, in the order of pseudonyms."""
        subjects = rows["SUBJID"].to_pylist()
        made: dict[str, list[Any]] = {}
        for variable in dataset.variables:
            values = self._variable(dataset, variable, rows, subjects)
            if values is None:
                self.dropped.append(f"{dataset.name}.{variable.name}")
            else:
                made[variable.name] = values
        if "AGE" in made:
            made["AGE"], made["AGECAPFL"] = self._capped(made["AGE"])
        self._hide_reckoned(dataset, rows, subjects, made)
        self._hide_age(dataset, rows, subjects, made)
        return _sorted(made, "SUBJID")

    def _record_column(
        self, table: Table, column: Column, rows: pa.Table, subjects: list[str]
    ) -> list[Any] | None:
        name = f"{table.name}.{column.name}"
        values = rows[column.name].to_pylist()
        if column.name == "subject":
            return [self.disguise.subjects[subject] for subject in subjects]
        if column.kind == "date":
            flags = rows[f"{column.name}_flag"].to_pylist()
            return self._days(subjects, values, flags)
        if column.kind in ("text", "id") or column.catalogue:
            return self._record_text(name, column, subjects, values)
        return list(values)

    def _record_text(
        self, name: str, column: Column, subjects: list[str], values: list[Any]
    ) -> list[Any] | None:
        if name in policy().lesion:
            return self._lesions(subjects, values)
        if name in policy().reader:
            return self._readers(values)
        if name in policy().common or column.catalogue:
            return self._common(name, subjects, values)
        return [WITHHELD] * len(values) if column.required else None

    def _variable(
        self, dataset: Dataset, variable: Variable, rows: pa.Table, subjects: list[str]
    ) -> list[Any] | None:
        name = variable.name
        values = rows[name].to_pylist()
        if name in policy().adam_dropped:
            return None
        if name in ("USUBJID", "SUBJID"):
            return [self.disguise.subjects[subject] for subject in subjects]
        if variable.type == "date":
            return [
                self.imputed.told(subject, day, self.disguise.day(subject, day))
                for subject, day in zip(subjects, values, strict=True)
            ]
        return self._words(dataset, variable, subjects, values)

    def _hide_reckoned(
        self, dataset: Dataset, rows: pa.Table, subjects: list[str], made: dict[str, list[Any]]
    ) -> None:
        """Take out what is reckoned from an imputed day, of which the shift could be told."""
        hidden = [subject in self.imputed.subjects for subject in subjects]
        for variable in (v for v in dataset.variables if v.type == "date"):
            for index, day in enumerate(rows[variable.name].to_pylist()):
                hidden[index] |= self.imputed.is_imputed(subjects[index], day)
        for name, values in made.items():
            if {name, f"{dataset.name}.{name}"} & policy().adam_reckoned:
                pairs = zip(values, hidden, strict=True)
                made[name] = [None if hide else value for value, hide in pairs]

    def _hide_age(
        self, dataset: Dataset, rows: pa.Table, subjects: list[str], made: dict[str, list[Any]]
    ) -> None:
        """Take out values that tell the age of those whose age is capped."""
        for place, condition in policy().adam_from_age.items():
            owner, name = place.split(".")
            if owner != dataset.name:
                continue
            ((key, word),) = condition.items()
            triples = zip(made[name], rows[key].to_pylist(), subjects, strict=True)
            made[name] = [
                None if said == word and subject in self.aged else value
                for value, said, subject in triples
            ]

    def _words(
        self, dataset: Dataset, variable: Variable, subjects: list[str], values: list[Any]
    ) -> list[Any]:
        if variable.name in policy().adam_lesion:
            return self._lesions(subjects, values)
        names = {variable.name, f"{dataset.name}.{variable.name}"}
        if names & policy().adam_reader:
            return self._readers(values)
        column = source_column(variable)
        coded = column is not None and bool(column.codes)
        known = variable.type != "text" or coded or names & policy().adam_words
        if known or variable.name.endswith("FL"):
            return list(values)
        return self._common(f"{dataset.name}.{variable.name}", subjects, values)

    def _days(
        self, subjects: list[str], values: list[date | None], flags: list[str | None]
    ) -> list[str | None]:
        """Shifted days as text; a partial date is shifted as it was imputed and cut again."""
        found: list[str | None] = []
        for subject, value, flag in zip(subjects, values, flags, strict=True):
            day = self.disguise.day(subject, value)
            found.append(day.isoformat()[: CUT[flag or ""]] if day else None)
        return found

    def _readers(self, values: list[str | None]) -> list[str | None]:
        return [self.disguise.readers.get(value or "") for value in values]

    def _lesions(self, subjects: list[str], values: list[str | None]) -> list[str | None]:
        pairs = zip(subjects, values, strict=True)
        return [self.lesions.get((subject, value)) if value else None for subject, value in pairs]

    def _common(self, name: str, subjects: list[str], values: list[Any]) -> list[Any]:
        kept = common_values(subjects, values, policy().least_subjects)
        rare = sum(bool(value) and value not in kept for value in values)
        if rare:
            self.withheld[name] = rare
        return [value if not value or value in kept else WITHHELD for value in values]

    def _capped(self, ages: list[float | None]) -> tuple[list[float | None], list[str | None]]:
        oldest = policy().oldest_years
        over = [age is not None and age > oldest for age in ages]
        self.capped = max(self.capped, sum(over))
        capped = [
            float(oldest + 1) if is_over else age for age, is_over in zip(ages, over, strict=True)
        ]
        return capped, ["Y" if is_over else None for is_over in over]


def _sorted(made: dict[str, list[Any]], key: str) -> pa.Table:
    """Rows by pseudonym, in their order within a subject, so that the first order is not told."""
    order = sorted(range(len(made[key])), key=lambda index: made[key][index])
    return pa.table({name: [values[i] for i in order] for name, values in made.items()})
