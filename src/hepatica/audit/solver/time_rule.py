"""Rules that tie progression to survival, to the schedule of scans and to the best response."""

from __future__ import annotations

import math

from hepatica.audit.solver.count_block import RESPONSE
from hepatica.audit.solver.model import Literal, Model
from hepatica.audit.solver.statement import Interval
from hepatica.audit.solver.survival_block import WEEK_MONTHS, Column, _events_among, _until

PROGRESSION = ("PFS", "TTP")


def write_time_rules(model: Model) -> None:
    """Add the rules of times to every population that has a column of progression."""
    for (population, variable), column in list(model.columns.items()):
        if variable in PROGRESSION and isinstance(column, Column):
            _write_order(model, population, column)
            for atom, literal in model.each(Interval):
                assert isinstance(atom, Interval)
                _write_first_scan(model, column, atom, literal)
                _write_second_scan(model, population, column, (atom, literal))


def _write_order(model: Model, population: str, progression: Column) -> None:
    """Patient by patient at most, which sorted columns can satisfy exactly when rank by rank."""
    rule, survival = model.rule("time.pfs-os"), model.columns.get((population, "OS"))
    if rule is None or not isinstance(survival, Column):
        return
    for earlier, later in zip(progression.times, survival.times, strict=True):
        model.cp.add(earlier <= later).only_enforce_if(rule)


def _write_first_scan(model: Model, column: Column, scans: Interval, literal: Literal) -> None:
    rule = model.rule("time.first-scan")
    if rule is not None:
        # As printed: half a unit less than the interval is still the first scan.
        earliest = math.floor((scans.low * WEEK_MONTHS) / column.tick) - 1
        model.cp.add(column.times[0] >= earliest).only_enforce_if([rule, literal])


def _write_second_scan(
    model: Model, population: str, column: Column, scans: tuple[Interval, Literal]
) -> None:
    """Before the second scan only a best response of PD can have progressed."""
    interval, literal = scans
    leaves = model.populations.leaves[population]
    if not any((leaf, RESPONSE, "PD") in model.counts for leaf in leaves):
        return
    tick = math.floor(2 * interval.low * WEEK_MONTHS / column.tick) - 2
    inside = _until(model, column, tick)
    controlled = model.count_in(population, RESPONSE, ("CR", "PR", "SD"))
    total = model.populations.size(population)
    most = total - controlled
    rule, followed = model.rule("time.second-scan"), model.rule("time.follow-up")
    if rule is not None:
        events = sum(_events_among(model, column, inside))
        model.cp.add(events <= most).only_enforce_if([rule, literal])
        if followed is not None:
            model.cp.add(sum(inside) <= most).only_enforce_if([rule, followed, literal])
