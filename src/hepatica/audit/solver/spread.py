"""Wishes for a data set: columns near values drawn at random, so that seeds give other patients."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from hepatica.audit.solver.model import Literal, Model
from hepatica.audit.solver.statement import Ordered, Timed
from hepatica.audit.solver.survival_block import Column
from hepatica.audit.word import is_adverse_event

_LARGE = 120
# Share of patients wished to be censored; what an unwished one costs in ticks.
_LOST = 0.15
_EVENT_WEIGHT = 60


def write_spread(model: Model, seed: int) -> Model:
    """Give the model an objective: columns close to random ones, few censored, low grades.

    The objective replaces any earlier one; it never makes the model infeasible.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    wishes: list[Literal] = []
    model.cp.clear_objective()
    for (population, variable), column in model.columns.items():
        tick, cells = (column.tick, column.times) if isinstance(column, Column) else _pair(column)
        low, high = _printed_span(model, population, variable, tick)
        targets = np.sort(low + (high - low) * random.beta(1.6, 2.4, len(cells)))
        for cell, target in zip(cells, targets, strict=True):
            model.cp.add_hint(cell, int(target))
        if len(cells) <= _LARGE:
            wishes += [_distance(model, c, int(t)) for c, t in zip(cells, targets, strict=True)]
        if isinstance(column, Column):
            lost = random.random(len(cells)) < _LOST
            wishes += [
                _EVENT_WEIGHT * (e if gone else ~e)
                for e, gone in zip(column.events, lost, strict=True)
            ]
    for (_, variable, level), cell in model.counts.items():
        if is_adverse_event(variable):
            wishes.append(int(level) * cell)
    if wishes:
        model.cp.minimize(sum(wishes))
    return model


def _pair(column: object) -> tuple[Fraction, list[Literal]]:
    assert isinstance(column, tuple)
    return column


def _distance(model: Model, cell: Literal, target: int) -> Literal:
    gap = model.cp.new_int_var(0, 10**9, "distance")
    model.cp.add(gap >= cell - target)
    model.cp.add(gap >= target - cell)
    return gap


def _printed_span(model: Model, population: str, variable: str, tick: Fraction) -> tuple[int, int]:
    """From the smallest to the largest number that is printed of the variable, in ticks."""
    ends = [
        e
        for kind in (Ordered, Timed)
        for a, _ in model.each(kind)
        if isinstance(a, Ordered | Timed)
        and (a.population, a.variable) == (population, variable)
        and a.what not in {"survival", "at_risk", "events"}
        for e in (a.low, a.high)
    ]
    low, high = min(ends, default=Fraction(0)), max(ends, default=Fraction(1))
    if low == high or high - low < 4 * tick:
        low, high = low / 2, high * 2
    return math.floor(low / tick), math.ceil(high / tick)
