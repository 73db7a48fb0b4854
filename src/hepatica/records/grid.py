"""Grids: a foreign file as rows of cells under its own header, from text or a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hepatica.core.errors import Unreadable
from hepatica.core.finding import Finding
from hepatica.records.delimited import read_delimited
from hepatica.records.sheet import Broken
from hepatica.records.workbook import read_cells

WORKBOOKS = (".xlsx", ".xlsm", ".ods")


@dataclass(frozen=True, slots=True)
class Grid:
    """A header and rows of cells, with each row's number; `lettered` where it is a workbook."""

    file: str
    sheet: str
    header: list[str]
    rows: list[list[object]]
    numbers: list[int]
    lettered: bool
    findings: tuple[Finding, ...] = ()

    def cells(self, name: str, at: Sequence[int]) -> list[object]:
        """Cells under one of its headers, of the rows at these indices."""
        column = self.header.index(name)
        return [self.rows[index][column] for index in at]


def read_grid(path: Path, *, sheet: str = "", delimiter: str = "", encoding: str = "") -> Grid:
    """Rows of a delimited file, or of one sheet of a workbook (the first where `sheet` is '').

    Raises      Unreadable where the file cannot be read, or has no such sheet.
    """
    if path.suffix.lower() not in WORKBOOKS:
        delimiter = "\t" if delimiter == "tab" else delimiter
        content = read_delimited(path, delimiter=delimiter, encoding=encoding)
        rows: list[list[object]] = [list(row) for _, row in content.rows]
        numbers = [number for number, _ in content.rows]
        return Grid(path.name, "", content.header, rows, numbers, False, content.findings)
    name, cells, broken = read_cells(path, sheet=sheet)
    if not cells:
        raise Unreadable(f"{path.name}: sheet {name} is empty")
    header = [str(cell).strip() for cell in cells[0]]
    rows, numbers = [], []
    for index, row in enumerate(cells[1:], start=1):
        filled = [broken.get((index, at), cell) for at, cell in enumerate(row)]
        if any(isinstance(cell, Broken) or cell != "" for cell in filled):
            rows.append(filled)
            numbers.append(index + 1)
    return Grid(path.name, name, header, rows, numbers, True)
