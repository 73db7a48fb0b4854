"""Dates as people write them: whole, partial or impossible.

A partial date is kept as written and imputed by a stated rule, flagged as ADaM flags it
(``D`` = the day was imputed, ``M`` = month and day were imputed).
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Rule = Literal["first", "last"]

_DATE = r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?"
_TIME_OF_DAY = r"(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_TIME = r"[T ]\d{2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?)?(?:Z|[+-]\d{2}:?\d{2})?"
_ISO = re.compile(rf"(\d{{4}})(?:-(\d{{1,2}})(?:-(\d{{1,2}})(?:{_TIME})?)?|-?--\d{{2}})?$")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date with what was imputed; `flag` is '', 'D' or 'M'."""

    value: date
    flag: str = ""


def parse_iso(text: str, *, rule: Rule) -> PartialDate | None:
    """Read ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD`` (a time of day is dropped).

    A day without its month (``YYYY---DD``, as SDTM writes it) counts as the year alone.

    Parameters
    ----------
    text : str
    rule : 'first' or 'last'   Day (and month) taken where the date is partial.

    Returns     PartialDate, or None where `text` is not an existing date.
    """
    match = _ISO.match(text.strip())
    if not match:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    if not 1 <= year <= 9999 or (month is not None and not 1 <= month <= 12):
        return None
    if month is None:
        month, flag = (1, "M") if rule == "first" else (12, "M")
    else:
        flag = "" if day is not None else "D"
    last = calendar.monthrange(year, month)[1]
    if day is None:
        day = 1 if rule == "first" else last
    return PartialDate(date(year, month, day), flag) if 1 <= day <= last else None


def from_excel_serial(serial: float) -> date | None:
    """Date of an Excel serial number (1900 system); None outside 1905 to 2173."""
    return date(1899, 12, 30) + timedelta(days=int(serial)) if 2000 <= serial <= 100000 else None
