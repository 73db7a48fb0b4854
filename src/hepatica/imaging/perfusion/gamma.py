"""Gamma-variate curves: C(t) = A x^k exp(k (1 - x)), x = (t - t0) / (tp - t0), fitted many at once.

A is the peak, reached at tp; t0 is the arrival, k > 0 the shape [thompson1964]; the form with
the peak as parameters is [madsen1992]; both cited from memory. The peak A enters linearly and is
solved for (variable projection). tp, the width s = (tp - t0) / sqrt(k) of the top, and k are found
by damped Gauss-Newton steps on tp, log s and log k, all curves in one array: t0 itself would trade
with k along a valley.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from hepatica.core.errors import ShapeError

Floats = npt.NDArray[np.float64]
STEPS = 40
_SHAPES = (2.0, 5.0)  # of the curves that the search begins with
_LOG_SHAPE = (np.log(0.3), np.log(60.0))
_SMALL = 1e-6


@dataclass(frozen=True, eq=False)
class GammaFit:
    """Fitted curves, one a row: peak, its time, arrival, shape, and the root mean square error."""

    peak: Floats
    peak_s: Floats
    arrival_s: Floats
    shape: Floats
    rmse: Floats

    @property
    def scale_s(self) -> Floats:
        """Seconds of the exponential fall."""
        return (self.peak_s - self.arrival_s) / self.shape

    @property
    def area(self) -> Floats:
        """Area under the whole curve, also beyond the last frame."""
        k = self.shape
        area: Floats = self.peak * self.scale_s * np.exp(k - k * np.log(k) + gammaln(k + 1.0))
        return area

    @property
    def moment_s(self) -> Floats:
        """First moment: the mean time of the whole curve."""
        return self.arrival_s + self.scale_s * (self.shape + 1.0)

    @property
    def slope_per_s(self) -> Floats:
        """Steepest rise, of the fitted curve and never of the frames."""
        k = self.shape
        x = np.maximum(k - np.sqrt(k), 0.0) / k  # in units of tp - t0; shape <= 1 rises at once
        with np.errstate(divide="ignore", invalid="ignore"):
            rise = self.peak * np.exp(k * (1.0 - x) + k * np.log(x)) * k * (1.0 / x - 1.0)
        return np.where(k > 1.0, rise / (self.peak_s - self.arrival_s), np.nan)

    def curve(self, times_s: Floats) -> Floats:
        """Values (curves, times)."""
        width = (self.peak_s - self.arrival_s) / np.sqrt(self.shape)
        parameters = np.stack([self.peak_s, np.log(width), np.log(self.shape)], axis=1)
        return self.peak[:, None] * _unit(parameters, times_s)


def fit_gamma(
    curves: Floats, times_s: Floats, used: npt.NDArray[np.bool_] | None = None
) -> GammaFit:
    """Least-squares gamma-variates of curves (n, times); frames not `used` (n, times) do not count.

    Raises      ShapeError where curves and times do not fit or there are fewer than five frames.
    Notes       The search begins at two shapes and keeps the better end; it takes 40 steps at most.
    """
    if curves.ndim != 2 or curves.shape[1] != times_s.size or times_s.size < 5:
        raise ShapeError(f"curves {curves.shape} at {times_s.size} times; expected five or more")
    weight = np.ones(curves.shape) if used is None else used.astype(float)
    begun = [_search(curves, times_s, weight, _start(curves, times_s, k)) for k in _SHAPES]
    costs = np.stack([cost for _, _, cost in begun])
    best = costs.argmin(axis=0)
    each = np.arange(len(curves))
    parameters = np.stack([p for p, _, _ in begun])[best, each]
    peak = np.stack([a for _, a, _ in begun])[best, each]
    shape = np.exp(parameters[:, 2])
    arrival = parameters[:, 0] - np.exp(parameters[:, 1]) * np.sqrt(shape)
    rmse = np.sqrt(costs[best, each] / np.maximum(weight.sum(axis=1), 1.0))
    return GammaFit(peak, parameters[:, 0], arrival, shape, rmse)


def _unit(parameters: Floats, times_s: Floats) -> Floats:
    """Curves of peak 1 for (n, 3) of time to peak, log width and log shape."""
    peak_s, width, shape = (parameters[:, i, None] for i in range(3))
    x = np.maximum(1.0 + (times_s - peak_s) * np.exp(-width - shape / 2.0), 0.0)
    with np.errstate(divide="ignore"):
        exponent = np.exp(shape) * (1.0 - x + np.log(x))
    unit: Floats = np.exp(exponent)
    return unit


def _start(curves: Floats, times_s: Floats, shape: float) -> Floats:
    """Begin at the highest frame, with a rise from where half of it was first passed."""
    top = curves.argmax(axis=1)
    half = np.argmax(curves >= curves.max(axis=1, keepdims=True) / 2.0, axis=1)
    step = float(np.diff(times_s).mean())
    peak_s = times_s[top]
    rise = np.maximum(peak_s - times_s[half], step)
    return np.stack([peak_s, np.log(rise), np.full(len(curves), np.log(shape))], axis=1)


def _search(
    curves: Floats, times_s: Floats, weight: Floats, parameters: Floats
) -> tuple[Floats, Floats, Floats]:
    """Damped Gauss-Newton over all curves; each step is kept only where it lowers the cost."""
    peak, cost = _solved(curves, weight, _unit(parameters, times_s))
    damping = np.full(len(curves), 1e-2)
    for _ in range(STEPS):
        step = _step(curves, times_s, weight, parameters, damping)
        tried = _bounded(parameters + step, times_s)
        new_peak, new_cost = _solved(curves, weight, _unit(tried, times_s))
        better = new_cost < cost
        gain = np.where(better, cost - new_cost, 0.0)
        parameters = np.where(better[:, None], tried, parameters)
        peak = np.where(better, new_peak, peak)
        damping = np.where(better, damping / 8.0, np.minimum(damping * 4.0, 1e8))
        if not (gain > 1e-10 * cost).any() and (damping > 1e3)[~better].all():
            break
        cost = np.where(better, new_cost, cost)
    return parameters, peak, cost


def _solved(curves: Floats, weight: Floats, unit: Floats) -> tuple[Floats, Floats]:
    """Best peak of each curve, not below 0, and its sum of squares."""
    norm = np.einsum("nt,nt,nt->n", weight, unit, unit)
    along = np.einsum("nt,nt,nt->n", weight, unit, curves)
    peak = np.maximum(np.divide(along, norm, out=np.zeros_like(along), where=norm > 0), 0.0)
    rest = curves - peak[:, None] * unit
    return peak, np.einsum("nt,nt,nt->n", weight, rest, rest)


def _step(
    curves: Floats, times_s: Floats, weight: Floats, parameters: Floats, damping: Floats
) -> Floats:
    """Step of the projected residuals, derivatives by differences."""
    rest = _projected(curves, times_s, weight, parameters)
    slopes = np.empty((*parameters.shape, times_s.size))
    for i in range(3):
        moved = parameters.copy()
        moved[:, i] += _SMALL
        slopes[:, i] = (_projected(curves, times_s, weight, moved) - rest) / _SMALL
    matrix = slopes @ slopes.transpose(0, 2, 1)
    diagonal = np.einsum("nii->ni", matrix)
    diagonal += damping[:, None] * diagonal + 1e-12
    found: Floats = -np.linalg.solve(matrix, slopes @ rest[:, :, None])[:, :, 0]
    widest = np.array([max(float(np.ptp(times_s)) / 8.0, 1.0), 1.0, 1.0])
    limited: Floats = np.clip(found, -widest, widest)
    return limited


def _projected(curves: Floats, times_s: Floats, weight: Floats, parameters: Floats) -> Floats:
    unit = _unit(parameters, times_s)
    peak, _ = _solved(curves, weight, unit)
    projected: Floats = (peak[:, None] * unit - curves) * np.sqrt(weight)
    return projected


def _bounded(parameters: Floats, times_s: Floats) -> Floats:
    span = float(np.ptp(times_s))
    step = span / (times_s.size - 1)
    low = [times_s[0], np.log(step / 4.0), _LOG_SHAPE[0]]
    high = [times_s[-1] + span, np.log(2.0 * span), _LOG_SHAPE[1]]
    inside: Floats = np.clip(parameters, low, high)
    return inside
