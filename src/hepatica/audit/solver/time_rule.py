"""Rules that tie progression to survival, to the schedule of scans and to the best response."""

from __future__ import annotations

from hepatica.audit.solver.count_block import RESPONSE
from hepatica.audit.solver.curve_block import Column, columns
from hepatica.audit.solver.curve_count import CountColumn
from hepatica.audit.solver.cut import Cut, scan_cut
from hepatica.audit.solver.model import Literal, Model
from hepatica.audit.solver.statement import PROGRESSION, Interval


def write_time_rules(model: Model) -> None:
    """Add the rules of times to every population that has a column of progression."""
    for (population, variable), column in columns(model).items():
        if variable not in PROGRESSION:
            continue
        _write_order(model, population, column)
        for atom, literal in model.each(Interval):
            assert isinstance(atom, Interval)
            if variable not in atom.variables:
                continue
            _write_first_scan(model, column, atom, literal)
            _write_second_scan(model, population, column, (atom, literal))
    for column in columns(model).values():
        column.close()


def _write_order(model: Model, population: str, progression: Column) -> None:
    """Until every moment at least as many have progressed or left as have died or left."""
    survival = columns(model).get((population, "OS"))
    rule = model.rule("time.pfs-os") if survival else None
    if rule is None or survival is None:
        return
    for cut in sorted({*_cuts(progression), *_cuts(survival)}):
        gone, dead = progression.gone_until(cut), survival.gone_until(cut)
        model.cp.add(gone >= dead).only_enforce_if(rule)


def _cuts(column: Column) -> list[Cut]:
    return list(column.gone if isinstance(column, CountColumn) else column.until)


def _write_first_scan(model: Model, column: Column, scans: Interval, literal: Literal) -> None:
    rule = model.rule("time.first-scan")
    if rule is not None:
        early = column.gone_until(scan_cut(scans.low))
        model.cp.add(early == 0).only_enforce_if([rule, literal])


def _write_second_scan(
    model: Model, population: str, column: Column, scans: tuple[Interval, Literal]
) -> None:
    """Before the second scan only a best response of PD can have progressed."""
    interval, literal = scans
    leaves = model.populations.leaves[population]
    if not any((leaf, RESPONSE, "PD") in model.counts for leaf in leaves):
        return
    cut = scan_cut(2 * interval.low)
    controlled = model.count_in(population, RESPONSE, ("CR", "PR", "SD"))
    most = model.populations.size(population) - controlled
    rule, followed = model.rule("time.second-scan"), model.rule("time.follow-up")
    if rule is None:
        return
    model.cp.add(column.events_until(cut) <= most).only_enforce_if([rule, literal])
    if followed is not None:
        gone = column.gone_until(cut)
        model.cp.add(gone <= most).only_enforce_if([rule, followed, literal])
