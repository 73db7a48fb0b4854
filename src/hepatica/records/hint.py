"""Hints: how a cell that could not be read would be written, in the words of its sheet."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date

from hepatica.records.table import Column

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR_FIRST = re.compile(r"(\d{4})[/. ](\d{1,2})[/. ](\d{1,2})\.?$|(\d{4})(\d{2})(\d{2})$")
_YEAR_LAST = re.compile(r"(\d{1,2})([/. -])(\d{1,2})[/. -](\d{4})$")
_NAMED = re.compile(r"(?:(\d{1,2})[. /-]*)?([a-z]{3,9})[., /-]*(\d{4})$", re.IGNORECASE)
_WITH_WORDS = re.compile(r"([~<>≤≥=]*)\s*\d+(?:[.,]\d+)?\s*([^\d\s].*)?$")
_NOTHING = frozenset(
    {"-", "--", ".", "?", "/", "x", "na", "n.a.", "n/a", "ne", "n.e.", "nd", "n.d."}
    | {"none", "nil", "null", "unknown", "unk", "ukn", "missing"}
)
_BLANK = "leave the cell blank where it is not known"


def date_hint(text: str) -> str:
    """How a date in another form is written here; both readings where there are two."""
    if text.lower() in _NOTHING:
        return _BLANK
    if match := _YEAR_FIRST.match(text):
        return _written([tuple(part for part in match.groups() if part)])
    if match := _YEAR_LAST.match(text):
        first, mark, second, year = match.groups()
        readings = [(year, second, first)]
        if mark != "." and first != second:
            readings.append((year, first, second))
        return _written(readings)
    if match := _NAMED.match(text):
        day, name, year = match.groups()
        month = name[:3].lower()
        if month in _MONTHS:
            number = str(_MONTHS.index(month) + 1)
            return _written([(year, number, day)]) if day else f"write {year}-{number:0>2}"
    return ""


def _written(readings: Sequence[tuple[str, ...]]) -> str:
    days = []
    for year, month, day in readings:
        try:
            days.append(date(int(year), int(month), int(day)).isoformat())
        except ValueError:
            continue
    return f"write {' or '.join(days)}" if days else ""


def number_hint(column: Column, text: str) -> str:
    """What to do about a number with words or signs around it, or a word for nothing."""
    if text.lower() in _NOTHING:
        return _BLANK
    match = _WITH_WORDS.match(text)
    if not match or not (match[1] or match[2]):
        return ""
    return "write the number alone" + (f", in {column.unit}" if column.unit else "")


def subject_hint(subject: str, subjects: Collection[str]) -> str:
    """The one known subject that differs in leading zeros, case or spaces only; '' for none."""
    wanted = _plain(subject)
    like = [known for known in subjects if known and _plain(known) == wanted]
    return f"the subjects table has '{like[0]}'; write both alike" if len(like) == 1 else ""


def _plain(subject: str) -> str:
    return re.sub(r"[\s_-]+", "", subject).lower().lstrip("0")
