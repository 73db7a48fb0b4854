"""Centrelines put into the middle of the grey vessel, with a diameter at every point.

A thinned mask runs in steps of voxels: 8 to 27 % too long. Each round cuts the grey image across
the line (`section`), moves every point to the middle of its section, and smooths the line without
shrinking it (`curve`). Near a junction and near a free end sections cut other vessels or the
vessel's own end: there the line follows its neighbours, and no diameter is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from hepatica.imaging.vessel.curve import arc_mm, frames, smoothed, spaced, tangents
from hepatica.imaging.vessel.rule import VesselRule
from hepatica.imaging.vessel.section import Cuts, Grey, Sections, sections
from hepatica.imaging.volume import Floats

Bools = npt.NDArray[np.bool_]
_BATCH = 4000  # sections at once, which bounds the memory
_FEW = 6  # sections that tell the height at an end
_MOVE = 0.7  # of the radius: no point moves further in one round
_JUNCTION_RADII = 1.25  # a junction reaches this far, in its radii
_END_RADII = 1.0  # and a free end this far, in the vessel's
_FURTHER_RADII = 3.0  # a free end is looked for this far beyond the thinned line's


@dataclass(frozen=True, eq=False)
class Course:
    """A branch before it is measured: points in mm, its two nodes, their radii, which are free."""

    points: Floats
    radius_mm: Floats
    node_radius_mm: tuple[float, float]
    free: tuple[bool, bool]
    nodes: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Branch:
    """A branch measured: (n, 3) points in mm, equally spaced, and what its sections say.

    `crowded` marks sections beside or within another vessel, `counted` those that count, `clear`
    the points beyond the reach of junctions and ends; `nodes` names both ends in the graph.
    """

    points: Floats
    diameter_mm: Floats
    narrow_mm: Floats
    wide_mm: Floats
    height: Floats
    crowded: Bools
    counted: Bools
    clear: Bools
    free: tuple[bool, bool]
    nodes: tuple[int, int]

    @property
    def length_mm(self) -> float:
        """Length from node to node or end."""
        return float(arc_mm(self.points)[-1])


def branches_of(grey: Grey, courses: Sequence[Course], rule: VesselRule) -> tuple[Branch, ...]:
    """The branches of `courses`, recentred `rule.rounds` times on sections of `grey`."""
    if not courses:
        return ()
    step = min(max(min(grey.grid.spacing_mm), 0.5), 1.0)
    smoothing = max(rule.smoothing_mm, rule.smoothing_edges * grey.grid.largest_edge_mm)
    lines = [_Line(course, step) for course in courses]
    for _ in range(rule.rounds):
        for line, cut in zip(lines, _cut(grey, lines), strict=True):
            line.recentre(cut, smoothing)
    for line in lines:
        line.lengthen(grey)
    # Reading between voxels by straight lines blurs; what is reported is read by quadratic splines.
    last = _cut(grey.smooth(), lines)
    return tuple(line.branch(cut, rule) for line, cut in zip(lines, last, strict=True))


def _cut(grey: Grey, lines: Sequence[_Line]) -> list[Sections]:
    """Sections of all lines at once, given back line by line."""
    points = np.concatenate([line.points for line in lines])
    radius = np.concatenate([line.radius for line in lines])
    across = np.concatenate([frames(tangents(line.points)) for line in lines])
    owner = np.repeat(np.arange(len(lines)), [len(line.points) for line in lines])
    found: list[Sections] = []
    parts = [
        sections(grey, Cuts(points[part], across[part], radius[part], owner[part]))
        for part in (slice(i, i + _BATCH) for i in range(0, len(points), _BATCH))
    ]
    names = list(Sections.__dataclass_fields__)
    whole = {name: np.concatenate([getattr(p, name) for p in parts]) for name in names}
    start = 0
    for line in lines:
        stop = start + len(line.points)
        found.append(Sections(**{name: whole[name][start:stop] for name in names}))
        start = stop
    return found


class _Line:
    """A course on its way to the middle of its vessel."""

    def __init__(self, course: Course, step_mm: float) -> None:
        self.course, self.step = course, step_mm
        along = arc_mm(course.points)
        # The chain of voxels is a staircase, which sections across it must not follow.
        rough = spaced(course.points, step_mm)
        self.points = spaced(smoothed(rough, 2.0), step_mm)
        at = np.linspace(0.0, along[-1], len(self.points))
        self.radius = np.maximum(np.interp(at, along, course.radius_mm), 0.5 * step_mm)
        self.half: list[float] = []  # grey value midway to the background, near both ends
        self.added = [0.0, 0.0]  # what free ends were carried on by

    def clear(self) -> Bools:
        """Points beyond the reach of the junctions and ends."""
        along = arc_mm(self.points)
        own = float(np.median(self.radius))
        reach = [
            added + (_END_RADII * own if free else _JUNCTION_RADII * node)
            for free, node, added in zip(
                self.course.free, self.course.node_radius_mm, self.added, strict=True
            )
        ]
        clear: Bools = (along >= reach[0]) & (along <= along[-1] - reach[1])
        return clear

    def recentre(self, cut: Sections, smoothing_mm: float) -> None:
        sure = self.clear() & (cut.open <= 0.5)
        if sure.any():
            shift = _carried(cut.shift_mm, sure)
            size = np.linalg.norm(shift, axis=1)
            most = _MOVE * self.radius
            shift *= np.minimum(1.0, most / np.maximum(size, 1e-12))[:, None]
            self.points = self.points + shift
            seen = _carried(cut.diameter_mm[:, None] / 2.0, sure)[:, 0]
            seen = ndimage.gaussian_filter1d(seen, 2.0, mode="nearest")
            self.half = [float(np.median(side)) for side in _sides(cut.half[sure])]
        else:
            seen = self.radius
        old = arc_mm(self.points)
        self.points = spaced(smoothed(self.points, smoothing_mm), self.step)
        at = np.linspace(0.0, old[-1], len(self.points))
        self.radius = np.interp(at, old, seen)

    def lengthen(self, grey: Grey) -> None:
        """Carry free ends on to where the vessel falls to half: thinning stops short of there.

        Sometimes by much; then to the end of what is looked at, or of the scan.
        """
        for last, free in enumerate(self.course.free):
            if not free or len(self.points) < 4 or not self.half:
                continue
            order = slice(None, None, 1 if last else -1)
            line, radius = self.points[order], self.radius[order]
            ahead = line[-1] - line[-min(len(line), 5)]
            ahead /= max(float(np.linalg.norm(ahead)), 1e-12)
            steps = self.step * np.arange(1, 1 + int(_FURTHER_RADII * radius[-1] / self.step + 2))
            onward = line[-1] + steps[:, None] * ahead
            index = grey.grid.indices(onward)
            beyond = ((index < -0.5) | (index > np.array(grey.grid.shape) - 0.5)).any(axis=1)
            below = np.flatnonzero((grey.values(onward) < self.half[last]) | beyond)
            onward = onward[: below[0] if len(below) else len(onward)]
            grown = np.concatenate([radius, np.full(len(onward), radius[-1])])
            self.added[last] = len(onward) * self.step
            self.points = np.vstack([line, onward])[order]
            self.radius = grown[order]

    def branch(self, cut: Sections, rule: VesselRule) -> Branch:
        clear = self.clear()
        return Branch(
            points=self.points,
            diameter_mm=cut.diameter_mm,
            narrow_mm=cut.narrow_mm,
            wide_mm=cut.wide_mm,
            height=cut.height,
            crowded=cut.crowded,
            counted=clear & (cut.open <= rule.open_share),
            clear=clear,
            free=self.course.free,
            nodes=self.course.nodes,
        )


def _sides(values: Floats) -> tuple[Floats, Floats]:
    """The first and the last few of the values."""
    few = min(len(values), _FEW)
    return values[:few], values[-few:]


def _carried(values: Floats, sure: Bools) -> Floats:
    """Rows of `values` where sure; elsewhere between the nearest sure ones, or the last of them."""
    at, known = np.arange(len(values)), np.flatnonzero(sure)
    return np.stack(
        [np.interp(at, known, values[known, k]) for k in range(values.shape[1])], axis=1
    )
