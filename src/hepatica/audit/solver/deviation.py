"""Numbers moved in pairs until their standard deviation is the printed one.

A pair moved apart or together by the same amount keeps the mean; ranks that a claim speaks of
(the smallest, the median, a quartile) stay, and the others stay between them. That no such numbers
exist is for `granularity/` to prove, not for this module.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from hepatica.audit.claim import Paper
from hepatica.audit.printed import Printed, parse_printed
from hepatica.audit.solver.rank_block import quartile_ranks

_MOVES = 40_000
# Parts of a tick for a number that need not be whole.
PARTS = 20


def printed_deviation(paper: Paper, population: str, variable: str) -> Printed | None:
    """The standard deviation that the paper prints of a number of a population."""
    for claim in paper.select(population=population, variable=variable):
        bracket = claim.bracket
        if claim.statistic == "sd":
            return claim.number
        if bracket and bracket.declared_as == "sd":
            return parse_printed(bracket.low)
    return None


def held_ranks(paper: Paper, population: str, variable: str, n: int) -> frozenset[int]:
    """Ranks (from 0) of n numbers that some claim of the paper speaks of."""
    held: set[int] = set()
    for claim in paper.select(population=population, variable=variable):
        declared = claim.bracket.declared_as if claim.bracket else ""
        if claim.statistic in {"median", "centre"}:
            held |= {(n - 1) // 2, n // 2}
        if claim.statistic == "min" or declared == "range":
            held.add(0)
        if claim.statistic == "max" or declared == "range":
            held.add(n - 1)
        for what in ("q1", "q3"):
            if claim.statistic == what or declared == "iqr":
                held |= set(quartile_ranks(n, what, strict=True))
    return frozenset(held)


@dataclass
class _Row:
    """Numbers in whole parts, and between which neighbours each may move."""

    values: list[int]
    low: list[int]
    high: list[int]

    def squares(self) -> Fraction:
        """The sum of squared distances from the mean."""
        n, total = len(self.values), sum(self.values)
        return Fraction(n * sum(v * v for v in self.values) - total * total, n)


def spread_to(
    values: list[Fraction],
    deviation: Printed,
    part: Fraction,
    held: frozenset[int],
    random: np.random.Generator,
    edges: tuple[Fraction, ...] = (),
) -> list[Fraction]:
    """The numbers moved until their deviation is printed so; as near as it got otherwise.

    Parameters
    ----------
    values : rising
    part : by whole multiples of which numbers move
    held : ranks that stay
    edges : numbers that none of them moves across, as where bands meet
    """
    row = _row([round(v / part) for v in values], held)
    _fence(row, [e / part for e in edges])
    free = [i for i in range(len(values)) if i not in held]
    freedom = len(values) - 1
    low, high = (
        freedom * (max(Fraction(0), e) / part) ** 2 for e in (deviation.low, deviation.high)
    )
    step = max(1, math.ceil(deviation.value / part / 3))
    squares = row.squares()
    for _ in range(_MOVES if len(free) > 1 else 0):
        if low <= squares <= high:
            break
        i, j = sorted(int(k) for k in random.choice(len(free), 2, replace=False))
        squares += _move(row, free[i], free[j], float((low + high) / 2 - squares), step)
    return [v * part for v in sorted(row.values)]


def _row(values: list[int], held: frozenset[int]) -> _Row:
    """Bounds of each number: the nearest held ones, and zero where nothing is below it."""
    n = len(values)
    floor = 0 if values[0] >= 0 else -(10**12)
    low, high = [floor] * n, [10**12] * n
    for i in range(n):
        low[i] = max((values[k] for k in held if k <= i), default=floor)
        high[i] = min((values[k] for k in held if k >= i), default=10**12)
    return _Row(values, low, high)


def _fence(row: _Row, edges: list[Fraction]) -> None:
    """Keep every number on its side of each edge."""
    for edge in edges:
        for i, value in enumerate(row.values):
            if value < edge:
                row.high[i] = min(row.high[i], math.ceil(edge) - 1)
            else:
                row.low[i] = max(row.low[i], math.ceil(edge))


def _move(row: _Row, i: int, j: int, missing: float, step: int) -> int:
    """Move two numbers apart or together by as much as is missing; returns by how much it grew."""
    if row.values[i] > row.values[j]:
        i, j = j, i
    gap = row.values[j] - row.values[i]
    if missing > 0:
        wanted = int((math.sqrt(gap * gap + 2 * missing) - gap) / 2)
        room = min(row.values[i] - row.low[i], row.high[j] - row.values[j])
        by = min(max(1, wanted), step, room)
    else:
        inside = max(0.0, gap * gap + 2 * missing)
        wanted = int((gap - math.sqrt(inside)) / 2)
        room = min(gap // 2, row.high[i] - row.values[i], row.values[j] - row.low[j])
        by = -min(max(1, wanted), step, room)
    row.values[i] -= by
    row.values[j] += by
    return 2 * by * gap + 2 * by * by
