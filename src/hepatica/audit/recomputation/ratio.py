"""A hazard, odds or risk ratio against its interval and its p.

A Wald interval is symmetric on the log scale: the ratio is the geometric mean of its limits, and
z is the log ratio over a standard error of a log distance of the limits over 2 x 1.96. Score,
profile-likelihood and exact intervals, and log-rank p-values, differ a little, so neither is
proof; that a ratio lies outside its own interval is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from hepatica.audit.printed import Printed
from hepatica.stats.band import check_level
from hepatica.stats.tail import normal_two_sided


@dataclass(frozen=True, slots=True)
class RatioCheck:
    """What a printed ratio and its limits say of each other.

    `inside`      the ratio can lie within the limits, all as rounded
    `symmetric`   it can be their geometric mean; `centre` is that of the printed limits
    `p_low`, `p_high`  least and greatest Wald p within the rounding
    """

    inside: bool
    symmetric: bool
    centre: float
    centre_low: float
    centre_high: float
    p_low: float
    p_high: float


def ratio_check(
    ratio: Printed, low: Printed, high: Printed, level: float = 0.95
) -> RatioCheck | None:
    """The ratio against its limits, and the Wald p they imply; None unless all are positive.

    Raises      UsageError for the level.
    """
    if ratio.value <= 0 or low.value <= 0 or high.value <= 0 or low.value > high.value:
        return None
    # A ratio of 0.0 something, rounded, may be any small number.
    least = max(float(low.low), 1e-9)
    centres = [
        math.sqrt(a * b)
        for a, b in (
            (least, float(high.low)),
            (float(low.value), float(high.value)),
            (float(low.high), float(high.high)),
        )
    ]
    inside = low.low <= ratio.high and ratio.low <= high.high
    symmetric = centres[0] <= float(ratio.high) and float(ratio.low) <= centres[2]
    p_low, p_high = _p_range(ratio, (least, float(low.high)), high, level)
    return RatioCheck(inside, symmetric, centres[1], centres[0], centres[2], p_low, p_high)


def _p_range(
    ratio: Printed, low: tuple[float, float], high: Printed, level: float
) -> tuple[float, float]:
    """P of log ratio over SE at the ends of the rounding; up to 1 where the ratio may be 1."""
    z = check_level(level)
    ends = max(float(ratio.low), 1e-9), float(ratio.high)
    widest = math.log(float(high.high) / low[0])
    narrowest = max(math.log(float(high.low) / low[1]), 0.0)
    sizes = [abs(math.log(r)) for r in ends]
    nearest = 0.0 if ends[0] <= 1 <= ends[1] else min(sizes)
    p_low = normal_two_sided(max(sizes) / narrowest * 2 * z) if narrowest else 0.0
    return p_low, normal_two_sided(nearest / widest * 2 * z) if widest else 1.0
