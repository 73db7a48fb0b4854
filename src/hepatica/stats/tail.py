"""Tail probabilities of the normal and chi-square distributions, without SciPy's start-up cost."""

from __future__ import annotations

import math


def normal_two_sided(z: float) -> float:
    """P(|Z| >= |z|) for a standard normal Z; nan for nan."""
    return math.erfc(abs(z) / math.sqrt(2))


def chi_square_upper(x: float, df: int) -> float:
    """P(X >= x) for a chi-square X with a whole number of degrees of freedom; 1 for df = 0.

    The closed form (a finite sum of positive terms) loses no accuracy in the tail.
    """
    if math.isnan(x):
        return math.nan
    if x <= 0 or df <= 0:
        return 1.0
    half = x / 2
    if df % 2:
        total, power = math.erfc(math.sqrt(half)), 0.5
    else:
        total, power = math.exp(-half), 1.0
    while power < df / 2 - 0.25:
        total += math.exp(power * math.log(half) - half - math.lgamma(power + 1))
        power += 1
    return min(total, 1.0)
