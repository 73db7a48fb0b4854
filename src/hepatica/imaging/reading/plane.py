"""Frames that carry their own place: onto a grid by position, never by their order in a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepatica.core.errors import HepaticaError
from hepatica.imaging.mask import Mask, Segment, Triple
from hepatica.imaging.volume import ALIGNED_MM, Floats, Grid

LARGEST_VOXELS = 2**31
_PARALLEL = 1e-4


class NoGrid(HepaticaError):
    """Frames that lie on no common grid; the message says why."""


@dataclass(frozen=True, eq=False)
class Plane:
    """Where one frame lies: `affine` (3, 3) takes (row, column, 1) to mm; `frame` is its index."""

    frame: int
    affine: Floats
    shape: tuple[int, int]
    segment: int = 0

    @property
    def normal(self) -> Floats:
        """Unit vector across the frame: row direction x column direction."""
        across = np.cross(self.affine[:, 1], self.affine[:, 0])
        unit: Floats = across / np.linalg.norm(across)
        return unit


def stacked_grid(planes: Sequence[Plane], spacing_mm: float | None) -> Grid:
    """The grid on which frames lie, with empty slices in the gaps between them.

    `spacing_mm` is the distance between slices that the file states. It holds where every position
    agrees with it; otherwise the smallest distance between positions is taken.

    Raises      NoGrid where frames differ in direction, spacing or place within their plane, or
                their distances are no multiples of one distance.
    """
    first = planes[0]
    for plane in planes:
        if np.abs(plane.affine[:, :2] - first.affine[:, :2]).max() > _PARALLEL:
            raise NoGrid("frames of different directions or pixel spacing")
    origins = np.array([plane.affine[:, 2] for plane in planes])
    apart = origins - origins[0]
    depths = apart @ first.normal
    if np.abs(apart - depths[:, None] * first.normal).max() > ALIGNED_MM:
        raise NoGrid("frames shifted against each other within their plane")
    levels = np.unique(np.round(depths / ALIGNED_MM)) * ALIGNED_MM
    gaps = np.diff(levels)
    gaps = gaps[gaps > 2 * ALIGNED_MM]
    low = float(depths.min())
    step = _slice_step(depths - low, float(gaps.min()) if gaps.size else None, spacing_mm)
    if step is None:
        raise NoGrid("uneven distances" if gaps.size else "one slice, without spacing of slices")
    count = round((float(depths.max()) - low) / step) + 1
    if count * first.shape[0] * first.shape[1] > LARGEST_VOXELS:
        raise NoGrid(f"{count} slices from the first frame to the last")
    affine = np.eye(4)
    affine[:3, 0] = first.normal * step
    affine[:3, 1:3] = first.affine[:, :2]
    affine[:3, 3] = origins[int(np.argmin(depths))]
    return Grid((count, *first.shape), affine)


def _slice_step(depths: Floats, gap: float | None, stated: float | None) -> float | None:
    """The distance that every depth is a whole number of: that stated, else the smallest gap."""
    for step in (stated, gap):
        if step is None or step <= 2 * ALIGNED_MM:
            continue
        counts = np.round(depths / step)
        if np.abs(depths - counts * step).max() <= ALIGNED_MM:
            exact = float(depths.max() / counts.max()) if counts.max() else step
            # Where the distance is stated in few digits, the outermost positions say it exactly.
            return step if abs(exact - step) < 1e-6 * step else exact
    return None


def index_steps(plane: Plane, grid: Grid) -> npt.NDArray[np.int64] | None:
    """Whole-number (3, 3) map of (row, column, 1) to indices of the grid; None where there is none.

    There is one where the centres of the frame's pixels are centres of the grid's voxels, to
    ALIGNED_MM, in whatever order and direction.
    """
    rows, columns = (max(size - 1, 1) for size in plane.shape)
    corners = np.array([[0, 0, 1], [rows, 0, 1], [0, columns, 1], [rows, columns, 1]], float)
    points = corners @ plane.affine.T
    found = np.round(grid.indices(points))
    if np.abs(grid.points_mm(found) - points).max() > ALIGNED_MM:
        return None
    origin, down, right = found[0], (found[1] - found[0]) / rows, (found[2] - found[0]) / columns
    steps = np.stack([down, right, origin], axis=1)
    if (steps != np.round(steps)).any() or np.abs(steps[:, :2]).sum() != 2:
        return None
    return steps.astype(np.int64)


def place_frames(
    frames: Iterable[tuple[npt.NDArray[np.int64], Mask]], shape: Triple
) -> tuple[Mask, int]:
    """Mask (slices, rows, columns) of frames with their `index_steps`; how many voxels fall off."""
    whole = np.zeros(shape, bool)
    outside = 0
    for steps, marked in frames:
        at = np.argwhere(marked) @ steps[:, :2].T + steps[:, 2]
        inside = ((at >= 0) & (at < shape)).all(axis=1)
        outside += int(len(at) - inside.sum())
        at = at[inside]
        whole[at[:, 0], at[:, 1], at[:, 2]] = True
    return whole, outside


def voxels_outside(segment: Segment, own: Grid, grid: Grid) -> int:
    """How many voxels of the segment have their centre outside the other grid."""
    first = np.array(segment.start)
    ends = np.stack([first, first + segment.box.shape - 1])
    corners = [(s, r, c) for s in ends[:, 0] for r in ends[:, 1] for c in ends[:, 2]]
    to_grid = np.linalg.inv(grid.affine) @ own.affine
    if not segment.box.size or _outside(np.array(corners), to_grid, grid).sum() == 0:
        return 0
    return sum(
        int(_outside(np.argwhere(plane[np.newaxis]) + at, to_grid, grid).sum())
        for offset, plane in enumerate(segment.box)
        for at in [np.add(segment.start, (offset, 0, 0))]
    )


def _outside(indices: npt.NDArray[np.int64], to_grid: Floats, grid: Grid) -> Mask:
    at = indices @ to_grid[:3, :3].T + to_grid[:3, 3]
    edge = np.array(grid.shape) - 0.5 + _PARALLEL
    outside: Mask = np.any((at < -0.5 - _PARALLEL) | (at > edge), axis=1)
    return outside


def nearest_mask(segment: Segment, own: Grid, grid: Grid) -> Mask:
    """The segment on another grid: each voxel takes what its centre's nearest voxel has.

    Never interpolated: a mask of halves has another edge at every threshold.
    """
    whole = np.zeros(grid.shape, bool)
    if not segment.box.size:
        return whole
    to_own = np.linalg.inv(own.affine) @ grid.affine  # index of the grid -> index of own
    low = np.array(segment.start) - 0.5
    high = low + np.array(segment.box.shape)
    ends = np.array([[(low, high)[bit >> axis & 1][axis] for axis in range(3)] for bit in range(8)])
    reach = grid.indices(own.points_mm(ends))
    first = np.clip(np.floor(reach.min(axis=0)).astype(int), 0, grid.shape)
    last = np.clip(np.ceil(reach.max(axis=0)).astype(int) + 1, 0, grid.shape)
    row, column = np.arange(first[1], last[1])[:, None], np.arange(first[2], last[2])[None, :]
    for index in range(first[0], last[0]):
        at = [
            np.floor(to_own[a, 0] * index + to_own[a, 1] * row + to_own[a, 2] * column
                     + (to_own[a, 3] - segment.start[a] + 0.5)).astype(np.int64)
            for a in range(3)
        ]  # fmt: skip
        inside = np.ones(at[0].shape, bool)
        for axis, size in enumerate(segment.box.shape):
            inside &= (at[axis] >= 0) & (at[axis] < size)
        taken = segment.box[at[0][inside], at[1][inside], at[2][inside]]
        whole[index, first[1] : last[1], first[2] : last[2]][inside] = taken
    return whole
