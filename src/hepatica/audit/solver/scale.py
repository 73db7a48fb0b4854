"""Whole numbers for the solver: times and values in ticks, logarithms scaled with their error."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

LOG_SCALE = 10**8
LOG_ZERO = -100 * LOG_SCALE


def tick_of(bounds: Iterable[Fraction]) -> Fraction:
    """The longest tick of which every bound is a whole number."""
    denominator = 1
    for bound in bounds:
        denominator = math.lcm(denominator, bound.denominator)
    return Fraction(1, denominator)


def ticks_within(low: Fraction, high: Fraction, tick: Fraction, *, strict: bool) -> tuple[int, int]:
    """First and last whole tick of a printed interval.

    With `strict` without its upper end, which most papers round to the next number.
    """
    first, last = math.ceil(low / tick), math.floor(high / tick)
    if strict and last > first and last * tick == high:
        last -= 1
    return first, last


def log_step(at_risk: int) -> int:
    """The scaled logarithm of (r - 1) / r; one event among r at risk multiplies survival by it."""
    return LOG_ZERO if at_risk == 1 else round(math.log((at_risk - 1) / at_risk) * LOG_SCALE)


def log_bound(share: Fraction) -> int:
    """The scaled logarithm of a share of survival; of none at all far below every other."""
    return round(math.log(share) * LOG_SCALE) if share > 0 else LOG_ZERO // 2
