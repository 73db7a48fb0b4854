"""Which examinations a study's records ask for: a baseline and the first scan after treatment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from hepatica.core.errors import UsageError
from hepatica.imaging.phantom.body import Size
from hepatica.imaging.phantom.examination import Plan
from hepatica.records.reader import read_records
from hepatica.records.record import Records
from hepatica.study.reader import read_study


def read_plans(
    folder: Path, subjects: Sequence[str], changes: Mapping[str, float], *, seed: int
) -> tuple[Plan, ...]:
    """Two examinations a subject, on the days and with the tumour sizes of the study's records.

    The first is the last scan before or on the day of the first study treatment, the second the
    first scan after it. The tumour is the first target lesion measured on both. `changes` are
    factors of the vessels' diameter at the second, by subject; 1 where none is given.

    Raises      UsageError for a subject of whom the records do not say enough.
    """
    protocol = read_study(folder)
    records = read_records(folder, protocol.records.source(), cutoff=protocol.study.cutoff)
    return tuple(
        plan
        for subject in sorted(set(subjects))
        for plan in _plans(records, subject, changes.get(subject, 1.0), seed)
    )


def _plans(records: Records, subject: str, change: float, seed: int) -> tuple[Plan, Plan]:
    scans = sorted({row["date"] for row in _rows(records, "scans", subject)})
    treated = sorted(
        row["date"]
        for row in _rows(records, "procedures", subject)
        if row["study_treatment"] != "N" and row["procedure"] != "prior"
    )
    if not treated:
        raise UsageError(f"subject {subject}: no treatment on record; expected a procedure")
    before = [day for day in scans if day <= treated[0]]
    after = [day for day in scans if day > treated[0]]
    if not before or not after:
        raise UsageError(f"subject {subject}: expected a scan before and one after treatment")
    first, second = _sizes(records, subject, before[-1], after[0])
    return (
        Plan(seed, subject, before[-1], first),
        Plan(seed, subject, after[0], second, change=change, oil=True),
    )


def _sizes(records: Records, subject: str, first: date, second: date) -> tuple[Size, Size]:
    """Size of the first target measured on both days."""
    seen = {
        (row["lesion"], row["date"]): Size(row["lesion"], row["diameter_mm"], _viable(row))
        for row in _rows(records, "measurements", subject)
        if row["diameter_mm"]
    }
    targets = sorted(
        row["lesion"] for row in _rows(records, "lesions", subject) if row["role"] == "target"
    )
    for lesion in targets:
        if (lesion, first) in seen and (lesion, second) in seen:
            return seen[lesion, first], seen[lesion, second]
    raise UsageError(
        f"subject {subject}: expected a target lesion measured on {first} and {second}"
    )


def _viable(row: Mapping[str, Any]) -> float:
    value = row["viable_mm"]
    return float(row["diameter_mm"] if value is None else value)


def _rows(records: Records, table: str, subject: str) -> list[dict[str, Any]]:
    return [row for row in records.tables[table].to_pylist() if row["subject"] == subject]
