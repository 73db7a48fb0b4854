"""Longest axial diameter of an outlined region and the short axis perpendicular to it.

Definition   longest diameter in the plane of the slices, short axis perpendicular to it in the same
             slice: RECIST 1.1 [eisenhauer2009].
Region       what is measured is one component of one slice: pixels that touch by an edge or a
             corner (8-connected) belong together, pieces apart do not.
Long axis    the greatest distance between two pixel centres of a component, over all components of
             all slices. It may leave the outline where the lesion is not convex, as a reader's
             caliper does; the viable diameter may not (`imaging.lesion.line`).
Short axis   of that component: the greatest distance along the perpendicular between two pixel
             centres on one line perpendicular to the long axis, where a line is as wide as a pixel
             (the two centres are at most half a pixel apart along the long axis). It is a line one
             could draw, not the width between two parallel jaws.
Ends         0.38 pixel is added to a distance between centres, 0.19 at each end; a pixel is
             counted with its extent along the line, sqrt((cos * column spacing)^2 + (sin * row
             spacing)^2). On ellipses of 10 to 100 mm the result is then without bias, while pixel
             centres alone read about 0.3 mm less and pixel corners 0.7 mm more
             (docs/reference/imaging-accuracy.md). The endpoints given are those of the result.
Ties         distances that agree to 1e-9 of their square are equal; of these the lowest slice is
             taken, then the first endpoint with the lowest row and then column, then the second.
Plane        the slices are the volume's own. Where they are tilted more than TILT_DEG from the
             axial plane, the result is flagged: it is no axial diameter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from hepatica.core.errors import ShapeError
from hepatica.imaging.lesion.plane import Plane
from hepatica.imaging.volume import Floats, Grid

Mask = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]

ENDS_PX = 0.38
TILT_DEG = 10.0
CONVENTION = "pixel centres + 0.38 pixel, in the plane of the slices, 8-connected"
_TIE = 1e-9
_TOUCHING = np.ones((3, 3), bool)


@dataclass(frozen=True, eq=False)
class Diameters:
    """Longest diameter and perpendicular short axis of one region, with where they lie.

    `slice` is the index of the slice; `endpoints_mm` and `short_endpoints_mm` are (2, 3) points
    whose distances are `longest_mm` and `short_mm`. `centres_mm` and `short_centres_mm` are the
    distances between pixel centres, before ENDS_PX is added. `pixels` are the two (row, column)
    of the long axis. `flags` says what stands in the way of calling it axial.
    """

    longest_mm: float
    short_mm: float
    slice: int
    endpoints_mm: Floats
    short_endpoints_mm: Floats
    centres_mm: float
    short_centres_mm: float
    pixels: tuple[tuple[int, int], tuple[int, int]]
    convention: str = CONVENTION
    flags: tuple[str, ...] = ()


class _Best(NamedTuple):
    squared: float
    index: int
    first: tuple[int, int]
    second: tuple[int, int]

    def is_beaten_by(self, other: _Best) -> bool:
        if abs(other.squared - self.squared) <= _TIE * max(other.squared, self.squared):
            return (other.index, other.first, other.second) < (self.index, self.first, self.second)
        return other.squared > self.squared


def longest_axial(mask: Mask, grid: Grid) -> Diameters | None:
    """Longest in-plane diameter of a mask and the short axis perpendicular to it, or None if empty.

    Parameters
    ----------
    mask : bool, (slices, rows, columns)
    grid : where its voxels lie; its shape is the mask's

    Returns     Diameters in mm by CONVENTION; None for a mask without voxels.
    Raises      ShapeError where mask and grid do not fit.
    Notes       Exact: the same pixels as by comparing all pairs of pixels of each component.
    """
    if mask.shape != grid.shape:
        raise ShapeError(f"a mask of shape {mask.shape} on a grid of {grid.shape}")
    plane = Plane.of(grid)
    best = _longest(mask, plane)
    if best is None:
        return None
    piece = _component(mask[best.index], best.first)
    along, centres = plane.direction(best.first, best.second)
    short = _short_axis(np.argwhere(piece), along, plane)
    longest = centres + ENDS_PX * plane.pixel_extent_mm(along)
    short_mm = short.length + ENDS_PX * plane.pixel_extent_mm(short.direction)
    middle = plane.millimetres(np.array([best.first, best.second], float)).mean(axis=0)
    return Diameters(
        longest_mm=longest,
        short_mm=short_mm,
        slice=best.index,
        endpoints_mm=plane.segment_mm(grid, best.index, middle, along, longest),
        short_endpoints_mm=plane.segment_mm(
            grid, best.index, short.middle, short.direction, short_mm
        ),
        centres_mm=centres,
        short_centres_mm=short.length,
        pixels=(best.first, best.second),
        flags=tilt_flags(grid),
    )


def tilt_flags(grid: Grid) -> tuple[str, ...]:
    """The flag of a volume whose slices are more than TILT_DEG from the axial plane."""
    normal = np.cross(grid.affine[:3, 2], grid.affine[:3, 1])
    share = abs(normal[2]) / float(np.linalg.norm(normal))
    tilt = float(np.degrees(np.arccos(min(1.0, share))))
    return () if tilt <= TILT_DEG else ("not axial: measured in the plane of the slices",)


def _longest(mask: Mask, plane: Plane) -> _Best | None:
    """The longest pair of all slices; those whose box is too small for it are not looked at."""
    rows, columns = mask.any(axis=2), mask.any(axis=1)
    filled = np.flatnonzero(rows.any(axis=1))
    if not filled.size:
        return None
    low_row, high_row = _ends(rows[filled])
    low_column, high_column = _ends(columns[filled])
    bounds = plane.squared_bound(high_row - low_row, high_column - low_column)
    best: _Best | None = None
    for k in np.argsort(-bounds, kind="stable"):
        if best is not None and bounds[k] < best.squared * (1 - _TIE):
            break
        box = np.s_[low_row[k] : high_row[k] + 1, low_column[k] : high_column[k] + 1]
        start = (int(low_row[k]), int(low_column[k]))
        best = _longest_of_slice(mask[filled[k]][box], int(filled[k]), start, plane, best)
    return best


def _ends(lines: Mask) -> tuple[Whole, Whole]:
    """First and last marked index of each line."""
    return lines.argmax(axis=1), lines.shape[1] - 1 - lines[:, ::-1].argmax(axis=1)


def _longest_of_slice(
    image: Mask, index: int, start: tuple[int, int], plane: Plane, best: _Best | None
) -> _Best | None:
    """The better of `best` and the longest pair of the components of one slice."""
    points, firsts = _extreme_points(image)
    low, high = np.minimum.reduceat(points, firsts), np.maximum.reduceat(points, firsts)
    bounds = plane.squared_bound(high[:, 0] - low[:, 0], high[:, 1] - low[:, 1])
    ends = np.append(firsts[1:], len(points))
    for k in np.argsort(-bounds, kind="stable"):
        if best is not None and bounds[k] < best.squared * (1 - _TIE):
            break
        piece = points[firsts[k] : ends[k]]
        if best is not None and plane.squared_width(piece) < best.squared * (1 - _TIE):
            continue
        found = _farthest_pair(_hull(piece), plane)
        first, second = ((r + start[0], c + start[1]) for r, c in found[1:])
        candidate = _Best(found[0], index, first, second)
        if best is None or best.is_beaten_by(candidate):
            best = candidate
    return best


def _extreme_points(image: Mask) -> tuple[Whole, Whole]:
    """First and last pixel of each row of each component: (n, 2), and where components begin."""
    labels, _ = ndimage.label(image, _TOUCHING)
    padded = np.zeros((image.shape[0], image.shape[1] + 2), bool)
    padded[:, 1:-1] = image
    rows, lefts = np.nonzero(padded[:, 1:-1] & ~padded[:, :-2])
    _, rights = np.nonzero(padded[:, 1:-1] & ~padded[:, 2:])
    key = labels[rows, lefts].astype(np.int64) * image.shape[0] + rows
    order = np.argsort(key, kind="stable")
    key, rows, lefts, rights = key[order], rows[order], lefts[order], rights[order]
    begin = np.flatnonzero(np.diff(key, prepend=-1))
    end = np.append(begin[1:], len(key)) - 1
    left = np.stack([rows[begin], lefts[begin]], axis=1)
    right = np.stack([rows[begin], rights[end]], axis=1)
    points = np.stack([left, right], axis=1).reshape(-1, 2)
    pieces = (key[begin] - rows[begin]) // image.shape[0]
    return points, 2 * np.flatnonzero(np.diff(pieces, prepend=-1))


def _hull(points: Whole) -> Whole:
    """Corners of the convex hull of points sorted by row, in whole numbers and so exact."""
    given = points.tolist()

    def chain(ordered: list[list[int]]) -> list[list[int]]:
        kept: list[list[int]] = []
        for point in ordered:
            row, column = point
            while len(kept) > 1:
                (r1, c1), (r2, c2) = kept[-2], kept[-1]
                if (r2 - r1) * (column - c1) - (c2 - c1) * (row - r1) > 0:
                    break
                kept.pop()
            kept.append(point)
        return kept

    return np.array(sorted({tuple(p) for p in chain(given) + chain(given[::-1])}), np.int64)


def _farthest_pair(
    corners: Whole, plane: Plane
) -> tuple[float, tuple[int, int], tuple[int, int]]:
    """Squared distance and ends of the longest pair; of equal ones the first, corners in order."""
    squared = plane.squared(corners[:, None, :] - corners[None, :, :])
    longest = float(squared.max())
    first, second = np.argwhere(squared >= longest * (1 - _TIE))[0]
    (r1, c1), (r2, c2) = corners[first].tolist(), corners[second].tolist()
    return longest, (r1, c1), (r2, c2)


def _component(image: Mask, pixel: tuple[int, int]) -> Mask:
    labels, _ = ndimage.label(image, _TOUCHING)
    piece: Mask = labels == labels[pixel]
    return piece


class _Short(NamedTuple):
    length: float
    direction: Floats
    middle: Floats


def _short_axis(pixels: Whole, along: Floats, plane: Plane) -> _Short:
    """The longest perpendicular of a component: two centres at most half a pixel apart `along`."""
    across = np.array([-along[1], along[0]])
    points = plane.millimetres(pixels.astype(float))
    position, height = points @ along, points @ across
    order = np.lexsort((height, position))
    position, height, points = position[order], height[order], points[order]
    half = plane.pixel_extent_mm(along) / 2 * (1 + _TIE)
    begin = np.searchsorted(position, position - half)
    end = np.searchsorted(position, position + half, side="right")
    top = _range_maximum(height, begin, end)
    lengths = top - height
    length = float(lengths.max())
    low = int(np.flatnonzero(lengths >= length - _TIE * (1 + length))[0])
    window = slice(int(begin[low]), int(end[low]))
    high = window.start + int(np.argmax(height[window]))
    return _Short(length, across, (points[low] + points[high]) / 2)


def _range_maximum(values: Floats, begin: Whole, end: Whole) -> Floats:
    """Maximum of values[begin:end] for many windows, none of them empty (a sparse table)."""
    level = np.frexp(end - begin)[1] - 1
    result = np.empty(len(begin))
    table = values
    for power in range(int(level.max()) + 1):
        if power:
            table = np.maximum(table[: -(1 << (power - 1))], table[1 << (power - 1) :])
        chosen = level == power
        result[chosen] = np.maximum(table[begin[chosen]], table[end[chosen] - (1 << power)])
    return result
