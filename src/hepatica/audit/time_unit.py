"""Units of time that papers print, in months of 30.4375 days."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

from hepatica.audit.claim import Claim

_MONTHS = {"month": Fraction(1), "year": Fraction(12), "week": Fraction(70000, 304375)}
_MONTHS |= {"mo": Fraction(1), "yr": Fraction(12), "day": Fraction(10000, 304375)}
_NO_UNIT = frozenset({"", "%", "patient"})
_WORD = re.compile(r"[a-z]+")


def months_of(unit: str) -> Fraction | None:
    """How many months a unit of time has; '' and % count as months; None for other words."""
    plain = _plain(unit)
    return Fraction(1) if plain in _NO_UNIT else _MONTHS.get(plain)


def data_unit(claims: Iterable[Claim], variable: str) -> str:
    """The unit in which a data set has a time: the first that the claims print of it, or ''."""
    units = (_plain(c.unit) for c in claims if c.variable == variable)
    return next((u for u in units if u in _MONTHS), "")


def moment_unit(claim: Claim) -> str:
    """The unit of a claim's moments: named in the level (``1 year``), else the claim's own."""
    words = [_plain(word) for word in _WORD.findall(claim.level.lower())]
    return next((word for word in words if word in _MONTHS), claim.unit)


def is_unit(unit: str) -> bool:
    """Tell whether the word is a unit of time."""
    return _plain(unit) in _MONTHS


def _plain(unit: str) -> str:
    return unit.lower().strip().removesuffix(".").removesuffix("s").removesuffix(".")
