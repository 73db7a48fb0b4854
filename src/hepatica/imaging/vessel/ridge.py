"""Where the vessels are: bright ridges of the grey image, or a given mask, on a cubic grid.

The mask only finds vessels; nothing is measured on it. No threshold here is a number of the
scanner: a ridge is held against the noise of the region and against the highest ridge beside it,
so that a bolus that enhances less finds the same vessels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from hepatica.imaging.mask import Mask
from hepatica.imaging.vessel.rule import VesselRule
from hepatica.imaging.volume import Floats, Grid

_NEARLY = 1.5  # longest over shortest edge
_SMALLEST_SD = 1.0  # cubes; a finer Gaussian is none
_OF_EDGE = 0.4  # of the longest edge of a voxel: a finer one shows the slices as beads
_NOISE = 4.5  # medians of the ridges that noise makes: 1 voxel in 1000 is higher than 4
_FAINT = 0.15  # of the highest ridges of the region
_SURE = 1.5  # the mean of a vessel's ridge, in what is asked of each of its voxels
_CENTRE = 0.8  # of the highest ridge beside it
_HALF = 0.5
_BRIDGE = 0.4  # of the height of the highest middle within 3 mm
_SAMPLE = 20_000
_PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
_TOUCHING = np.ones((3, 3, 3), bool)


@dataclass(frozen=True, eq=False)
class Cube:
    """A grid of cubic voxels of edge `edge_mm` over another grid: the same corner, finer steps."""

    grid: Grid
    shape: tuple[int, int, int]
    edge_mm: float

    @classmethod
    def of(cls, grid: Grid) -> Cube:
        """Cubes as small as the shortest edge of the voxels, not below 0.5 mm.

        Voxels that are nearly cubes are taken for cubes: nothing is measured on them.
        """
        spacing = grid.spacing_mm
        if min(spacing) >= 0.5 and max(spacing) <= _NEARLY * min(spacing):
            return cls(grid, grid.shape, float(np.prod(spacing) ** (1 / 3)))
        edge = max(min(grid.spacing_mm), 0.5)
        pairs = zip(grid.shape, grid.spacing_mm, strict=True)
        sizes = [max(round(n * s / edge), 1) for n, s in pairs]
        return cls(grid, (sizes[0], sizes[1], sizes[2]), edge)

    @property
    def share(self) -> Floats:
        """Cubes to a voxel, by axis."""
        share: Floats = np.array(self.shape) / np.array(self.grid.shape)
        return share

    def filled(self, array: npt.NDArray[np.generic], order: int = 1) -> npt.NDArray[np.float32]:
        """The array on the cubes, by splines of `order` between voxels."""
        given = array.astype(np.float32)
        if tuple(self.shape) == tuple(self.grid.shape):
            return given
        found: npt.NDArray[np.float32] = ndimage.zoom(
            given, self.share, order=order, mode="nearest", grid_mode=True
        )
        return found

    def points_mm(self, indices: Floats) -> Floats:
        """Points of (n, 3) indices of cubes."""
        return self.grid.points_mm((indices + 0.5) / self.share - 0.5)


def smoothed_mask(cube: Cube, mask: Mask) -> Mask:
    """A given mask on the cubes, its ragged surface smoothed away, thin vessels kept.

    Gaussian of one voxel, then half; a vessel too thin to keep half of its height keeps half of
    what is left of it.
    """
    soft = ndimage.gaussian_filter(cube.filled(mask), 1.0)
    top = ndimage.maximum_filter(soft, 3)
    kept: Mask = soft >= np.clip(0.5 * top, 0.15, 0.5)
    return kept


def ridge_mask(cube: Cube, grey: npt.NDArray[np.float32], rule: VesselRule) -> Mask:
    """Bright vessels of a grey image (on `cube`'s grid), as a mask on the cubes.

    Ridges say where vessels are; around each the mask goes to half of the height of the nearest
    middle of a ridge over the background.
    """
    finest = max(_SMALLEST_SD, _OF_EDGE * cube.grid.largest_edge_mm / cube.edge_mm)
    reach = rule.largest_radius_mm / cube.edge_mm
    filled = cube.filled(grey, 3)
    score = _score(filled, finest, reach)
    sure = _sure(score)
    beside = ndimage.maximum_filter(score, 2 * round(2.0 / cube.edge_mm) + 1)
    middle: Mask = sure & (score >= _CENTRE * beside)
    if not middle.any():
        return np.zeros(cube.shape, bool)
    soft = ndimage.gaussian_filter(filled, finest, truncate=3.0)
    ground = _background(soft, reach)
    middle &= _not_faint(soft - ground, middle, 2 * round(3.0 / cube.edge_mm) + 1)
    away, nearest = ndimage.distance_transform_edt(~middle, return_indices=True)
    peak = ndimage.maximum_filter(soft, 3)[tuple(nearest)]
    mask: Mask = (away <= reach) & (soft - ground >= _HALF * (peak - ground)) & (peak > ground)
    return mask


def _not_faint(height: npt.NDArray[np.float32], middle: Mask, beside: int) -> Mask:
    """Middles that are not noise between two vessels: high beside the highest near them."""
    highest = ndimage.maximum_filter(np.where(middle, height, np.float32(0)), beside)
    kept: Mask = height >= _BRIDGE * highest
    return kept


def _sure(score: npt.NDArray[np.float32]) -> Mask:
    """Ridges of which the mean is well above what is asked: noise barely reaches it."""
    label, count = ndimage.label(score >= 1.0, _TOUCHING)
    size = np.maximum(np.bincount(label.ravel(), minlength=count + 1), 1)
    mean = np.bincount(label.ravel(), score.ravel(), minlength=count + 1) / size
    keep = mean >= _SURE
    keep[0] = False
    kept: Mask = keep[label]
    return kept


def _background(soft: npt.NDArray[np.float32], reach: float) -> npt.NDArray[np.float32]:
    """Median of the surroundings, six times as wide as the widest vessel's radius."""
    coarse = max(round(reach / 1.5), 1)
    small = ndimage.zoom(soft, 1.0 / coarse, order=1, mode="nearest", grid_mode=True)
    wide = 2 * round(3.0 * reach / coarse) + 1
    middle = ndimage.median_filter(small, size=tuple(min(wide, 2 * n - 1) for n in small.shape))
    share = np.array(soft.shape) / np.array(small.shape)
    found: npt.NDArray[np.float32] = ndimage.zoom(
        middle, share, order=1, mode="nearest", grid_mode=True
    )
    return found


def _score(grey: npt.NDArray[np.float32], finest: float, largest: float) -> npt.NDArray[np.float32]:
    """Highest ridge over the scales, each in units of what a ridge has to be there."""
    best = np.zeros(grey.shape, np.float32)
    sd = finest
    while sd <= largest / np.sqrt(2.0) or sd == finest:
        ridge = _ridge(grey, sd)
        sample = ridge.ravel()[:: max(ridge.size // _SAMPLE, 1)]
        noise = float(np.median(sample[sample > 0])) if (sample > 0).any() else 0.0
        strong = float(np.quantile(ridge, 0.9995))
        asked = max(_NOISE * noise, _FAINT * strong, 1e-12)
        np.maximum(best, ridge / np.float32(asked), out=best)
        sd *= 1.7
    return best


def _ridge(grey: npt.NDArray[np.float32], sd: float) -> npt.NDArray[np.float32]:
    second = {}
    for one, two in _PAIRS:
        order = [0, 0, 0]
        order[one] += 1
        order[two] += 1
        second[one, two] = ndimage.gaussian_filter(grey, sd, order, mode="nearest", truncate=3.0)
    # A ridge curves down in two directions: without a negative trace there is none.
    trace = second[0, 0] + second[1, 1] + second[2, 2]
    where = np.flatnonzero(trace < 0)
    hessian = np.empty((len(where), 3, 3), np.float32)
    for (one, two), values in second.items():
        hessian[:, one, two] = hessian[:, two, one] = values.ravel()[where]
    middle = np.linalg.eigvalsh(hessian)[:, 1]
    ridge = np.zeros(grey.size, np.float32)
    ridge[where] = np.maximum(-middle, 0.0) * np.float32(sd * sd)
    return ridge.reshape(grey.shape)
