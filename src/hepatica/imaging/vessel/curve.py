"""Curves in space: spacing, smoothing that does not shrink, tangents and directions across."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from hepatica.imaging.volume import Floats

_AHEAD = 4.0  # a Gaussian is followed to this many SD


def arc_mm(points: Floats) -> Floats:
    """Length along (n, 3) points from the first to each."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    return np.concatenate([[0.0], np.cumsum(steps)])


def spaced(points: Floats, step_mm: float) -> Floats:
    """Points at equal distances along the curve, the nearest to `step_mm`, both ends kept."""
    along = arc_mm(points)
    count = max(round(float(along[-1]) / step_mm), 1) + 1
    at = np.linspace(0.0, along[-1], count)
    return np.stack([np.interp(at, along, points[:, axis]) for axis in range(3)], axis=1)


def smoothed(points: Floats, sd_mm: float) -> Floats:
    """The curve smoothed along its length, its ends kept, by a Gaussian G as 3 G - 3 GG + GGG.

    A wave of w rad/mm keeps 1 - (1 - exp(-w2 sd2 / 2))3 of its height: at an SD of 3 mm a coil
    with w = 0.12 keeps 99.98 %, where the Gaussian alone would keep 94 %. Points are equally
    spaced.
    """
    if len(points) < 3:
        return points
    step = float(arc_mm(points)[-1]) / (len(points) - 1)
    sd = sd_mm / max(step, 1e-9)
    once = _blurred(points, sd)
    twice = _blurred(once, sd)
    return 3.0 * (once - twice) + _blurred(twice, sd)


def _blurred(points: Floats, sd: float) -> Floats:
    """Gaussian along the points; beyond an end the curve goes on as its point reflection."""
    wide = min(int(np.ceil(_AHEAD * sd)), len(points) - 1)
    head = 2.0 * points[0] - points[wide:0:-1]
    tail = 2.0 * points[-1] - points[-2 : -2 - wide : -1]
    long = np.concatenate([head, points, tail])
    blurred = ndimage.gaussian_filter1d(long, sd, axis=0, truncate=_AHEAD, mode="nearest")
    kept: Floats = blurred[wide : wide + len(points)]
    return kept


def tangents(points: Floats) -> Floats:
    """Unit tangents by central differences, (n, 3)."""
    ahead = np.gradient(points, axis=0)
    length = np.linalg.norm(ahead, axis=1, keepdims=True)
    unit: Floats = ahead / np.maximum(length, 1e-12)
    return unit


def frames(tangent: Floats) -> Floats:
    """Two directions across each unit tangent of a curve, (n, 2, 3), carried along without turning.

    Neighbouring sections then have their rays in the same order, and can be averaged.
    """
    first = np.empty_like(tangent)
    u = np.eye(3)[int(np.abs(tangent[0]).argmin())].tolist()
    for place, t in enumerate(tangent.tolist()):
        along = u[0] * t[0] + u[1] * t[1] + u[2] * t[2]
        u = [u[k] - along * t[k] for k in range(3)]
        size = max((u[0] ** 2 + u[1] ** 2 + u[2] ** 2) ** 0.5, 1e-12)
        u = [u[k] / size for k in range(3)]
        first[place] = u
    return np.stack([first, np.cross(tangent, first)], axis=1)


def runs(inside: npt.NDArray[np.bool_]) -> list[slice]:
    """Runs of True, as slices."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], inside.astype(np.int8), [0]])))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
