"""Whether two phases lie on one another, and the one resampled to the grid of the other.

Nothing is registered here. Phases of one frame of reference are put on one grid by resampling grey
values linearly, before anything is thresholded: a mask resampled or a threshold taken first would
move the edge. How far two phases seem to be apart is only told.
"""

from __future__ import annotations

import numpy as np
from scipy import fft, ndimage

from hepatica.imaging.mask import Segment
from hepatica.imaging.volume import Floats, Grid, Volume

MARGIN_MM = 15.0
LARGEST_BOX = 1_000_000  # voxels
_SMOOTH_VOXELS = 1.0


def grey_on(volume: Volume, grid: Grid, box: tuple[slice, slice, slice]) -> Floats:
    """Grey values of a volume in a box of a grid, resampled linearly; nan outside the volume.

    Padding is no grey value: a voxel that it reaches is nan.
    """
    if volume.grid.same_as(grid):
        return _known(volume.array[box], volume.padding)
    known = _known(volume.array, volume.padding)
    picked = np.meshgrid(*(np.arange(cut.start, cut.stop) for cut in box), indexing="ij")
    indices = np.stack([axis.ravel() for axis in picked], axis=1)
    places = volume.grid.indices(grid.points_mm(indices)).T
    flat = ndimage.map_coordinates(known, places, order=1, cval=np.nan)
    shape = tuple(cut.stop - cut.start for cut in box)
    return np.asarray(flat, float).reshape(shape)


def shift_voxels(arterial: Floats, native: Floats) -> Floats:
    """By how many whole voxels `arterial` seems moved against `native` (phase correlation).

    Both are smoothed, their edges taken (contrast medium changes grey values, edges stay) and faded
    out towards the border. Voxels that are not known count as the mean.
    """
    first, second = (_edges(one) for one in (arterial, native))
    product = fft.rfftn(first) * np.conj(fft.rfftn(second))
    correlation = fft.irfftn(product / (np.abs(product) ** 0.5 + 1e-12), s=first.shape)
    peak = np.unravel_index(int(np.argmax(correlation)), correlation.shape)
    sizes = np.asarray(first.shape)
    away = np.asarray(peak)
    return np.where(away > sizes // 2, away - sizes, away).astype(float)


def apart_voxels(arterial: Volume, native: Volume, grid: Grid, liver: Segment) -> Floats:
    """By how many voxels of a grid two phases seem moved against each other around the liver.

    Large livers are looked at in every second (third, ...) row and column.
    """
    box = around(liver, grid)
    pixels = float(np.prod([cut.stop - cut.start for cut in box]))
    step = int(np.ceil(np.sqrt(max(1.0, pixels / LARGEST_BOX))))
    first, second = (grey_on(v, grid, box)[:, ::step, ::step] for v in (arterial, native))
    moved: Floats = shift_voxels(first, second) * np.array([1.0, step, step])
    return moved


def around(
    segment: Segment, grid: Grid, margin_mm: float = MARGIN_MM
) -> tuple[slice, slice, slice]:
    """The box of a segment with a margin, within the grid."""
    cuts = [
        slice(
            max(0, cut.start - round(margin_mm / edge)),
            min(size, cut.stop + round(margin_mm / edge)),
        )
        for cut, edge, size in zip(segment.slices, grid.spacing_mm, grid.shape, strict=True)
    ]
    return cuts[0], cuts[1], cuts[2]


def _edges(grey: Floats) -> Floats:
    filled = np.where(np.isfinite(grey), grey, np.nanmean(grey) if np.isfinite(grey).any() else 0.0)
    edges = ndimage.gaussian_gradient_magnitude(filled, _SMOOTH_VOXELS)
    edges -= edges.mean()
    for axis, size in enumerate(edges.shape):
        if size > 2:
            window = np.hanning(size + 2)[1:-1]
            edges = edges * np.expand_dims(window, tuple(a for a in range(3) if a != axis))
    return np.asarray(edges, float)


def _known(
    array: np.ndarray[tuple[int, ...], np.dtype[np.generic]], padding: float | None
) -> Floats:
    grey = np.asarray(array, float)
    return grey if padding is None else np.where(grey == padding, np.nan, grey)
