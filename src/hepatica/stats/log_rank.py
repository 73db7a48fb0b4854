"""The log-rank test and its G-rho family, for k groups, stratified if asked (R's survdiff)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hepatica.core.errors import NotDefined, UsageError
from hepatica.stats.observation import (
    Bools,
    Floats,
    Ints,
    Observation,
    check_group,
    check_observation,
    time_rank,
)
from hepatica.stats.tail import chi_square_upper

_ROOM = 1_000_000  # Cells of a table of times and groups that cost less than sorting.


@dataclass(frozen=True, slots=True)
class LogRank:
    """A test that groups share one survival curve; arrays have one element a group."""

    statistic: float
    df: int
    p_value: float
    observed: Floats
    expected: Floats
    groups: tuple[object, ...]


def log_rank(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    rho: float = 0.0,
) -> LogRank:
    """Log-rank test of k groups; rho > 0 weighs early events by S(t-)^rho (Harrington-Fleming).

    Parameters
    ----------
    time, event : (n,)       As `kaplan_meier`.
    group : labels, (n,)     Groups come out in sorted order.
    strata : labels, (n,)    Observed and expected are summed over strata.
    rho : 0 log-rank, 1 Peto-Peto.

    Returns     LogRank; statistic 0 on 0 df, p = 1, where fewer than two groups were at risk.
    Raises      NotDefined for fewer than two groups; otherwise as `check_observation`.
    References  R survival 3.5-3 survdiff
    """
    if not np.isfinite(rho):
        raise UsageError(f"rho {rho}: expected a finite number")
    seen = check_observation(time, event)
    code, groups = check_group(group, seen.size)
    if len(groups) < 2:
        raise NotDefined("a log-rank test of fewer than two groups")
    observed, expected = np.zeros(len(groups)), np.zeros(len(groups))
    variance = np.zeros((len(groups), len(groups)))
    for leaving, events in _tables(seen, code, len(groups), strata):
        o, e, v = _sums(leaving, events, rho)
        observed, expected, variance = observed + o, expected + e, variance + v
    statistic, df = _chi_square(observed, expected, variance)
    p_value = chi_square_upper(statistic, df)
    return LogRank(statistic, df, p_value, observed, expected, groups)


def _tables(
    seen: Observation, code: Ints, k: int, strata: ArrayLike | None
) -> list[tuple[Floats, Floats]]:
    """Numbers leaving and having the event, (distinct times, groups), of each stratum."""
    ranks = time_rank(seen)
    event = seen.event if ranks.order is None else seen.event[ranks.order]
    group = code if ranks.order is None else code[ranks.order]
    if strata is None:
        return [_table(ranks.rank, event, group, k)]
    stratum, labels = check_group(strata, seen.size)
    stratum = stratum if ranks.order is None else stratum[ranks.order]
    out = []
    for i in range(len(labels)):
        own = stratum == i
        rank = np.unique(ranks.rank[own], return_inverse=True)[1]
        out.append(_table(rank, event[own], group[own], k))
    return out


def _table(rank: Ints, event: Bools, group: Ints, k: int) -> tuple[Floats, Floats]:
    rows = int(rank.max()) + 1
    if rows * k > 8 * len(rank) + _ROOM:
        rank = np.unique(rank, return_inverse=True)[1]
        rows = int(rank.max()) + 1
    cell = rank * (2 * k)
    cell += 2 * group
    cell += event
    counts = np.bincount(cell, minlength=rows * k * 2).reshape(rows, k, 2).astype(np.float64)
    return counts.sum(axis=2), counts[:, :, 1]


def _sums(leaving: Floats, events: Floats, rho: float) -> tuple[Floats, Floats, Floats]:
    at_risk = np.cumsum(leaving[::-1], axis=0)[::-1]
    total = events.sum(axis=1)
    used = total > 0
    at_risk, events, total = at_risk[used], events[used], total[used]
    n = at_risk.sum(axis=1)
    curve = np.cumprod(np.concatenate(([1.0], 1 - total / n)))[:-1]
    weight = curve**rho if rho else np.ones(len(n))
    share = at_risk / n[:, None]
    observed: Floats = weight @ events
    expected: Floats = (weight * total) @ share
    factor = np.zeros(len(n))
    # In floating point: these products pass the largest 64-bit integer from 1e6 subjects.
    np.divide(weight**2 * total * (n - total), n - 1, out=factor, where=n > 1)
    between = (share * factor[:, None]).T @ share
    variance: Floats = np.diag(factor @ share) - between
    return observed, expected, variance


def _chi_square(observed: Floats, expected: Floats, variance: Floats) -> tuple[float, int]:
    used = np.flatnonzero(expected > 0)
    if len(used) < 2:
        return 0.0, max(len(used) - 1, 0)
    gap = (observed - expected)[used][1:]
    block = variance[np.ix_(used[1:], used[1:])]
    try:
        statistic = float(gap @ np.linalg.solve(block, gap))
    except np.linalg.LinAlgError as singular:
        raise NotDefined("the variance of the log-rank statistic is singular") from singular
    return statistic, len(used) - 1
