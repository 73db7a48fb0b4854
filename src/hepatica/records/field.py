"""Fields of an electronic case report form: what a cell may hold, and what it means to us.

REDCap's data dictionary and ODM's metadata both say of a field which values it takes. A value
that is none of them is told and taken as missing; so is a missing-data code, with its reason,
and it never becomes a number. Choices are translated into our words by their labels.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.core.partial_date import parse_iso
from hepatica.records.cell import cell_of, shown
from hepatica.records.header import nearest
from hepatica.records.table import Column

FieldType = Literal["text", "integer", "number", "date", "choice"]
DateOrder = Literal["ymd", "dmy", "mdy"]

_NUMBER = re.compile(r"[+-]?(?:\d{1,30}\.?\d{0,30}|\.\d{1,30})(?:[eE][+-]?\d{1,3})?$", re.ASCII)
_FIGURES = re.compile(r"[+-]?\d{1,30}(?:\.\d{1,30})?", re.ASCII)
_PARTS = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T ].*)?$", re.ASCII)
_ISO = re.compile(r"\d{4}(?:-\d{1,2}){0,2}(?:[T ].*)?$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Field:
    """One field as its maker declared it; `choices` is code -> label, limits are text.

    hidden : whether another field's answer can hide it, so that blank means not asked
    ticked : whether it is one choice of several; 0 then means nothing was said
    row    : where its declaration stands, for findings
    """

    name: str
    form: str = ""
    type: FieldType = "text"
    choices: Mapping[str, str] = field(default_factory=dict)
    order: DateOrder = "ymd"
    decimal_comma: bool = False
    low: str = ""
    high: str = ""
    required: bool = False
    hidden: bool = False
    identifier: bool = False
    ticked: bool = False
    row: int | None = None


@dataclass(frozen=True, slots=True)
class FieldCell:
    """A cell under its field: text for typing ('' missing), code and words of its fault."""

    text: str = ""
    code: str = ""
    expected: str = ""
    hint: str = ""


def read_field_cell(field: Field, raw: str, missing: Mapping[str, str]) -> FieldCell:
    """A cell as its field understands it: dates in ISO order, decimals with a point.

    Parameters
    ----------
    field : Field
    raw : str
    missing : mapping     Missing-data code -> reason, of the whole project.
    """
    text = raw.strip()
    if not text:
        return FieldCell()
    code = missing_code(text, missing)
    if code is not None:
        return FieldCell(code="R053", expected=missing[code], hint=code)
    if field.type == "choice":
        return _choice(field, text)
    if field.type in ("integer", "number"):
        return _number(field, text)
    return _date(field, text) if field.type == "date" else FieldCell(raw)


def missing_code(text: str, missing: Mapping[str, str]) -> str | None:
    """The missing-data code that a cell holds (``-99`` also as ``-99.0``); None for a value."""
    if text in missing:
        return text
    number = _decimal(text)
    if number is None:
        return None
    return next((code for code in missing if _decimal(code) == number), None)


def check_cells(
    field: Field,
    cells: Sequence[str],
    *,
    missing: Mapping[str, str],
    place: Callable[[int], Place],
) -> tuple[list[str], list[Finding]]:
    """Cells of a field as text for typing, with every fault; equal cells are read once.

    Parameters
    ----------
    field : Field
    cells : sequence of str
    missing : mapping     Missing-data code -> reason.
    place : function      Place of the cell at an index.
    """
    known: dict[str, FieldCell] = {}
    texts: list[str] = []
    faults: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, raw in enumerate(cells):
        cell = known.get(raw)
        if cell is None:
            cell = known[raw] = read_field_cell(field, raw, missing)
        texts.append(cell.text)
        if cell.code:
            key = cell.hint if cell.code == "R053" else "" if cell.code == "R060" else raw
            faults[cell.code, key].append(index)
    return texts, [
        _finding(known[cells[at[0]]], cells[at[0]], len(at), place(at[0])) for at in faults.values()
    ]


def choice_codes(
    field: Field, column: Column, given: Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    """Code of a field -> our word for a column, and the codes whose label is another number.

    What the mapping itself gives, by code or by label, comes first; then the label where the
    column understands it, then the code. A column of numbers takes a label that is a number.
    """
    codes: dict[str, str] = {}
    unlike: list[str] = []
    for code, label in field.choices.items():
        if code in given or label in given:
            codes[code] = given.get(code, given.get(label, ""))
        elif column.kind in ("integer", "number"):
            codes[code] = label if _decimal(label) is not None else code
            figures = {Decimal(text) for text in _FIGURES.findall(label)}
            if codes[code] == code and len(figures) == 1 and _decimal(code) not in figures:
                unlike.append(code)
        elif column.kind == "code":
            codes[code] = label if _understood(column, label) else code
            if not _understood(column, codes[code]):
                codes[code] = label
        elif column.kind == "text":
            codes[code] = label
    return {**given, **codes}, unlike


def _understood(column: Column, text: str) -> bool:
    return not cell_of(column, text).code


def _choice(field: Field, text: str) -> FieldCell:
    if text in field.choices:
        return FieldCell(text)
    number = _decimal(text)
    if number is not None:
        same = next((code for code in field.choices if _decimal(code) == number), None)
        if same is not None:
            return FieldCell(same)
    label = next((c for c, label in field.choices.items() if label.lower() == text.lower()), None)
    hint = nearest(text, list(field.choices))
    if label is not None:
        hint = f"the label of code {label}; export raw values, not labels"
    known = ", ".join(list(field.choices)[:12]) or "a choice; the field declares none"
    return FieldCell(code="R051", expected=f"one of {known}" if field.choices else known, hint=hint)


def _number(field: Field, text: str) -> FieldCell:
    if field.decimal_comma and "." not in text:
        text = text.replace(",", ".", 1)
    number = _decimal(text)
    whole = number is not None and number == number.to_integral_value()
    if number is None or (field.type == "integer" and not whole):
        words = "a whole number" if field.type == "integer" else "a number"
        mark = " with a decimal comma" if field.decimal_comma else ""
        return FieldCell(code="R052", expected=f"{words}{mark}, as the field is validated")
    low, high = _decimal(field.low), _decimal(field.high)
    outside = (low is not None and number < low) or (high is not None and number > high)
    return _limited(field, text, outside)


def _date(field: Field, text: str) -> FieldCell:
    expected = f"a date ({field.order}), as the field is validated"
    if _ISO.match(text) and parse_iso(text, rule="last"):
        low, high = (limit[:10] if _ISO.match(limit) else "" for limit in (field.low, field.high))
        outside = bool((low and text[:10] < low) or (high and text[:10] > high))
        return _limited(field, text, outside and len(text) >= len("2016-01-02"))
    match = _PARTS.match(text)
    if not match or field.order == "ymd":
        return FieldCell(code="R052", expected=expected)
    first, second, year = (int(part) for part in match.groups())
    day, month = (first, second) if field.order == "dmy" else (second, first)
    try:
        return FieldCell(date(year, month, day).isoformat(), "R060", expected)
    except ValueError:
        return FieldCell(code="R052", expected=expected)


def _limited(field: Field, text: str, outside: bool) -> FieldCell:
    if not outside:
        return FieldCell(text)
    limits = f"{field.low or '…'} to {field.high or '…'}, as the field's own limits say"
    return FieldCell(text, "R056", limits)


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.match(text.strip()) else None


def _finding(cell: FieldCell, raw: str, count: int, place: Place) -> Finding:
    more = f" and {count - 1} more such cells" if count > 1 else ""
    if cell.code == "R053":
        found = f"'{cell.hint}' in {count} cell" + ("s" if count > 1 else "")
        expected = f"a value, or a missing-data code; this one means '{cell.expected}'"
        return finding_of("R053", place, found=found, expected=expected, hint="taken as missing")
    hint = f"read as {cell.text}" if cell.code == "R060" else cell.hint
    return finding_of(cell.code, place, found=shown(raw) + more, expected=cell.expected, hint=hint)
