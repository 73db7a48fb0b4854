"""Cells: what a raw value means under a declared column, and what is wrong with it.

A cell that fails its type becomes missing and is told; its row is never lost. Equal cells are
read once, so that a hundred thousand rows stay quick.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite, isnan

from hepatica.core.partial_date import PartialDate, from_excel_serial, parse_iso
from hepatica.records.catalogue import catalogue_aliases, catalogue_codes
from hepatica.records.header import nearest
from hepatica.records.hint import date_hint, number_hint
from hepatica.records.sheet import Broken
from hepatica.records.table import Column

Value = str | int | float | date | None

# The whole numbers that a spreadsheet's number holds exactly.
WHOLE = 2**53

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$")
_COMMA = re.compile(r"[+-]?\d*,\d+$")
_THREE = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}$")
# Marks that no eye sees: two identifiers that differ in them only are one.
_UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_DATE_LIKE = re.compile(r"\d{4}-\d{1,2}(-\d{1,2})?(?:[T ].*)?$")


@dataclass(frozen=True, slots=True)
class Cell:
    """A typed cell: value, imputation flag of a date, and the code and hint of its fault."""

    value: Value = None
    flag: str = ""
    code: str = ""
    hint: str = ""


_BLANK = Cell()


def cell_of(column: Column, raw: object, *, decimal_comma: bool = False) -> Cell:
    """Typed cell of a raw value under a column; never raises for what a cell may hold.

    Parameters
    ----------
    column : Column
    raw : None, str, int, float, bool, date, datetime or Broken
    decimal_comma : bool     The source writes decimals with a comma throughout.
    """
    if isinstance(raw, Broken):
        return Cell(code=raw.code)
    if isinstance(raw, str):
        raw = _UNSEEN.sub("", raw).replace("\u00a0", " ").strip()
    if raw is None or raw == "" or (isinstance(raw, float) and isnan(raw)):
        return _BLANK
    if column.kind in ("number", "integer"):
        return _number(column, raw, decimal_comma)
    if column.kind == "date":
        return _date(column, raw)
    text = text_of(raw)
    return _code(column, text) if column.kind == "code" else Cell(text)


def shown(raw: object) -> str:
    """A raw value as findings quote it: in quotes, cut at 60 characters."""
    text = text_of(raw)
    return f"'{text[:60]}…'" if len(text) > 60 else f"'{text}'"


def text_of(raw: object) -> str:
    """A raw value as text: whole numbers without a point, dates as YYYY-MM-DD, '' for None."""
    if isinstance(raw, Broken):
        return raw.text
    if isinstance(raw, bool):
        return "Y" if raw else "N"
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        raw = int(raw)
    if isinstance(raw, datetime):
        raw = raw.date()
    if isinstance(raw, PartialDate):
        return raw.value.isoformat()[: {"D": 7, "M": 4}.get(raw.flag, 10)]
    return "" if raw is None else str(raw)


def _number(column: Column, raw: object, decimal_comma: bool) -> Cell:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        return Cell(code="R001")
    code = ""
    if isinstance(raw, str):
        if _COMMA.match(raw):
            if _THREE.match(raw) and not decimal_comma:
                return Cell(code="R001", hint="a comma before three digits can be read two ways")
            raw, code = raw.replace(",", "."), "R009"
        if not _NUMBER.match(raw):
            return Cell(code="R001", hint=number_hint(column, raw))
        raw = float(raw)
    if not isfinite(raw):
        return Cell(code="R001")
    if column.kind == "number":
        return Cell(float(raw), code=code)
    whole = float(raw).is_integer() and abs(raw) < WHOLE
    return Cell(int(raw), code=code) if whole else Cell(code="R001")


def _date(column: Column, raw: object) -> Cell:
    if isinstance(raw, PartialDate):
        return Cell(raw.value, raw.flag, "R004" if raw.flag else "")
    if isinstance(raw, datetime):
        return Cell(raw.date())
    if isinstance(raw, date):
        return Cell(raw)
    if isinstance(raw, float | int) and not isinstance(raw, bool):
        day = from_excel_serial(raw)
        if day and not 1900 <= raw <= 2100:
            return Cell(day)
        raw = text_of(raw)
    return _text_date(column, raw) if isinstance(raw, str) else Cell(code="R001")


def _text_date(column: Column, text: str) -> Cell:
    partial = parse_iso(text, rule=column.impute)
    if partial:
        return Cell(partial.value, partial.flag, "R004" if partial.flag else "")
    if _DATE_LIKE.match(text):
        return Cell(code="R003")
    return Cell(code="R001", hint=date_hint(text))


def _code(column: Column, text: str) -> Cell:
    codes = catalogue_codes(column.catalogue) if column.catalogue else column.codes
    if text in codes:
        return Cell(text)
    aliases = catalogue_aliases(column.catalogue) if column.catalogue else column.aliases
    spellings = {alias.lower(): code for alias, code in aliases.items()}
    spellings |= {code.lower(): code for code in codes}
    code = spellings.get(text.lower())
    if code is not None:
        return Cell(code)
    if column.catalogue:
        return Cell(text.upper(), code="R040")
    return Cell(code="R006", hint=nearest(text, [*codes, *column.aliases]))
