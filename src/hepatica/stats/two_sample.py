"""Two groups compared in one continuous variable: t, Mann-Whitney, and the choice between."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr, stdtrit

from hepatica.core.errors import NotDefined, UsageError
from hepatica.stats.describe import known_values
from hepatica.stats.normality import ShapiroWilk, shapiro_wilk
from hepatica.stats.observation import Floats
from hepatica.stats.tail import normal_two_sided

__all__ = [
    "Comparison",
    "MannWhitney",
    "ShapiroWilk",
    "TTest",
    "compare_means",
    "mann_whitney",
    "shapiro_wilk",
    "t_test",
]

_EXACT_BELOW = 50  # R's wilcox.test: exact where both groups are smaller and nothing is tied.


@dataclass(frozen=True, slots=True)
class TTest:
    """A two-sided t test; `difference` is mean(x) - mean(y), with its limits."""

    statistic: float
    df: float
    p_value: float
    difference: float
    lower: float
    upper: float
    method: str


@dataclass(frozen=True, slots=True)
class MannWhitney:
    """A two-sided rank-sum test; `statistic` is R's W: pairs with x above y, ties a half."""

    statistic: float
    p_value: float
    method: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two groups compared by the test that `decision` names and gives the reason for."""

    decision: str
    test: TTest | MannWhitney
    normality: tuple[ShapiroWilk | None, ShapiroWilk | None]

    @property
    def p_value(self) -> float:
        """The p value of the chosen test."""
        return self.test.p_value

    @property
    def method(self) -> str:
        """The name of the chosen test."""
        return self.test.method


def t_test(x: ArrayLike, y: ArrayLike, pooled: bool = False, *, level: float = 0.95) -> TTest:
    """Welch's t test, or Student's with `pooled` variance; missing values are left out.

    Raises      NotDefined for a group of fewer than 2 values, or no variation at all.
    References  Welch 1947; R t.test
    """
    if not 0 < level < 1:
        raise UsageError(f"confidence level {level}: expected a number between 0 and 1")
    a, b = known_values(x)[0], known_values(y)[0]
    if min(len(a), len(b)) < 2:
        raise NotDefined("a t test needs at least two values in each group")
    va, vb = float(a.var(ddof=1)), float(b.var(ddof=1))
    if pooled:
        df = float(len(a) + len(b) - 2)
        var = ((len(a) - 1) * va + (len(b) - 1) * vb) / df
        se = math.sqrt(var * (1 / len(a) + 1 / len(b)))
    else:
        ea, eb = va / len(a), vb / len(b)
        se = math.sqrt(ea + eb)
        below = ea**2 / (len(a) - 1) + eb**2 / (len(b) - 1)
        df = se**4 / below if below else math.nan
    difference = float(a.mean() - b.mean())
    if se <= 10 * np.finfo(np.float64).eps * max(abs(float(a.mean())), abs(float(b.mean()))):
        raise NotDefined("a t test of values that are all equal in both groups")
    t = difference / se
    half = float(stdtrit(df, 1 - (1 - level) / 2)) * se
    method = "Student's t test, pooled variance" if pooled else "Welch's t test"
    p_value = 2 * float(stdtr(df, -abs(t)))
    return TTest(t, df, p_value, difference, difference - half, difference + half, method)


def mann_whitney(x: ArrayLike, y: ArrayLike) -> MannWhitney:
    """Mann-Whitney (Wilcoxon rank-sum) test; missing values are left out; `method` says how.

    Exact where both groups have fewer than 50 values and no two are equal, otherwise by the
    normal distribution with continuity and tie corrections: R's wilcox.test as it comes.

    Raises      NotDefined for an empty group, or where all values are equal.
    References  Mann & Whitney 1947; R wilcox.test
    """
    a, b = known_values(x)[0], known_values(y)[0]
    if not len(a) or not len(b):
        raise NotDefined("a rank-sum test of an empty group")
    both = np.concatenate((a, b))
    _, index, count = np.unique(both, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[index]
    w = float(rank[: len(a)].sum()) - len(a) * (len(a) + 1) / 2
    if count.max() == 1 and max(len(a), len(b)) < _EXACT_BELOW:
        return MannWhitney(w, _exact_tail(w, len(a), len(b)), "Mann-Whitney test, exact")
    total = len(both)
    ties = float(np.sum(count.astype(np.float64) ** 3 - count))
    spread = len(a) * len(b) / 12 * (total + 1 - ties / (total * (total - 1)))
    if spread <= 0:
        raise NotDefined("a rank-sum test of values that are all equal")
    gap = w - len(a) * len(b) / 2
    z = (gap - 0.5 * np.sign(gap)) / math.sqrt(spread)
    method = "Mann-Whitney test, normal approximation with continuity and tie corrections"
    return MannWhitney(w, normal_two_sided(float(z)), method)


def compare_means(
    x: ArrayLike,
    y: ArrayLike,
    alpha: float = 0.05,
    *,
    names: tuple[str, str] = ("first", "second"),
) -> Comparison:
    """Two groups compared by Welch's t test or Mann-Whitney, depending on the distribution.

    Shapiro-Wilk decides: p >= `alpha` in each group leads to the t test. A group of fewer than
    3 values, of more than 5000, or of equal values leads to Mann-Whitney. The decision calls the
    groups by `names`.

    Raises      NotDefined as the chosen test; UsageError unless 0 < alpha < 1.
    """
    if not 0 < alpha < 1:
        raise UsageError(f"alpha {alpha}: expected a number between 0 and 1")
    found: list[ShapiroWilk | None] = []
    reasons = []
    for name, values in zip(names, (x, y), strict=True):
        try:
            result = shapiro_wilk(values)
        except NotDefined:
            n = len(known_values(values)[0])
            why = f"{n} values" if n < 3 or n > 5000 else "all values equal"
            found.append(None)
            reasons.append(f"not assessable in the {name} group ({why})")
            continue
        found.append(result)
        reasons.append(f"p = {result.p_value:.4g} in the {name} group")
    normal = all(item is not None and item.p_value >= alpha for item in found)
    test: TTest | MannWhitney = t_test(x, y) if normal else mann_whitney(x, y)
    verdict = f"both at least {alpha:g}" if normal else f"not both at least {alpha:g}"
    decision = f"Shapiro-Wilk {' and '.join(reasons)}, {verdict}: {test.method}."
    return Comparison(decision, test, (found[0], found[1]))


def _exact_tail(w: float, m: int, n: int) -> float:
    """Two-sided tail of W without ties: twice the smaller side, at most 1."""
    ways = _rank_sum_ways(m, n)
    w_count = round(w)
    upper = w > m * n / 2
    part = ways[w_count:] if upper else ways[: w_count + 1]
    return min(2 * float(part.sum() / ways.sum()), 1.0)


def _rank_sum_ways(m: int, n: int) -> Floats:
    """In how many ways m of m + n ranks give each W = 0..mn; sums of positive terms only."""
    width = m * n + 1
    ways = np.zeros((m + 1, width))
    ways[0, 0] = 1
    for item in range(m + n):
        # Choosing rank `item` as the k-th smallest adds item - (k - 1) to W.
        for k in range(min(item + 1, m), 0, -1):
            shift = item - (k - 1)
            if shift < width and shift <= n:
                ways[k, shift:] += ways[k - 1, : width - shift]
    total: Floats = ways[m]
    return total
