"""The files of a redacted copy: records, analysis datasets, results with small cells marked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa

from hepatica.analysis.result import COLUMNS, Result
from hepatica.clinic.dataset import Adam, datasets
from hepatica.core.disguise import MOST_DAYS, disguise
from hepatica.records.record import Records
from hepatica.records.table import tables
from hepatica.report.export import csv_rows, csv_text
from hepatica.report.redaction.imputed import imputed_days
from hepatica.report.redaction.policy import WITHHELD, policy
from hepatica.report.redaction.table import Redactor

_COUNTS = {"n", "N", "missing", "events", "censored", "at_risk"}
_PATIENTS = ("", "patients")
# Words of the results table that come from the data, not from the protocol.
# A rare text of so few characters is looked for as a whole only.
_SHORT = 3
_FROM_DATA = ("group", "variable", "level")


def redacted_files(
    key: bytes,
    records: Records,
    adam: Adam,
    results: Iterable[Result],
    *,
    cutoff: date | None = None,
) -> tuple[tuple[str, bytes], ...]:
    """Files of the copy by name, the report of what was done last.

    Parameters
    ----------
    key : bytes        The secret; nothing of it is in the files.
    records, adam, results : as they are, with identifiers and dates
    cutoff : date      Whoever knows it knows the shift of a subject with a record of that day.
    """
    redactor = _redactor(key, records, adam)
    files = [*_records(redactor, records), *_datasets(redactor, adam)]
    rare = _rare(records, redactor)
    rows, marked = _results(_read_by(redactor.disguise.readers, results), _Hidden(rare))
    files.append(("results.csv", csv_rows((*COLUMNS[:-1], "small_cell"), rows).encode()))
    said = _report(redactor, marked, _on(cutoff, records, adam))
    report = json.dumps(said, indent=2, ensure_ascii=False) + "\n"
    return (*files, ("redaction.json", report.encode()))


def _redactor(key: bytes, records: Records, adam: Adam) -> Redactor:
    subjects = {s for table in records.tables.values() for s in table["subject"].to_pylist() if s}
    readers: set[str] = set()
    lesions: dict[tuple[str, str], str] = {}
    counts: dict[str, int] = {}
    for name in sorted(policy().reader):
        table, column = name.split(".")
        readers |= {value for value in records[table][column].to_pylist() if value}
    for name in ("lesions.lesion", "new_lesions.lesion", "measurements.lesion"):
        table, column = name.split(".")
        for row in records[table].select(["subject", column]).to_pylist():
            place = (row["subject"], row[column])
            if place not in lesions and row[column]:
                counts[row["subject"]] = counts.get(row["subject"], 0) + 1
                lesions[place] = f"L{counts[row['subject']]}"
    ages = records["subjects"].select(["subject", "age_years"]).to_pylist()
    aged = frozenset(
        row["subject"] for row in ages if (row["age_years"] or 0) > policy().oldest_years
    )
    hidden = disguise(key, subjects, readers)
    return Redactor(hidden, lesions, imputed_days(records, adam), aged)


def _records(redactor: Redactor, records: Records) -> Iterator[tuple[str, bytes]]:
    for name, table in tables().items():
        if records[name].num_rows:
            made = redactor.records(table, records[name])
            yield f"records/{name}.csv", csv_text(made).encode()


def _datasets(redactor: Redactor, adam: Adam) -> Iterator[tuple[str, bytes]]:
    for name, dataset in datasets().items():
        if name in adam.tables and adam[name].num_rows:
            made = redactor.dataset(dataset, adam[name])
            yield f"adam/{name.lower()}.csv", csv_text(made).encode()


def _rare(records: Records, redactor: Redactor) -> frozenset[str]:
    """Texts of the records that the copy does not hold: rare ones, free text, identifiers.

    Numbers of few figures, which could be anything, are not among them.
    """
    found: set[str] = set()
    for name, table in tables().items():
        for column in table.columns:
            if column.kind in ("text", "id") or column.catalogue:
                found |= {value for value in records[name][column.name].to_pylist() if value}
    rare = found - _kept(records, redactor)
    return frozenset(one for one in rare if len(one) > _SHORT or not one.isdecimal())


def _kept(records: Records, redactor: Redactor) -> set[str]:
    kept: set[str] = set()
    fresh = Redactor(redactor.disguise, redactor.lesions, redactor.imputed, redactor.aged)
    for name, table in tables().items():
        made = fresh.records(table, records[name])
        for column in table.columns:
            common = f"{name}.{column.name}" in policy().common or column.catalogue
            if common and column.name in made.column_names:
                kept |= {value for value in made[column.name].to_pylist() if value}
    return kept


def _results(results: Iterable[Result], hidden: _Hidden) -> tuple[list[tuple[Any, ...]], int]:
    """Rows of the results without notes, small counts of patients marked."""
    listed = list(results)
    small = {_cell(one) for one in listed if _is_small(one)}
    rows = []
    for one in listed:
        values = {name: getattr(one, name) for name in COLUMNS if name != "note"}
        values |= {name: hidden(values[name]) for name in _FROM_DATA}
        if one.unit == "years" and (one.value or 0) > policy().oldest_years:
            values["value"] = float(policy().oldest_years + 1)
        rows.append((*values.values(), "Y" if _cell(one) in small else None))
    return rows, sum(row[-1] == "Y" for row in rows)


def _read_by(readers: Mapping[str, str], results: Iterable[Result]) -> Iterator[Result]:
    """Results with pseudonyms in the groups of readers ("A against B"), who may be two initials."""
    names = "|".join(map(re.escape, sorted(readers, key=len, reverse=True)))
    reader = re.compile(rf"(?<!\w)(?:{names})(?!\w)")
    for one in results:
        if names and one.analysis == "reader":
            yield replace(one, group=reader.sub(lambda match: readers[match[0]], one.group))
        else:
            yield one


class _Hidden(dict[str, str]):
    """A word of the results as it may be told: withheld where a rare text is, or is in, it."""

    def __init__(self, rare: frozenset[str]) -> None:
        super().__init__()
        self._rare = rare
        self._long = tuple(text for text in rare if len(text) > _SHORT)

    def __call__(self, word: str) -> str:
        return self[word]

    def __missing__(self, word: str) -> str:
        found = word in self._rare or any(text in word for text in self._long)
        self[word] = WITHHELD if found else word
        return self[word]


def _cell(one: Result) -> tuple[str, ...]:
    return (one.analysis, one.population, one.criterion, one.group, one.variable, one.level)


def _is_small(one: Result) -> bool:
    counted = one.statistic in _COUNTS and one.unit in _PATIENTS
    return counted and one.value is not None and 0 < one.value < policy().small_cell


def _on(cutoff: date | None, records: Records, adam: Adam) -> int:
    """Number of subjects with a record or an analysis date on the data cutoff."""
    given = ((records[name], "subject") for name in tables())
    derived = ((table, "SUBJID") for table in adam.tables.values())
    found: set[str] = set()
    for table, key in (*given, *derived):
        for field in table.schema:
            if pa.types.is_date(field.type):
                days = zip(table[key].to_pylist(), table[field.name].to_pylist(), strict=True)
                found |= {subject for subject, day in days if day and day == cutoff}
    return len(found)


def _report(redactor: Redactor, marked: int, on_cutoff: int) -> dict[str, Any]:
    limits = policy()
    return {
        "subjects": len(redactor.disguise.subjects),
        "identifiers": "HMAC-SHA256 of each identifier under a key that is not in this copy",
        "dates": (
            f"shifted by the same number of days for all dates of a subject, from -{MOST_DAYS} to "
            f"{MOST_DAYS}, never whole weeks; intervals within a subject are kept; a partial date "
            "is shifted as imputed and cut to what was known, and in the analysis datasets nothing "
            "is kept that is reckoned from it"
        ),
        "dates_on_the_cutoff": {
            "subjects": on_cutoff,
            "rule": (
                "whoever knows the data cutoff, or the true day of any event of a subject, knows "
                "how far the dates of that subject are shifted"
            ),
        },
        "ages": (
            f"above {limits.oldest_years} years given as {limits.oldest_years + 1} and marked: "
            f"{redactor.capped} subjects; their FIB-4 and their age among the criteria are missing"
        ),
        "lesions": "numbered within the subject",
        "readers": f"{len(redactor.disguise.readers)} replaced by pseudonyms",
        "dropped": redactor.dropped,
        "withheld": {
            "rule": f"values that fewer than {limits.least_subjects} subjects have",
            "cells": redactor.withheld,
        },
        "small_cells": {
            "rule": f"counts of 1 to {limits.small_cell - 1} patients, and what stands beside them",
            "rows_marked": marked,
        },
        "left": (
            "numbers, codes and common words as they are; whoever holds the original records can "
            "find a subject by a rare combination of them"
        ),
    }
