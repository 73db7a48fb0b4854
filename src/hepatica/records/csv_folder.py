"""CSV reader: a folder with one delimited file a table, named after the table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.records.delimited import Delimited, read_delimited
from hepatica.records.header import check_headers, header_text, nearest, table_named
from hepatica.records.safety import folder_files
from hepatica.records.sheet import Sheet
from hepatica.records.table import Table, tables

SUFFIXES = (".csv", ".tsv", ".txt")

_COMMA = re.compile(r"\s*[<>]?\s*[+-]?\d*,(?:\d{1,2}|\d{4,})\s*$")


def read_csv_folder(folder: Path) -> tuple[list[Sheet], list[Finding], list[Path]]:
    """Sheets of every file of a folder that is a declared table, findings, and the files read.

    Raises      Unreadable for a file that is not text, or that leads out of the folder.
    """
    sheets: list[Sheet] = []
    findings: list[Finding] = []
    used: list[Path] = []
    for path in folder_files(folder):
        table = table_named(path.stem)
        if path.suffix.lower() not in SUFFIXES or table is None:
            findings.append(_unused(path))
            continue
        known = [word for c in table.columns for word in (c.name, c.label, header_text(c))]
        content = read_delimited(path, known=known)
        sheet, faults = _sheet(table, content, path.name)
        sheets.append(sheet)
        findings += [*content.findings, *faults]
        used.append(path)
    return sheets, findings, used


def _sheet(table: Table, content: Delimited, file: str) -> tuple[Sheet, list[Finding]]:
    at, findings = check_headers(table, content.header, file=file, sheet="", lettered=False)
    columns = {name: [row[i] for _, row in content.rows] for name, i in at.items()}
    sheet = Sheet(
        table=table.name,
        file=file,
        sheet="",
        columns=columns,
        rows=[number for number, _ in content.rows],
        headers={name: content.header[i].rstrip(" *") for name, i in at.items()},
        decimal_comma=writes_decimal_comma(
            [columns[c.name] for c in table.columns if c.name in at and c.kind == "number"]
        ),
    )
    return sheet, findings


def writes_decimal_comma(columns: Sequence[Sequence[str]]) -> bool:
    """Tell whether numbers are written with a decimal comma, and never with a point.

    A comma before exactly three digits settles nothing, since it may part thousands.
    """
    comma = False
    for column in columns:
        for cell in column:
            if "." in cell:
                return False
            comma = comma or bool(_COMMA.match(cell))
    return comma


def _unused(path: Path) -> Finding:
    if path.suffix.lower() not in SUFFIXES:
        expected = "CSV files named after tables; it was not read"
        return finding_of("R044", Place(path.name), found=f"'{path.name}'", expected=expected)
    hint = nearest(path.stem, list(tables()))
    expected = "a file named after a table; it was not read"
    return finding_of(
        "R014", Place(path.name), found=f"'{path.name}'", expected=expected, hint=hint
    )
