"""A number of n patients as a column of ranks: x1 <= x2 <= ... <= xn, in ticks.

Minimum, maximum, median and mean of a column are linear. A quartile lies between near ranks
whichever of the usual definitions is used; a data set has it as the hinge. Standard deviations are
not here: see `granularity/` for the proof and `deviation.py` for a data set.
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise
from typing import cast

from ortools.sat.python import cp_model

from hepatica.audit.condition import Span, parse_span
from hepatica.audit.solver.criterion import numeric_bounds
from hepatica.audit.solver.model import Literal, Model
from hepatica.audit.solver.scale import tick_of, ticks_within
from hepatica.audit.solver.statement import Limited, Ordered, Seen, plain_unit
from hepatica.audit.word import variables

# Whole by nature: a data set gives these whole values.
WHOLE = frozenset({"age", "prior TACE", "sessions"})
_SPAN = 3
_FAR = 10**12
_MOST = 2**58


def write_ranks(model: Model) -> None:
    """Add a column for every number of a population that a statement speaks of."""
    groups: dict[tuple[str, str], list[tuple[Ordered, Literal]]] = {}
    for atom, literal in model.each(Ordered):
        assert isinstance(atom, Ordered)
        groups.setdefault((atom.population, atom.variable), []).append((atom, literal))
    merged = []
    for (population, variable), group in groups.items():
        leaves = model.populations.leaves[population]
        if model.strict and len(leaves) > 1 and all((leaf, variable) in groups for leaf in leaves):
            merged.append(((population, variable), group))
            continue
        _write_column(model, population, variable, group)
    for (population, variable), group in merged:
        if any(
            (leaf, variable) not in model.columns for leaf in model.populations.leaves[population]
        ):
            continue
        _write_merged(model, population, variable, group)


def _write_merged(
    model: Model, population: str, variable: str, group: list[tuple[Ordered, Literal]]
) -> None:
    """For a data set: what is said of the whole holds of the numbers of its arms together."""
    columns = [
        cast(tuple[Fraction, list[Literal]], model.columns[leaf, variable])
        for leaf in model.populations.leaves[population]
    ]
    tick, cells = columns[0][0], [cell for _, part in columns for cell in part]
    n = len(cells)
    ranks = {"min": (0, 0), "max": (n - 1, n - 1), "median": ((n - 1) // 2, n // 2)}
    ranks |= {q: quartile_ranks(n, q, strict=True) for q in ("q1", "q3")}
    for atom, literal in group:
        if any(other != tick for other, _ in columns) or atom.n != n:
            continue
        low, high = ticks_within(atom.low, atom.high, tick, strict=True)
        if atom.what == "mean":
            total = ticks_within(atom.low * n, atom.high * n, tick, strict=True)
            model.cp.add_linear_constraint(sum(cells), *total).only_enforce_if(literal)
        elif atom.what in ranks:
            first, last = ranks[atom.what]
            below = sum(_at_most(model, cell, low - 1) for cell in cells)
            through = sum(_at_most(model, cell, high) for cell in cells)
            model.cp.add(below <= first).only_enforce_if(literal)
            model.cp.add(through >= last + 1).only_enforce_if(literal)


def _at_most(model: Model, cell: Literal, tick: int) -> Literal:
    here = model.cp.new_bool_var("at most")
    model.cp.add(cell <= tick).only_enforce_if(here)
    model.cp.add(cell > tick).only_enforce_if(~here)
    return here


def _write_column(
    model: Model, population: str, variable: str, group: list[tuple[Ordered, Literal]]
) -> None:
    whole = variable in WHOLE and model.strict
    n = min(atom.n for atom, _ in group)
    seen: list[tuple[Seen, Literal]] = [
        (a, lit)
        for a, lit in model.each(Seen)
        if isinstance(a, Seen) and a.variable == variable and a.population == population
    ]
    atoms: list[Ordered | Seen] = [a for a, _ in group] + [a for a, _ in seen]
    bounds = [b for a in atoms for b in (a.low, a.high)]
    # One tick for every population of a data set, so that arms can be put together.
    others = [
        b
        for a, _ in model.each(Ordered)
        if isinstance(a, Ordered) and a.variable == variable and model.strict
        for b in (a.low, a.high)
    ]
    tick = Fraction(1) if whole else tick_of(bounds + others) / 2
    low, high = _domain(bounds, tick, 1 if model.strict else n, known=variable in variables())
    if high * n > _MOST:
        # Too large, or printed too finely, for the solver: it says nothing of them.
        return
    cells = [model.cp.new_int_var(low, high, f"{variable}{i}") for i in range(n)]
    model.columns[population, variable] = (tick, cells)
    for left, right in pairwise(cells):
        model.cp.add(left <= right)
    for atom, literal in group:
        if atom.n == n:
            _write_order(model, cells, atom, tick, literal)
    for person, literal in seen:
        _write_seen(model, cells, person, tick, literal)
    _write_limits(model, variable, cells, tick)
    if n == model.populations.size(population) and model.strict:
        _write_bands(model, population, variable, tick)


def _write_bands(model: Model, population: str, variable: str, tick: Fraction) -> None:
    """A number that is also printed in bands: so many of its ranks lie in each."""
    _, cells = cast(tuple[Fraction, list[Literal]], model.columns[population, variable])
    for leaf, name, level in list(model.counts):
        span = parse_span(level) if (leaf, name) == (population, variable) else None
        if span is None or (span.low is not None and span.low == span.high):
            continue
        ends = _ticks_of(span, tick)
        inside = []
        for cell in cells:
            here = model.cp.new_bool_var("in band")
            model.cp.add_linear_constraint(cell, *ends).only_enforce_if(here)
            outside = cp_model.Domain.from_intervals([list(ends)]).complement()
            model.cp.add_linear_expression_in_domain(cell, outside).only_enforce_if(~here)
            inside.append(here)
        model.cp.add(sum(inside) == model.counts[leaf, name, level])


def _ticks_of(span: Span, tick: Fraction) -> tuple[int, int]:
    """First and last whole tick inside a span."""
    low = -_FAR if span.low is None else math.ceil(span.low / tick)
    high = _FAR if span.high is None else math.floor(span.high / tick)
    low += span.low is not None and span.low_open and low * tick == span.low
    high -= span.high is not None and span.high_open and high * tick == span.high
    return low, high


def _domain(bounds: list[Fraction], tick: Fraction, n: int, *, known: bool) -> tuple[int, int]:
    """Ticks so far around everything printed that the domain itself forbids nothing.

    One of n values can be n times as far out as a mean; a known variable is never negative.
    """
    most = max(abs(bound) for bound in bounds) + 1
    reach = math.ceil(_SPAN * n * most / tick)
    return (0 if known and min(bounds) >= 0 else -reach), reach


def _write_order(
    model: Model, cells: list[Literal], atom: Ordered, tick: Fraction, literal: Literal
) -> None:
    n = len(cells)
    if atom.presumed and not model.strict and atom.what in {"mean", "centre"}:
        # With values missing the mean of fewer patients may lie elsewhere.
        return
    low, high = ticks_within(atom.low, atom.high, tick, strict=model.strict)
    add = model.cp.add_linear_constraint
    if atom.what == "mean":
        total = ticks_within(atom.low * n, atom.high * n, tick, strict=model.strict)
        add(sum(cells), *total).only_enforce_if(literal)
    elif atom.what == "centre":
        reading = model.cp.new_bool_var("centre is the mean")
        total = ticks_within(atom.low * n, atom.high * n, tick, strict=model.strict)
        add(sum(cells), *total).only_enforce_if([literal, reading])
        pair = cells[(n - 1) // 2] + cells[n // 2]
        add(pair, math.ceil(2 * atom.low / tick), math.floor(2 * atom.high / tick)).only_enforce_if(
            [literal, ~reading]
        )
    elif atom.what == "median":
        pair = cells[(n - 1) // 2] + cells[n // 2]
        ends = ticks_within(2 * atom.low, 2 * atom.high, tick, strict=model.strict)
        add(pair, *ends).only_enforce_if(literal)
    elif atom.what in {"min", "max"}:
        cell = cells[0] if atom.what == "min" else cells[-1]
        add(cell, low, high).only_enforce_if(literal)
    elif atom.what in {"q1", "q3"}:
        first, last = quartile_ranks(n, atom.what, strict=model.strict)
        if model.strict:
            ends = ticks_within(2 * atom.low, 2 * atom.high, tick, strict=True)
            add(cells[first] + cells[last], *ends).only_enforce_if(literal)
            return
        model.cp.add(cells[first] <= high).only_enforce_if(literal)
        model.cp.add(cells[last] >= low).only_enforce_if(literal)


def quartile_ranks(n: int, what: str, *, strict: bool) -> tuple[int, int]:
    """First and last rank (from 0) between which every usual quartile of n numbers lies.

    The nine definitions of Hyndman and Fan and the hinges all lie within one rank of n/4. With
    `strict` the two middle ranks of a half, of which the hinge is the mean.
    """
    if strict:
        half = n // 2
        low, high = (half - 1) // 2, half // 2
        return (low, high) if what == "q1" else (n - 1 - high, n - 1 - low)
    at = (Fraction(1, 4) if what == "q1" else Fraction(3, 4)) * n
    return max(0, math.floor(at) - 2), min(n - 1, math.ceil(at) + 1)


def _write_seen(
    model: Model, cells: list[Literal], atom: Seen, tick: Fraction, literal: Literal
) -> None:
    low, high = math.ceil(atom.low / tick), math.floor(atom.high / tick)
    chosen = [model.cp.new_bool_var(f"{atom.person} is {i}") for i in range(len(cells))]
    model.cp.add(sum(chosen) == 1)
    for cell, is_it in zip(cells, chosen, strict=True):
        model.cp.add_linear_constraint(cell, low, high).only_enforce_if([literal, is_it])


def _write_limits(model: Model, variable: str, cells: list[Literal], tick: Fraction) -> None:
    limits = [a for a, _ in model.each(Limited) if isinstance(a, Limited)]
    about = variable in variables() and any(a.variable == variable for a in limits)
    rule = model.rule("eligibility.met") if about else None
    if rule is None:
        return
    numbers = (a for a, _ in model.each(Ordered) if isinstance(a, Ordered))
    units = {a.unit for a in numbers if a.variable == variable and a.unit}
    for atom, literal in model.each(Limited):
        assert isinstance(atom, Limited)
        bounds = numeric_bounds(atom.text) if atom.variable == variable else None
        if atom.unit and units and plain_unit(atom.unit) not in units:
            continue
        if bounds is None:
            continue
        low, high = bounds
        if low is not None:
            model.cp.add(cells[0] >= math.ceil(low / tick)).only_enforce_if([rule, literal])
        if high is not None:
            model.cp.add(cells[-1] <= math.floor(high / tick)).only_enforce_if([rule, literal])
