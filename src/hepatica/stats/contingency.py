"""Contingency tables: Pearson's chi-square and Fisher's exact test, 2 x 2 and r x c."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from hepatica.core.errors import NotDefined, ShapeError, UsageError
from hepatica.stats.fisher_network import fisher_tail
from hepatica.stats.observation import Floats, Ints
from hepatica.stats.tail import chi_square_upper

_SLACK = 1 + 1e-7  # R's relative slack for tables as probable as the one observed.


@dataclass(frozen=True, slots=True)
class ChiSquare:
    """Pearson's test of independence; `expected` has the shape of the table."""

    statistic: float
    df: int
    p_value: float
    expected: Floats
    corrected: bool
    method: str


@dataclass(frozen=True, slots=True)
class Fisher:
    """Fisher's exact test; the odds ratio and its limits exist for 2 x 2 tables only.

    `odds_ratio` is the conditional maximum-likelihood estimate (not the cross product); it is
    inf where a cell against it is empty.
    """

    p_value: float
    odds_ratio: float | None
    lower: float | None
    upper: float | None
    method: str


def chi_square(table: ArrayLike, correct: bool = True) -> ChiSquare:
    """Pearson's chi-square test; `correct` applies Yates' correction to 2 x 2 tables only.

    Parameters
    ----------
    table : counts, (rows, columns)

    Raises      ShapeError for less than 2 x 2; NotDefined for negative or broken counts or an
                empty row or column.
    References  R chisq.test (its default corrects 2 x 2)
    """
    counts = _counts(table)
    row, column = counts.sum(axis=1), counts.sum(axis=0)
    if not row.all() or not column.all():
        raise NotDefined("a chi-square test of a table with an empty row or column")
    expected = np.outer(row, column) / counts.sum()
    gap = np.abs(counts - expected)
    corrected = correct and counts.shape == (2, 2)
    if corrected:
        gap = gap - min(0.5, float(gap.min()))
    statistic = float(np.sum(gap**2 / expected))
    df = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    method = "Pearson's chi-square test" + (" with Yates' correction" if corrected else "")
    p_value = chi_square_upper(statistic, df)
    return ChiSquare(statistic, df, p_value, expected, corrected, method)


def fisher_exact(table: ArrayLike, *, level: float = 0.95) -> Fisher:
    """Fisher's exact test, two-sided: all tables no more probable than the one observed.

    Parameters
    ----------
    table : counts, (rows, columns)       Empty rows and columns are left out.

    Raises      ShapeError for less than 2 x 2; NotDefined for negative or broken counts, an
                empty table, or an r x c table too large to enumerate.
    References  Fisher 1935; Mehta & Patel 1983; R fisher.test
    """
    if not 0 < level < 1:
        raise UsageError(f"confidence level {level}: expected a number between 0 and 1")
    counts = _counts(table)
    if not counts.any():
        raise NotDefined("an exact test of an empty table")
    if counts.shape == (2, 2):
        return _two_by_two(counts, level)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    method = "Fisher's exact test"
    if min(counts.shape) < 2:
        return Fisher(1.0, None, None, None, method)
    return Fisher(fisher_tail(counts), None, None, None, method)


def _counts(table: ArrayLike) -> Ints:
    try:
        given = np.asarray(table, dtype=np.float64)
    except (TypeError, ValueError) as wrong:
        raise ShapeError("the table is not an array of numbers") from wrong
    if given.ndim != 2 or min(given.shape) < 2:
        raise ShapeError(f"table of shape {given.shape}; expected at least 2 x 2")
    if not np.isfinite(given).all() or (given < 0).any() or (given != np.floor(given)).any():
        raise NotDefined("a table with negative, missing or broken counts")
    return given.astype(np.int64)


def _two_by_two(counts: Ints, level: float) -> Fisher:
    x, m, n, k = (int(v) for v in (counts[0, 0], *counts.sum(axis=0), counts[0].sum()))
    low, high = max(0, k - n), min(k, m)
    support = np.arange(low, high + 1, dtype=np.float64)
    log_ways = -(
        gammaln(support + 1)
        + gammaln(m - support + 1)
        + gammaln(k - support + 1)
        + gammaln(n - k + support + 1)
    )
    even = _tilted(log_ways, support, 0.0)
    p_value = min(float(even[even <= even[x - low] * _SLACK].sum()), 1.0)
    alpha = (1 - level) / 2

    def mean(t: float) -> float:
        return float(_tilted(log_ways, support, t) @ support) - x

    def upper_tail(t: float) -> float:
        return float(_tilted(log_ways, support, t)[x - low :].sum()) - alpha

    def lower_tail(t: float) -> float:
        return alpha - float(_tilted(log_ways, support, t)[: x - low + 1].sum())

    estimate = 0.0 if x == low else math.inf if x == high else _solved(mean)
    lower = 0.0 if x == low else _solved(upper_tail)
    upper = math.inf if x == high else _solved(lower_tail)
    return Fisher(p_value, estimate, lower, upper, "Fisher's exact test")


def _tilted(log_ways: Floats, support: Floats, log_odds: float) -> Floats:
    """Probabilities of the top left count where the odds ratio is exp(log_odds)."""
    weight = log_ways + support * log_odds
    probability: Floats = np.exp(weight - weight.max())
    probability /= probability.sum()
    return probability


def _solved(rising: Callable[[float], float]) -> float:
    """The odds ratio at which a function of its logarithm, rising, passes 0; by bisection."""
    low, high = -1.0, 1.0
    while rising(low) > 0:
        low *= 2
    while rising(high) < 0:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return math.exp((low + high) / 2)
