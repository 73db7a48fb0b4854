"""Times drawn between the cuts of a column, in order, whole days where there are enough of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from hepatica.audit.solver.cut import DAY_MONTHS, END, Cut

_FINE = 4096


def moments(filled: Mapping[Cut, int], n: int, random: np.random.Generator) -> list[Fraction]:
    """A time in months for every rank, strictly rising, with so many patients until each cut."""
    cuts = sorted(cut for cut in filled if cut != END)
    times: list[Fraction] = []
    reach = 2 * cuts[-1].months if cuts else Fraction(36)
    edges: list[Cut | None] = [None, *cuts, None]
    counts = [*(filled[cut] for cut in cuts), n]
    for left, right, count in zip(edges, edges[1:], counts, strict=False):
        missing = count - len(times)
        if missing > 0:
            times += _drawn(left, right, missing, reach, random)
    return times


def partners(
    earlier: Sequence[Fraction],
    later: Sequence[Fraction],
    fixed: frozenset[int],
    random: np.random.Generator,
) -> list[int]:
    """For each rank of `earlier` a rank of `later` that is not before it, at random.

    Both rise, and rank by rank `earlier` is not after `later`, so that dealing from the largest
    down always leaves a partner. Ranks in `fixed` are partners of themselves.
    """
    free = [k for k in range(len(later)) if k not in fixed]
    chosen = list(range(len(earlier)))
    able: list[int] = []
    for rank in reversed(tuple(free)):
        while free and later[free[-1]] >= earlier[rank]:
            able.append(free.pop())
        chosen[rank] = able.pop(int(random.integers(len(able))))
    return chosen


def _drawn(
    left: Cut | None, right: Cut | None, count: int, reach: Fraction, random: np.random.Generator
) -> list[Fraction]:
    """So many rising times between two cuts; parts of a day where the days do not suffice."""
    low = left.months if left else Fraction(0)
    high = right.months if right else max(reach, low + 1)
    for parts in (1, 8, 64, _FINE, _FINE**2):
        tick = DAY_MONTHS / parts
        first = math.ceil(low / tick)
        if (left is None or left.through) and first * tick == low:
            first += 1
        last = math.floor(high / tick)
        if right and not right.through and last * tick == high:
            last -= 1
        if last - first + 1 >= count:
            return [Fraction(first + k) * tick for k in _choice(last - first + 1, count, random)]
    # A single moment: everybody has it.
    return [high] * count


def _choice(places: int, count: int, random: np.random.Generator) -> Sequence[int]:
    """Rising places, drawn without replacement."""
    if places > 10 * count and places > 100_000:
        drawn = {int(k) for k in random.integers(0, places, 2 * count)}
        return sorted(drawn)[:count] if len(drawn) >= count else list(range(count))
    return sorted(int(k) for k in random.choice(places, size=count, replace=False))
