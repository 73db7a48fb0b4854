"""Intake: sheets of raw cells become typed tables, with every cell's fault told.

A row is kept whatever its cells hold. Notes that repeat (partial dates, decimal commas, tests
outside the catalogue) are gathered into one finding with a count.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from hepatica.core.finding import Finding
from hepatica.core.finding_code import finding_of
from hepatica.records.cell import Cell, Value, cell_of, shown
from hepatica.records.place import Places
from hepatica.records.sheet import Broken, Sheet
from hepatica.records.standard import derive_standard
from hepatica.records.table import Column, Table, tables

NOTES_EACH = 20

_OPERATOR = re.compile(r"\s*([<>])=?\s*(?=[\d.,])|\s*([≤≥])\s*(?=[\d.,])")


@dataclass(slots=True)
class _Faults:
    """Faults of one column of one sheet: (index, cell, raw)."""

    sheet: Sheet
    column: Column
    found: list[tuple[int, Cell, object]] = field(default_factory=list)


def read_tables(
    sheets: Iterable[Sheet], places: Places
) -> tuple[dict[str, pa.Table], list[Finding]]:
    """Typed tables of all sheets, those of one table one after the other, with findings."""
    by_table: dict[str, list[Sheet]] = defaultdict(list)
    for sheet in sheets:
        by_table[sheet.table].append(_split_operator(sheet))
    full: dict[str, pa.Table] = {}
    findings: list[Finding] = []
    for name, table in tables().items():
        if name not in by_table:
            continue
        pieces = []
        for sheet in by_table[name]:
            piece, faults = read_rows(table, sheet)
            pieces.append(piece)
            findings += faults
        rows = _numbered(pa.concat_tables(pieces).combine_chunks())
        if table.standard_columns:
            rows, faults = derive_standard(table, rows, places)
            findings += faults
        full[name] = rows
    return full, findings


def read_rows(table: Table, sheet: Sheet) -> tuple[pa.Table, list[Finding]]:
    """One sheet's rows under the table's schema; `seq` is null where the sheet gives none."""
    schema = table.schema()
    arrays: dict[str, pa.Array] = {}
    raw_subjects = sheet.columns.get("subject", [None] * len(sheet.rows))
    named = {raw: _subject(raw) for raw in set(raw_subjects)}
    subjects = [named[raw] for raw in raw_subjects]
    findings: list[Finding] = []
    for column in table.columns:
        raws = sheet.columns.get(column.name)
        kind = schema.field(column.name).type
        if raws is None:
            arrays[column.name] = pa.nulls(len(sheet.rows), kind)
            cells: list[Cell] = []
        else:
            cells, faults = _cells(column, raws, sheet)
            findings += _findings(faults, subjects)
            arrays[column.name] = pa.array([c.value for c in cells], kind)
        if column.kind == "date":
            flags = [c.flag if c.value is not None else None for c in cells]
            arrays[f"{column.name}_flag"] = pa.array(flags or [None] * len(sheet.rows), pa.string())
    size = len(sheet.rows)
    arrays["src_file"] = pa.array([sheet.file] * size, pa.string())
    arrays["src_sheet"] = pa.array([sheet.sheet] * size, pa.string())
    arrays["src_row"] = pa.array(sheet.rows, pa.int64())
    arrays["seq"] = (
        pa.nulls(size, pa.int64()) if sheet.seq is None else pa.array(sheet.seq, pa.int64())
    )
    for name in schema.names:
        arrays.setdefault(name, pa.nulls(size, schema.field(name).type))
    return pa.Table.from_pydict(arrays, schema=schema), findings


def _cells(column: Column, raws: Sequence[object], sheet: Sheet) -> tuple[list[Cell], _Faults]:
    known: dict[object, Cell] = {}
    faults = _Faults(sheet, column)
    cells = []
    for index, raw in enumerate(raws):
        key = (raw.__class__, raw)
        cell = known.get(key)
        if cell is None:
            cell = known[key] = cell_of(column, raw, decimal_comma=sheet.decimal_comma)
            if column.required and cell.value is None and not cell.code:
                cell = known[key] = replace(cell, code="R002")
        if cell.code:
            faults.found.append((index, cell, raw))
        cells.append(cell)
    return cells, faults


def _findings(faults: _Faults, subjects: Sequence[str]) -> list[Finding]:
    by_code: dict[str, list[tuple[int, Cell, object]]] = defaultdict(list)
    for fault in faults.found:
        by_code[fault[1].code].append(fault)
    findings = []
    for code, found in by_code.items():
        if code == "R040":
            findings += _by_value(faults, found)
        elif code in ("R004", "R009") and len(found) > NOTES_EACH:
            findings.append(_gathered(faults, code, found))
        else:
            findings += [_finding(faults, one, subjects) for one in found]
    return findings


def _finding(faults: _Faults, one: tuple[int, Cell, object], subjects: Sequence[str]) -> Finding:
    index, cell, raw = one
    found = "nothing" if cell.code == "R002" else shown(raw)
    hint = cell.hint
    if cell.code == "R004":
        hint = f"imputed as {cell.value}"
    if cell.code == "R009":
        hint = f"read as {cell.value}"
    return finding_of(
        cell.code,
        faults.sheet.place(index, faults.column.name),
        found=found,
        expected=_expected(cell, faults.column),
        hint=hint,
        subject=subjects[index] if index < len(subjects) else "",
    )


def _expected(cell: Cell, column: Column) -> str:
    if cell.code == "R011":
        return "a formula that has been calculated and saved"
    return column.expected


def _gathered(faults: _Faults, code: str, found: list[tuple[int, Cell, object]]) -> Finding:
    index, cell, raw = found[0]
    return finding_of(
        code,
        faults.sheet.place(index, faults.column.name),
        found=f"{shown(raw)} and {len(found) - 1} more such cells in this column",
        expected=faults.column.expected,
        hint=f"the first is read as {cell.value}",
    )


def _by_value(faults: _Faults, found: list[tuple[int, Cell, object]]) -> list[Finding]:
    counts: dict[Value, list[int]] = defaultdict(list)
    for index, cell, _ in found:
        counts[cell.value].append(index)
    return [
        finding_of(
            "R040",
            faults.sheet.place(indices[0], faults.column.name),
            found=f"'{value}' in {len(indices)} row" + ("s" if len(indices) > 1 else ""),
            expected=faults.column.expected,
        )
        for value, indices in counts.items()
    ]


def _split_operator(sheet: Sheet) -> Sheet:
    """Labs written as '<7' in the result: the sign moves to the operator column."""
    raws = sheet.columns.get("value")
    if sheet.table != "labs" or raws is None:
        return sheet
    if not any(isinstance(raw, str) and _OPERATOR.match(raw) for raw in raws):
        return sheet
    operators = list(sheet.columns.get("operator", [None] * len(raws)))
    values = list(raws)
    for index, raw in enumerate(values):
        sign = _OPERATOR.match(raw) if isinstance(raw, str) else None
        if sign and isinstance(raw, str):
            operators[index] = sign[1] or {"≤": "<", "≥": ">"}[sign[2]]
            values[index] = raw[sign.end() :]
    return replace(sheet, columns={**sheet.columns, "value": values, "operator": operators})


def _numbered(table: pa.Table) -> pa.Table:
    """`seq` 1, 2, 3 within each subject, unless every row brought its own."""
    if not table.num_rows or table["seq"].null_count == 0:
        return table
    count: dict[str | None, int] = defaultdict(int)
    numbers = []
    for subject in table["subject"].to_pylist():
        count[subject] += 1
        numbers.append(count[subject])
    at = table.schema.get_field_index("seq")
    return table.set_column(at, "seq", pa.array(numbers, pa.int64()))


def _subject(raw: object) -> str:
    return "" if raw is None or isinstance(raw, Broken) else shown(raw).strip("'")
