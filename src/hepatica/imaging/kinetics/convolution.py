"""An exponential convolved with a piecewise-linear input, exactly: no sums over samples.

Between two samples the input is a straight line, so the integral of it times an exponential is
closed: the value at a sample follows from the one before. A plain discrete convolution is 5 to 8
times further from the truth where the plasma volume is concerned.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

from hepatica.core.errors import ShapeError

Floats = npt.NDArray[np.float64]
SERIES_BELOW = 0.03  # closed forms lose digits below; nine terms of the series do not
ROUNDING = 1e-11  # steps nearer than this share of a step are the same step
DECIMALS = 14  # of minutes: equal distances to a sample are found equal
_FACTORIALS = np.cumprod(np.arange(1.0, 12.0))  # 1!, 2!, ..., 11!


def convolution(
    times_min: Floats, values: Floats, rates_min: Floats, at_min: Floats | None = None
) -> Floats:
    """Integral of input(u) exp(-rate (t - u)) from the first sample to t, exact for straight lines.

    Parameters
    ----------
    times_min : float, (n,)     Increasing; minutes.
    values : float, (n,)        Input at these times; 0 before the first, constant after the last.
    rates_min : float >= 0, (...)   Rates per minute; 0 gives the running integral.
    at_min : float, (m,)        Times to evaluate at, in any order; `times_min` where None.

    Returns     float, (..., n or m), unit of `values` times min.
    Raises      ShapeError where times and values do not fit.
    """
    if times_min.shape != values.shape or times_min.ndim != 1:
        raise ShapeError(f"times {times_min.shape} with values {values.shape}")
    knots = _at_samples(times_min, values, np.asarray(rates_min, float))
    if at_min is None:
        return np.moveaxis(knots, 0, -1)
    return _between(times_min, values, rates_min, knots, at_min)


def running_integral(times_min: Floats, values: Floats) -> Floats:
    """Running integral (trapezoids) of values (..., n) from the first sample on, (..., n)."""
    areas = 0.5 * (values[..., 1:] + values[..., :-1]) * np.diff(times_min)
    first = np.zeros((*values.shape[:-1], 1))
    return np.concatenate([first, np.cumsum(areas, axis=-1)], axis=-1)


def shifted(times_min: Floats, values: Floats, at_min: Floats) -> Floats:
    """Piecewise-linear input at other times; 0 before its first sample, constant after its last."""
    return np.interp(at_min, times_min, values, left=0.0)


def _at_samples(times: Floats, values: Floats, rates: Floats) -> Floats:
    steps = np.diff(times)
    even = float(steps.mean())
    if rates.size < times.size and np.abs(steps - even).max() < ROUNDING * even:
        return _filtered(even, values, rates)
    out = np.zeros((times.size, *rates.shape))
    state = np.zeros(rates.shape)
    width, decay, before, after = np.nan, state, state, state
    for i, step in enumerate(steps):
        if not abs(step - width) < ROUNDING * step:
            width = float(step)
            decay, before, after = _weights(rates * width)
            before, after = before * width, after * width
        state = decay * state
        state += values[i] * before
        state += values[i + 1] * after
        out[i + 1] = state
    return out


def _filtered(step: float, values: Floats, rates: Floats) -> Floats:
    """The same recursion for few rates and even steps, run by a compiled filter."""
    decay, before, after = _weights(rates.ravel() * step)
    out = np.zeros((values.size, rates.size))
    for j in range(rates.size):
        gained = step * (before[j] * values[:-1] + after[j] * values[1:])
        out[1:, j] = lfilter((1.0,), (1.0, -decay[j]), gained)
    return out.reshape(values.size, *rates.shape)


def _between(times: Floats, values: Floats, rates: Floats, knots: Floats, at_min: Floats) -> Floats:
    rates = np.asarray(rates, float)
    index = np.clip(np.searchsorted(times, at_min, side="right") - 1, 0, times.size - 1)
    width, which = np.unique(
        np.round(np.maximum(at_min - times[index], 0.0), DECIMALS), return_inverse=True
    )
    reached = shifted(times, values, at_min)
    decay, before, after = _weights(rates[..., None] * width)
    found = np.take(decay, which, axis=-1)
    found *= np.moveaxis(knots, 0, -1)[..., index]
    found += np.take(before * width, which, axis=-1) * values[index]
    found += np.take(after * width, which, axis=-1) * reached
    found[..., at_min < times[0]] = 0.0
    return found


def _weights(x: Floats) -> tuple[Floats, Floats, Floats]:
    """exp(-x), and the weights of the line's first and last value over a step of length 1."""
    decay = np.exp(-x)
    small = x < SERIES_BELOW
    safe = np.where(small, 1.0, x)
    whole = np.where(small, 1.0, -np.expm1(-safe) / safe)
    after = np.where(small, 0.5, (safe + np.expm1(-safe)) / (safe * safe))
    if small.any():
        tiny = x[small]
        powers = (-tiny)[..., None] ** np.arange(9)
        whole[small] = powers @ (1.0 / _FACTORIALS[:9])
        after[small] = powers @ (1.0 / _FACTORIALS[1:10])
    return decay, whole - after, after
