"""Gray's test: do groups share one cumulative incidence of the cause of interest?

Not the log-rank test of the cause-specific hazard: subjects with a competing event go on counting,
with R_k = n_k (1 - F_k) / S_k, all just before the time (n_k at risk in group k, F_k its incidence,
S_k its survival free of every cause). With W = (1 - F)^rho, F the pooled incidence, the score is

    z_k = sum W (d1_k - d1 R_k / sum R)

and its variance is the asymptotic one of the publication, as in R cmprsk 2.2-11 cuminc.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hepatica.core.errors import NotDefined, UsageError
from hepatica.stats.cause import CauseRank, check_cause
from hepatica.stats.observation import Floats, Ints, check_group
from hepatica.stats.tail import chi_square_upper


@dataclass(frozen=True, slots=True)
class Gray:
    """A test that groups share one cumulative incidence; `score` has one element a group."""

    statistic: float
    df: int
    p_value: float
    score: Floats
    groups: tuple[object, ...]


@dataclass(slots=True)
class _Sums:
    """What accumulates over the times: score, and the parts of its variance, by group."""

    score: Floats
    variance: Floats
    drift: Floats  # c: groups x groups
    own: Floats  # v3: groups
    mixed: Floats  # v2: groups x groups


def gray(
    time: ArrayLike,
    cause: ArrayLike,
    group: ArrayLike,
    *,
    event: int = 1,
    rho: float = 0.0,
) -> Gray:
    """Gray's K-sample test of the cumulative incidence of one cause.

    Parameters
    ----------
    time, cause, event : as `cumulative_incidence`
    group : labels, (n,)      Groups come out in sorted order.
    rho : 0 (Gray's default) weighs all times alike.

    Raises      NotDefined for fewer than two groups, or a singular variance (no event of the cause
                while two groups were at risk); otherwise as `check_cause`.
    References  Gray 1988; R cmprsk 2.2-11 cuminc
    """
    if not np.isfinite(rho):
        raise UsageError(f"rho {rho}: expected a finite number")
    seen = check_cause(time, cause, event)
    code, groups = check_group(group, len(seen.rank))
    if len(groups) < 2:
        raise NotDefined("Gray's test of fewer than two groups")
    sums = _accumulated(*_counts(seen, code, len(groups)), rho)
    gap, block = sums.score[:-1], sums.variance[:-1, :-1]
    scale = np.sqrt(np.abs(np.diag(block)))
    if not scale.all() or np.linalg.matrix_rank(block / np.outer(scale, scale), 1e-9) < len(gap):
        raise NotDefined("the variance of Gray's statistic is singular")
    statistic = float(gap @ np.linalg.solve(block, gap))
    df = len(gap)
    return Gray(statistic, df, chi_square_upper(statistic, df), sums.score, groups)


def _counts(seen: CauseRank, code: Ints, k: int) -> tuple[Floats, Floats, Floats]:
    """At risk, events of interest and competing events, (times with an event, groups)."""
    size = len(seen.distinct)
    cell = (seen.rank * k + code) * 3 + seen.cause
    cells = np.bincount(cell, minlength=size * k * 3).reshape(size, k, 3).astype(np.float64)
    leaving = cells.sum(axis=2)
    at_risk = np.cumsum(leaving[::-1], axis=0)[::-1]
    used = (cells[:, :, 1:].sum(axis=(1, 2))) > 0
    return at_risk[used], cells[used, :, 1], cells[used, :, 2]


def _accumulated(at_risk: Floats, events: Floats, competing: Floats, rho: float) -> _Sums:
    k = at_risk.shape[1]
    square = [np.zeros((k, k)) for _ in range(3)]
    sums = _Sums(np.zeros(k), square[0], square[1], np.zeros(k), square[2])
    free, own, pooled = np.ones(k), np.zeros(k), 0.0
    for n, d1, d2 in zip(at_risk, events, competing, strict=True):
        here = n > 0
        share = np.divide(n, free, out=np.zeros(k), where=here & (free > 0))
        after, now = free.copy(), own.copy()
        after[here] = free[here] * (n - d1 - d2)[here] / n[here]
        now[here] = own[here] + free[here] * d1[here] / n[here]
        weight = (1 - pooled) ** rho
        total = float(share.sum())
        tilt = _tilt(share, total, weight)
        later = pooled + float(d1.sum()) / total
        if d1.sum():
            sums.drift += tilt * (float(d1.sum()) / (total * (1 - pooled)))
            _add_score(sums, (n, d1, own, free), weight)
            _add_event(sums, tilt, (n, d1, free, after), (total, later))
        _add_competing(sums, (n, d2, free, after), later)
        free, own, pooled = after, now, later
    c = sums.drift
    inner = c @ sums.mixed.T
    sums.variance += (c * sums.own) @ c.T + inner + inner.T
    return sums


def _tilt(share: Floats, total: float, weight: float) -> Floats:
    """Weight x (diag(share) - share share' / total): how a score moves with each group."""
    tilt: Floats = weight * (np.diag(share) - np.outer(share, share) / total)
    return tilt


def _add_score(sums: _Sums, counts: tuple[Floats, Floats, Floats, Floats], weight: float) -> None:
    n, d1, own, free = counts
    pool = np.divide(n * (1 - own), free, out=np.zeros(len(n)), where=n > 0)
    sums.score += np.where(n > 0, weight * (d1 - d1.sum() * pool / pool.sum()), 0.0)


def _add_event(
    sums: _Sums,
    tilt: Floats,
    counts: tuple[Floats, Floats, Floats, Floats],
    pooled: tuple[float, float],
) -> None:
    n, d1, free, after = counts
    total, later = pooled
    deaths = float(d1.sum())
    for k in np.flatnonzero(n > 0):
        ratio = 1 - (1 - later) / after[k] if after[k] > 0 else 1.0
        ties = 1 - (deaths - 1) / (total * free[k] - 1) if deaths > 1 else 1.0
        size = ties * free[k] * deaths / (total * n[k])
        _add(sums, int(k), tilt[:, k] - ratio * sums.drift[:, k], ratio, size)


def _add_competing(
    sums: _Sums, counts: tuple[Floats, Floats, Floats, Floats], later: float
) -> None:
    n, d2, free, after = counts
    for k in np.flatnonzero((after > 0) & (d2 > 0)):
        ratio = (1 - later) / after[k]
        ties = 1 - (d2[k] - 1) / (n[k] - 1) if d2[k] > 1 else 1.0
        size = ties * free[k] ** 2 * d2[k] / n[k] ** 2
        _add(sums, int(k), ratio * sums.drift[:, k], -ratio, size)


def _add(sums: _Sums, k: int, move: Floats, ratio: float, size: float) -> None:
    sums.variance += np.outer(move, move) * size
    sums.mixed[:, k] += move * ratio * size
    sums.own[k] += ratio**2 * size
