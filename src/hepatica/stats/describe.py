"""One continuous variable in figures: n, missing, mean, SD, median, quartiles, range."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from hepatica.core.errors import ShapeError, UsageError
from hepatica.stats.observation import Floats

QuantileType = Literal[2, 7]


@dataclass(frozen=True, slots=True)
class Description:
    """`n` known and `missing` unknown values; a figure is None where too few are known.

    `sd` divides by n - 1; `q1` and `q3` follow R's quantile type named in `quantile_type`.
    """

    n: int
    missing: int
    mean: float | None
    sd: float | None
    median: float | None
    q1: float | None
    q3: float | None
    min: float | None
    max: float | None
    quantile_type: int


def description(values: ArrayLike, *, quantile_type: QuantileType = 7) -> Description:
    """Summary of one variable; nan (or None) counts as missing and enters nothing else.

    Parameters
    ----------
    values : numbers, (n,)
    quantile_type : 7 (R's default, linear) or 2 (SAS's default, mean at a step)

    Raises      ShapeError unless `values` is one row of numbers; UsageError for another type.
    References  Hyndman & Fan 1996
    """
    if quantile_type not in (2, 7):
        raise UsageError(f"quantile type {quantile_type}: expected 2 or 7")
    known, missing = known_values(values)
    if not len(known):
        return Description(0, missing, None, None, None, None, None, None, None, quantile_type)
    ordered = np.sort(known)
    return Description(
        n=len(ordered),
        missing=missing,
        mean=float(ordered.mean()),
        sd=float(ordered.std(ddof=1)) if len(ordered) > 1 else None,
        median=_quantile(ordered, 0.5, quantile_type),
        q1=_quantile(ordered, 0.25, quantile_type),
        q3=_quantile(ordered, 0.75, quantile_type),
        min=float(ordered[0]),
        max=float(ordered[-1]),
        quantile_type=quantile_type,
    )


def known_values(values: ArrayLike) -> tuple[Floats, int]:
    """The values that are known, and how many are not.

    Raises      ShapeError unless `values` is one row of numbers.
    """
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as wrong:
        raise ShapeError("values are not an array of numbers") from wrong
    if array.ndim != 1:
        raise ShapeError(f"values have {array.ndim} dimensions; expected 1")
    known = ~np.isnan(array)
    return array[known], int(len(array) - known.sum())


def _quantile(ordered: Floats, p: float, quantile_type: QuantileType) -> float:
    n = len(ordered)
    if quantile_type == 7:
        place = (n - 1) * p
        low = math.floor(place)
        high = min(low + 1, n - 1)
        step = float(ordered[high] - ordered[low])
        return float(ordered[low]) + (place - low) * step if step else float(ordered[low])
    place = n * p
    whole = math.floor(place + 4 * np.finfo(np.float64).eps)
    if abs(place - whole) > 4 * np.finfo(np.float64).eps:
        return float(ordered[whole])
    return float(ordered[max(whole - 1, 0)] + ordered[min(whole, n - 1)]) / 2
