"""Numbers as journals print them: half up, half even or half down, with their trailing zeros."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

ROUNDINGS = (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_HALF_DOWN)


def printed_number(exact: Fraction | float, decimals: int, rounding: str) -> str:
    """The number with so many decimals; an exact half goes where `rounding` (decimal) says."""
    scale = 10**decimals
    scaled = Fraction(exact) * scale
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    twice = 2 * rest - scaled.denominator
    # Decimal decides exact halves only; the rest is beyond doubt.
    half = Decimal(whole) + Decimal("0.5")
    up = int(half.to_integral_value(rounding)) if not twice else whole + (twice > 0)
    digits = str(abs(up)).rjust(decimals + 1, "0")
    sign = "-" if up < 0 else ""
    return sign + (f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits)


def printed_root(exact: Fraction, decimals: int, rounding: str) -> str:
    """The square root with so many decimals, exact halves included."""
    scale = 10 ** (decimals + 12)
    root = Fraction(math.isqrt(exact.numerator * scale**2 // exact.denominator), scale)
    # A root that is not rational is never a half: any digit beyond keeps it on its side.
    rational = root * root == exact
    return printed_number(root if rational else root + Fraction(1, scale**2), decimals, rounding)


def printed_p(p: float, decimals: int) -> str:
    """A p-value as journals print it: ``<0.001`` where it would round below the last place."""
    least = Fraction(1, 10**decimals)
    if Fraction(p) < least:
        return f"<{printed_number(least, decimals, ROUND_HALF_UP)}"
    return printed_number(p, decimals, ROUND_HALF_UP)
