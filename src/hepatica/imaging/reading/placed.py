"""Voxels of a format without slices of its own, laid out as ours: slices first, ascending."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from hepatica.core.errors import Unreadable
from hepatica.imaging.volume import Grid

Voxels = npt.NDArray[np.generic]
Floats = npt.NDArray[np.float64]
FLATTEST = 1e-6  # of the product of the edges: a flatter voxel has no volume
LARGEST = 1e9  # of any number of an affine; nan is not smaller
LARGEST_VALUE = 1e30  # of a voxel: more is none, and its square would be none
LONGEST_AXIS = 100_000
SKEW = 2e-3  # cosine of two axes: more is a sheared grid, of which no diameter would be right


def check_axes(name: str, shape: Sequence[int], affine: Floats) -> None:
    """Refuse an affine that is no place in space, or that is sheared.

    Raises      Unreadable.
    """
    if not (np.abs(affine) < LARGEST).all() or min(shape) < 1 or max(shape) > LONGEST_AXIS:
        raise Unreadable(f"{name}: sizes or directions that are no numbers of a volume")
    edges = np.linalg.norm(affine[:3, :3], axis=0)
    if edges.min() <= 1e-6 or edges.max() > 1e5 or np.abs(affine[:3, 3]).max() > 1e6:
        raise Unreadable(f"{name}: voxel edges of {edges.round(6).tolist()} mm")
    cosines = affine[:3, :3] / edges
    if abs(np.linalg.det(cosines)) <= FLATTEST:
        raise Unreadable(f"{name}: directions that lie in one plane")
    if np.abs(cosines.T @ cosines - np.eye(3)).max() > SKEW:
        raise Unreadable(f"{name}: a sheared grid; have it resampled to right angles")


def slice_axes(affine: Floats) -> tuple[int, int, int]:
    """Which axes are slices, rows, columns: the one nearest z is slices, of the others that
    nearest y is rows.
    """
    cosines = np.abs(affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0))
    slices = int(cosines[2].argmax())
    rows, columns = sorted((a for a in range(3) if a != slices), key=lambda a: -cosines[1, a])
    return slices, rows, columns


def layout_of(shape: Sequence[int], affine: Floats) -> tuple[tuple[int, int, int], bool, Grid]:
    """Order of the axes (i, j, k) as slices, rows, columns; whether slices are turned; the grid.

    Slices ascend along row direction x column direction, as those of DICOM: the axis is turned
    round where they would not.
    """
    order = slice_axes(affine)
    placed = affine[:, [*order, 3]].copy()
    normal = np.cross(placed[:3, 2], placed[:3, 1])
    is_turned = float(normal @ placed[:3, 0]) < 0
    if is_turned:
        placed[:3, 3] += placed[:3, 0] * (shape[order[0]] - 1)
        placed[:3, 0] *= -1
    slices, rows, columns = (int(shape[a]) for a in order)
    return order, is_turned, Grid((slices, rows, columns), placed)


def laid_out(array: Voxels, affine: Floats) -> tuple[Voxels, Grid]:
    """Array (..., i, j, k) and its affine (LPS mm) as (..., slices, rows, columns) and a grid.

    Doubles of LARGEST_VALUE and more become nan.
    """
    lead = array.ndim - 3
    order, is_turned, grid = layout_of(array.shape[lead:], affine)
    if array.dtype == np.float64:
        with np.errstate(invalid="ignore"):
            array = np.where(np.abs(array) < LARGEST_VALUE, array, np.nan)
    turned = np.transpose(array, (*range(lead), *(lead + a for a in order)))
    if is_turned:
        turned = np.flip(turned, axis=lead)
    return np.ascontiguousarray(turned), grid
