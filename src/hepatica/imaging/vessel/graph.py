"""From a thinned mask to branches: junctions merged, spurs pruned by the local radius."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

from hepatica.imaging.mask import Mask
from hepatica.imaging.volume import Floats

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Edge:
    """A branch between two nodes: (n, 3) points in voxels, from node `first` to node `last`."""

    first: int
    last: int
    points: Floats

    @property
    def length(self) -> float:
        """Length of the chain in voxels."""
        return float(np.linalg.norm(np.diff(self.points, axis=0), axis=1).sum())

    def turned(self) -> Edge:
        """The same branch, the other way."""
        return Edge(self.last, self.first, self.points[::-1])


@dataclass(frozen=True, eq=False)
class Graph:
    """Branches between nodes; nodes have a place and the vessel's radius there, in voxels."""

    places: Floats
    radii: Floats
    edges: tuple[Edge, ...]

    def degrees(self) -> Ints:
        """How many branches end at each node."""
        return _degrees(self.edges, len(self.places))

    def pieces(self) -> int:
        """Connected parts that hold at least one branch."""
        if not self.edges:
            return 0
        first, last = (np.array([getattr(e, n) for e in self.edges]) for n in ("first", "last"))
        size = len(self.places)
        links = sparse.coo_matrix((np.ones(len(first)), (first, last)), shape=(size, size))
        _, label = csgraph.connected_components(links, directed=False)
        return len(np.unique(label[first]))

    def loops(self) -> int:
        """Independent closed loops: branches less nodes plus connected parts."""
        used = {n for e in self.edges for n in (e.first, e.last)}
        return len(self.edges) - len(used) + self.pieces()


def skeleton_graph(skeleton: Mask, depth: Callable[[Floats], Floats]) -> Graph:
    """Graph of a thinned mask (26-neighbours), neither pruned nor simplified.

    Voxels with three or more neighbours are junctions, and touching ones are one node. `depth`
    tells of (n, 3) places how far the surface is, in voxels.
    """
    voxels = np.argwhere(skeleton)
    links = _neighbours(skeleton, voxels)
    degree = np.diff(links.indptr)
    junction = degree >= 3
    node_of = np.full(len(voxels), -1)
    inner = links[junction][:, junction]
    count, label = csgraph.connected_components(inner, directed=False)
    node_of[junction] = label
    deep = depth(voxels.astype(float))
    places = np.zeros((count, 3))
    np.add.at(places, label, voxels[junction])
    places /= np.maximum(np.bincount(label, minlength=count), 1)[:, None]
    radii = np.zeros(count)
    np.maximum.at(radii, label, deep[junction])
    walk = _Walk(voxels.astype(float), links, node_of, deep, places, radii)
    return walk.graph()


def _neighbours(skeleton: Mask, voxels: Ints) -> sparse.csr_matrix:
    number = np.full(np.array(skeleton.shape) + 2, -1, np.int32)
    number[tuple((voxels + 1).T)] = np.arange(len(voxels))
    offsets = [o for o in np.ndindex(3, 3, 3) if o > (1, 1, 1)]
    rows, columns = [], []
    for offset in offsets:
        other = number[tuple((voxels + offset).T)]
        there = np.flatnonzero(other >= 0)
        rows.append(there)
        columns.append(other[there])
    row, column = np.concatenate(rows), np.concatenate(columns)
    both = (np.concatenate([row, column]), np.concatenate([column, row]))
    ones = np.ones(len(both[0]), np.int8)
    return sparse.csr_matrix((ones, both), shape=(len(voxels), len(voxels)))


class _Walk:
    """Walks the chains between junctions of a skeleton."""

    def __init__(
        self,
        voxels: Floats,
        links: sparse.csr_matrix,
        node_of: Ints,
        depth: Floats,
        places: Floats,
        radii: Floats,
    ) -> None:
        self.voxels, self.node_of, self.depth = voxels, node_of, depth
        self.near = np.split(links.indices, links.indptr[1:-1])
        self.places, self.radii = list(places), list(radii)
        self.edges: list[Edge] = []

    def graph(self) -> Graph:
        chain = self.node_of < 0
        inside = [int(sum(self.node_of[m] < 0 for m in near)) for near in self.near]
        seen = np.zeros(len(self.voxels), bool)
        # Ends of chains first; what is left after them are closed loops.
        starts = [i for i in np.flatnonzero(chain) if inside[i] <= 1]
        for start in [*starts, *np.flatnonzero(chain)]:
            if not seen[start]:
                self._edge(int(start), seen)
        places = np.array(self.places, float).reshape(-1, 3)
        return Graph(places, np.array(self.radii, float), tuple(self.edges))

    def _edge(self, start: int, seen: npt.NDArray[np.bool_]) -> None:
        path = [start]
        seen[start] = True
        while True:
            after = [m for m in self.near[path[-1]] if self.node_of[m] < 0 and not seen[m]]
            if not after:
                break
            path.append(int(after[0]))
            seen[path[-1]] = True
        closed = len(path) > 2 and path[0] in self.near[path[-1]]
        first = self._node(path[0], -1)
        last = first if closed else self._node(path[-1], first if len(path) == 1 else -1)
        points = np.vstack([self.places[first], self.voxels[path], self.places[last]])
        self.edges.append(Edge(first, last, points))

    def _node(self, voxel: int, taken: int) -> int:
        """The junction a chain's end touches (another than `taken`), or a new free end."""
        near = [int(self.node_of[m]) for m in self.near[voxel] if self.node_of[m] >= 0]
        for node in near:
            if node != taken:
                return node
        self.places.append(self.voxels[voxel])
        self.radii.append(float(self.depth[voxel]))
        return len(self.places) - 1


def pruned(graph: Graph, spur_radii: float) -> Graph:
    """The graph without spurs, bubbles and junctions of two.

    A spur is a branch with a free end not longer than `spur_radii` radii of its junction and two
    voxels; a bubble is a loop within the vessel's own width. The shortest go first.
    """
    radii = graph.radii
    edges = list(graph.edges)
    while True:
        edges = _joined(_contracted(_unbubbled(edges, radii), radii), len(radii))
        spurs = _spurs(edges, radii, spur_radii)
        if not spurs:
            return Graph(graph.places, radii, tuple(edges))
        edges = [e for place, e in enumerate(edges) if place not in spurs]


def _degrees(edges: list[Edge] | tuple[Edge, ...], size: int) -> Ints:
    ends = [n for e in edges for n in (e.first, e.last)]
    return np.bincount(np.array(ends, int), minlength=size)


def _spurs(edges: list[Edge], radii: Floats, spur_radii: float) -> set[int]:
    """Of each junction the shortest branch that is a spur."""
    degree = _degrees(edges, len(radii))
    found: dict[int, tuple[float, int]] = {}
    for place, edge in enumerate(edges):
        ends = degree[edge.first], degree[edge.last]
        if min(ends) != 1 or max(ends) < 3:
            continue
        parent = edge.first if ends[0] > ends[1] else edge.last
        if edge.length <= spur_radii * radii[parent] + 2.0:
            found[parent] = min(found.get(parent, (np.inf, 0)), (edge.length, place))
    return {place for _, place in found.values()}


def _unbubbled(edges: list[Edge], radii: Floats) -> list[Edge]:
    kept: list[Edge] = []
    between: dict[tuple[int, int], list[Edge]] = defaultdict(list)
    for edge in edges:
        pair = min(edge.first, edge.last), max(edge.first, edge.last)
        wide = 4.0 * max(radii[pair[0]], radii[pair[1]]) + 2.0
        if edge.length <= wide and (pair[0] == pair[1] or _short(between[pair], wide)):
            continue
        between[pair].append(edge)
        kept.append(edge)
    return kept


def _short(edges: list[Edge], wide: float) -> bool:
    return any(e.length <= wide for e in edges)


def _contracted(edges: list[Edge], radii: Floats) -> list[Edge]:
    """Junctions nearer to each other than the vessel's radius there are one junction."""
    degree = _degrees(edges, len(radii))
    root = list(range(len(radii)))
    kept: list[Edge] = []
    for edge in edges:
        inner = min(degree[edge.first], degree[edge.last]) >= 3
        first, last = _root(root, edge.first), _root(root, edge.last)
        if inner and first != last and edge.length <= max(radii[edge.first], radii[edge.last]):
            root[last] = first
        else:
            kept.append(edge)
    return [Edge(_root(root, e.first), _root(root, e.last), e.points) for e in kept]


def _root(root: list[int], node: int) -> int:
    while root[node] != node:
        node = root[node]
    return node


def _joined(edges: list[Edge], size: int) -> list[Edge]:
    """Two branches that meet alone become one."""
    at: dict[int, list[int]] = defaultdict(list)
    kept: dict[int, Edge] = dict(enumerate(edges))
    for place, edge in kept.items():
        at[edge.first].append(place)
        at[edge.last].append(place)
    for node in range(size):
        if len(at[node]) != 2 or at[node][0] == at[node][1]:
            continue
        one, two = at[node]
        head = kept[one] if kept[one].last == node else kept[one].turned()
        tail = kept.pop(two)
        tail = tail if tail.first == node else tail.turned()
        kept[one] = Edge(head.first, tail.last, np.vstack([head.points[:-1], tail.points[1:]]))
        at[tail.last] = [one if p == two else p for p in at[tail.last]]
    return list(kept.values())
