"""The p-values that usual tests give for counts and for means, over everything a print allows.

Tables     chi-square, with Yates' correction, N - 1 (all 2 x 2; chi-square r x c), likelihood
           ratio G, Fisher's exact test (also doubled one-sided, mid-P), unpooled z, trend.
Means      Student (two groups), ANOVA and Welch's test, from n, mean and SD alone; the printed
           means and SDs stand for every value within half a unit, so a test gives a range of p.

The N - 1 test is chi-square times (N - 1) / N [campbell2007]. Fisher's mid-P counts half the
probability of the table itself.
"""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import fdtrc, gammaln, stdtr

from hepatica.audit.printed import Printed
from hepatica.core.errors import NotDefined
from hepatica.stats.contingency import chi_square, fisher_exact
from hepatica.stats.observation import Floats, Ints
from hepatica.stats.tail import chi_square_upper, normal_two_sided

Table = Sequence[Sequence[int]]
_NOISE = 1e-9
_MOST_GROUPS = 6
_GRID = 100
_LEAST_SD = 1e-9  # An SD printed as 0 may be any small number.
# Fisher's test of more than 2 x 2 takes seconds beyond.
_MOST_FOR_FISHER = 400


@dataclass(frozen=True, slots=True)
class PRange:
    """Least and greatest p that a test gives within the rounding of the print."""

    test: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Summary:
    """One group: n, and the least and greatest mean and standard deviation that a print allows."""

    n: int
    mean: tuple[float, float]
    sd: tuple[float, float]


def p_admits(printed: Printed, low: float, high: float) -> bool:
    """Tell whether some p from `low` to `high` may be printed so; `<` and `>` are bounds."""
    value, half = float(printed.value), float(printed.half_unit)
    if printed.comparator in {"<", "<="}:
        return low <= value + _NOISE
    if printed.comparator in {">", ">="}:
        return high >= value - _NOISE
    return low <= value + half + _NOISE and high >= value - half - _NOISE


def table_p_values(table: Table) -> dict[str, float]:
    """Two-sided p of every usual test of a table of counts, by the name of the test.

    Returns     an empty dict where a row or column is empty, so that nothing is compared.
    """
    counts = np.asarray(table, dtype=np.int64)
    if counts.ndim != 2 or min(counts.shape) < 2:
        return {}
    if not counts.sum(axis=0).all() or not counts.sum(axis=1).all():
        return {}
    plain = chi_square(counts, correct=False)
    found = {"chi-square": plain.p_value, "likelihood ratio G": _g_test(counts)}
    found["trend"] = _trend(counts)
    if counts.shape == (2, 2) or counts.sum() <= _MOST_FOR_FISHER:
        with contextlib.suppress(NotDefined):  # Too many tables to list; the others remain.
            found["Fisher"] = fisher_exact(counts).p_value
    if counts.shape == (2, 2):
        total = int(counts.sum())
        shrunk = plain.statistic * (total - 1) / total
        found["chi-square, Yates"] = chi_square(counts, correct=True).p_value
        found["chi-square, N - 1"] = chi_square_upper(shrunk, 1)
        found |= _exact_variants(counts)
        found["z, unpooled"] = _unpooled(counts)
    return found


def mean_p_ranges(groups: Sequence[Summary]) -> tuple[PRange, ...]:
    """Ranges of two-sided p of Student's test or ANOVA, and of Welch's, over the rounding.

    Returns     nothing for fewer than 2 or more than 6 groups, groups of fewer than 2, or where
                every SD may be 0.
    """
    if not 2 <= len(groups) <= _MOST_GROUPS or any(g.n < 2 for g in groups):
        return ()
    name = "Student" if len(groups) == 2 else "ANOVA"
    found = []
    for test, function in ((name, anova_p), ("Welch", welch_p)):
        p_values = [p for p in _corners(groups, function) if not math.isnan(p)]
        if p_values:
            high = 1.0 if _means_may_be_equal(groups) else max(p_values)
            found.append(PRange(test, min(p_values), high))
    return tuple(found)


def least_p_values(groups: Sequence[Summary]) -> dict[str, float]:
    """Least p of Student's and Welch's tests of two groups, of any number of patients up to n.

    Fewer patients nearly always raise p, not always; a grid of both numbers is searched.
    """
    first, second = groups
    n1, n2 = (np.unique(np.linspace(2, g.n, _GRID).round()) for g in groups)
    n1, n2 = n1[:, None], n2[None, :]
    gap = max(first.mean[1] - second.mean[0], second.mean[1] - first.mean[0])
    least = {"Student": 1.0, "Welch": 1.0}
    for a, b in itertools.product(first.sd, second.sd):
        if a <= 0 or b <= 0:
            return dict.fromkeys(least, 0.0)
        pooled = ((n1 - 1) * a**2 + (n2 - 1) * b**2) / (n1 + n2 - 2)
        student = 2 * stdtr(n1 + n2 - 2, -gap / np.sqrt(pooled * (1 / n1 + 1 / n2)))
        va, vb = a**2 / n1, b**2 / n2
        df = (va + vb) ** 2 / (va**2 / (n1 - 1) + vb**2 / (n2 - 1))
        welch = 2 * stdtr(df, -gap / np.sqrt(va + vb))
        least["Student"] = min(least["Student"], float(student.min()))
        least["Welch"] = min(least["Welch"], float(welch.min()))
    return least


def anova_p(n: Floats, mean: Floats, sd: Floats) -> float:
    """The p of one-way analysis of variance; of two groups Student's, pooled variance."""
    total = float(n.sum())
    grand = float(n @ mean) / total
    between = float(n @ (mean - grand) ** 2) / (len(n) - 1)
    within = float((n - 1) @ sd**2) / (total - len(n))
    if within <= 0:
        return math.nan
    return float(fdtrc(len(n) - 1, total - len(n), between / within))


def welch_p(n: Floats, mean: Floats, sd: Floats) -> float:
    """The p of Welch's test for two or more groups of unequal variance [welch1947]."""
    if (sd <= 0).any():
        return math.nan
    weight = n / sd**2
    total = float(weight.sum())
    grand = float(weight @ mean) / total
    k = len(n)
    spread = float((((1 - weight / total) ** 2) / (n - 1)).sum())
    between = float(weight @ (mean - grand) ** 2) / (k - 1)
    f = between / (1 + 2 * (k - 2) / (k**2 - 1) * spread)
    return float(fdtrc(k - 1, (k**2 - 1) / (3 * spread), f))


def _corners(groups: Sequence[Summary], p_of: Callable[..., float]) -> Iterator[float]:
    """P at the ends of the rounding and where the means lie nearest to each other."""
    n = np.array([g.n for g in groups], dtype=np.float64)
    mean, sd = np.array([g.mean for g in groups]), np.array([g.sd for g in groups])
    pick = np.arange(len(groups))
    corners = _corner_indices(len(groups))
    for spread in (np.maximum(sd[pick, side], _LEAST_SD) for side in corners):
        for side in corners:
            yield p_of(n, mean[pick, side], spread)
        weight = n if p_of is anova_p else n / np.maximum(spread, 1e-9) ** 2
        yield p_of(n, _nearest(weight, mean[:, 0], mean[:, 1]), spread)


def _nearest(weight: Floats, low: Floats, high: Floats) -> Floats:
    """Means inside their bounds with the least weighted spread: all as near to one centre."""
    if len(weight) == 2:  # The nearer ends; equal means are told apart before.
        return np.array([high[0], low[1]] if low[0] < low[1] else [low[0], high[1]])

    def spread(centre: float) -> float:
        return float(weight @ (np.clip(centre, low, high) - centre) ** 2)

    left, right = float(low.min()), float(high.max())
    for _ in range(100):
        third = (right - left) / 3
        if spread(left + third) < spread(right - third):
            right -= third
        else:
            left += third
    near: Floats = np.clip((left + right) / 2, low, high)
    return near


def _corner_indices(k: int) -> Ints:
    return np.array(np.meshgrid(*[[0, 1]] * k)).reshape(k, -1).T


def _means_may_be_equal(groups: Sequence[Summary]) -> bool:
    return max(g.mean[0] for g in groups) <= min(g.mean[1] for g in groups)


def _g_test(counts: Ints) -> float:
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    seen = counts > 0
    g = 2 * float((counts[seen] * np.log(counts[seen] / expected[seen])).sum())
    return chi_square_upper(max(g, 0.0), (counts.shape[0] - 1) * (counts.shape[1] - 1))


def _trend(counts: Ints) -> float:
    """Linear by linear association: (N - 1) r^2 on one degree of freedom (Cochran-Armitage)."""
    rows, columns = np.arange(counts.shape[0]), np.arange(counts.shape[1])
    total = counts.sum()
    row, column = counts.sum(axis=1), counts.sum(axis=0)
    u, v = rows - row @ rows / total, columns - column @ columns / total
    spread = float((row @ u**2) * (column @ v**2))
    if spread <= 0:
        return 1.0
    r2 = float(u @ counts @ v) ** 2 / spread
    return chi_square_upper(float(total - 1) * r2, 1)


def _exact_variants(counts: Ints) -> dict[str, float]:
    """Mid-P and the doubled one-sided p of Fisher's test."""
    (a, b), (c, d) = ((int(v) for v in row) for row in counts)
    support = np.arange(max(0, a - d), min(a + b, a + c) + 1)
    log_ways = -(
        gammaln(support + 1)
        + gammaln(a + b - support + 1)
        + gammaln(a + c - support + 1)
        + gammaln(d - a + support + 1)
    )
    probability = np.exp(log_ways - log_ways.max())
    probability /= probability.sum()
    own = float(probability[support == a][0])
    two_sided = float(probability[probability <= own * (1 + 1e-7)].sum())
    tail = min(float(probability[support <= a].sum()), float(probability[support >= a].sum()))
    return {
        "Fisher, mid-P": two_sided - own / 2,
        "Fisher, doubled one-sided": min(2 * tail, 1.0),
        "Fisher mid-P, doubled one-sided": min(2 * (tail - own / 2), 1.0),
    }


def _unpooled(counts: Ints) -> float:
    n = counts.sum(axis=1)
    share = counts[:, 0] / n
    variance = float((share * (1 - share) / n).sum())
    gap = float(share[0] - share[1])
    if variance <= 0:
        return 1.0 if gap == 0 else 0.0
    return normal_two_sided(gap / math.sqrt(variance))
