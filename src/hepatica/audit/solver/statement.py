"""What a claim asks of the patients, as one or more atoms that the solver can switch.

Equal atoms of different claims (abstract, text and table saying the same) are one `Statement`, so
that a conflict names each contradiction once and lists the restatements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from hepatica.audit.claim import Bracket, Claim, Paper
from hepatica.audit.printed import Printed, is_not_reached, parse_printed
from hepatica.audit.solver.population import Populations
from hepatica.audit.time_unit import data_unit, is_unit, moment_unit, months_of
from hepatica.audit.word import is_adverse_event, joined_levels, variables

YES = "yes"
NO = ("no", "none")
GRADES = ("1", "2", "3", "4", "5")
PROGRESSION = ("PFS", "TTP")


@dataclass(frozen=True, slots=True)
class Counted:
    """So many patients of `population` have one of `levels` of `variable`.

    `presumed` are those of `allowed` that fit where a denominator that is not printed is the
    whole population; a data set is given these.
    """

    population: str
    variable: str
    levels: tuple[str, ...]
    allowed: tuple[int, ...]
    presumed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ordered:
    """A mean or an order statistic of a number of `n` patients lies in [low, high].

    `presumed` where the paper prints no n, so that values may be missing; `unit` without its
    spelling (``umol/l``).
    """

    population: str
    variable: str
    what: str
    low: Fraction
    high: Fraction
    n: int
    presumed: bool = False
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Timed:
    """A feature of a time to event: median, not_reached, min, max, ci_low, ci_high (of the median;
    ci_low_alone where the upper limit is not reached), survival with survival_low and
    survival_high, at_risk, events.

    `at` is the time of survival and at_risk; None otherwise.
    """

    population: str
    variable: str
    what: str
    low: Fraction
    high: Fraction
    at: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Limited:
    """A criterion of eligibility, as printed: ``>=28``, ``0-2``, ``A/B/C``, ``none``."""

    variable: str
    text: str
    unit: str


@dataclass(frozen=True, slots=True)
class Seen:
    """Some patient of `population` has this value of `variable`: a level, or low to high."""

    person: str
    population: str
    variable: str
    level: str = ""
    low: Fraction = Fraction(0)
    high: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Interval:
    """Scans are planned every `low` to `high` weeks.

    `variables` are the times that end by progression alone, so that none can end before a scan.
    """

    low: Fraction
    high: Fraction
    variables: tuple[str, ...] = ()


Atom = Counted | Ordered | Timed | Limited | Seen | Interval


@dataclass(frozen=True, slots=True)
class Statement:
    """One atom and every claim that makes it; the first speaks for the others."""

    atom: Atom
    claims: tuple[str, ...]


def statements(paper: Paper, populations: Populations) -> tuple[Statement, ...]:
    """Every atom of the paper's claims, with the claims that make it."""
    made: dict[Atom, list[str]] = {}
    for claim, atom in _comparable(paper, populations):
        ids = made.setdefault(atom, [])
        if claim.id not in ids:
            ids.append(claim.id)
    return tuple(Statement(atom, tuple(ids)) for atom, ids in made.items())


def _comparable(paper: Paper, populations: Populations) -> Iterator[tuple[Claim, Atom]]:
    """Atoms in one spelling and one unit for each variable; what stands in another is left out."""
    levels: dict[tuple[str, str], str] = {}
    units: dict[str, str] = {}
    ended, partial = _ended_by_progression(paper), _partly_followed(paper)
    for claim in paper.claims:
        for atom in atoms(_in_time_unit(claim, paper), populations):
            if isinstance(atom, Counted):
                yield claim, _one_spelling(atom, levels)
            elif isinstance(atom, Interval):
                yield from [(claim, replace(atom, variables=ended))] if ended else []
            elif not (
                (isinstance(atom, Ordered) and not _has_unit(atom, units))
                or (isinstance(atom, Timed) and (atom.population, atom.variable) in partial)
            ):
                yield claim, atom


def _in_time_unit(claim: Claim, paper: Paper) -> Claim:
    """A claim about a time with the unit that its numbers are in, where the paper names one."""
    if not is_time(claim.variable):
        return claim
    unit = moment_unit(claim) if claim.statistic in {"survival", "at_risk"} else claim.unit
    usual = data_unit(paper.claims, claim.variable)
    return replace(claim, unit=unit if is_unit(unit) or months_of(unit) is None else usual)


def _one_spelling(atom: Counted, levels: dict[tuple[str, str], str]) -> Counted:
    """Levels that differ in capitals alone are one level, spelled as it is first."""
    same = (levels.setdefault((atom.variable, v.casefold()), v) for v in atom.levels)
    return replace(atom, levels=tuple(dict.fromkeys(same)))


def _partly_followed(paper: Paper) -> set[tuple[str, str]]:
    """Times that not every patient has: fewer than all are at risk at the start."""
    starts = (c for c in paper.select(statistic="at_risk") if c.level.split()[:1] == ["0"])
    return {
        (c.population, c.variable)
        for c in starts
        if c.number and c.number.value < paper.sizes.get(c.population, 0)
    }


def _has_unit(atom: Ordered, units: dict[str, str]) -> bool:
    """Tell whether a number is in the unit that the paper prints of it first, or in none."""
    return not atom.unit or units.setdefault(atom.variable, atom.unit) == atom.unit


def _ended_by_progression(paper: Paper) -> tuple[str, ...]:
    """Times of which the paper says, or the name means, that death does not end them."""
    said = [
        c.variable
        for c in paper.select(statistic="definition")
        if c.variable in PROGRESSION
        and "progress" in c.value.lower()
        and not re.search(r"\bdeath|\bdie", c.value.lower())
    ]
    timed = {c.variable for c in paper.claims if c.about_patients}
    return tuple(v for v in PROGRESSION if v in timed and (v in said or v == "TTP"))


def atoms(claim: Claim, populations: Populations) -> Iterator[Atom]:
    """The atoms of one claim; none where the solver has nothing to hold it against."""
    if claim.statistic == "criterion":
        yield Limited(claim.variable, claim.value, claim.unit)
    elif claim.variable == "TACE-refractory" and claim.number:
        yield Limited("prior TACE", f">={claim.value}", "")
    elif claim.variable == "imaging interval" and claim.bracket:
        ends = parse_printed(claim.bracket.low), parse_printed(claim.bracket.high)
        if ends[0] and ends[1] and claim.unit.startswith("week"):
            yield Interval(ends[0].value, ends[1].value)
    elif claim.population in populations.persons:
        yield from _seen(claim, populations)
    elif claim.about_patients and populations.size(claim.population):
        if claim.statistic in {"count", "percent"}:
            yield from _counted(claim, populations)
        elif is_time(claim.variable):
            yield from _timed(claim, populations)
        elif claim.statistic in {"mean", "median", "centre", "min", "max", "q1", "q3"}:
            yield from _ordered(claim, populations)


def is_time(variable: str) -> bool:
    """Tell whether the variable is a time to event."""
    known = variables().get(variable)
    return bool(known and known.type == "time")


def _counted(claim: Claim, populations: Populations) -> Iterator[Counted]:
    size = populations.size(claim.population)
    allowed = set(range(size + 1))
    if claim.patients is not None:
        allowed &= {claim.patients}
    printed = claim.number
    if printed and claim.statistic == "percent":
        if claim.of and claim.of > size:
            return
        fitting = _counts(printed, claim.of) if claim.of else _counts_up_to(printed.text, size)
        allowed &= set(fitting)
    of_all = _counts(printed, size) if printed and claim.statistic == "percent" else allowed
    presumed = allowed & set(of_all) if not claim.of else allowed
    levels = _levels(claim)
    if levels:
        yield Counted(
            claim.population,
            claim.variable,
            levels,
            tuple(sorted(allowed)),
            tuple(sorted(presumed or allowed)),
        )


def _counts(printed: Printed, n: int) -> range:
    """How many of n patients may be printed as this percentage."""
    low, high = printed.low * n, printed.high * n
    first = 0 if printed.comparator[:1] == "<" else -(-low.numerator // (100 * low.denominator))
    last = n if printed.comparator[:1] == ">" else high.numerator // (100 * high.denominator)
    return range(max(0, first), min(n, last) + 1)


@lru_cache(maxsize=4096)
def _counts_up_to(text: str, size: int) -> frozenset[int]:
    """How many patients of any number up to `size` may be printed so: values may be missing."""
    printed = parse_printed(text)
    assert printed is not None
    return frozenset(k for n in range(1, size + 1) for k in _counts(printed, n))


def _levels(claim: Claim) -> tuple[str, ...]:
    if not is_adverse_event(claim.variable):
        known = variables().get(claim.variable)
        event = not claim.level or (known and known.type == "event")
        says_no = claim.level.strip().lower() in NO
        return (NO[0] if says_no else YES,) if event else joined_levels(claim.variable, claim.level)
    if claim.level == "any":
        return GRADES
    if claim.level.startswith(">="):
        return GRADES[GRADES.index(claim.level[2:]) :] if claim.level[2:] in GRADES else ()
    low, _, high = claim.level.partition("-")
    if low not in GRADES or (high and high not in GRADES):
        return ()
    return GRADES[GRADES.index(low) : GRADES.index(high or low) + 1]


def _ordered(claim: Claim, populations: Populations) -> Iterator[Ordered]:
    size = populations.size(claim.population)
    n = claim.of if claim.of and claim.of <= size else size
    printed, bracket, presumed = claim.number, claim.bracket, claim.of is None
    unit = plain_unit(claim.unit)
    if printed and not printed.comparator:
        what = claim.statistic
        ends = printed.low, printed.high
        yield Ordered(claim.population, claim.variable, what, *ends, n, presumed, unit)
    for what, end in _ends(bracket):
        ends = end.low, end.high
        yield Ordered(claim.population, claim.variable, what, *ends, n, presumed, unit)


def plain_unit(unit: str) -> str:
    """A unit without its spelling: small letters, u for the micro sign, no plural."""
    plain = unit.replace("\u00b5", "u").replace("\u03bc", "u").casefold().replace(" ", "")
    return plain.removesuffix("s")


def _ends(bracket: Bracket | None) -> Iterator[tuple[str, Printed]]:
    names = {"range": ("min", "max"), "iqr": ("q1", "q3"), "ci": ("ci_low", "ci_high")}
    usual = bracket and (bracket.declared_as != "ci" or bracket.conf_level == "95")
    # A number alone is a width.
    if bracket and bracket.high and usual and bracket.declared_as in names:
        for what, text in zip(names[bracket.declared_as], (bracket.low, bracket.high), strict=True):
            printed = parse_printed(text)
            if printed and not printed.comparator:
                yield what, printed


def _timed(claim: Claim, populations: Populations) -> Iterator[Timed]:
    """Times in months; a time whose unit is not known, or of part of the population, is left."""
    printed, unit = claim.number, months_of(claim.unit)
    if unit is None or claim.of not in {None, populations.size(claim.population)}:
        return
    head = claim.population, claim.variable
    if claim.statistic in {"survival", "at_risk"}:
        at = parse_printed(claim.level.split()[0]) if claim.level else None
        if printed and at and not printed.comparator:
            low, high = printed.low, printed.high
            if claim.statistic == "at_risk":
                low = high = printed.value
            yield Timed(*head, claim.statistic, low, high, at.value * unit)
            for what, end in _ends(claim.bracket) if claim.statistic == "survival" else ():
                side = what.replace("ci_", "survival_")
                yield Timed(*head, side, end.low, end.high, at.value * unit)
    elif claim.statistic == "events" and printed and not printed.comparator:
        yield Timed(*head, "events", printed.value, printed.value)
    elif claim.statistic in {"median", "min", "max"}:
        if claim.statistic == "median" and is_not_reached(claim.value):
            yield Timed(*head, "not_reached", Fraction(0), Fraction(0))
        if printed and not printed.comparator:
            yield Timed(*head, claim.statistic, printed.low * unit, printed.high * unit)
        ends = list(_ends(claim.bracket))
        for what, end in ends:
            alone = "_alone" if what == "ci_low" and len(ends) == 1 else ""
            yield Timed(*head, what + alone, end.low * unit, end.high * unit)


def _seen(claim: Claim, populations: Populations) -> Iterator[Seen]:
    """A value of one named patient; a performance status after treatment is no baseline value."""
    variable = claim.variable.removesuffix(" before")
    known = variables().get(variable)
    whole = populations.whole_of(claim.population)
    if known is None or claim.statistic != "value":
        return
    if known.type == "category":
        level = known.levels.get(claim.value.lower(), claim.value)
        yield Seen(claim.population, whole, variable, level)
    elif claim.number and not claim.number.comparator:
        unit = months_of(claim.unit) if known.type == "time" else Fraction(1)
        if unit is None:
            return
        low, high = claim.number.low * unit, claim.number.high * unit
        yield Seen(claim.population, whole, variable, "", low, high)
