"""Vessels that touch: two that the voxels may have made one, told by what they leave behind.

Two parallel vessels of 2 mm radius with 1 mm between them become one mask at voxels of 1 mm, and
its skeleton 20 branches. None of the signs below proves it; each is a reason to look.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial import cKDTree

from hepatica.imaging.vessel.centreline import Branch
from hepatica.imaging.vessel.curve import arc_mm, tangents
from hepatica.imaging.vessel.graph import Graph
from hepatica.imaging.volume import Grid

_PARALLEL = 0.8  # cosine
_TOGETHER_DIAMETERS = 1.5
_APART = 3.0  # along one vessel, in distances: nearer points are neighbours
_MANY = 0.3  # of a branch's sections
_SHARE = 0.5


def contact_flags(graph: Graph, branches: Sequence[Branch], grid: Grid) -> tuple[str, ...]:
    """Flags of a network whose vessels may have been taken for one another's; () where none."""
    flags = []
    if beside := _beside(branches, grid):
        flags.append(f"kissing vessels: {beside} run side by side nearer than a voxel")
    if crowded := sum(map(_crowded, branches)):
        flags.append(
            f"kissing vessels: {crowded} with another vessel beside or within their sections"
        )
    if loops := graph.loops():
        flags.append(f"closed loops: {loops}")
    short = [b for b in branches if b.length_mm < 2.0 * float(np.median(b.diameter_mm))]
    if len(branches) >= 4 and len(short) > _SHARE * len(branches):
        flags.append(
            f"implausible branching: {len(short)} of {len(branches)} shorter than 2 diameters"
        )
    return tuple(flags)


def _beside(branches: Sequence[Branch], grid: Grid) -> int:
    """Branches that another one accompanies nearer than both radii and a voxel."""
    if not branches:
        return 0
    owner = np.repeat(np.arange(len(branches)), [len(b.points) for b in branches])
    points = np.concatenate([b.points for b in branches])
    along = np.concatenate([arc_mm(b.points) for b in branches])
    ahead = np.concatenate([tangents(b.points) for b in branches])
    radius = np.concatenate([b.diameter_mm for b in branches]) / 2.0
    clear = np.concatenate([b.clear for b in branches])
    most = 2.0 * float(np.quantile(radius, 0.99)) + grid.largest_edge_mm
    pairs = cKDTree(points).query_pairs(most, output_type="ndarray")
    one, two = pairs[:, 0], pairs[:, 1]
    away = np.linalg.norm(points[one] - points[two], axis=1)
    other = (owner[one] != owner[two]) | (np.abs(along[one] - along[two]) > _APART * most)
    near = away < radius[one] + radius[two] + grid.largest_edge_mm
    straight = np.abs(np.einsum("nd,nd->n", ahead[one], ahead[two])) > _PARALLEL
    kept = other & near & straight & clear[one] & clear[two]
    touched = np.unique(np.concatenate([one[kept], two[kept]]))
    count = np.bincount(owner[touched], minlength=len(branches))
    return sum(
        bool(n * _step(b) >= _TOGETHER_DIAMETERS * float(np.median(b.diameter_mm)))
        for n, b in zip(count, branches, strict=True)
    )


def _step(branch: Branch) -> float:
    return branch.length_mm / max(len(branch.points) - 1, 1)


def _crowded(branch: Branch) -> bool:
    """Many sections, beyond junctions and ends, that another vessel touches or lies in."""
    clear = branch.crowded[branch.clear]
    return len(clear) >= 4 and bool(clear.mean() > _MANY)
