"""Follow-up that ends by one of several causes, counted at each distinct time.

The cause of interest is 1, any other cause of leaving by an event is 2, censoring is 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hepatica.core.errors import NotDefined, ShapeError
from hepatica.stats.observation import (
    Floats,
    Ints,
    check_observation,
    time_rank,
)


@dataclass(frozen=True, slots=True)
class CauseTable:
    """One element a distinct follow-up time, in rising order; `n` subjects in all."""

    time: Floats
    at_risk: Ints
    events: Ints
    competing: Ints
    censored: Ints
    n: int


@dataclass(frozen=True, slots=True)
class CauseRank:
    """Checked follow-up: subject i left at `distinct[rank[i]]` by `cause[i]` (0, 1 or 2)."""

    rank: Ints
    cause: Ints
    distinct: Floats


def check_cause(time: ArrayLike, cause: ArrayLike, event: int = 1) -> CauseRank:
    """Follow-up times and causes fit for the competing-risks estimators.

    Parameters
    ----------
    time : numbers >= 0, (n,)
    cause : whole numbers >= 0, (n,)     0 = censored; `event` = the cause of interest; others
                                         compete with it.

    Raises      ShapeError, NotDefined as `check_observation`; NotDefined for causes that are no
                whole numbers >= 0, or where `event` is 0.
    """
    code = _codes(cause)
    if event < 1:
        raise NotDefined("the cause of interest is a whole number above 0")
    seen = check_observation(time, code > 0)
    ranks = time_rank(seen)
    rank = ranks.rank
    if ranks.order is not None:
        rank = np.empty_like(ranks.rank)
        rank[ranks.order] = ranks.rank
    used, places = np.unique(rank, return_inverse=True)
    kind = np.where(code == event, 1, np.where(code > 0, 2, 0))
    return CauseRank(places.astype(np.int64), kind.astype(np.int64), ranks.distinct[used])


def cause_table(seen: CauseRank) -> CauseTable:
    """Numbers at risk and leaving by each cause at each distinct time."""
    size = len(seen.distinct)
    cells = np.bincount(3 * seen.rank + seen.cause, minlength=3 * size).reshape(size, 3)
    leaving = cells.sum(axis=1)
    n = len(seen.rank)
    at_risk = n - np.cumsum(leaving) + leaving
    return CauseTable(seen.distinct, at_risk, cells[:, 1], cells[:, 2], cells[:, 0], n)


def _codes(cause: ArrayLike) -> Ints:
    array = np.asarray(cause)
    if array.ndim != 1:
        raise ShapeError(f"cause has {array.ndim} dimensions; expected 1")
    if array.dtype.kind not in "biuf":
        raise NotDefined("cause holds values other than whole numbers")
    whole = array.astype(np.float64)
    if not np.isfinite(whole).all() or np.any(whole != np.floor(whole)) or np.any(whole < 0):
        raise NotDefined("cause holds values other than whole numbers from 0")
    return whole.astype(np.int64)
