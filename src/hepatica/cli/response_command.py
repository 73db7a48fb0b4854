"""`hepatica response`: tumour response of one file of lesions, no study needed."""

from __future__ import annotations

import json
import sys
from bisect import bisect_left
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from hepatica.cli.flat_file import FlatFile, as_number, decimal_hint, read_flat_file
from hepatica.clinic.response import ResponseOptions, derive_response, response_document
from hepatica.core.errors import UsageError
from hepatica.core.finding import Finding, Level, Place, has_error
from hepatica.core.finding_code import finding_of
from hepatica.core.partial_date import parse_iso
from hepatica.records.header import nearest

TOLD_A_CODE = 1000
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
        if as_json:
            print(json.dumps({"subjects": []}))
        _tell(findings)
        return 1
    response = derive_response(lesions, options, subjects)
    findings += [_quoted(f, path, lesions) for f in response.findings]
    document = response_document(response)
    print(
        json.dumps(document, allow_nan=False, ensure_ascii=False) if as_json else _lines(document)
    )
    _tell(findings)
    return int(has_error(findings))


def _quoted(finding: Finding, path: Path, lesions: pa.Table) -> Finding:
    """The finding with its file, and with the word it is about."""
    place = replace(finding.place, file=path.name)
    if place.column not in ("role", "status") or place.row is None:
        return replace(finding, place=place)
    at = bisect_left(lesions["row"], place.row, key=lambda row: row.as_py())
    word = lesions[place.column][at].as_py()
    return replace(finding, place=place, found=f"'{word[:60]}': {finding.found}")


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
    """Print the findings; of one code the first thousand, then how many more there are."""
    counts: Counter[str] = Counter()
    for finding in findings:
        counts[finding.code] += 1
        if counts[finding.code] <= TOLD_A_CODE:
            print(finding, file=sys.stderr)
    for code, count in counts.items():
        if count > TOLD_A_CODE:
            print(f"{code}: {count - TOLD_A_CODE} more", file=sys.stderr)


def read_lesions(path: Path) -> tuple[pa.Table, list[Finding]]:
    """Lesion rows of a file, typed, with every fault by row and column.

    Raises      UsageError where a needed column is missing.
    """
    file = read_flat_file(path, NEEDED, (*TEXT, *NUMBER))
    rows = file.rows
    if not len(rows):
        raise UsageError(f"{path}: no rows")
    findings = _unread(file)
    columns: dict[str, pa.Array] = {}
    for name in TEXT:
        columns[name] = pa.array([v or "" for v in file.texts(name)], pa.string())
    columns["date"] = pa.array(_dates(file, findings), pa.date32())
    for name in NUMBER:
        columns[name] = pa.array(_numbers(file, name, findings), pa.float64())
    columns["row"] = pa.array(rows, pa.int64())
    for name in ("subject", "lesion"):
        for row, value in zip(rows, columns[name].to_pylist(), strict=True):
            if not value:
                findings.append(_fault(path, row, name, "nothing", "an identifier"))
    return pa.table(columns), findings


def _unread(file: FlatFile) -> list[Finding]:
    """One finding for each column that this command does not know, since it may be misspelled."""
    known = (*NEEDED, *TEXT, *NUMBER)
    return [
        finding_of(
            "R015",
            Place(file.path.name, row=1, column=name),
            found=f"'{name}'",
            expected="a column of the manual; it was not read",
            hint=nearest(name, known),
        )
        for name in file.names
        if name and name.lower() not in known
    ]


def _dates(file: FlatFile, findings: list[Finding]) -> list[object]:
    dates: list[object] = []
    for row, value in zip(file.rows, file.texts("date"), strict=True):
        parsed = parse_iso(value, rule="last") if value else None
        if parsed is None or parsed.flag:
            found = f"'{value}'" if value else "nothing"
            findings.append(_fault(file.path, row, "date", found, "a date, YYYY-MM-DD"))
        dates.append(parsed.value if parsed else None)
    return dates


def _numbers(file: FlatFile, name: str, findings: list[Finding]) -> list[float | None]:
    numbers: list[float | None] = []
    for row, value in zip(file.rows, file.texts(name), strict=True):
        number = None if value is None else as_number(value)
        if number is not None and not 0 <= number < float("inf"):
            fault = _fault(file.path, row, name, f"'{value}'", "a length in mm, 0 or more")
            findings.append(replace(fault, hint=decimal_hint(value)))
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
