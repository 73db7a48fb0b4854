"""From a mask of vessels to courses: thinned, made a graph, spurs pruned, in mm."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from hepatica.core.errors import MissingExtra
from hepatica.imaging.mask import Mask
from hepatica.imaging.vessel.centreline import Course
from hepatica.imaging.vessel.graph import Graph, pruned, skeleton_graph
from hepatica.imaging.vessel.ridge import Cube
from hepatica.imaging.vessel.rule import VesselRule
from hepatica.imaging.volume import Floats

_SPECK_MM = 5.0  # an unbranched piece not longer than this is noise


def traced(mask: Mask, cube: Cube, rule: VesselRule) -> tuple[Graph, tuple[Course, ...]]:
    """Graph of a mask on the cubes, and its branches as courses in mm.

    Raises      MissingExtra without scikit-image.
    """
    try:
        from skimage.morphology import skeletonize  # noqa: PLC0415 - the extra
    except ImportError:
        raise MissingExtra("tracing vessels needs hepatica[imaging]") from None
    if not mask.any():
        return Graph(np.zeros((0, 3)), np.zeros(0), ()), ()
    whole = _without_holes(np.pad(mask, 1))
    depth = _depth(whole)
    graph = pruned(skeleton_graph(skeletonize(whole), depth), rule.spur_radii)
    graph = _without_specks(graph, _SPECK_MM / cube.edge_mm)
    return graph, tuple(_courses(graph, depth, cube))


def traced_without(
    traced_before: tuple[Graph, tuple[Course, ...]], faint: set[int], cube: Cube, rule: VesselRule
) -> tuple[Graph, tuple[Course, ...]]:
    """The same without the branches at the places `faint`: what they parted is one again."""
    graph, courses = traced_before
    kept = tuple(e for place, e in enumerate(graph.edges) if place not in faint)
    if not kept:
        return Graph(graph.places, graph.radii, ()), ()
    known = cKDTree(np.concatenate([e.points for e in graph.edges]))
    radii = np.concatenate([c.radius_mm for c in courses]) / cube.edge_mm

    def depth(places: Floats) -> Floats:
        near: Floats = radii[known.query(places)[1]]
        return near

    again = pruned(Graph(graph.places, graph.radii, kept), rule.spur_radii)
    return again, tuple(_courses(again, depth, cube))


def _without_holes(mask: Mask) -> Mask:
    """Background that the outside does not reach is vessel: a hole would thin to a shell."""
    label, count = ndimage.label(~mask)
    if count == 1:
        return mask
    filled: Mask = label != label[0, 0, 0]
    return filled


def _without_specks(graph: Graph, shortest: float) -> Graph:
    degree = graph.degrees()
    kept = tuple(
        e for e in graph.edges if e.length > shortest or max(degree[e.first], degree[e.last]) > 1
    )
    return Graph(graph.places, graph.radii, kept)


def _depth(mask: Mask) -> Callable[[Floats], Floats]:
    """Distance, in voxels, from a place in the mask to the nearest voxel outside.

    Asked of the thinned voxels only: a distance transform of a whole liver takes ten times as long.
    """
    shell = cKDTree(np.argwhere(ndimage.binary_dilation(mask) & ~mask))

    def depth(places: Floats) -> Floats:
        away: Floats = shell.query(places)[0]
        return away

    return depth


def _courses(graph: Graph, depth: Callable[[Floats], Floats], cube: Cube) -> Iterator[Course]:
    degree = graph.degrees()
    for edge in graph.edges:
        radius = depth(edge.points)
        ends = (edge.first, edge.last)
        near = [float(graph.radii[node]) * cube.edge_mm for node in ends]
        free = [bool(degree[node] == 1) for node in ends]
        yield Course(
            points=cube.points_mm(edge.points - 1.0),
            radius_mm=radius * cube.edge_mm,
            node_radius_mm=(near[0], near[1]),
            free=(free[0], free[1]),
            nodes=ends,
        )
