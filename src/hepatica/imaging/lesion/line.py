"""The longest line within viable tissue, and its perpendicular: neither crosses necrosis.

Definition   mRECIST measures the longest diameter of the viable (arterially enhancing) part, by one
             line that includes no necrosis [lencioni2010]; EASL multiplies the longest viable
             diameter by the longest perpendicular [bruix2001]. How a computer draws such a line is
             not in either; the choices are these.
Line         from the centre of one rim pixel of the viable part to that of another (a rim pixel has
             a neighbour, edge or corner, that is not viable). Every pixel that it passes through is
             viable and in the same slice. It may pass exactly through the corner of pixels where at
             least one of the two beside it is viable: it does not squeeze between two dead pixels.
             A bridge is crossed where it is wide enough for that, so a bridge one pixel wide is
             crossed lengthwise only.
Perpendicular   in the same slice, it crosses the long line at a right angle (the two are a cross
             on the picture) and runs as far as the pixels on both sides are viable. It is read at
             tenths of a pixel, from lines a quarter of a pixel apart.
Ends         as in `imaging.lesion.diameter`, so that a lesion that is viable throughout has the
             same lengths as the whole: LINE_ENDS_PX is added to the line and PERPENDICULAR_ENDS_PX
             to the perpendicular, which runs from edge to edge of pixels and not between centres.
             Both found on ellipses (docs/reference/imaging-accuracy.md).
Size         of a slice with more than LARGEST_RIM rim pixels, as torn as noise is, every second
             (third, ...) rim pixel is an end, and the result is flagged: it may be a pixel short.
Ties         lengths that agree to 1e-9 of their square are equal; the lowest slice is taken, then
             the first endpoint with the lowest row and then column, then the second.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from hepatica.core.errors import ShapeError
from hepatica.imaging.lesion.plane import Plane
from hepatica.imaging.volume import Floats, Grid

Mask = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]

LINE_ENDS_PX = 0.38
PERPENDICULAR_ENDS_PX = -0.39
CONVENTION = "one line in viable tissue, pixel centres + 0.38 pixel"
LARGEST_RIM = 1500
_TIE = 1e-9
_BLOCK = 8192  # pairs looked at together
_SOURCES = 128  # rim pixels whose pairs are held together
# Where a line is looked at before every pixel of it: multiples of the golden ratio, which never
# meet the edge of a pixel.
_LOOKS = np.modf(np.arange(1, 13) * (np.sqrt(5) - 1) / 2)[0]
_COARSE = "torn rim: not every rim pixel was tried as an end"
_LINE_STEP_PX = 0.25
_READ_STEP_PX = 0.1


@dataclass(frozen=True, eq=False)
class ViableLine:
    """The longest viable line of a region and the perpendicular that crosses it.

    Lengths in mm; `endpoints_mm` and `perpendicular_endpoints_mm` are (2, 3) points whose distances
    they are; `centres_mm` is the length between pixel centres; `pixels` its two (row, column).
    """

    longest_mm: float
    perpendicular_mm: float
    slice: int
    endpoints_mm: Floats
    perpendicular_endpoints_mm: Floats
    centres_mm: float
    pixels: tuple[tuple[int, int], tuple[int, int]]
    convention: str = CONVENTION
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Pair:
    squared: float
    slice: int
    ends: tuple[tuple[int, int], tuple[int, int]]


def longest_viable(viable: Mask, grid: Grid) -> ViableLine | None:
    """The longest line within viable voxels of one slice and its perpendicular; None without any.

    Parameters
    ----------
    viable : bool, (slices, rows, columns)
    grid : where the voxels lie

    Returns     ViableLine in mm.
    Raises      ShapeError where mask and grid do not fit.
    Notes       Exact for rim pixels: every pair that could be longer has been looked at.
    """
    if viable.shape != grid.shape:
        raise ShapeError(f"a mask of shape {viable.shape} on a grid of {grid.shape}")
    plane = Plane.of(grid)
    best: _Pair | None = None
    filled = np.flatnonzero(np.any(viable, axis=(1, 2)))
    slices = [(k, np.argwhere(_rim(viable[k]))) for k in filled]
    coarse = any(len(rim) > LARGEST_RIM for _, rim in slices)
    slices = [(k, rim[:: -(-len(rim) // LARGEST_RIM)]) for k, rim in slices]
    bounds = [plane.squared_width(rim) for _, rim in slices]
    for i in np.argsort(-np.asarray(bounds), kind="stable"):
        if best is not None and bounds[i] < best.squared * (1 - _TIE):
            break
        k, rim = slices[i]
        best = _longest_of_slice(viable[k], rim, int(k), plane, best)
    if best is None:
        return None
    line = _line(viable[best.slice], best, grid, plane)
    return replace(line, flags=(_COARSE,)) if coarse else line


def _rim(image: Mask) -> Mask:
    rim: Mask = image & ~ndimage.binary_erosion(image, np.ones((3, 3), bool))
    return rim


def _longest_of_slice(
    image: Mask, rim: Whole, index: int, plane: Plane, best: _Pair | None
) -> _Pair:
    """The better of `best` and the longest clear pair of rim pixels of one slice."""
    first = (int(rim[0, 0]), int(rim[0, 1]))
    best = best or _Pair(0.0, index, (first, first))
    for begin in range(0, len(rim), _SOURCES):
        sources, targets = rim[begin : begin + _SOURCES], rim[begin:]
        squared = plane.squared(targets[None] - sources[:, None])
        near = squared >= best.squared * (1 - _TIE)
        # Rim pixels are in order, so the first endpoint of a pair is the source.
        near &= np.arange(len(targets)) > np.arange(len(sources))[:, None]
        source, target = np.nonzero(near)
        order = np.argsort(-squared[source, target], kind="stable")
        pairs = np.concatenate([sources[source[order]], targets[target[order]]], axis=1)
        best = _better(image, pairs, squared[source[order], target[order]], index, best)
    return best


def _better(image: Mask, pairs: Whole, squared: Floats, index: int, best: _Pair) -> _Pair:
    """The first clear pair, longest first, where it is better than `best`."""
    for begin in range(0, len(pairs), _BLOCK):
        block = pairs[begin : begin + _BLOCK]
        if squared[begin] < best.squared * (1 - _TIE):
            break
        for k in _clear(image, block):
            r1, c1, r2, c2 = block[k].tolist()
            found = _Pair(float(squared[begin + k]), index, ((r1, c1), (r2, c2)))
            if _beats(found, best):
                best = found
            elif found.squared < best.squared * (1 - _TIE):
                return best
    return best


def _beats(one: _Pair, other: _Pair) -> bool:
    if abs(one.squared - other.squared) <= _TIE * max(one.squared, other.squared):
        return (one.slice, one.ends) < (other.slice, other.ends)
    return one.squared > other.squared


def _clear(image: Mask, pairs: Whole) -> Whole:
    """Which pairs (r1, c1, r2, c2) see each other: every pixel between them is marked."""
    left = np.arange(len(pairs))
    start, run = pairs[:, :2] + 0.5, pairs[:, 2:] - pairs[:, :2]
    for look in _LOOKS:
        pixels = (start[left] + look * run[left]).astype(np.int64)
        left = left[image[pixels[:, 0], pixels[:, 1]]]
    for picture, order in ((image, [0, 1, 2, 3]), (image.T, [1, 0, 3, 2])):
        ends = pairs[left][:, order]
        turned = np.where((ends[:, 3] < ends[:, 1])[:, None], ends[:, [2, 3, 0, 1]], ends)
        left = left[_crosses_columns(picture, turned)]
    return left


def _crosses_columns(image: Mask, ends: Whole) -> Mask:
    """Whether lines to the right cross from column to column within marked pixels.

    At each edge between two columns both pixels beside it must be marked; where the line meets a
    corner, the two on its way and one of the two beside it. Whole numbers only, and so exact.
    """
    row, column = ends[:, :1], ends[:, 1:2]
    down, right = ends[:, 2:3] - row, ends[:, 3:4] - column
    step = np.arange(int(right.max(initial=0)))[None, :]
    inside = step < right
    step = np.where(inside, step, 0)
    across = np.maximum(right, 1)
    rise = np.where(right > 0, down, 0) * (2 * step + 1)
    upper = row - (across - rise) // (2 * across)  # half a row counts up: ceil(x - 1/2)
    lower = row + (rise + across) // (2 * across)  # half a row counts down: floor(x + 1/2)
    before = np.where(down >= 0, upper, lower)
    after = np.where(down >= 0, lower, upper)
    left = column + step
    farther = np.minimum(left + 1, image.shape[1] - 1)
    beside = image[before, farther] | image[after, left]
    passed = image[before, left] & image[after, farther] & beside
    every: Mask = np.all(passed | ~inside, axis=1)
    return every


def _line(image: Mask, best: _Pair, grid: Grid, plane: Plane) -> ViableLine:
    along, centres = plane.direction(*best.ends)
    longest = centres + LINE_ENDS_PX * plane.pixel_extent_mm(along)
    middle = plane.millimetres(np.array(best.ends, float)).mean(axis=0)
    across = np.array([-along[1], along[0]])
    low, high, position = _perpendicular(image, best, along, plane)
    added = PERPENDICULAR_ENDS_PX * plane.pixel_extent_mm(across)
    perpendicular = min(max(high - low + added, 0.0), longest)
    crossing = position + (low + high) / 2 * across
    return ViableLine(
        longest_mm=longest,
        perpendicular_mm=perpendicular,
        slice=best.slice,
        endpoints_mm=plane.segment_mm(grid, best.slice, middle, along, longest),
        perpendicular_endpoints_mm=plane.segment_mm(
            grid, best.slice, crossing, across, perpendicular
        ),
        centres_mm=centres,
        pixels=best.ends,
    )


def _perpendicular(
    image: Mask, best: _Pair, along: Floats, plane: Plane
) -> tuple[float, float, Floats]:
    """Longest marked run across the line: its ends from the line in mm, and where it crosses."""
    start = plane.millimetres(np.array([best.ends[0]], float))[0]
    length = float(np.linalg.norm(plane.millimetres(np.array([best.ends[1]], float))[0] - start))
    count = int(np.ceil(length / (_LINE_STEP_PX * plane.pixel_extent_mm(along)))) + 1
    feet = start + np.linspace(0.0, length, count)[:, None] * along
    across = np.array([-along[1], along[0]])
    read = _READ_STEP_PX * plane.pixel_extent_mm(across)
    reach = np.sqrt(plane.squared_bound(*(np.array([size]) for size in image.shape)))
    steps = read * np.arange(int(np.ceil(float(reach[0]) / read)) + 1, dtype=np.float64)
    up, down = (_run(image, feet, sign * across, steps, plane) for sign in (1.0, -1.0))
    k = int(np.argmax(up + down))
    return -float(down[k]), float(up[k]), feet[k]


def _run(image: Mask, feet: Floats, direction: Floats, steps: Floats, plane: Plane) -> Floats:
    """How far from each foot the pixels in that direction are marked, to a step."""
    inverse = np.linalg.inv(plane.step)
    alive = np.arange(len(feet))
    reached = np.zeros(len(feet))
    for step in steps:
        pixels = np.floor((feet[alive] + step * direction) @ inverse + 0.5).astype(np.int64)
        inside = np.all((pixels >= 0) & (pixels < image.shape), axis=1)
        pixels = np.where(inside[:, None], pixels, 0)
        alive = alive[inside & image[pixels[:, 0], pixels[:, 1]]]
        if not alive.size:
            break
        reached[alive] = step
    return reached
