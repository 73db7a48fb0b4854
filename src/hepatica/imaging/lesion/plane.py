"""Distances within a slice: rows and columns as millimetres, whatever the shape of a pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepatica.imaging.volume import Floats, Grid

_SQUARE = 1e-6  # cosine of the axes below which they are perpendicular
# A width in 16 directions bounds a diameter from above by this factor.
_DIRECTIONS = 16
_ANGLES = np.pi * np.arange(_DIRECTIONS) / _DIRECTIONS
_SLACK = 1 / np.cos(np.pi / (2 * _DIRECTIONS)) ** 2


@dataclass(frozen=True, eq=False)
class Plane:
    """The plane of a grid's slices, with two perpendicular axes: along the columns' step, and down.

    `step` (2, 2) takes (row, column) to mm on these axes.
    """

    step: Floats
    axes: Floats  # (2, 3) directions of the axes in the patient

    @classmethod
    def of(cls, grid: Grid) -> Plane:
        """The plane of a grid."""
        down, right = grid.affine[:3, 1], grid.affine[:3, 2]
        first = right / np.linalg.norm(right)
        shear = float(down @ first)
        if abs(shear) < _SQUARE * float(np.linalg.norm(down)):
            shear = 0.0
        rest = down - (down @ first) * first
        height = float(np.linalg.norm(rest))
        step = np.array([[shear, height], [float(np.linalg.norm(right)), 0.0]])
        return cls(step, np.stack([first, rest / height]))

    def millimetres(self, pixels: Floats) -> Floats:
        """(n, 2) rows and columns as (n, 2) mm on the axes."""
        return pixels @ self.step

    def squared(self, offsets: npt.NDArray[np.int64]) -> Floats:
        """Squared lengths of whole offsets (..., 2) in mm2, the same for an offset and its mirror.

        Computed from whole numbers, so that equal distances are equal wherever they lie.
        """
        (shear, height), (width, _) = self.step
        rows, columns = offsets[..., 0], offsets[..., 1]
        both = 2 * (shear * width) * (rows * columns)
        total: Floats = (height**2 + shear**2) * rows**2 + width**2 * columns**2 + both
        return total

    def squared_bound(self, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]) -> Floats:
        """Squared diagonals of boxes of so many rows and columns: no distance in them is longer."""
        box = np.stack([rows, columns], axis=-1)
        mirrored = np.stack([rows, -columns], axis=-1)
        return np.maximum(self.squared(box), self.squared(mirrored))

    def squared_width(self, pixels: npt.NDArray[np.int64]) -> float:
        """A bound of the squared diameter of pixels (n, 2), from their widths in 16 directions."""
        points = self.millimetres(pixels.astype(float))
        along = points @ np.stack([np.cos(_ANGLES), np.sin(_ANGLES)])
        widest = float((along.max(axis=0) - along.min(axis=0)).max())
        return widest**2 * float(_SLACK)

    def direction(self, first: tuple[int, int], second: tuple[int, int]) -> tuple[Floats, float]:
        """Unit vector between two pixels, and their distance; along a row where they are one."""
        apart = self.millimetres(np.array([second], float) - np.array([first], float))[0]
        length = float(np.linalg.norm(apart))
        return (apart / length if length else np.array([1.0, 0.0])), length

    def pixel_extent_mm(self, direction: Floats) -> float:
        """Extent of a pixel along a unit vector: sqrt((cos * width)^2 + (sin * height)^2)."""
        return float(np.linalg.norm(self.step @ direction))

    def segment_mm(
        self, grid: Grid, index: int, middle: Floats, direction: Floats, length: float
    ) -> Floats:
        """(2, 3) ends in the patient of a line of that middle, direction and length."""
        ends = np.stack([middle - direction * length / 2, middle + direction * length / 2])
        return grid.points_mm([[index, 0, 0]]) + ends @ self.axes
