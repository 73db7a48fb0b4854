"""Shapiro-Wilk test of normality, Royston's algorithm AS R94 (1995), for 3 to 5000 values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.polynomial.polynomial import polyval
from numpy.typing import ArrayLike

from hepatica.core.errors import NotDefined
from hepatica.stats.describe import known_values
from hepatica.stats.observation import Floats

# Royston 1992, 1995: the two outermost weights as polynomials of 1/sqrt(n), then the mean and
# log standard deviation of the transformed 1 - W for n <= 11 (in n) and above (in log n).
_OUTER = (0.0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056)
_NEXT = (0.0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633)
_SMALL_LIMIT = (-2.273, 0.459)
_SMALL_MEAN = (0.544, -0.39978, 0.025054, -6.714e-4)
_SMALL_LOG_SD = (1.3822, -0.77857, 0.062767, -0.0020322)
_LARGE_MEAN = (-1.5861, -0.31082, -0.083751, 0.0038915)
_LARGE_LOG_SD = (-0.4803, -0.082676, 0.0030302)


@dataclass(frozen=True, slots=True)
class ShapiroWilk:
    """W near 1 speaks for a normal distribution; `p_value` is the upper tail."""

    statistic: float
    p_value: float
    n: int


def shapiro_wilk(x: ArrayLike) -> ShapiroWilk:
    """Shapiro-Wilk W and its p value, as R's shapiro.test; missing values are left out.

    Raises      NotDefined for fewer than 3 or more than 5000 values, or all values equal.
    References  Royston 1995 (AS R94)
    """
    values = np.sort(known_values(x)[0])
    n = len(values)
    if not 3 <= n <= 5000:
        raise NotDefined(f"Shapiro-Wilk of {n} values; expected 3 to 5000")
    spread = float(values[-1] - values[0])
    if not spread > 0 or not math.isfinite(spread):
        raise NotDefined("Shapiro-Wilk of values that are all equal, or infinite")
    centred = (values - np.median(values)) / spread
    weight = _weights(n)
    centred = centred - centred.mean()
    weight = weight - weight.mean()
    ssa, ssx = float(weight @ weight), float(centred @ centred)
    sax = float(weight @ centred)
    root = math.sqrt(ssa * ssx)
    # 1 - W from a difference of roots: W itself would lose it to rounding.
    lack = (root - sax) * (root + sax) / (ssa * ssx)
    return ShapiroWilk(1 - lack, _tail(lack, n), n)


def _weights(n: int) -> Floats:
    half = n // 2
    if n == 3:
        lower = np.array([math.sqrt(0.5)])
    else:
        normal = NormalDist()
        m = np.array([normal.inv_cdf((i - 0.375) / (n + 0.25)) for i in range(1, half + 1)])
        total = 2 * float(m @ m)
        rsn = 1 / math.sqrt(n)
        first = float(polyval(rsn, _OUTER)) - m[0] / math.sqrt(total)
        if n > 5:
            second = float(polyval(rsn, _NEXT)) - m[1] / math.sqrt(total)
            rest = total - 2 * m[0] ** 2 - 2 * m[1] ** 2
            factor = math.sqrt(rest / (1 - 2 * first**2 - 2 * second**2))
            lower = np.concatenate(([first, second], -m[2:] / factor))
        else:
            factor = math.sqrt((total - 2 * m[0] ** 2) / (1 - 2 * first**2))
            lower = np.concatenate(([first], -m[1:] / factor))
    middle = np.zeros(n % 2)
    weights: Floats = np.concatenate((-lower, middle, lower[::-1]))
    return weights


def _tail(lack: float, n: int) -> float:
    if n == 3:
        share = 6 / math.pi * (math.asin(math.sqrt(max(1 - lack, 0.0))) - math.pi / 3)
        return min(max(share, 0.0), 1.0)
    if lack <= 0:
        return 1.0
    y, log_n = math.log(lack), math.log(n)
    if n <= 11:
        limit = float(polyval(n, _SMALL_LIMIT))
        if y >= limit:
            return 1e-99
        y = -math.log(limit - y)
        mean, sd = polyval(n, _SMALL_MEAN), math.exp(float(polyval(n, _SMALL_LOG_SD)))
    else:
        mean, sd = polyval(log_n, _LARGE_MEAN), math.exp(float(polyval(log_n, _LARGE_LOG_SD)))
    return 0.5 * math.erfc((y - float(mean)) / sd / math.sqrt(2))
