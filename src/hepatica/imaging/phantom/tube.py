"""Vessels of known course and calibre as a scanner would show them: blurred, in voxels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from hepatica.core.errors import ShapeError
from hepatica.imaging.volume import Floats, Grid

FWHM_IN_SD = 2.0 * np.sqrt(2.0 * np.log(2.0))
_BLOCK = 40  # voxels of a side drawn at once, which bounds the memory
_FINE_MM = 0.35  # the finest parts of a voxel are not longer than this, nor than a third radius


@dataclass(frozen=True, eq=False)
class Tube:
    """A vessel: its centreline as (n, 3) mm of the patient and its radius at each point."""

    points_mm: Floats
    radius_mm: Floats

    def __post_init__(self) -> None:
        n = len(self.points_mm)
        if self.points_mm.shape != (n, 3) or self.radius_mm.shape != (n,) or n < 2:
            raise ShapeError(
                f"centreline {self.points_mm.shape} with radii {self.radius_mm.shape}; "
                "expected (n, 3) and (n,), two points or more"
            )

    @classmethod
    def of(cls, points_mm: npt.ArrayLike, radius_mm: float | npt.ArrayLike) -> Tube:
        """Tube of a list of points and one radius, or one radius a point."""
        points = np.asarray(points_mm, float)
        return cls(points, np.broadcast_to(np.asarray(radius_mm, float), len(points)).copy())


def render_tubes(
    grid: Grid, tubes: Sequence[Tube], contrast: float, psf_fwhm_mm: float
) -> npt.NDArray[np.float32]:
    """Grey image of `tubes`: `contrast` inside, 0 outside, blurred, and averaged over each voxel.

    Each voxel is drawn in parts not longer than 0.35 mm or a third of the thinnest radius, blurred
    with a Gaussian point spread of `psf_fwhm_mm` (0: none) and averaged. Ends are rounded; where
    tubes meet, they are joined and not added.

    Returns     float32, (slices, rows, columns) of `grid`.
    """
    image = np.zeros(grid.shape, np.float32)
    if not tubes:
        return image
    segments = np.concatenate([_segments(grid, tube) for tube in tubes])
    parts = _parts(grid, float(segments[:, 6:8].min()))
    sd = psf_fwhm_mm / FWHM_IN_SD
    margin = np.ceil(4.0 * sd / np.array(grid.spacing_mm)).astype(int)
    low, high = _reach(grid, segments, margin)
    for start in _blocks(grid.shape):
        stop = np.minimum(start + _BLOCK, grid.shape)
        near = ((low < stop) & (high >= start)).all(axis=1)
        if near.any():
            box = tuple(slice(a, b) for a, b in zip(start, stop, strict=True))
            drawn = _Block(grid, start - margin, stop + margin, parts).drawn(segments[near], sd)
            keep = tuple(slice(m, m + b - a) for m, a, b in zip(margin, start, stop, strict=True))
            image[box] = contrast * drawn[keep]
    return image


def _segments(grid: Grid, tube: Tube) -> Floats:
    """(n, 8): both ends in mm and both radii of each straight part."""
    points, radius = tube.points_mm, tube.radius_mm[:, None]
    return np.hstack([points[:-1], points[1:], radius[:-1], radius[1:]])


def _parts(grid: Grid, thinnest_mm: float) -> npt.NDArray[np.int64]:
    fine = min(_FINE_MM, thinnest_mm / 3.0)
    return np.maximum(np.ceil(np.array(grid.spacing_mm) / fine), 1).astype(int)


def _reach(
    grid: Grid, segments: Floats, margin: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """First and last index that each segment touches, with the margin of the blur."""
    first, second = grid.indices(segments[:, :3]), grid.indices(segments[:, 3:6])
    wide = segments[:, 6:8].max(axis=1)[:, None] / np.array(grid.spacing_mm) + 1.0 + margin
    low = np.floor(np.minimum(first, second) - wide).astype(int)
    high = np.ceil(np.maximum(first, second) + wide).astype(int)
    return low, high


def _blocks(shape: tuple[int, int, int]) -> Iterator[npt.NDArray[np.int64]]:
    for corner in np.ndindex(*(-(-size // _BLOCK) for size in shape)):
        yield np.array(corner) * _BLOCK


class _Block:
    """A box of voxels, each cut into parts."""

    def __init__(
        self,
        grid: Grid,
        start: npt.NDArray[np.int64],
        stop: npt.NDArray[np.int64],
        parts: npt.NDArray[np.int64],
    ) -> None:
        self.grid, self.start, self.parts = grid, start, parts
        self.coarse = stop - start
        self.fine_mm = np.array(grid.spacing_mm) / parts
        self.inside = np.zeros(tuple(self.coarse * parts), np.float32)

    def drawn(self, segments: Floats, sd_mm: float) -> npt.NDArray[np.float32]:
        for one in segments:
            self._add(one)
        if sd_mm > 0:
            ndimage.gaussian_filter(
                self.inside, sd_mm / self.fine_mm, output=self.inside, mode="constant"
            )
        shape = np.column_stack([self.coarse, self.parts]).ravel()
        mean: npt.NDArray[np.float32] = self.inside.reshape(shape).mean(axis=(1, 3, 5))
        return mean

    def _add(self, segment: Floats) -> None:
        """Draw one straight part: full inside, none outside, half on its surface."""
        first, second, radius = segment[:3], segment[3:6], segment[6:8]
        ends = (self.grid.indices([first, second]) - self.start + 0.5) * self.parts - 0.5
        wide = radius.max() / self.fine_mm + 1.5
        low = np.maximum(np.floor(ends.min(axis=0) - wide), 0).astype(int)
        high = np.minimum(np.ceil(ends.max(axis=0) + wide) + 1, self.inside.shape).astype(int)
        if (low >= high).any():
            return
        axes = [np.arange(a, b) for a, b in zip(low, high, strict=True)]
        rotation = self.grid.affine[:3, :3] / self.parts
        corner = self.grid.points_mm([self.start - 0.5 + 0.5 / self.parts])[0] - first
        place = [a[:, None] * rotation[:, i] for i, a in enumerate(axes)]
        points = place[0][:, None, None] + place[1][None, :, None] + place[2][None, None] + corner
        along = second - first
        share = np.clip(points @ along / max(float(along @ along), 1e-12), 0.0, 1.0)
        away = np.linalg.norm(points - share[..., None] * along, axis=-1)
        edge = float(self.fine_mm.max())
        surface = radius[0] + share * (radius[1] - radius[0]) - away
        box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
        part = np.clip(surface / edge + 0.5, 0.0, 1.0).astype(np.float32)
        np.maximum(self.inside[box], part, out=self.inside[box])
