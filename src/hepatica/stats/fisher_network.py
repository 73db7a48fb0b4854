"""The tail of Fisher's exact test for r x c tables, by passing through the columns one by one.

A node is what remains of the row totals once some columns are filled; a path is the product of
the columns' probabilities so far. At each node the longest and shortest way to the end bound the
final probability, so that whole bundles of tables are counted or dropped without being listed
(Mehta & Patel 1983). Row totals are sorted at every node: their order does not matter.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from hepatica.core.errors import NotDefined
from hepatica.stats.observation import Ints

_MOST_STEPS = 3_000_000
_SLACK = 1e-7

Rows = tuple[int, ...]


def fisher_tail(counts: Ints) -> float:
    """Probability of all tables with these margins that are no more probable than this one.

    Raises      NotDefined where the tables are too many (more than 3,000,000 steps).
    """
    if counts.shape[0] > counts.shape[1]:
        counts = counts.T
    order = np.argsort(-counts.sum(axis=0))
    counts = counts[:, order]
    walk = _Walk([int(v) for v in counts.sum(axis=0)])
    rows: Rows = tuple(sorted(int(v) for v in counts.sum(axis=1)))
    observed = -sum(math.lgamma(int(v) + 1) for v in counts.ravel())
    limit = observed + math.log1p(_SLACK)
    return min(walk.tail(rows, limit), 1.0)


class _Walk:
    """One pass over the columns; remembers the bounds of each node and counts its steps."""

    def __init__(self, columns: list[int]) -> None:
        self.columns = columns
        self.steps = 0
        self.bounds = lru_cache(maxsize=None)(self._bounds)
        self.fillings = lru_cache(maxsize=None)(self._fillings)

    def tail(self, rows: Rows, limit: float) -> float:
        total = self._all(rows, 0)
        paths: dict[Rows, dict[float, float]] = {rows: {0.0: 1.0}}
        settled = 0.0
        for column in range(len(self.columns)):
            following: dict[Rows, dict[float, float]] = {}
            for node, pasts in paths.items():
                shortest, longest = self.bounds(node, column)
                everything = self._all(node, column)
                open_pasts = {}
                for past, ways in pasts.items():
                    if past + longest <= limit:
                        settled += ways * math.exp(past + everything - total)
                    elif past + shortest <= limit:
                        open_pasts[past] = ways
                if open_pasts:
                    self._spread(node, column, open_pasts, following)
            paths = following
        return settled

    def _spread(
        self,
        node: Rows,
        column: int,
        pasts: dict[float, float],
        following: dict[Rows, dict[float, float]],
    ) -> None:
        for rest, weight, ways in self.fillings(node, column):
            self._count(len(pasts))
            bundle = following.setdefault(rest, {})
            for past, before in pasts.items():
                # Paths that differ by rounding only are one path.
                length = round(past + weight, 11)
                bundle[length] = bundle.get(length, 0.0) + before * ways

    def _bounds(self, node: Rows, column: int) -> tuple[float, float]:
        """Least and greatest log weight of any way from here to the end."""
        if column == len(self.columns):
            return 0.0, 0.0
        shortest, longest = math.inf, -math.inf
        for rest, weight, _ in self.fillings(node, column):
            self._count(1)
            low, high = self.bounds(rest, column + 1)
            shortest, longest = min(shortest, weight + low), max(longest, weight + high)
        return shortest, longest

    def _fillings(self, node: Rows, column: int) -> list[tuple[Rows, float, int]]:
        """Ways to fill one column, those that leave the same rows with the same weight merged."""
        merged: dict[tuple[Rows, float], int] = {}
        if column == len(self.columns) - 1:
            return [((0,) * len(node), -sum(math.lgamma(v + 1) for v in node), 1)]
        for cells in _splits(node, self.columns[column]):
            self._count(1)
            rest = tuple(sorted(r - c for r, c in zip(node, cells, strict=True)))
            weight = round(-sum(math.lgamma(c + 1) for c in cells), 12)
            merged[rest, weight] = merged.get((rest, weight), 0) + 1
        return [(rest, weight, ways) for (rest, weight), ways in merged.items()]

    def _all(self, node: Rows, column: int) -> float:
        """Log of the summed weight of every way from here: a multinomial identity."""
        total = math.lgamma(sum(node) + 1)
        rows = sum(math.lgamma(v + 1) for v in node)
        columns = sum(math.lgamma(v + 1) for v in self.columns[column:])
        return total - rows - columns

    def _count(self, steps: int) -> None:
        self.steps += steps
        if self.steps > _MOST_STEPS:
            raise NotDefined("an exact test of a table too large to enumerate")


def _splits(rows: Rows, total: int) -> Iterator[Rows]:
    if len(rows) == 1:
        if total <= rows[0]:
            yield (total,)
        return
    rest = sum(rows[1:])
    for first in range(max(0, total - rest), min(rows[0], total) + 1):
        for others in _splits(rows[1:], total - first):
            yield (first, *others)
