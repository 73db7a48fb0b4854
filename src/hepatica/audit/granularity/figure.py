"""Exact numbers written out in the sentences of the granularity tests."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt


def decimal_text(exact: Fraction, places: int) -> str:
    """`exact` with so many decimals, halves away from zero; whole where it ends within two more."""
    for more in range(3):
        scaled = exact * 10 ** (places + more)
        if scaled.denominator == 1:
            return _pointed(int(scaled), places + more)
    scaled = abs(exact) * 10**places
    size = int(scaled + Fraction(1, 2))
    return _pointed(size if exact >= 0 else -size, places)


def root_text(square: Fraction, places: int) -> str:
    """The square root of `square` >= 0 with so many decimals, rounded half up."""
    doubled = isqrt(int(square * 4 * 100**places))
    return _pointed((doubled + 1) // 2, places)


def list_text(numbers: range, shown: int = 5) -> str:
    """Whole numbers as ``67, 68, 69``; a long run as ``8123 to 8137``."""
    if numbers.stop - numbers.start <= shown:
        return ", ".join(map(str, numbers))
    return f"{numbers.start} to {numbers.stop - 1}"


def _pointed(scaled: int, places: int) -> str:
    sign, digits = "-" if scaled < 0 else "", str(abs(scaled)).rjust(places + 1, "0")
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)
