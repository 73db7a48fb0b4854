"""Measurements of a folder of tables as structured reports, one a scan, series and reader."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from hepatica.core.errors import UsageError
from hepatica.core.finding import Finding
from hepatica.imaging.reading.series import read_tree
from hepatica.imaging.writing.derived import read_sources
from hepatica.imaging.writing.structured_report import write_report
from hepatica.records.csv_folder import read_csv_folder
from hepatica.records.intake import read_tables
from hepatica.records.place import Places
from hepatica.records.table import tables

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """Reports written; measurements whose series is not there; findings of tables and files."""

    paths: tuple[Path, ...]
    left_out: int
    findings: tuple[Finding, ...]


def write_reports(source: Path, images: Path, output: Path) -> Written:
    """Write a report for every scan of the folder `source` whose series lies below `images`.

    Files are named by subject, day and a number, in that order.

    Raises      UsageError where the tables hold no measurement; Unreadable where they cannot be
                read.
    """
    measurements, lesions, findings = _read(source)
    if not measurements:
        raise UsageError(f"{source.name}: has no measurements (measurements.csv)")
    tree = read_tree(images)
    series = {uid: headers for (_, uid), headers in tree.series.items()
              if headers[0].role == "image"}  # fmt: skip
    scans: dict[tuple[str, str, str, str], list[Row]] = defaultdict(list)
    left_out = 0
    for row in measurements:
        uid = row["series"] or ""
        if uid not in series:
            left_out += 1
            continue
        scans[row["subject"], str(row["date"]), uid, row["reader"] or ""].append(row)
    paths = []
    for number, (key, rows) in enumerate(sorted(scans.items()), start=1):
        subject, day, uid, reader = key
        sources = read_sources(sorted(header.path for header in series[uid]))
        known = {
            lesion: row
            for (owner, lesion, by), row in lesions.items()
            if owner == subject and by in ("", reader)
        }
        name = "".join(c if c.isalnum() else "-" for c in f"{subject}-{day}")
        path = output / f"{name}-{number:03d}.dcm"
        paths.append(write_report(path, rows, known, sources))
    return Written(tuple(paths), left_out, (*findings, *tree.findings))


def _read(folder: Path) -> tuple[list[Row], dict[tuple[str, str, str], Row], list[Finding]]:
    """Measurements, lesions by subject, name and reader, and what is wrong with the files."""
    if not folder.is_dir():
        raise UsageError(f"{folder.name}: expected a folder with measurements.csv")
    sheets, findings, _ = read_csv_folder(folder)
    full, faults = read_tables(sheets, Places(sheets))
    ours = ("measurements.csv", "lesions.csv")
    told = [one for one in (*findings, *faults) if one.place.file in ours]
    rows = _rows(full, "measurements")
    lesions = {
        (row["subject"], row["lesion"], row["reader"] or ""): row for row in _rows(full, "lesions")
    }
    return rows, lesions, told


def _rows(full: dict[str, pa.Table], name: str) -> list[Row]:
    """Rows of a table in its declared columns, without where they stood in the file."""
    if name not in full:
        return []
    rows: list[Row] = full[name].select([c.name for c in tables()[name].columns]).to_pylist()
    return rows
