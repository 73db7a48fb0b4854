"""Moments that claims speak of, in months."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

DAY_MONTHS = Fraction(10000, 304375)
WEEK_MONTHS = 7 * DAY_MONTHS


@dataclass(frozen=True, slots=True, order=True)
class Cut:
    """A moment in months; `through` includes the moment itself."""

    months: Fraction
    through: bool


END = Cut(Fraction(10**6), True)


def scan_cut(weeks: Fraction) -> Cut:
    """Just before a planned scan; a day earlier is still on schedule."""
    return Cut(weeks * WEEK_MONTHS - DAY_MONTHS, False)
