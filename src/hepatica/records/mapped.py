"""Mapping reader: applies the entries of a mapping to the files they name.

Rows keep the place they have in the other party's file; findings name that file's own columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Any

from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.core.partial_date import parse_iso
from hepatica.records.cell import cell_of, text_of
from hepatica.records.csv_folder import writes_decimal_comma
from hepatica.records.grid import Grid, read_grid
from hepatica.records.header import nearest
from hepatica.records.mapping import Entry, check_mapping, date_pattern
from hepatica.records.plausibility import range_text
from hepatica.records.safety import source_path
from hepatica.records.sheet import Sheet, column_letter
from hepatica.records.table import Column

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

FOREIGN_KEYS = ("form", "group")

Cells = list[Any]


def read_mapped(
    folder: Path, mapping: Mapping[str, Any]
) -> tuple[list[Sheet], list[Finding], list[Path]]:
    """Sheets that the entries of a mapping make, findings, and the files read.

    Parameters
    ----------
    folder : Path         The folder that records.path names, or the one file of all entries.
    mapping : mapping     `[records.mapping]` of study.toml; see `mapping`.

    Raises      Unreadable for a file that cannot be read.
    """
    entries, findings = check_mapping(mapping, foreign=FOREIGN_KEYS)
    grids: dict[tuple[str, str, str, str], Grid] = {}
    used: list[Path] = []
    sheets: list[Sheet] = []
    for entry in entries:
        key = (entry.file, entry.sheet, entry.delimiter, entry.encoding)
        if key not in grids:
            path = source_path(folder, entry.file) if folder.is_dir() else folder
            grids[key] = read_grid(
                path, sheet=entry.sheet, delimiter=entry.delimiter, encoding=entry.encoding
            )
            findings += grids[key].findings
            if path not in used:
                used.append(path)
        made, faults = read_entry(entry, grids[key])
        sheets += made
        findings += faults
    return sheets, findings, used


def read_entry(entry: Entry, grid: Grid) -> tuple[list[Sheet], list[Finding]]:
    """Sheets that one entry of a mapping makes of a grid, with what is wrong in its columns."""
    findings = _check_theirs(entry, grid)
    at = _used_rows(entry, grid)
    columns = {
        name: _cells(entry, entry.table.column(name), grid, theirs, at)
        for name, theirs in entry.columns.items()
        if theirs in grid.header
    }
    for name, value in entry.constants.items():
        columns[name] = [value] * len(at)
    headers = {name: theirs for name, theirs in entry.columns.items() if name in columns}
    if entry.days and {entry.days, entry.event} <= set(grid.header):
        _follow(entry, grid, at, columns)
        headers |= {"time_days": entry.days, "status": entry.event}
    if entry.tests:
        return _test_sheets(entry, grid, at, columns, headers), findings
    kept = _taken(entry, grid, at, columns)
    findings += _check_untaken(entry, grid, at, columns, kept)
    return [_sheet(entry, grid, [at[i] for i in kept], _only(columns, kept), headers)], findings


def named_columns(entry: Entry) -> list[str]:
    """Their columns that an entry names, each once."""
    named = [
        *entry.columns.values(),
        *entry.when,
        *(test[key] for test in entry.tests for key in test if key not in ("test", "unit")),
        *(name for name in (entry.order, entry.days, entry.event) if name),
    ]
    return list(dict.fromkeys(named))


def _check_theirs(entry: Entry, grid: Grid) -> list[Finding]:
    named = named_columns(entry)
    again = [
        finding_of(
            "R017",
            Place(grid.file, grid.sheet, 1, name),
            found=f"'{name}' again",
            expected="each column once; the first was read",
        )
        for name in named
        if grid.header.count(name) > 1
    ]
    return again + [
        finding_of(
            "R043",
            Place("study.toml", column=f"records.mapping.{entry.table.name}"),
            found=f"'{name}'",
            expected=f"a column of {grid.file}",
            hint=nearest(str(name), grid.header),
        )
        for name in named
        if name not in grid.header
    ]


def _used_rows(entry: Entry, grid: Grid) -> list[int]:
    wanted = [
        (grid.header.index(name), words)
        for name, words in entry.when.items()
        if name in grid.header
    ]
    return [
        index
        for index, row in enumerate(grid.rows)
        if all(text_of(row[position]).strip() in words for position, words in wanted)
    ]


def _cells(entry: Entry, column: Column, grid: Grid, theirs: str, at: Sequence[int]) -> Cells:
    cells: Cells = grid.cells(theirs, at)
    codes = entry.codes.get(column.name)
    if codes:
        cells = [codes.get(text_of(cell).strip(), cell) for cell in cells]
    if column.kind == "date" and entry.date_format:
        pattern = date_pattern(entry.date_format)
        cells = [_iso(cell, pattern) if pattern else cell for cell in cells]
    factor = entry.scale.get(column.name)
    if factor is not None:
        comma = _comma(entry, {column.name: cells})
        cells = [_scaled(column, cell, factor, comma) for cell in cells]
    return cells


def _iso(cell: Any, pattern: Any) -> Any:
    match = pattern.match(cell.strip()) if isinstance(cell, str) else None
    if not match:
        return cell
    parts = match.groupdict()
    month = parts.get("m")
    if parts.get("b"):
        short = parts["b"][:3].lower()
        month = str(_MONTHS.index(short) + 1) if short in _MONTHS else "0"
    text = parts["y"] + (f"-{int(month):02d}" if month else "")
    return text + (f"-{int(parts['d']):02d}" if month and parts.get("d") else "")


def _scaled(column: Column, cell: Any, factor: float, comma: bool) -> Any:
    value = cell_of(column, cell, decimal_comma=comma).value
    return value * factor if isinstance(value, int | float) else cell


def _follow(entry: Entry, grid: Grid, at: Sequence[int], columns: dict[str, Cells]) -> None:
    """Observed days from the row's date: origin, last day, status and the days as they are."""
    days = grid.cells(entry.days, at)
    events = [text_of(cell).strip() for cell in grid.cells(entry.event, at)]
    origins = columns.get("date", [None] * len(at))
    comma = _comma(entry, {"time_days": days})
    column = entry.table.column("time_days")
    columns["origin_date"] = origins
    columns["time_days"] = days
    columns["status"] = [entry.event_codes.get(event, event) for event in events]
    columns["date"] = [
        _later(origin, cell_of(column, day, decimal_comma=comma).value)
        for origin, day in zip(origins, days, strict=True)
    ]


def _later(origin: Any, days: Any) -> Any:
    day = _day(origin)
    if day is None or not isinstance(days, int | float) or not 0 <= days < 1e5:
        return None if day else origin
    return day + timedelta(days=ceil(days))


def _day(cell: Any) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    partial = parse_iso(cell, rule="first") if isinstance(cell, str) else None
    return partial.value if partial and not partial.flag else None


def _taken(entry: Entry, grid: Grid, at: Sequence[int], columns: dict[str, Cells]) -> list[int]:
    """Indices of the rows kept by `order`, `take` and `distinct`."""
    order = list(range(len(at)))
    if entry.order and entry.order in grid.header:
        pattern = date_pattern(entry.date_format) if entry.date_format else None
        keys = grid.cells(entry.order, at)
        keys = [_iso(key, pattern) if pattern else key for key in keys]
        order.sort(key=lambda index: _sort_key(keys[index]))
    if entry.take:
        subjects = [text_of(cell) for cell in columns.get("subject", [""] * len(at))]
        chosen: dict[str, int] = {}
        for index in order if entry.take == "last" else reversed(order):
            chosen[subjects[index]] = index
        order = sorted(chosen.values())
    if entry.distinct:
        said: dict[tuple[str, ...], int] = {}
        for index in order:
            said.setdefault(tuple(text_of(cells[index]) for cells in columns.values()), index)
        order = sorted(said.values())
    return sorted(order)


def _sort_key(cell: Any) -> tuple[int, float, str]:
    day = _day(cell)
    if day is not None:
        return 0, float(day.toordinal()), ""
    try:
        return 1, float(text_of(cell)), ""
    except ValueError:
        return 2, 0.0, text_of(cell)


def _check_untaken(
    entry: Entry, grid: Grid, at: Sequence[int], columns: dict[str, Cells], kept: Sequence[int]
) -> list[Finding]:
    """Numbers out of range on rows that `take` passes over: they are dirt all the same."""
    rest = sorted(set(range(len(at))) - set(kept)) if entry.take else []
    findings = []
    for column in entry.table.columns:
        if column.name not in entry.columns or (column.low is None and column.high is None):
            continue
        low = float("-inf") if column.low is None else column.low
        high = float("inf") if column.high is None else column.high
        outside = [
            index
            for index in rest
            if isinstance(value := cell_of(column, columns[column.name][index]).value, int | float)
            and not low <= value <= high
        ]
        findings += [
            finding_of(
                "R005",
                Place(grid.file, grid.sheet, grid.numbers[at[i]], entry.columns[column.name]),
                found=f"'{text_of(columns[column.name][i])}'",
                expected=f"{column.expected}, {range_text(column.low, column.high)}",
                hint=f"a row that take = '{entry.take}' passes over",
                subject=text_of(columns["subject"][i]) if "subject" in columns else "",
            )
            for i in outside
        ]
    return findings


def _test_sheets(
    entry: Entry,
    grid: Grid,
    at: Sequence[int],
    columns: dict[str, Cells],
    headers: Mapping[str, str],
) -> list[Sheet]:
    """One sheet a test: their wide columns become our rows; blank results are no rows."""
    sheets = []
    for test in entry.tests:
        if test.get("column") not in grid.header:
            continue
        results = grid.cells(test["column"], at)
        kept = [i for i, result in enumerate(results) if text_of(result).strip()]
        rows = [at[i] for i in kept]
        made = _only(columns, kept)
        made["test"] = [test.get("test", "")] * len(kept)
        made["value"] = [results[i] for i in kept]
        made["unit"] = [test.get("unit", "")] * len(kept)
        for limit in ("lower_limit", "upper_limit"):
            if test.get(limit) in grid.header:
                made[limit] = grid.cells(test[limit], rows)
        sheets.append(_sheet(entry, grid, rows, made, {**headers, "value": test["column"]}))
    return sheets


def _sheet(
    entry: Entry,
    grid: Grid,
    at: Sequence[int],
    columns: dict[str, Cells],
    headers: Mapping[str, str],
) -> Sheet:
    letters = {
        name: column_letter(grid.header.index(theirs))
        for name, theirs in headers.items()
        if grid.lettered and theirs in grid.header
    }
    return Sheet(
        table=entry.table.name,
        file=grid.file,
        sheet=grid.sheet,
        columns=columns,
        rows=[grid.numbers[index] for index in at],
        headers=headers,
        letters=letters,
        decimal_comma=_comma(entry, columns),
    )


def _comma(entry: Entry, columns: Mapping[str, Cells]) -> bool:
    if entry.decimal:
        return entry.decimal == ","
    numbers = [
        [cell for cell in columns[column.name] if isinstance(cell, str)]
        for column in entry.table.columns
        if column.kind == "number" and column.name in columns
    ]
    return writes_decimal_comma(numbers)


def _only(columns: Mapping[str, Cells], kept: Sequence[int]) -> dict[str, Cells]:
    return {name: [cells[index] for index in kept] for name, cells in columns.items()}
