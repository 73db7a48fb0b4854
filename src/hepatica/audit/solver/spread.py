"""Wishes for a data set: numbers near random ones, few censored, low grades of adverse events."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from hepatica.audit.solver.curve_block import Column, columns
from hepatica.audit.solver.curve_rank import RankColumn
from hepatica.audit.solver.cut import END, Cut
from hepatica.audit.solver.model import Literal, Model
from hepatica.audit.solver.statement import Ordered
from hepatica.audit.word import is_adverse_event

_LARGE = 120
# Share of patients wished to be censored.
_LOST = 0.15


def write_spread(model: Model, seed: int) -> Model:
    """Give the model an objective that depends on the seed; it never makes it infeasible.

    A banded model has none: its squares leave too little time to weigh wishes.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    wishes: list[Literal] = []
    model.cp.clear_objective()
    model.cp.clear_hints()
    for curve in columns(model).values():
        wishes += _wished_curve(model, curve, random)
    for (population, variable), column in model.columns.items():
        if isinstance(column, tuple):
            wishes += _near_random(model, population, variable, random)
    for (_, variable, level), cell in model.counts.items():
        if is_adverse_event(variable):
            wishes.append(int(level) * cell)
    if wishes and not model.banded:
        model.cp.minimize(sum(wishes))
    return model


def _wished_curve(model: Model, column: Column, random: np.random.Generator) -> list[Literal]:
    """Patients between two cuts in proportion to time, as with a steady rate; few censored."""
    cuts = sorted(c for c in _cuts(column) if c != END)
    if not cuts:
        return []
    scale = float(cuts[-1].months) * random.uniform(0.35, 0.6)
    wishes = []
    for cut in cuts:
        wanted = round(column.n * (1 - math.exp(-float(cut.months) / scale)))
        wishes.append(_distance(model, column.gone_until(cut), wanted))
    if isinstance(column, RankColumn):
        lost = random.random(column.n) < _LOST
        return wishes + [e if gone else ~e for e, gone in zip(column.events, lost, strict=True)]
    return [*wishes, _distance(model, column.events_until(END), round(column.n * (1 - _LOST)))]


def _cuts(column: Column) -> list[Cut]:
    return list(column.until if isinstance(column, RankColumn) else column.gone)


def _near_random(
    model: Model, population: str, variable: str, random: np.random.Generator
) -> list[Literal]:
    column = model.columns[population, variable]
    assert isinstance(column, tuple)
    tick, cells = column
    low, high = _printed_span(model, population, variable, tick)
    targets = np.sort(low + (high - low) * random.beta(1.6, 2.4, len(cells)))
    for cell, target in zip(cells, targets, strict=True):
        model.cp.add_hint(cell, int(target))
    if len(cells) > _LARGE:
        return []
    return [_distance(model, c, int(t)) for c, t in zip(cells, targets, strict=True)]


def _distance(model: Model, what: Literal, target: int) -> Literal:
    gap = model.cp.new_int_var(0, 10**9, "distance")
    model.cp.add(gap >= what - target)
    model.cp.add(gap >= target - what)
    return gap


def _printed_span(model: Model, population: str, variable: str, tick: Fraction) -> tuple[int, int]:
    """From the smallest to the largest number that is printed of the variable, in ticks."""
    ends = [
        e
        for a, _ in model.each(Ordered)
        if isinstance(a, Ordered) and (a.population, a.variable) == (population, variable)
        for e in (a.low, a.high)
    ]
    low, high = min(ends, default=Fraction(0)), max(ends, default=Fraction(1))
    if high - low < 4 * tick:
        low, high = low / 2, high * 2
    return math.floor(low / tick), math.ceil(high / tick)
