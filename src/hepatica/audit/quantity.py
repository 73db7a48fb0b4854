"""Exact mean, variance and quantiles of numbers, as fractions; no value is ever rounded.

Quartiles have no single definition. `quartile_pairs` gives what every usual program would print:
the nine types of Hyndman & Fan 1996 and the two ways to halve an odd number of values (Tukey's
hinges keep the median in both halves, Moore & McCabe leave it out).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from hepatica.audit.printed import Printed

HALF = Fraction(1, 2)
QUARTER = Fraction(1, 4)


def mean(values: Sequence[Fraction]) -> Fraction:
    """Exact mean of one value or more."""
    return sum(values, Fraction(0)) / len(values)


def variance(values: Sequence[Fraction]) -> Fraction | None:
    """Exact variance with n - 1; None for fewer than two values."""
    if len(values) < 2:
        return None
    centre = mean(values)
    return sum(((v - centre) ** 2 for v in values), Fraction(0)) / (len(values) - 1)


def median(ordered: Sequence[Fraction]) -> Fraction:
    """The middle of sorted values, of an even number the midpoint of the two in the middle."""
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def quartile_pairs(ordered: Sequence[Fraction]) -> frozenset[tuple[Fraction, Fraction]]:
    """First and third quartile of sorted values, one pair for each usual definition."""
    pairs = {
        (quantile(ordered, QUARTER, t), quantile(ordered, 1 - QUARTER, t)) for t in range(1, 10)
    }
    half, odd = divmod(len(ordered), 2)
    if half:
        pairs.add((median(ordered[:half]), median(ordered[half + odd :])))
        pairs.add((median(ordered[: half + odd]), median(ordered[half:])))
    return frozenset(pairs)


# What Hyndman & Fan add to n p, as multiples: constant, and of p.
_SHIFT = {
    1: (Fraction(0), Fraction(0)),
    2: (Fraction(0), Fraction(0)),
    3: (-HALF, Fraction(0)),
    4: (Fraction(0), Fraction(0)),
    5: (HALF, Fraction(0)),
    6: (Fraction(0), Fraction(1)),
    7: (Fraction(1), Fraction(-1)),
    8: (Fraction(1, 3), Fraction(1, 3)),
    9: (Fraction(3, 8), Fraction(1, 4)),
}


def quantile(ordered: Sequence[Fraction], p: Fraction, kind: int) -> Fraction:
    """The quantile `p` of sorted values by type `kind`, 1 to 9, of Hyndman & Fan 1996."""
    constant, of_p = _SHIFT[kind]
    place = len(ordered) * p + constant + of_p * p
    below = place.numerator // place.denominator
    rest = place - below
    if kind == 2:
        share = HALF if rest == 0 else Fraction(1)
    elif kind in {1, 3}:
        stays = rest == 0 and (kind == 1 or below % 2 == 0)
        share = Fraction(0) if stays else Fraction(1)
    else:
        share = rest
    last = len(ordered)
    low, high = (ordered[min(max(i, 1), last) - 1] for i in (below, below + 1))
    return low + share * (high - low)


def sd_admits(printed: Printed, values: Sequence[Fraction]) -> bool:
    """Tell whether the standard deviation may be printed so, compared as variance: no root."""
    exact = variance(values)
    if exact is None:
        return False
    low, high = max(printed.low, Fraction(0)) ** 2, printed.high**2
    if printed.comparator in {"<", "<="}:
        return exact <= high
    if printed.comparator in {">", ">="}:
        return exact >= low
    return low <= exact <= high and printed.high >= 0
