"""Longest axial diameter of an outlined region and the short axis perpendicular to it.

Definition   longest diameter in the plane of the slices, short axis perpendicular to it in the same
             slice: RECIST 1.1 [eisenhauer2009].
Region       what is measured is one component of one slice: pixels that touch by an edge or a
             corner (8-connected) belong together, pieces apart do not.
Long axis    the greatest distance between two pixel centres of a component, over all components of
             all slices. It may leave the outline where the lesion is not convex, as a reader's
             caliper does; the viable diameter may not (`imaging.lesion.line`).
Short axis   of that component: of all lines perpendicular to the long axis, the longest from the
             first to the last point of the component, where neighbouring pixel centres are joined
             by straight lines. It is a line that one could draw, not the width between jaws.
Ends         0.38 pixel is added to the long axis and 0.62 pixel to the short one, half at each end.
             A pixel counts with its extent along the line, sqrt((cos * column spacing)^2 + (sin *
             row spacing)^2). On ellipses of 10 to 100 mm both are then without bias, while pixel
             centres alone read 0.3 mm less and pixel corners 0.7 mm more at 0.8 mm
             (docs/reference/imaging-accuracy.md). The long axis needs less because it is the
             greatest of very many distances. A short axis is never longer than the long one.
             The endpoints given are those of the result.
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
SHORT_ENDS_PX = 0.62
TILT_DEG = 10.0
CONVENTION = "pixel centres + 0.38 pixel (short axis + 0.62 pixel), in-plane, 8-connected"
_TIE = 1e-9
_NEAR_MM = 1e-7
_TOUCHING = np.ones((3, 3), bool)


@dataclass(frozen=True, eq=False)
class Diameters:
    """Longest diameter and perpendicular short axis of one region, with where they lie.

    `slice` is the index of the slice; `endpoints_mm` and `short_endpoints_mm` are (2, 3) points
    whose distances are `longest_mm` and `short_mm`. `centres_mm` and `short_centres_mm` are the
    same lengths before anything is added at the ends. `pixels` are the two (row, column)
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
    slice: int
    first: tuple[int, int]
    second: tuple[int, int]

    def is_beaten_by(self, other: _Best) -> bool:
        if abs(other.squared - self.squared) <= _TIE * max(other.squared, self.squared):
            return (other.slice, other.first, other.second) < (self.slice, self.first, self.second)
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
    piece = _component(mask[best.slice], best.first)
    along, centres = plane.direction(best.first, best.second)
    short = _short_axis(piece, along, plane)
    longest = centres + ENDS_PX * plane.pixel_extent_mm(along)
    short_mm = short.length + SHORT_ENDS_PX * plane.pixel_extent_mm(short.direction)
    short_mm = min(short_mm, longest)
    middle = plane.millimetres(np.array([best.first, best.second], float)).mean(axis=0)
    return Diameters(
        longest_mm=longest,
        short_mm=short_mm,
        slice=best.slice,
        endpoints_mm=plane.segment_mm(grid, best.slice, middle, along, longest),
        short_endpoints_mm=plane.segment_mm(
            grid, best.slice, short.middle, short.direction, short_mm
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
    rows, columns = np.any(mask, axis=2), np.any(mask, axis=1)
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


def _farthest_pair(corners: Whole, plane: Plane) -> tuple[float, tuple[int, int], tuple[int, int]]:
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


def _short_axis(piece: Mask, along: Floats, plane: Plane) -> _Short:
    """The longest extent of a component on one line perpendicular to `along`.

    Between the positions of two neighbouring pixels an extent is a convex function of the position,
    so the lines through pixels of the rim are all that need be looked at.
    """
    across = np.array([-along[1], along[0]])
    filled = ndimage.binary_fill_holes(piece)
    rim = filled & ~ndimage.binary_erosion(filled, _TOUCHING)
    points = plane.millimetres(np.argwhere(rim).astype(float)) @ np.stack([along, across], axis=1)
    starts, ends = _joined(rim)
    lines = np.sort(points[:, 0])
    line, height = _crossings(points[starts], points[ends], lines)
    order = np.lexsort((height, line))
    line, height = line[order], height[order]
    first = np.flatnonzero(np.diff(line, prepend=-1))
    lowest, highest = height[first], height[np.append(first[1:], len(line)) - 1]
    lengths = highest - lowest
    length = float(lengths.max())
    k = int(np.flatnonzero(lengths >= length - _TIE * (1 + length))[0])
    middle = lines[line[first[k]]] * along + (lowest[k] + highest[k]) / 2 * across
    return _Short(length, across, middle)


def _joined(rim: Mask) -> tuple[Whole, Whole]:
    """Pairs of touching pixels, and each pixel with itself, numbered as np.argwhere lists them."""
    number = np.full((rim.shape[0] + 1, rim.shape[1] + 2), -1)
    number[:-1, 1:-1][rim] = np.arange(np.count_nonzero(rim))
    own = number[:-1, 1:-1]
    others = [own, number[:-1, 2:], number[1:, 1:-1], number[1:, 2:], number[1:, :-2]]
    pairs = [np.stack([own, other], axis=-1)[(own >= 0) & (other >= 0)] for other in others]
    starts, ends = np.concatenate(pairs).T
    return starts, ends


def _crossings(first: Floats, second: Floats, lines: Floats) -> tuple[Whole, Floats]:
    """Where segments cross lines at given positions: number of the line, height on it."""
    low = np.minimum(first[:, 0], second[:, 0]) - _NEAR_MM
    high = np.maximum(first[:, 0], second[:, 0]) + _NEAR_MM
    begin, end = np.searchsorted(lines, low), np.searchsorted(lines, high, side="right")
    counts = end - begin
    segment = np.repeat(np.arange(len(first)), counts)
    line = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts - begin, counts)
    run = (second - first)[segment]
    steep = np.abs(run[:, 0]) <= _NEAR_MM
    share = (lines[line] - first[segment, 0]) / np.where(steep, 1.0, run[:, 0])
    share = np.where(steep, 0.0, np.clip(share, 0.0, 1.0))
    return line, first[segment, 1] + share * run[:, 1]
