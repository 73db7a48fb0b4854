"""T1 by variable flip angles, of all voxels at once: linear and by least squares of the signal.

S = M0 sin(a) (1 - E) / (1 - cos(a) E). The linear way (DESPOT1) fits S / sin(a) against
S / tan(a), whose slope is E; it weights small signals too much. The other way is linear in M0 and
searches log R1 (`rate_table`). Source of the linear form: [deoni2003], not at hand.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hepatica.core.errors import ShapeError, UsageError
from hepatica.imaging.kinetics.rate_table import STEP, RateTable, fit_rate

Floats = npt.NDArray[np.float64]
LONGEST_S, SHORTEST_S = 60.0, 0.005  # of T1; the ends of the search, told where reached


def t1_linear(signal: Floats, flip_deg: Floats, tr_s: float) -> tuple[Floats, Floats]:
    """T1 in s and M0 of signals (voxels, angles), one TR; nan where the slope is no exponential."""
    signal = _checked(signal, flip_deg)
    angle = np.deg2rad(flip_deg)
    x, y = signal / np.tan(angle), signal / np.sin(angle)
    away = x - x.mean(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = (away * y).sum(axis=-1) / (away * away).sum(axis=-1)
        sound = (slope > 0) & (slope < 1)
        t1 = -tr_s / np.log(np.where(sound, slope, np.nan))
        m0 = (y.mean(axis=-1) - slope * x.mean(axis=-1)) / (1.0 - slope)
    return t1, np.where(sound, m0, np.nan)


def t1_nonlinear(
    signal: Floats, flip_deg: Floats, tr_s: npt.ArrayLike
) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """T1 in s, M0, and whether T1 is at an end of its search (5 ms to 60 s), each (voxels,).

    `tr_s` is one number or one for each angle.
    """
    signal = _checked(signal, flip_deg)
    angle = np.deg2rad(np.asarray(flip_deg, float))
    logs = np.arange(np.log(1.0 / LONGEST_S), np.log(1.0 / SHORTEST_S) + STEP, STEP)
    decay = np.exp(-np.exp(logs)[:, None] * np.broadcast_to(np.asarray(tr_s, float), angle.shape))
    curves = np.sin(angle) * (1.0 - decay) / (1.0 - np.cos(angle) * decay)
    good = np.isfinite(signal).all(axis=-1) & (signal != 0).any(axis=-1)
    found = fit_rate(np.where(good[:, None], signal, 1.0), RateTable(logs, curves[None]))
    t1 = np.where(good, np.exp(-found.log_rate), np.nan)
    return t1, np.where(good, found.amplitudes[0], np.nan), found.at_bound & good


def _checked(signal: Floats, flip_deg: Floats) -> Floats:
    signal = np.atleast_2d(np.asarray(signal, float))
    if signal.shape[-1] != len(flip_deg):
        raise ShapeError(f"signals {signal.shape} at {len(flip_deg)} flip angles")
    if len(flip_deg) < 2:
        raise UsageError("T1 needs two flip angles or more")
    return signal
