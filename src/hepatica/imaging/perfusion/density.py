"""Densities of an angiographic run, and maps of them: peak, its time, area, first moment.

Density is -log(I / mask) of each pixel, in proportion to the contrast in its ray; of images that
are logarithms already (LOG, or subtracted by the machine) it is mask - I. Maps are of single
pixels and therefore noisy: nothing is fitted in them, the peak is the vertex of a parabola through
the highest frame and its neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepatica.core.errors import ShapeError, UsageError

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
_ROWS = 32  # taken at a time, so that they stay in the cache


@dataclass(frozen=True, eq=False)
class DensityMaps:
    """Maps (rows, columns), nan where the peak is below the least density.

    `peak` in densities, `peak_s` and `moment_s` seconds of the run, `area` density seconds.
    """

    peak: Singles
    peak_s: Singles
    area: Singles
    moment_s: Singles


def density(
    frames: npt.NDArray[np.generic],
    mask_frames: Sequence[int] = (0,),
    *,
    is_log: bool = False,
    is_bright: bool = False,
) -> Singles:
    """Density (times, rows, columns) of frames, nan where a linear value is not above 0.

    `mask_frames` are frames without contrast, whose mean is the mask; `is_log` for images that
    are logarithms or subtracted already; `is_bright` where contrast is brighter than the mask.

    Raises      ShapeError unless the frames have three dimensions; UsageError where a mask frame
                is not among them.
    """
    if frames.ndim != 3:
        raise ShapeError(f"frames of shape {frames.shape}; expected (times, rows, columns)")
    if not mask_frames or not all(0 <= one < len(frames) for one in mask_frames):
        raise UsageError(f"mask frames {list(mask_frames)}: the run has 0 to {len(frames) - 1}")
    values = np.empty(frames.shape, np.float32)
    chosen = list(mask_frames)
    sign = np.float32(-1.0 if is_bright else 1.0)
    for low in range(0, frames.shape[1], _ROWS):
        rows = slice(low, low + _ROWS)
        part = frames[:, rows].astype(np.float32)
        if is_log:
            values[:, rows] = sign * (part[chosen].mean(axis=0) - part)
            continue
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.log(part)
            logs[part <= 0.0] = np.nan
            mask = np.log(part[chosen].mean(axis=0))
        values[:, rows] = sign * (mask - logs)
    return values


def density_maps(densities: Singles, times_s: Floats, *, least: float = 0.0) -> DensityMaps:
    """Maps of a run; a pixel whose peak is below `least` has none.

    Raises      ShapeError where times and frames do not fit, or there are fewer than three.
    Notes       Area and moment are sums by the trapezoid of what is above 0, within the run.
    """
    if densities.ndim != 3 or len(densities) != times_s.size or times_s.size < 3:
        raise ShapeError(f"densities {densities.shape} at {times_s.size} times")
    out = np.full((4, *densities.shape[1:]), np.nan, np.float32)
    weights = _trapezoid(times_s)
    both = np.stack([weights, weights * times_s]).astype(np.float32)
    seconds = times_s.astype(np.float32)
    for low in range(0, densities.shape[1], _ROWS):
        rows = slice(low, low + _ROWS)
        part = np.nan_to_num(densities[:, rows], nan=0.0)
        flat = part.reshape(len(part), -1)
        peak, peak_s = _vertex(flat, seconds)
        np.maximum(flat, 0.0, out=flat)
        area, moment = both @ flat
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.stack([peak, peak_s, area, moment / area])
        found[:, ~(peak >= max(least, float(np.finfo(np.float32).tiny)))] = np.nan
        out[:, rows] = found.reshape(4, *part.shape[1:])
    return DensityMaps(*out)


def _vertex(flat: Singles, seconds: Singles) -> tuple[Singles, Singles]:
    """Peak and its time by the parabola through the highest frame and its neighbours."""
    top = np.clip(flat.argmax(axis=0), 1, len(flat) - 2)
    each = np.arange(flat.shape[1])
    before, at, after = (flat[top + k, each] for k in (-1, 0, 1))
    left, right = seconds[top] - seconds[top - 1], seconds[top + 1] - seconds[top]
    rise, fall = (at - before) / left, (after - at) / right
    bend = (rise - fall) / (left + right)
    slope = (rise * right + fall * left) / (left + right)
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = np.where(bend > 0.0, slope / (2.0 * bend), 0.0)
    shift = np.clip(shift, -left, right).astype(np.float32)
    highest = at + slope * shift - bend * shift * shift
    return np.maximum(highest, flat.max(axis=0)), seconds[top] + shift


def _trapezoid(times_s: Floats) -> Floats:
    """Weights by which values at these times sum to the area under them."""
    steps = np.diff(times_s)
    weights = np.zeros(times_s.size)
    weights[:-1] += steps / 2.0
    weights[1:] += steps / 2.0
    return weights
