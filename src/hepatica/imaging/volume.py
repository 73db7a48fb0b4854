"""A volume of voxels and where it lies in the patient.

Conventions, everywhere in this wing: arrays are (slices, rows, columns); points are mm in the
patient's system of DICOM (LPS: x to the left, y to the back, z to the head); the index of a voxel
names its centre. Slices ascend along the normal of the slices (row direction x column direction).
Spacing comes from positions and never from SliceThickness.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from hepatica.core.errors import ShapeError
from hepatica.imaging.origin import Origin

Floats = npt.NDArray[np.float64]
ALIGNED_MM = 0.05  # grids whose corners lie nearer than this are the same grid


@dataclass(frozen=True, eq=False)
class Grid:
    """Where voxels lie: `affine` (4, 4) takes (slice, row, column, 1) to (x, y, z, 1) in mm.

    Where `calibrated` is False there are no mm, as in an angiogram: a step is one pixel, and
    whatever is measured has to be given in pixels.
    """

    shape: tuple[int, int, int]
    affine: Floats
    calibrated: bool = True

    def __post_init__(self) -> None:
        if self.affine.shape != (4, 4):
            raise ShapeError(f"an affine of shape {self.affine.shape}; expected (4, 4)")

    @cached_property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Distances between the centres of slices, rows and columns."""
        lengths = np.linalg.norm(self.affine[:3, :3], axis=0)
        return float(lengths[0]), float(lengths[1]), float(lengths[2])

    @property
    def voxel_mm3(self) -> float:
        """Volume of a voxel."""
        return abs(float(np.linalg.det(self.affine[:3, :3])))

    @property
    def largest_edge_mm(self) -> float:
        """The longest edge of a voxel: nothing thinner can be measured."""
        return max(self.spacing_mm)

    def points_mm(self, indices: npt.ArrayLike) -> Floats:
        """Points of (n, 3) indices (slice, row, column), whole or fractional, as (n, 3) mm."""
        given = np.asarray(indices, float)
        return given @ self.affine[:3, :3].T + self.affine[:3, 3]

    def indices(self, points_mm: npt.ArrayLike) -> Floats:
        """Fractional indices (slice, row, column) of (n, 3) points."""
        shifted = np.asarray(points_mm, float) - self.affine[:3, 3]
        return shifted @ np.linalg.inv(self.affine[:3, :3]).T

    def cut(self, start: tuple[int, int, int], shape: tuple[int, int, int]) -> Grid:
        """The grid of a box of this one."""
        affine = self.affine.copy()
        affine[:3, 3] = self.points_mm([start])[0]
        return Grid(shape, affine, self.calibrated)

    def same_as(self, other: Grid) -> bool:
        """Whether every voxel of the two grids is the same place, to ALIGNED_MM."""
        if self.shape != other.shape:
            return False
        n, r, c = (size - 1 for size in self.shape)
        corners = [(s, i, j) for s in (0, n) for i in (0, r) for j in (0, c)]
        apart = np.abs(self.points_mm(corners) - other.points_mm(corners))
        return bool(apart.max() <= ALIGNED_MM)


@dataclass(frozen=True, eq=False)
class Volume:
    """Voxels with their grid and origin; HU for CT, the scanner's number for everything else.

    `array` is (slices, rows, columns), or (times, slices, rows, columns) for a dynamic series,
    whose `times_s` are then the seconds of each frame from the first; where `timed` is False
    they only count the frames, and no rate can be computed from them. Voxels of the value
    `padding` lie outside the field of view: they are no measurement.
    """

    array: npt.NDArray[np.generic]
    grid: Grid
    origin: Origin = field(default_factory=Origin)
    times_s: tuple[float, ...] = ()
    padding: float | None = None
    timed: bool = True

    def __post_init__(self) -> None:
        if tuple(self.array.shape[-3:]) != self.grid.shape:
            raise ShapeError(f"voxels {self.array.shape} on a grid of {self.grid.shape}")
        if self.array.ndim == 4 and len(self.times_s) != self.array.shape[0]:
            raise ShapeError(f"{self.array.shape[0]} frames with {len(self.times_s)} times")
