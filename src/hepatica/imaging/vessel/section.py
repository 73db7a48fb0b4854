"""Sections of the grey image across a vessel: where it falls to half of its height.

The height is the vessel's own, over the background beside it, in each section: a bolus that
enhances less moves both and the diameter stays [reference page of the manual, trap 2].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from hepatica.imaging.volume import Floats, Grid

RAYS = 24
SAMPLES = 24
_REACH_RADII, _REACH_VOXELS = 2.0, 2.5  # how far rays go
_CORE = 0.6  # of the radius: there the vessel's height is read
_BESIDE_RADII, _BESIDE_VOXELS = 1.4, 0.8  # beyond this lies the background
_CROWDED = 1.5  # longest voxel edges between two vessels
_FLAT = 1.5  # widest over narrowest: more is as of two in one
_CUT_SHORT = 0.1  # of the rays that are too long to be this vessel's
_LONG = 1.8  # a ray longer than this times the section's median runs into another vessel


@dataclass(frozen=True, eq=False)
class Grey:
    """A grey image to be read between its voxels; `array` float32 (slices, rows, columns)."""

    array: npt.NDArray[np.float32]
    grid: Grid
    order: int = 1

    def values(self, points_mm: Floats) -> npt.NDArray[np.float32]:
        """Values at (n, 3) points, by splines of `order`; outside, those of the border."""
        return self._read(self.grid.indices(points_mm).T.astype(np.float32))

    def along(self, points: Floats, rays: Floats, steps: Floats) -> npt.NDArray[np.float32]:
        """Values (n, rays, steps) at points (n, 3) + rays (n, rays, 3) x steps (n, steps)."""
        start = self.grid.indices(points).astype(np.float32)
        turn = np.linalg.inv(self.grid.affine[:3, :3]).T
        ahead = (rays @ turn).astype(np.float32)
        far = steps.astype(np.float32)[:, None, :]
        shape = (3, *rays.shape[:2], steps.shape[1])
        at = np.empty(shape, np.float32)
        for axis in range(3):
            np.multiply(ahead[:, :, axis, None], far, out=at[axis])
            at[axis] += start[:, axis, None, None]
        return self._read(at.reshape(3, -1)).reshape(shape[1:])

    def _read(self, indices: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        found: npt.NDArray[np.float32] = ndimage.map_coordinates(
            self.array,
            indices,
            output=np.float32,
            order=self.order,
            prefilter=False,
            mode="nearest",
        )
        return found

    def smooth(self) -> Grey:
        """The same image for quadratic splines: cubic ones overshoot across long voxels."""
        return Grey(ndimage.spline_filter(self.array, 2, np.float32, "mirror"), self.grid, 2)


@dataclass(frozen=True, eq=False)
class Sections:
    """Sections of a vessel: one row each.

    `diameter_mm` of the circle of the same area; `narrow_mm` and `wide_mm` the least and largest
    distance between opposite borders; `shift_mm` (n, 3) from the given centre to the section's
    own; `height` of the vessel over its background, `half` the grey value midway; `open` the share
    of rays that never fall to half; `crowded` where another vessel begins within a voxel and a half
    of this one's border, or the section is as of two in one.
    """

    diameter_mm: Floats
    narrow_mm: Floats
    wide_mm: Floats
    shift_mm: Floats
    height: Floats
    half: Floats
    open: Floats
    crowded: npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Cuts:
    """Where to cut: (n, 3) points, (n, 2, 3) directions across, (n,) radius so far, and (n,) owner.

    Rows of the same owner follow each other along one vessel.
    """

    points: Floats
    frames: Floats
    radius_mm: Floats
    owner: npt.NDArray[np.int64]


def sections(grey: Grey, cuts: Cuts) -> Sections:
    """Sections of `grey` across vessels; each is averaged with its two neighbours (1, 2, 1).

    Every section lies around its own centre, so that a bend does not blur the average.
    """
    radius = cuts.radius_mm
    voxel = float(np.prod(grey.grid.spacing_mm) ** (1 / 3))
    reach = _REACH_RADII * radius + _REACH_VOXELS * voxel
    angle = np.arange(RAYS) * (2 * np.pi / RAYS)
    first, second = cuts.frames[:, None, 0], cuts.frames[:, None, 1]
    rays = np.cos(angle)[:, None] * first + np.sin(angle)[:, None] * second
    steps = np.linspace(0.0, 1.0, SAMPLES) * reach[:, None]
    values = _averaged(grey.along(cuts.points, rays, steps).astype(float), cuts.owner)
    peak = _peak(values, steps, radius)
    beside = steps >= (_BESIDE_RADII * radius + _BESIDE_VOXELS * voxel)[:, None]
    ground = _ground(values, beside)
    half = (peak + ground) / 2.0
    border = _borders(values, steps, half, voxel)
    beside = _next(values, steps, half, border) < _CROWDED * grey.grid.largest_edge_mm
    return _measured(border, cuts, (peak, ground), beside | _flat(border, grey.grid))


def _averaged(values: Floats, owner: npt.NDArray[np.int64]) -> Floats:
    same = owner[1:] == owner[:-1]
    before, after = np.arange(len(owner)), np.arange(len(owner))
    before[1:][same] -= 1
    after[:-1][same] += 1
    return 0.5 * values + 0.25 * (values[before] + values[after])


def _peak(values: Floats, steps: Floats, radius_mm: Floats) -> Floats:
    """Mean within the core; the centre alone where the core is smaller than a step."""
    core = (steps <= (_CORE * radius_mm)[:, None]).astype(float)
    rings = values.mean(axis=1)
    mean: Floats = (rings * core).sum(axis=1) / core.sum(axis=1)
    return mean


def _ground(values: Floats, beside: npt.NDArray[np.bool_]) -> Floats:
    """Median beside the vessel: a neighbour on one side does not lift it."""
    outer = np.where(beside[:, None, :], values, np.nan)
    first = int(beside.any(axis=0).argmax())
    ground: Floats = np.nanmedian(outer[:, :, first:].reshape(len(values), -1), axis=1)
    return ground


def _borders(values: Floats, steps: Floats, half: Floats, voxel: float) -> Floats:
    """Distance at which each ray falls to half, (n, RAYS); nan where it never does.

    Noise lets a ray cross half more than once: the middle between its first fall and the last one
    within a voxel of it lies neither too far in nor too far out.
    """
    below = values < half[:, None, None]
    first = below.argmax(axis=2)
    found = below.any(axis=2) & (first > 0)
    step = steps[:, 1]
    near = np.ceil(voxel / step).astype(int)[:, None, None]
    place = np.arange(values.shape[2])
    window = (place > first[..., None]) & (place <= first[..., None] + near) & ~below
    last = np.where(window, place + 1, first[..., None]).max(axis=2)
    last = np.minimum(last, values.shape[2] - 1)
    middle = (_crossing(values, first, half) + _crossing(values, last, half)) / 2.0
    border: Floats = np.where(found, middle * step[:, None], np.nan)
    return border


def _crossing(values: Floats, at: npt.NDArray[np.int64], half: Floats) -> Floats:
    """Place, in samples, where the line between the samples before and at `at` crosses half."""
    after = np.maximum(at, 1)[..., None]
    inner = np.take_along_axis(values, after - 1, axis=2)[..., 0]
    outer = np.take_along_axis(values, after, axis=2)[..., 0]
    fall = inner - outer
    share = (inner - half[:, None]) / np.where(fall > 0, fall, 1.0)
    place: Floats = after[..., 0] - 1 + np.clip(share, 0.0, 1.0)
    return place


def _next(values: Floats, steps: Floats, half: Floats, border: Floats) -> Floats:
    """Least gap between this vessel's border and where a ray rises to half again; inf if none."""
    beyond = steps[:, None, :] > border[..., None]
    again = beyond & (values >= half[:, None, None])
    at = np.where(again, steps[:, None, :], np.inf).min(axis=2)
    gap: Floats = np.where(np.isfinite(border), at - border, np.inf).min(axis=1)
    return gap


def _flat(border: Floats, grid: Grid) -> npt.NDArray[np.bool_]:
    """Sections much wider than narrow, beyond what long voxels do to a round vessel."""
    width = border[:, : RAYS // 2] + border[:, RAYS // 2 :]
    known = np.isfinite(width)
    wide = np.where(known, width, 0.0).max(axis=1)
    narrow = np.where(known, width, np.inf).min(axis=1)
    long = min(max(grid.spacing_mm) / min(grid.spacing_mm), _FLAT)
    flat: npt.NDArray[np.bool_] = wide > _FLAT * long * narrow
    return flat


def _measured(
    border: Floats,
    cuts: Cuts,
    levels: tuple[Floats, Floats],
    beside: npt.NDArray[np.bool_],
) -> Sections:
    peak, ground = levels
    share_open = np.isnan(border).mean(axis=1)
    some = share_open < 1.0
    middle = cuts.radius_mm.copy()
    middle[some] = np.nanmedian(border[some], axis=1)
    long = np.isnan(border) | (border > _LONG * middle[:, None])
    filled = np.where(long, middle[:, None], border)
    angle = np.arange(RAYS) * (2 * np.pi / RAYS)
    square = (filled**2).mean(axis=1)
    cube = filled**3
    across = 2.0 / 3.0 * np.stack([(cube * f(angle)).mean(axis=1) for f in (np.cos, np.sin)], 1)
    across /= square[:, None]
    width = filled[:, : RAYS // 2] + filled[:, RAYS // 2 :]
    return Sections(
        diameter_mm=2.0 * np.sqrt(square),
        narrow_mm=width.min(axis=1),
        wide_mm=width.max(axis=1),
        shift_mm=np.einsum("nk,nkd->nd", across, cuts.frames),
        height=peak - ground,
        half=(peak + ground) / 2.0,
        open=long.mean(axis=1),
        crowded=beside | (long.mean(axis=1) > _CUT_SHORT),
    )
