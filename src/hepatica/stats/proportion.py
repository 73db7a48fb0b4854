"""A proportion and its limits: Clopper-Pearson (exact) and Wilson (score)."""

from __future__ import annotations

import math

from scipy.special import betaincinv

from hepatica.core.errors import NotDefined
from hepatica.stats.band import check_level


def clopper_pearson(x: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Exact limits of the proportion x / n by inverting two one-sided binomial tests.

    Raises      NotDefined for n = 0 or x outside 0..n; UsageError for the level.
    References  Clopper & Pearson 1934; R binom.test
    """
    _check_count(x, n)
    check_level(level)
    alpha = (1 - level) / 2
    lower = 0.0 if x == 0 else float(betaincinv(x, n - x + 1, alpha))
    upper = 1.0 if x == n else float(betaincinv(x + 1, n - x, 1 - alpha))
    return lower, upper


def wilson(x: int, n: int, level: float = 0.95, correct: bool = False) -> tuple[float, float]:
    """Score limits of the proportion x / n; `correct` adds the continuity correction.

    Raises      NotDefined for n = 0 or x outside 0..n; UsageError for the level.
    References  Wilson 1927; Newcombe 1998, methods 3 and 4; R prop.test
    """
    _check_count(x, n)
    z = check_level(level)
    p = x / n
    # R caps the correction at the distance from 1/2, its null value.
    shift = min(0.5, abs(x - 0.5 * n)) if correct else 0.0
    low = p - shift / n
    high = p + shift / n
    scale = 1 + z * z / n
    half = z * z / (2 * n)
    lower = (low + half - z * math.sqrt(max(low * (1 - low), 0) / n + (z / (2 * n)) ** 2)) / scale
    upper = high + half + z * math.sqrt(max(high * (1 - high), 0) / n + (z / (2 * n)) ** 2)
    return max(lower, 0.0), min(upper / scale, 1.0)


def _check_count(x: int, n: int) -> None:
    if n < 1:
        raise NotDefined("a proportion of no subjects")
    if x != int(x) or n != int(n) or not 0 <= x <= n:
        raise NotDefined("a count outside 0 to n, or not a whole number")
