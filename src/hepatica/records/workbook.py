"""Workbook reader: an .xlsx or .ods file with one sheet a table, header in row 1.

Sheets are found by a table's title or name whatever their case, columns by label or name.
Blank rows are skipped; hidden sheets, unknown sheets, merged cells and formulas that give no
value are told with their places. calamine shows a formula's error as a blank, so these are
looked up in the package itself before reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from hepatica.core.errors import Unreadable
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.records.header import check_headers, nearest, table_named
from hepatica.records.ooxml import workbook_parts
from hepatica.records.opendocument import document_parts
from hepatica.records.package import Package, Part
from hepatica.records.sheet import Broken, Sheet, column_letter
from hepatica.records.table import Table, tables

OWN_SHEETS = ("About", "Codes")

_DAMAGED = "is damaged; open it in the spreadsheet program and save it again"


def read_workbook(path: Path, *, name: str = "") -> tuple[list[Sheet], list[Finding]]:
    """Sheets of a workbook that are declared tables, with what is wrong in its form.

    Parameters
    ----------
    path : Path        An .xlsx or .ods file.
    name : str         What findings call the file; its own name where ''.

    Raises      Unreadable where the file is corrupt, encrypted or hostile.
    """
    name = name or path.name
    parts = _parts(path)
    sheets: list[Sheet] = []
    findings: list[Finding] = []
    try:
        with CalamineWorkbook.from_path(path) as book:
            for meta in book.sheets_metadata:
                table = table_named(meta.name)
                place = Place(name, meta.name)
                if meta.visible is not SheetVisibleEnum.Visible:
                    findings += _hidden(place)
                elif table is None:
                    findings += _unknown(place)
                else:
                    rows = book.get_sheet_by_name(meta.name).to_python(skip_empty_area=False)
                    part = parts.get(meta.name, Part())
                    found, faults = read_sheet(table, rows, place=place, part=part)
                    sheets += found
                    findings += faults
    except CalamineError as error:
        raise Unreadable(f"{name}: {_DAMAGED} ({error})") from error
    return sheets, findings


def read_cells(
    path: Path, *, sheet: str = ""
) -> tuple[str, list[list[Any]], dict[tuple[int, int], Broken]]:
    """Cells of one sheet of any workbook: its name, its rows, and the broken cells by place.

    The first visible sheet where `sheet` is ''; places are (row, column) counted from 0.

    Raises      Unreadable where the file cannot be read or has no such sheet.
    """
    parts = _parts(path)
    try:
        with CalamineWorkbook.from_path(path) as book:
            visible = [
                meta.name
                for meta in book.sheets_metadata
                if meta.visible is SheetVisibleEnum.Visible
            ]
            name = sheet or (visible[0] if visible else "")
            if name not in book.sheet_names:
                raise Unreadable(f"{path.name}: has no sheet '{name}'")
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise Unreadable(f"{path.name}: {_DAMAGED} ({error})") from error
    broken = {(row, column): fault for row, column, fault in parts.get(name, Part()).broken}
    return name, rows, broken


def _parts(path: Path) -> dict[str, Part]:
    with Package(path) as package:
        parts = document_parts(package) if "content.xml" in package else {}
        if "xl/workbook.xml" in package or not parts:
            parts |= workbook_parts(package)
    return parts


def read_sheet(
    table: Table, rows: Sequence[Sequence[object]], *, place: Place, part: Part
) -> tuple[list[Sheet], list[Finding]]:
    """One sheet's records under our column names; none where the sheet has no header."""
    if not rows:
        return [], []
    texts = [str(cell).strip() for cell in rows[0]]
    at, findings = check_headers(table, texts, file=place.file, sheet=place.sheet, lettered=True)
    broken = {(row, column): fault for row, column, fault in part.broken}
    broken_rows = {row for row, _ in broken}
    kept = [
        index
        for index, row in enumerate(rows[1:], start=1)
        if any(cell != "" for cell in row) or index in broken_rows
    ]
    columns = {}
    for column, position in at.items():
        cells: list[object] = [rows[i][position] for i in kept]
        for k, i in enumerate(kept):
            if (i, position) in broken:
                cells[k] = broken[i, position]
        columns[column] = cells
    sheet = Sheet(
        table=table.name,
        file=place.file,
        sheet=place.sheet,
        columns=columns,
        rows=[i + 1 for i in kept],
        headers={column: texts[position].rstrip(" *") for column, position in at.items()},
        letters={column: column_letter(position) for column, position in at.items()},
    )
    return [sheet], findings + _merged(part, place)


def _hidden(place: Place) -> list[Finding]:
    if place.sheet in OWN_SHEETS:
        return []
    expected = "a visible sheet; it was not read"
    return [finding_of("R013", place, found="a hidden sheet", expected=expected)]


def _unknown(place: Place) -> list[Finding]:
    if place.sheet in OWN_SHEETS:
        return []
    words = [word for t in tables().values() for word in (t.title, t.name)]
    hint = nearest(place.sheet, words) or nearest(place.sheet.partition(" ")[0], words)
    expected = "a sheet named after a table; it was not read"
    return [finding_of("R014", place, found=f"'{place.sheet}'", expected=expected, hint=hint)]


def _merged(part: Part, place: Place) -> list[Finding]:
    return [
        finding_of(
            "R012",
            Place(place.file, place.sheet, row + 1, "", f"{column_letter(column)}{row + 1}"),
            found=f"merged cells {text}",
            expected="one value in each cell",
        )
        for row, column, text in part.merged
    ]
