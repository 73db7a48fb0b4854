"""`hepatica response`: tumour response of one file of lesions, no study needed."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from hepatica.cli.flat_file import read_flat_table
from hepatica.clinic.response import ResponseOptions, derive_response, response_document
from hepatica.core.errors import UsageError
from hepatica.core.finding import Finding, Level, Place, has_error
from hepatica.core.partial_date import parse_iso

NEEDED = ("subject", "date", "lesion", "role")
TEXT = ("subject", "lesion", "role", "site", "status")
NUMBER = ("diameter_mm", "viable_mm", "short_axis_mm", "viable_perpendicular_mm")


def run_response_file(
    path: Path, criterion: str, days: tuple[int, int], baseline_date: str, *, as_json: bool
) -> int:
    """Print the response of every subject at every scan; return the exit code."""
    options = ResponseOptions(criterion=criterion, confirm_days=days[0], min_sd_days=days[1])
    lesions, findings = read_lesions(path)
    subjects = _baseline(lesions, baseline_date) if baseline_date else None
    if has_error(findings):
        _tell(findings)
        return 1
    response = derive_response(lesions, options, subjects)
    findings += [replace(f, place=replace(f.place, file=path.name)) for f in response.findings]
    document = response_document(response)
    print(
        json.dumps(document, allow_nan=False, ensure_ascii=False) if as_json else _lines(document)
    )
    _tell(findings)
    return int(has_error(findings))


def _lines(document: dict[str, Any]) -> str:
    parts = []
    for subject in document["subjects"]:
        parts.append(
            f"{subject['subject']}  {subject['criterion']}: best {subject['bor']}, "
            f"confirmed {subject['cbor']}"
        )
        parts += [f"  {v['date']}  {v['overall']:<13}  {v['because']}" for v in subject["visits"]]
    return "\n".join(parts)


def _tell(findings: list[Finding]) -> None:
    for finding in findings:
        print(finding, file=sys.stderr)


def read_lesions(path: Path) -> tuple[pa.Table, list[Finding]]:
    """Lesion rows of a file, typed, with every fault by row and column.

    Raises      UsageError where a needed column is missing.
    """
    if not path.is_file():
        raise UsageError(f"{path}: expected a CSV, gzipped CSV or Parquet file")
    table = read_flat_table(path, all_text=True)
    missing = [name for name in NEEDED if name not in table.column_names]
    if missing:
        raise UsageError(
            f"{path}: no column {', '.join(missing)}; it has {', '.join(table.column_names)}"
        )
    findings: list[Finding] = []
    count = table.num_rows
    columns: dict[str, pa.Array] = {}
    for name in TEXT:
        given = _text(table, name)
        columns[name] = pa.array([v if v is not None else "" for v in given], pa.string())
    columns["date"] = pa.array(_dates(_text(table, "date"), path, findings), pa.date32())
    for name in NUMBER:
        columns[name] = pa.array(_numbers(_text(table, name), name, path, findings), pa.float64())
    columns["row"] = pa.array(range(2, count + 2), pa.int64())
    for name in ("subject", "lesion"):
        for row, value in enumerate(columns[name].to_pylist(), start=2):
            if not value:
                findings.append(_fault(path, row, name, "nothing", "an identifier"))
    return pa.table(columns), findings


def _text(table: pa.Table, name: str) -> list[str | None]:
    if name not in table.column_names:
        return [None] * table.num_rows
    values = table[name].cast(pa.string()).to_pylist()
    return [v.strip() or None if v is not None else None for v in values]


def _dates(values: list[str | None], path: Path, findings: list[Finding]) -> list[object]:
    dates: list[object] = []
    for row, value in enumerate(values, start=2):
        parsed = parse_iso(value, rule="last") if value else None
        if parsed is None or parsed.flag:
            found = f"'{value}'" if value else "nothing"
            findings.append(_fault(path, row, "date", found, "a date, YYYY-MM-DD"))
        dates.append(parsed.value if parsed else None)
    return dates


def _numbers(
    values: list[str | None], name: str, path: Path, findings: list[Finding]
) -> list[float | None]:
    numbers: list[float | None] = []
    for row, value in enumerate(values, start=2):
        number = None
        if value is not None:
            try:
                number = float(value)
            except ValueError:
                number = float("nan")
            if not 0 <= number < float("inf"):
                expected = "a length in mm, 0 or more"
                findings.append(_fault(path, row, name, f"'{value}'", expected))
                number = None
        numbers.append(number)
    return numbers


def _fault(path: Path, row: int, column: str, found: str, expected: str) -> Finding:
    place = Place(file=path.name, row=row, column=column)
    return Finding(place, Level.ERROR, "R001", found, expected)


def _baseline(lesions: pa.Table, text: str) -> pa.Table:
    parsed = parse_iso(text, rule="last")
    if parsed is None or parsed.flag:
        raise UsageError(f"--baseline-date {text}: expected a date, YYYY-MM-DD")
    names = sorted(set(lesions["subject"].to_pylist()))
    dates = pa.array([parsed.value] * len(names), pa.date32())
    return pa.table({"subject": pa.array(names, pa.string()), "baseline_date": dates})
