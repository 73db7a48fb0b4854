"""Small record files for the tests: workbooks and CSV folders written from plain rows."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from hepatica.core.finding import Finding
from hepatica.records.reader import read_records
from hepatica.records.record import Records

Rows = Sequence[Sequence[object]]


def write_book(path: Path, sheets: Mapping[str, Rows]) -> Path:
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(i, j, cell)
                elif cell is not None:
                    sheet.write(i, j, cell)
    book.close()
    return path


def read_book(folder: Path, sheets: Mapping[str, Rows], **options: object) -> Records:
    write_book(folder / "records.xlsx", sheets)
    source = {"reader": "workbook", "path": "records.xlsx"}
    return read_records(folder, source, **options)  # type: ignore[arg-type]


def write_files(folder: Path, files: Mapping[str, str], encoding: str = "utf-8") -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode(encoding))
    return folder


def read_files(folder: Path, files: Mapping[str, str], encoding: str = "utf-8") -> Records:
    write_files(folder / "records", files, encoding)
    return read_records(folder, {"reader": "csv", "path": "records"})


def told(records: Records, code: str) -> list[Finding]:
    return [finding for finding in records.findings if finding.code == code]


def one(records: Records, code: str) -> Finding:
    found = told(records, code)
    if len(found) != 1:
        pytest.fail(f"{len(found)} findings {code}, expected one: {[str(f) for f in found]}")
    return found[0]


def subjects(*names: str) -> list[list[object]]:
    return [["Subject"], *[[name] for name in names]]


def alive(*names: str) -> list[list[object]]:
    rows: list[list[object]] = [["Subject", "Date", "Status"]]
    return rows + [[name, date(2020, 1, 1), "alive"] for name in names]
