"""The workbook template: one sheet a table, made from the declared tables, blank or filled.

Drop-downs come from a hidden sheet of codes; header rows are locked and frozen; every column
says in an input message and a comment what it expects. The same rows give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from hepatica.core.errors import UsageError
from hepatica.records.catalogue import catalogue_codes
from hepatica.records.header import header_text
from hepatica.records.sheet import column_letter
from hepatica.records.table import Column, Table, tables

CREATED = datetime(2000, 1, 1)
FORM_ROWS = 2000
LAST_COLUMN = 16383

_ABOUT = (
    "Records of a study, one sheet a table, one row a record.",
    "Row 1 of every sheet is the header; a column marked * must be filled in every row.",
    "Dates: YYYY-MM-DD. Where only the month or the year is known, write 2016-03 or 2016.",
    "Leave blank what is not known. Blank is never read as zero.",
    "Numbers carry no unit; the unit stands in the header or in the column beside.",
    "Do not merge cells. Hidden sheets are not read.",
)

Row = Mapping[str, object]


def write_template(path: Path, prefill: Mapping[str, Sequence[Row]] | None = None) -> None:
    """Write the workbook of all declared tables, with the rows of `prefill` where given.

    Parameters
    ----------
    path : Path            Where the .xlsx file is written.
    prefill : mapping      Table name -> rows, each a mapping of column name to value (None and
                           '' blank). Text is written as text, whatever it begins with.

    Raises      UsageError for a table or column that is not declared.
    """
    prefill = prefill or {}
    _check_prefill(prefill)
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    }
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"title": "Hepatica records", "created": CREATED})
    formats = _formats(book)
    _write_about(book, formats)
    sheets = [(table, book.add_worksheet(table.title)) for table in tables().values()]
    sources = _write_codes(book)
    for table, sheet in sheets:
        _write_header(sheet, table, formats)
        rows = prefill.get(table.name, ())
        _write_rows(sheet, table, rows, formats)
        _write_rules(sheet, table, sources, last=max(FORM_ROWS, len(rows) + 200))
    book.close()


def _check_prefill(prefill: Mapping[str, Sequence[Row]]) -> None:
    for name, rows in prefill.items():
        if name not in tables():
            raise UsageError(f"there is no table '{name}' to fill")
        declared = {column.name for column in tables()[name].columns}
        strange = sorted({key for row in rows for key in row} - declared)
        if strange:
            raise UsageError(f"table '{name}' has no column '{strange[0]}'")


def _formats(book: Any) -> dict[str, Any]:
    head = {"bold": True, "bg_color": "#DCE6EE", "bottom": 1, "text_wrap": True, "valign": "top"}
    return {
        "header": book.add_format({**head, "locked": True}),
        "text": book.add_format({"num_format": "@", "locked": False}),
        "date": book.add_format({"num_format": "yyyy-mm-dd", "locked": False}),
        "number": book.add_format({"locked": False}),
        "wide": book.add_format({"text_wrap": True}),
    }


def _write_about(book: Any, formats: dict[str, Any]) -> None:
    sheet = book.add_worksheet("About")
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 90)
    for row, line in enumerate(_ABOUT):
        sheet.write_string(row, 0, line)
    for row, table in enumerate(tables().values(), start=len(_ABOUT) + 1):
        sheet.write_string(row, 0, table.title)
        sheet.write_string(row, 1, table.help, formats["wide"])


def _write_codes(book: Any) -> dict[tuple[str, str], str]:
    """Write the hidden sheet of codes; its ranges by (table, column)."""
    sheet = book.add_worksheet("Codes")
    sheet.hide()
    ranges: dict[tuple[str, str], str] = {}
    for table in tables().values():
        for column in table.columns:
            words = _words(column)
            if not words:
                continue
            at = len(ranges)
            sheet.write_string(0, at, f"{table.name}.{column.name}")
            for row, word in enumerate(words, start=1):
                sheet.write_string(row, at, word)
            letter = column_letter(at)
            ranges[table.name, column.name] = f"=Codes!${letter}$2:${letter}${len(words) + 1}"
    return ranges


def _words(column: Column) -> tuple[str, ...]:
    return catalogue_codes(column.catalogue) if column.catalogue else column.codes


def _write_header(sheet: Any, table: Table, formats: dict[str, Any]) -> None:
    sheet.freeze_panes(1, 1)
    sheet.protect("", {"insert_rows": True, "delete_rows": True, "sort": True, "format_rows": True})
    for at, column in enumerate(table.columns):
        text = header_text(column) + (" *" if column.required else "")
        sheet.write_string(0, at, text, formats["header"])
        sheet.write_comment(0, at, f"{column.label}: {column.expected}", {"author": "Hepatica"})
        sheet.set_column(at, at, max(12, min(len(text) + 2, 30)), formats[_kind(column)])
    _unlock_from(sheet, len(table.columns), formats["number"])


def _unlock_from(sheet: Any, first: int, style: Any) -> None:
    """Give all columns from `first` to the last one `style`, as one range of the file."""
    # A protected sheet lets go of a row only where all its cells are unlocked.
    sheet.set_column(first, first, None, style)
    # Formatted columns are no content: else every row is walked to the last of 16,384 columns.
    sheet.dim_colmax = first - 1
    # A range is kept column by column, 16,000 a sheet, most of the time that a workbook takes:
    # one column is kept, and written as reaching to the last.
    write = sheet._write_col_info
    sheet._write_col_info = lambda low, high, info: write(
        low, LAST_COLUMN if high == first else high, info
    )


def _kind(column: Column) -> str:
    if column.kind == "date":
        return "date"
    return "number" if column.kind in ("number", "integer") else "text"


def _write_rows(sheet: Any, table: Table, rows: Sequence[Row], formats: dict[str, Any]) -> None:
    for at, column in enumerate(table.columns):
        style = formats[_kind(column)]
        for row, record in enumerate(rows, start=1):
            value = record.get(column.name)
            if value is None or value == "":
                continue
            if isinstance(value, date):
                sheet.write_datetime(row, at, value, style)
            elif isinstance(value, int | float) and not isinstance(value, bool):
                sheet.write_number(row, at, value, style)
            else:
                sheet.write_string(row, at, str(value), style)


def _write_rules(
    sheet: Any, table: Table, sources: Mapping[tuple[str, str], str], *, last: int
) -> None:
    for at, column in enumerate(table.columns):
        help_text = {
            "input_title": column.label[:32],
            "input_message": column.expected[:255],
            "ignore_blank": True,
        }
        sheet.data_validation(1, at, last, at, {**_rule(table, column, sources), **help_text})


def _rule(
    table: Table, column: Column, sources: Mapping[tuple[str, str], str]
) -> dict[str, object]:
    if (table.name, column.name) in sources:
        listed: dict[str, object] = {"validate": "list", "source": sources[table.name, column.name]}
        return {**listed, "error_type": "warning"} if column.catalogue else listed
    if column.kind in ("number", "integer"):
        return _number_rule(column)
    return {"validate": "any"}


def _number_rule(column: Column) -> dict[str, object]:
    kind = "integer" if column.kind == "integer" else "decimal"
    low = column.low if column.low is not None else -1e9
    high = column.high if column.high is not None else 1e9
    return {
        "validate": kind,
        "criteria": "between",
        "minimum": low,
        "maximum": high,
        "error_type": "warning",
    }
