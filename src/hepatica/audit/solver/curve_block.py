"""Times to event: what claims say of a Kaplan-Meier curve, as bounds at the moments they speak of.

No patient has a time here. A median printed as 9.2 says that survival is at least one half just
before 9.15 and at most one half at 9.25, whichever of the two conventions for a curve that stands
at exactly one half was used; other claims are such bounds anyway. Times are drawn afterwards
anywhere between two moments (`moment.py`). Logarithms are scaled whole numbers: within their error
a claim counts as true, which can only hide a conflict; with `strict` the error counts the other
way, so that a data set is safe. Few patients are ranked one by one, many are counted.
"""

from __future__ import annotations

import math
from fractions import Fraction

from hepatica.audit.recomputation.median_interval import early_patients_needed
from hepatica.audit.solver.curve_count import CountColumn
from hepatica.audit.solver.curve_rank import RankColumn, Side
from hepatica.audit.solver.cut import END, Cut, scan_cut
from hepatica.audit.solver.model import Literal, Model
from hepatica.audit.solver.statement import Interval, Seen, Timed
from hepatica.stats.band import CONF_TYPES

Column = RankColumn | CountColumn
_HALF = Fraction(1, 2)
# Up to so many patients are ranked one by one.
RANKED = 60


def write_curves(model: Model) -> None:
    """Add a column for every time to event of a population that a statement speaks of."""
    groups: dict[tuple[str, str], list[tuple[Timed | Seen, Literal]]] = {}
    for timed, literal in model.each(Timed):
        assert isinstance(timed, Timed)
        groups.setdefault((timed.population, timed.variable), []).append((timed, literal))
    for seen, literal in model.each(Seen):
        assert isinstance(seen, Seen)
        if not seen.level and (seen.population, seen.variable) in groups:
            groups[seen.population, seen.variable].append((seen, literal))
    for key, group in groups.items():
        n = model.populations.size(key[0])
        column: Column = (RankColumn if n <= RANKED else CountColumn)(model, key[1], n)
        model.columns[key] = column
        for atom, switch in group:
            _write_atom(model, column, atom, switch)
        column.add_cut(END)
        model.cp.add(column.gone_until(END) == n)
    for scans, _ in model.each(Interval):
        assert isinstance(scans, Interval)
        for curve in columns(model).values():
            curve.add_cut(scan_cut(scans.low))
            curve.add_cut(scan_cut(2 * scans.low))


def columns(model: Model) -> dict[tuple[str, str], Column]:
    """The columns of times, by population and variable."""
    return {k: c for k, c in model.columns.items() if isinstance(c, RankColumn | CountColumn)}


def _write_atom(model: Model, column: Column, atom: Timed | Seen, literal: Literal) -> None:
    before, through = Cut(atom.low, False), Cut(atom.high, not model.strict)
    if isinstance(atom, Seen):
        _write_person(model, column, (before, through), literal)
    elif atom.what in {"min", "max", "events"}:
        _write_end(model, column, atom, literal)
    elif atom.what == "median":
        column.bound(before, (_HALF, Fraction(1)), [literal])
        column.bound(through, (Fraction(0), _HALF), [literal])
    elif atom.what == "not_reached":
        column.bound(END, (_HALF, Fraction(1)), [literal])
    elif atom.what in {"ci_low", "ci_low_alone", "ci_high"}:
        _write_median_limit(model, column, atom, literal)
    elif atom.at is not None and atom.what == "survival":
        _write_survival(column, atom, literal)
    elif atom.at is not None and atom.what == "at_risk":
        _write_at_risk(model, column, atom, literal)
    elif atom.at is not None and model.banded and isinstance(column, RankColumn):
        _write_band(column, atom, atom.at, literal)


def _write_end(model: Model, column: Column, atom: Timed, literal: Literal) -> None:
    """The smallest time, the largest, or the number of events."""
    before, through = Cut(atom.low, False), Cut(atom.high, not model.strict)
    add, n = model.cp.add, column.n
    if atom.what == "min":
        add(column.gone_until(before) == 0).only_enforce_if(literal)
        add(column.gone_until(through) >= 1).only_enforce_if(literal)
    elif atom.what == "max":
        add(column.gone_until(before) <= n - 1).only_enforce_if(literal)
        add(column.gone_until(through) == n).only_enforce_if(literal)
    else:
        add(column.events_until(END) >= math.ceil(atom.low)).only_enforce_if(literal)
        add(column.events_until(END) <= math.floor(atom.high)).only_enforce_if(literal)


def _write_median_limit(model: Model, column: Column, atom: Timed, literal: Literal) -> None:
    """A limit of the median: where the band first stands at one half or below."""
    lower = atom.what != "ci_high"
    if atom.what == "ci_low":
        _write_lower_limit(model, column, Cut(atom.high, True), literal)
    if model.banded and isinstance(column, RankColumn):
        before, through = Cut(atom.low, False), Cut(atom.high, False)
        column.bound_band(before, _HALF, Side(lower, at_most=False), [literal])
        column.bound_band(through, _HALF, Side(lower, at_most=True), [literal])


def _write_person(model: Model, column: Column, ends: tuple[Cut, Cut], literal: Literal) -> None:
    """Some patient's time lies between the cuts; with `strict` one rank in every column."""
    before, through = ends
    between = column.gone_until(through) - column.gone_until(before)
    model.cp.add(between >= 1).only_enforce_if(literal)
    if not model.strict or not isinstance(column, RankColumn):
        return
    others = (c for c in columns(model).values() if isinstance(c, RankColumn) and c.n == column.n)
    column.person = next((c.person for c in others if c.person), [])
    if not column.person:
        column.person = [model.cp.new_bool_var(f"person {i}") for i in range(column.n)]
        model.cp.add(sum(column.person) == 1)
    ranks = zip(column.until[through], column.until[before], column.person, strict=True)
    for inside, earlier, is_it in ranks:
        model.cp.add_bool_and(inside, ~earlier).only_enforce_if([literal, is_it])


def _write_lower_limit(model: Model, column: Column, cut: Cut, literal: Literal) -> None:
    """What every method needs: enough patients and events at or before the lower limit."""
    gone, dead = column.gone_until(cut), column.events_until(cut)
    methods = []
    for name in CONF_TYPES:
        patients, needed = early_patients_needed(column.n, name)
        method = model.cp.new_bool_var(name)
        model.cp.add(gone >= patients).only_enforce_if(method)
        model.cp.add(dead >= needed).only_enforce_if(method)
        methods.append(method)
    model.cp.add_bool_or(methods).only_enforce_if(literal)


def _write_survival(column: Column, atom: Timed, literal: Literal) -> None:
    assert atom.at is not None
    ends = max(Fraction(0), atom.low / 100), min(Fraction(1), atom.high / 100)
    column.bound(Cut(atom.at, True), ends, [literal])


def _write_band(column: RankColumn, atom: Timed, at: Fraction, literal: Literal) -> None:
    """A printed limit of survival at a time."""
    lower = atom.what == "survival_low"
    cut, low, high = Cut(at, True), atom.low / 100, atom.high / 100
    if low > 0:
        column.bound_band(cut, low, Side(lower, at_most=False), [literal])
    if high < 1:
        column.bound_band(cut, high, Side(lower, at_most=True), [literal])


def _write_at_risk(model: Model, column: Column, atom: Timed, literal: Literal) -> None:
    """Patients whose time is at least t; some programs count those beyond t: either is allowed."""
    assert atom.at is not None
    before = column.gone_until(Cut(atom.at, False))
    through = column.gone_until(Cut(atom.at, True))
    count = int(atom.low)
    from_there = model.cp.new_bool_var("at risk counts that moment")
    if model.strict:
        model.cp.add(from_there == 1)
    model.cp.add(column.n - before == count).only_enforce_if([literal, from_there])
    model.cp.add(column.n - through == count).only_enforce_if([literal, ~from_there])
