"""The network of one region: pieces of branches within it, and what is told of them together.

A branch that crosses the border of the region is cut there, half a step beyond its last point
within. Lengths are summed over all pieces;
diameters are those of the sections that count; tortuosity is measured on pieces that are long
enough, and averaged with their lengths as weights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hepatica.imaging.mask import Mask
from hepatica.imaging.vessel.centreline import Branch
from hepatica.imaging.vessel.curve import arc_mm, runs, spaced
from hepatica.imaging.vessel.rule import VesselRule
from hepatica.imaging.vessel.tortuosity import Tortuosity, tortuosity
from hepatica.imaging.volume import Floats, Grid

# A vessel of no width at all is seen 1.55 voxels wide where the point spread is one voxel; one of a
# true voxel's width, 1.6, cannot be told from it.
_BLUR_FLOOR = 1.65


@dataclass(frozen=True, eq=False)
class Piece:
    """A stretch of one branch within the region.

    `place` counts branches; `diameters_mm` those of its sections that count; `thin_mm` the width
    as seen where it is too thin for the voxels, else None; `tortuosity` None where too short.
    """

    place: int
    length_mm: float
    volume_mm3: float
    diameters_mm: Floats
    thin_mm: float | None
    tortuosity: Tortuosity | None


@dataclass(frozen=True, eq=False)
class Network:
    """The pieces within one region of `volume_ml`; the voxels' longest edge in mm."""

    pieces: tuple[Piece, ...]
    volume_ml: float
    edge_mm: float

    @cached_property
    def seen(self) -> tuple[Piece, ...]:
        """Pieces that the voxels resolve."""
        return tuple(p for p in self.pieces if p.thin_mm is None)

    @property
    def branches(self) -> int:
        """Branches with a resolved piece."""
        return len({p.place for p in self.seen})

    @property
    def length_mm(self) -> float:
        """Length of all resolved pieces."""
        return float(sum(p.length_mm for p in self.seen))

    @property
    def vessel_mm3(self) -> float:
        """Volume of all resolved pieces: their sections times their length."""
        return float(sum(p.volume_mm3 for p in self.seen))

    @property
    def diameters_mm(self) -> Floats:
        """Diameters of all sections that count."""
        return np.concatenate([p.diameters_mm for p in self.seen] or [np.zeros(0)])

    def weighted(self, quantity: Callable[[Piece], float | None]) -> tuple[Floats, Floats]:
        """Values of the pieces that have one, and their lengths as weights."""
        found = [(quantity(p), p.length_mm) for p in self.seen]
        kept = np.array([(v, w) for v, w in found if v is not None], float).reshape(-1, 2)
        return kept[:, 0], kept[:, 1]


def network(branches: Sequence[Branch], inside: Mask, grid: Grid, rule: VesselRule) -> Network:
    """Network of the branches within the mask `inside` on `grid`."""
    pieces = [
        _piece(place, branch, run, grid, rule)
        for place, branch in enumerate(branches)
        for run in _within(branch, inside, grid)
    ]
    volume = int(np.count_nonzero(inside)) * grid.voxel_mm3 / 1000.0
    return Network(tuple(pieces), volume, grid.largest_edge_mm)


def _within(branch: Branch, inside: Mask, grid: Grid) -> Iterator[slice]:
    index = np.rint(grid.indices(branch.points)).astype(int)
    valid = ((index >= 0) & (index < grid.shape)).all(axis=1)
    held = np.zeros(len(index), bool)
    held[valid] = inside[tuple(index[valid].T)]
    return (run for run in runs(held) if run.stop - run.start > 1)


def _piece(place: int, branch: Branch, run: slice, grid: Grid, rule: VesselRule) -> Piece:
    points, counted = branch.points[run], branch.counted[run]
    diameter = branch.diameter_mm[run]
    known = np.flatnonzero(counted)
    # Beyond the sections that count the nearest of them stands for the calibre.
    calibre = np.interp(np.arange(len(points)), known, diameter[known]) if len(known) else None
    shares = _shares_mm(branch.points)[run]
    thin = _thin(branch, run, grid) if len(known) else None
    area = np.zeros(len(points)) if calibre is None else np.pi / 4.0 * calibre**2
    return Piece(
        place=place,
        length_mm=float(shares.sum()),
        volume_mm3=float((area * shares).sum()),
        diameters_mm=diameter[counted],
        thin_mm=thin,
        tortuosity=_tortuosity(points[branch.clear[run]], diameter[counted], rule),
    )


def _shares_mm(points: Floats) -> Floats:
    """What each point stands for of a branch: half the way to the points before and after it."""
    halves = np.diff(arc_mm(points)) / 2.0
    shares: Floats = np.append(0.0, halves) + np.append(halves, 0.0)
    return shares


def _thin(branch: Branch, run: slice, grid: Grid) -> float | None:
    """Width as seen where it is less than the longest edge, or no more than blur alone shows."""
    counted = branch.counted[run]
    narrow = float(np.median(branch.narrow_mm[run][counted]))
    wide = float(np.median(branch.diameter_mm[run][counted]))
    floor = _BLUR_FLOOR * float(np.prod(grid.spacing_mm) ** (1 / 3))
    if narrow < grid.largest_edge_mm:
        return narrow
    return wide if wide < floor else None


def _tortuosity(points: Floats, diameters: Floats, rule: VesselRule) -> Tortuosity | None:
    if len(points) < 4 or len(diameters) < rule.fewest_sections:
        return None
    length = float(arc_mm(points)[-1])
    calibre = float(diameters.mean())
    if length < min(rule.shortest_mm, rule.shortest_diameters * calibre):
        return None
    return tortuosity(points, spaced(points, max(rule.step_mm, calibre / 2.0)), rule)
