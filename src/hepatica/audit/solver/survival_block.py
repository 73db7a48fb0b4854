"""A time to event as a column of ranks: the i-th smallest time, and whether it is an event.

With the patients in order of time the Kaplan-Meier estimate after rank i is a product over the
events among the first i, so its logarithm is linear in the event switches; tied times telescope to
the usual product as long as events stand before censorings. The median is the first rank at which
survival is at most one half; where it is exactly one half, either that time or the midpoint to the
next event, as a paper may have used either convention. Logarithms are scaled whole numbers: within
their error a rank may count as on either side of one half, which can only hide a conflict.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from hepatica.audit.recomputation.median_interval import early_patients_needed
from hepatica.audit.solver.model import Literal, Model
from hepatica.audit.solver.scale import (
    LOG_HALF,
    LOG_ZERO,
    log_bound,
    log_step,
    tick_of,
    ticks_within,
)
from hepatica.audit.solver.statement import Interval, Seen, Timed
from hepatica.stats.band import CONF_TYPES

DAY_MONTHS = Fraction(10000, 304375)
WEEK_MONTHS = 7 * DAY_MONTHS


@dataclass(frozen=True, slots=True)
class Column:
    """One time to event in ticks of so many months: ranks, events, scaled log survival.

    `per_unit` is how many months the unit has in which the paper prints the time.
    """

    tick: Fraction
    times: list[Literal]
    events: list[Literal]
    log_survival: list[Literal]
    per_unit: Fraction = Fraction(1)


def write_times(model: Model) -> None:
    """Add a column for every time to event of a population that a statement speaks of."""
    groups: dict[tuple[str, str], list[tuple[Timed | Seen, Literal]]] = {}
    for kind in (Timed, Seen):
        for atom, literal in model.each(kind):
            if isinstance(atom, Timed) or (isinstance(atom, Seen) and not atom.level):
                key = (atom.population, atom.variable)
                if isinstance(atom, Timed) or key in groups:
                    groups.setdefault(key, []).append((atom, literal))
    weeks = [e * WEEK_MONTHS for e in _scan_weeks(model)]
    bounds = [b for group in groups.values() for a, _ in group for b in (a.low, a.high)]
    if not bounds:
        return
    tick = DAY_MONTHS if model.strict else tick_of(bounds) / 2
    latest = math.ceil((max(bounds) * 4 + max(weeks, default=Fraction(1))) / tick)
    for (population, variable), group in groups.items():
        column = _write_column(model, population, variable, tick, latest)
        for atom, literal in group:
            _write_atom(model, column, atom, literal)
    if model.strict:
        _write_persons(model)


def _write_persons(model: Model) -> None:
    """One described patient has the same rank in every column, which is enough for a data set."""
    wanted: dict[tuple[str, str], list[tuple[Seen, Column, Literal]]] = {}
    for atom, literal in model.each(Seen):
        assert isinstance(atom, Seen)
        column = model.columns.get((atom.population, atom.variable))
        if isinstance(column, Column):
            key = (atom.person, atom.population)
            wanted.setdefault(key, []).append((atom, column, literal))
    for found in wanted.values():
        n = len(found[0][1].times)
        chosen = [model.cp.new_bool_var(f"person {i}") for i in range(n)]
        model.cp.add(sum(chosen) == 1)
        for atom, column, literal in found:
            low, high = ticks_within(atom.low, atom.high, column.tick, strict=True)
            for time, is_it in zip(column.times, chosen, strict=True):
                model.cp.add_linear_constraint(time, low, high).only_enforce_if([literal, is_it])


def _scan_weeks(model: Model) -> list[Fraction]:
    return [e for a, _ in model.each(Interval) if isinstance(a, Interval) for e in (a.low, a.high)]


def _write_column(
    model: Model, population: str, variable: str, tick: Fraction, latest: int
) -> Column:
    cp, n = model.cp, model.populations.size(population)
    times = [cp.new_int_var(0, latest, f"{variable}{i}") for i in range(n)]
    events = [cp.new_bool_var(f"{variable} event{i}") for i in range(n)]
    logs = [cp.new_int_var(2 * LOG_ZERO, 0, f"{variable} log{i}") for i in range(n)]
    for i in range(n):
        before = logs[i - 1] if i else 0
        cp.add(logs[i] == before + log_step(n - i) * events[i])
    for i, (left, right) in enumerate(pairwise(times)):
        cp.add(left <= right)
        # At equal times events come first.
        cp.add(left < right).only_enforce_if([~events[i], events[i + 1]])
    column = Column(tick, times, events, logs)
    model.columns[population, variable] = column
    return column


def _write_atom(model: Model, column: Column, atom: Timed | Seen, literal: Literal) -> None:
    low, high = ticks_within(atom.low, atom.high, column.tick, strict=model.strict)
    add = model.cp.add_linear_constraint
    if isinstance(atom, Seen):
        if model.strict:
            return
        chosen = [model.cp.new_bool_var(f"{atom.person} {i}") for i in range(len(column.times))]
        model.cp.add(sum(chosen) == 1)
        for time, is_it in zip(column.times, chosen, strict=True):
            add(time, low, high).only_enforce_if([literal, is_it])
    elif atom.what == "min":
        add(column.times[0], low, high).only_enforce_if(literal)
    elif atom.what == "max":
        add(column.times[-1], low, high).only_enforce_if(literal)
    elif atom.what == "events":
        add(sum(column.events), math.ceil(atom.low), math.floor(atom.high)).only_enforce_if(literal)
    elif atom.what == "median":
        _write_median(model, column, (low, high), literal)
    elif atom.what == "ci_low":
        _write_lower_limit(model, column, high, literal)
    elif atom.what == "survival" and atom.at is not None:
        _write_survival(model, column, atom, literal)
    elif atom.what == "at_risk" and atom.at is not None:
        _write_at_risk(model, column, atom, literal)


def _write_median(
    model: Model, column: Column, interval: tuple[int, int], literal: Literal
) -> None:
    cp, n = model.cp, len(column.times)
    error = n
    below = [cp.new_bool_var(f"half{i}") for i in range(n)]
    at_half = [cp.new_bool_var(f"plateau{i}") for i in range(n)]
    first = [cp.new_bool_var(f"median{i}") for i in range(n)]
    cp.add(sum(first) == 1).only_enforce_if(literal)
    midpoint = cp.new_bool_var("midpoint")
    here, there = (cp.new_int_var(0, 10**9, name) for name in ("at", "next"))
    for i in range(n):
        log = column.log_survival[i]
        cp.add(log <= LOG_HALF + error).only_enforce_if(below[i])
        cp.add(log >= LOG_HALF - error).only_enforce_if(~below[i])
        cp.add_linear_constraint(log, LOG_HALF - error, LOG_HALF + error).only_enforce_if(
            at_half[i]
        )
        cp.add_implication(first[i], below[i])
        cp.add_implication(first[i], column.events[i])
        if i:
            cp.add_implication(first[i], ~below[i - 1])
        cp.add(here == column.times[i]).only_enforce_if([first[i], literal])
        cp.add_bool_or(at_half[i]).only_enforce_if([first[i], midpoint, literal])
    low, high = interval
    cp.add_linear_constraint(here, low, high).only_enforce_if([literal, ~midpoint])
    cp.add_linear_constraint(here + there, 2 * low, 2 * high).only_enforce_if([literal, midpoint])
    _write_next_event(model, column, (first, there), [literal, midpoint])


def _write_next_event(
    model: Model, column: Column, median: tuple[list[Literal], Literal], on: list[Literal]
) -> None:
    """`there` is the time of the first event after the median's rank."""
    cp, n = model.cp, len(column.times)
    first, there = median
    seen = cp.new_int_var(0, n, "events up to the median")
    following = [cp.new_bool_var(f"next{i}") for i in range(n)]
    cp.add(sum(following) == 1).only_enforce_if(on)
    total = 0
    for i in range(n):
        total = total + column.events[i]
        count = cp.new_int_var(0, n, f"events{i}")
        cp.add(count == total)
        total = count
        cp.add(seen == count).only_enforce_if([first[i], *on])
        cp.add(count == seen + 1).only_enforce_if([following[i], *on])
        cp.add_implication(following[i], column.events[i])
        cp.add(there == column.times[i]).only_enforce_if([following[i], *on])


def _until(model: Model, column: Column, tick: int) -> list[Literal]:
    """Switches: the time of rank i is at most so many ticks."""
    inside = [model.cp.new_bool_var(f"until {tick} {i}") for i in range(len(column.times))]
    for time, is_in in zip(column.times, inside, strict=True):
        model.cp.add(time <= tick).only_enforce_if(is_in)
        model.cp.add(time > tick).only_enforce_if(~is_in)
    for left, right in pairwise(inside):
        model.cp.add_implication(right, left)
    return inside


def _events_among(model: Model, column: Column, inside: list[Literal]) -> list[Literal]:
    both = []
    for event, is_in in zip(column.events, inside, strict=True):
        here = model.cp.new_bool_var("event inside")
        model.cp.add_bool_and(event, is_in).only_enforce_if(here)
        model.cp.add_bool_or(~event, ~is_in, here)
        both.append(here)
    return both


def _write_lower_limit(model: Model, column: Column, tick: int, literal: Literal) -> None:
    """What every method needs: enough patients and events at or before the lower limit."""
    inside = _until(model, column, tick)
    events = _events_among(model, column, inside)
    methods = []
    for name in CONF_TYPES:
        patients, needed = early_patients_needed(len(column.times), name)
        method = model.cp.new_bool_var(name)
        model.cp.add(sum(inside) >= patients).only_enforce_if(method)
        model.cp.add(sum(events) >= needed).only_enforce_if(method)
        methods.append(method)
    model.cp.add_bool_or(methods).only_enforce_if(literal)


def _write_survival(model: Model, column: Column, atom: Timed, literal: Literal) -> None:
    assert atom.at is not None
    n = len(column.times)
    inside = _until(model, column, math.floor(atom.at / column.tick))
    low, high = log_bound(atom.low / 100) - n, log_bound(atom.high / 100) + n
    add = model.cp.add_linear_constraint
    if high < 0:
        model.cp.add(inside[0] == 1).only_enforce_if(literal)
    for i in range(n):
        last = [literal, inside[i], *([~inside[i + 1]] if i + 1 < n else [])]
        add(column.log_survival[i], min(low, 0), max(high, low)).only_enforce_if(last)


def _write_at_risk(model: Model, column: Column, atom: Timed, literal: Literal) -> None:
    """Patients whose time is at least t; some programs count those beyond t: either is allowed."""
    assert atom.at is not None
    tick = math.ceil(atom.at / column.tick)
    n, count = len(column.times), int(atom.low)
    before = _until(model, column, tick - 1)
    through = _until(model, column, math.floor(atom.at / column.tick))
    model.cp.add(n - sum(through) <= count).only_enforce_if(literal)
    model.cp.add(n - sum(before) >= count).only_enforce_if(literal)
