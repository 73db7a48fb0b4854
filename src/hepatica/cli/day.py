"""A day as typed on the command line."""

from __future__ import annotations

import re
from datetime import date

from hepatica.core.errors import UsageError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_YEARS = (1900, 2200)


def day_of(text: str, option: str = "--on") -> date:
    """The day typed as YYYY-MM-DD.

    Raises      UsageError for anything else, and for a year that cannot be meant.
    """
    found = None
    if _DAY.fullmatch(text):
        try:
            found = date.fromisoformat(text)
        except ValueError:
            found = None
    if found is None:
        raise UsageError(f"{option}: found {text[:40]!r}; expected a date, YYYY-MM-DD")
    low, high = _YEARS
    if not low <= found.year <= high:
        raise UsageError(f"{option}: found {text}; expected a date from {low} to {high}")
    return found
