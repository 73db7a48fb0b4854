"""Bootstrap percentile interval of a median survival time."""

from __future__ import annotations

from typing import get_args

import numpy as np
from numpy.typing import ArrayLike

from hepatica.core.errors import UsageError
from hepatica.stats.count import RiskTable, risk_table
from hepatica.stats.kaplan_meier import Plateau
from hepatica.stats.observation import TOLERANCE, Floats, Ints, check_observation

_CELLS = 4_000_000  # Numbers held at once; larger samples are drawn in batches.


def bootstrap_median(
    time: ArrayLike,
    event: ArrayLike,
    *,
    seed: int,
    resamples: int = 10_000,
    level: float = 0.95,
    plateau: Plateau = "midpoint",
) -> tuple[float | None, float | None]:
    """Percentile interval of the Kaplan-Meier median over resampled subjects.

    A resample whose curve stays above one half counts as a median beyond every time; a limit
    that falls among those is None (not reached). Limits are order statistics, not interpolated:
    the smallest median with at least (1 - level) / 2, or (1 + level) / 2, of the resamples at
    or below it.

    Parameters
    ----------
    time, event : (n,)       As `kaplan_meier`.
    seed : int >= 0          The same seed gives the same interval.
    plateau : 'midpoint' or 'first'       As `quantile`.

    Raises      ShapeError, NotDefined as `check_observation`; UsageError for the options.
    References  Efron 1981
    """
    if not 0 < level < 1 or resamples < 1:
        raise UsageError("expected at least one resample and a level between 0 and 1")
    if plateau not in get_args(Plateau):
        raise UsageError(f"plateau rule {plateau!r}: expected midpoint or first")
    table = risk_table(check_observation(time, event))
    rng = np.random.Generator(np.random.SFC64(seed))
    batch = max(1, _CELLS // max(table.n, 2 * len(table.time)))
    medians = np.concatenate(
        [
            _medians(table, rng, min(batch, resamples - done), plateau)
            for done in range(0, resamples, batch)
        ]
    )
    medians.sort()
    return _ordered(medians, (1 - level) / 2), _ordered(medians, (1 + level) / 2)


def _ordered(medians: Floats, share: float) -> float | None:
    place = max(int(np.ceil(share * len(medians) - 1e-9)) - 1, 0)
    return None if np.isinf(medians[place]) else float(medians[place])


def _medians(table: RiskTable, rng: np.random.Generator, count: int, plateau: Plateau) -> Floats:
    events, leaving = _resampled(table, rng, count)
    at_risk = table.n - np.cumsum(leaving, axis=1) + leaving
    # Once nobody is left the curve stays where it is: a factor of 1.
    curve = 1 - events / np.maximum(at_risk, 1)
    np.cumprod(curve, axis=1, out=curve)
    low = curve <= 0.5 + TOLERANCE
    first = np.argmax(low, axis=1)
    rows = np.arange(count)
    reached = low[rows, first]
    median = np.where(reached, table.time[first], np.inf)
    if plateau == "first":
        return median
    flat = reached & (curve[rows, first] >= 0.5 - TOLERANCE)
    below = curve < 0.5 - TOLERANCE
    after = np.argmax(below, axis=1)
    falls = below[rows, after]
    # The last follow-up in the resample ends a plateau that the curve never leaves.
    last = leaving.shape[1] - 1 - np.argmax(leaving[:, ::-1] > 0, axis=1)
    end = np.where(falls, table.time[after], table.time[last])
    middle: Floats = np.where(flat, (table.time[first] + end) / 2, median)
    return middle


def _resampled(table: RiskTable, rng: np.random.Generator, count: int) -> tuple[Ints, Ints]:
    """Numbers having the event and leaving at each time, (resamples, times)."""
    size = len(table.time)
    cells = np.concatenate((table.events, table.censored))
    if table.n > 4 * len(cells):
        counts = rng.multinomial(table.n, cells / table.n, size=count).reshape(count, 2, size)
        return counts[:, 0], counts[:, 0] + counts[:, 1]
    used = np.flatnonzero(cells)
    owner = np.repeat(used, cells[used])
    draw = owner[rng.integers(0, table.n, size=(count, table.n))]
    draw += (np.arange(count) * 2 * size)[:, None]
    counts = np.bincount(draw.ravel(), minlength=count * 2 * size).reshape(count, 2, size)
    return counts[:, 0], counts[:, 0] + counts[:, 1]
