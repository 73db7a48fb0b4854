"""Every claim of a paper computed from a data set, in exact arithmetic and outside the solver.

Choices, where a paper leaves open how a number came about: any usual reading makes a claim hold.

- A denominator that is not printed is the size of the population, or those whose value is known,
  of a response also without those that are not evaluable (NE).
- Quartiles hold by any usual definition, the Kaplan-Meier median by either convention.
- A bracket that is not declared holds if any reading of it does.
- ORR, DCR and the worst grade of any adverse event are the patient's own value where the data set
  has it, else follow best response and the events.
- A row of unknown values counts the patients without one, besides those with that level.
- A patient's worst grade counts in one row of an adverse event; ``any`` is grade 1 or more.
- Value claims about one named patient hold together or not at all: of one and the same patient.

Counts, means, medians, survival are compared as fractions. Only confidence limits are computed in
floating point (`limit.py`), with a tolerance, as the last step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from hepatica.audit import product_limit, quantity
from hepatica.audit.bracket import bracket_holds
from hepatica.audit.claim import EVERYONE, OUTSIDE, Claim, Paper
from hepatica.audit.condition import parse_span, same_level, satisfies
from hepatica.audit.data_set import DataSet, Duration, Patient, Value
from hepatica.audit.limit import share_interval_holds
from hepatica.audit.printed import Printed, is_not_reached, parse_printed
from hepatica.audit.time_unit import data_unit, is_unit, moment_unit, months_of
from hepatica.audit.word import is_adverse_event, joined_levels, known_grade, variables

ANY_EVENT = "AE of any kind"
# Patients of a population who are in none of its arms.
REST = ", not in an arm"
_RESPONSE = {"ORR": frozenset({"CR", "PR"}), "DCR": frozenset({"CR", "PR", "SD"})}
# Levels that say that a patient's value is not known.
MISSING = frozenset({"unknown", "missing", "not available", "not reported", "n/a"})
Rows = Sequence[Patient]


def broken_claims(
    paper: Paper, data_set: DataSet, claims: Iterable[str] | None = None
) -> tuple[str, ...]:
    """Ids of the claims that are false of the data set, in the order of the file.

    `claims` names those to be computed, None for all. Claims that say nothing of patients, or need
    what the data set does not have, are never broken.
    """
    wanted = None if claims is None else frozenset(claims)
    kept = tuple(c for c in paper.claims if wanted is None or c.id in wanted)
    part = replace(paper, claims=kept)
    return tuple(claim.id for claim in kept if holds(claim, data_set, part) is False)


def holds(claim: Claim, data_set: DataSet, paper: Paper) -> bool | None:
    """Tell whether the claim is true of the data set.

    Returns     None where it is not about patients, or needs what the data set does not have.
    """
    if claim.statistic in {"criterion", "exclusion"}:
        return _criterion_holds(claim, data_set)
    if claim.statistic == "value":
        return _named_patient_holds(claim, data_set, paper)
    compute = _STATISTICS.get(claim.statistic)
    rows = population_rows(claim.population, data_set, paper)
    if compute is None or rows is None or claim.population in OUTSIDE:
        return None
    return compute(claim, _in_unit_of(claim, rows, paper))


def _in_unit_of(claim: Claim, rows: Rows, paper: Paper) -> Rows:
    """The patients with their time in the unit of the claim, where it is not that of the data."""
    moment = claim.statistic in {"survival", "at_risk"}
    unit = moment_unit(claim) if moment else claim.unit
    given = data_unit(paper.claims, claim.variable)
    own, asked = months_of(given), months_of(unit)
    if not given or not is_unit(unit) or not own or not asked or own == asked:
        return rows
    return [_scaled(row, claim.variable, own / asked) for row in rows]


def _scaled(patient: Patient, variable: str, factor: Fraction) -> Patient:
    value = patient.values.get(variable)
    if not isinstance(value, Duration):
        return patient
    scaled = Duration(value.time * factor, value.event)
    return Patient(patient.population, {**patient.values, variable: scaled})


def population_rows(population: str, data_set: DataSet, paper: Paper) -> Rows | None:
    """Patients of the population or of any part of it; None where the data set knows no such one.

    `within` may be nested: an arm of a part of the study belongs to all that it is within.
    """
    if population == EVERYONE:
        return data_set
    rows = [p for p in data_set if population in _wholes(p.population, paper)]
    declared = population in paper.within or population in paper.within.values()
    return rows if rows or declared else None


def patient_value(patient: Patient, variable: str) -> Value | None:
    """The patient's own value, else what follows: ORR and DCR of best response, any AE of all."""
    own = patient.values.get(variable)
    if own is not None:
        return own
    if variable == ANY_EVENT:
        grades = [v for name, v in patient.values.items() if is_adverse_event(name)]
        return max((g for g in grades if isinstance(g, str)), default=None, key=_grade)
    response = patient.values.get("best response")
    if variable in _RESPONSE and response is not None:
        return "yes" if response in _RESPONSE[variable] else "no"
    return None


def _wholes(population: str, paper: Paper) -> set[str]:
    found: set[str] = set()
    while population and population not in found:
        found.add(population)
        population = paper.within.get(population, population.removesuffix(REST))
    return found


def _grade(value: str) -> int:
    return int(value) if value.isdecimal() else 0


# Populations and levels.


def _size_holds(claim: Claim, rows: Rows) -> bool | None:
    return claim.number.admits(Fraction(len(rows))) if claim.number else None


def _share_holds(claim: Claim, rows: Rows) -> bool | None:
    """Counts and percentages of a level; a count is exact, a percentage rounded."""
    known = _levels(claim, rows)
    count = parse_printed(claim.count or (claim.value if claim.statistic == "count" else ""))
    percent = claim.number if claim.statistic == "percent" else None
    if known is None or (claim.denominator and claim.of is None) or not (count or percent):
        return None
    if claim.of is not None and not sum(known) <= claim.of <= len(rows):
        return False
    if count and not _exactly(count, Fraction(sum(known))):
        return False
    seen = len(known) - _unevaluable(claim, rows)
    of = {claim.of} if claim.of is not None else {len(rows), len(known), seen}
    return percent is None or _percent_holds(claim, percent, sum(known), of)


def _percent_holds(claim: Claim, percent: Printed, count: int, of: set[int]) -> bool:
    fitting = [n for n in of if n and percent.admits(Fraction(100 * count, n))]
    if not claim.bracket or claim.bracket.declared_as not in {"ci", "unknown"}:
        return bool(fitting)
    return any(share_interval_holds(claim.bracket, count, n) is not False for n in fitting)


def _unevaluable(claim: Claim, rows: Rows) -> int:
    if claim.variable not in {"best response", *_RESPONSE}:
        return 0
    return sum(row.values.get("best response") == "NE" for row in rows)


def _levels(claim: Claim, rows: Rows) -> list[bool] | None:
    """Whether each patient has the level, of those known; None where nobody has the variable."""
    if rows and all(patient_value(row, claim.variable) is None for row in rows):
        return None
    answers = [a for a in (_has_level(row, claim) for row in rows) if a is not None]
    return answers if answers or not rows else None


def _exactly(printed: Printed, count: Fraction) -> bool:
    compare = {"<": count < printed.value, ">": count > printed.value}
    return compare.get(printed.comparator, printed.admits(count))


def _has_level(patient: Patient, claim: Claim) -> bool | None:
    value = patient_value(patient, claim.variable)
    if value is None or isinstance(value, Duration):
        missing = value is None and claim.level.strip().lower() in MISSING
        return True if missing else None
    if isinstance(value, Fraction):
        return satisfies(value, claim.level, claim.variable)
    if is_adverse_event(claim.variable):
        return _has_grade(_grade(value), known_grade(claim.level))
    known = variables().get(claim.variable)
    if not claim.level or (known and known.type == "event"):
        says_no = claim.level.strip().lower() in {"no", "none"}
        return (value.strip().lower() in {"no", "none"}) is says_no
    return _is_level(value, claim.level, claim.variable)


def _is_level(value: str, level: str, variable: str) -> bool:
    joined = joined_levels(variable, level)
    return any(same_level(value, part, variable) for part in joined)


def _has_grade(grade: int, level: str) -> bool | None:
    if level == "any":
        return grade >= 1
    if level in {"none", "no", "0"}:
        return grade == 0
    span = parse_span(level)
    # No event is no grade: "grade <= 2" counts grades 1 and 2.
    return span.holds(Fraction(grade)) and grade >= 1 if span else None


# Numbers.


def _numbers(claim: Claim, rows: Rows) -> list[Fraction] | None:
    """Sorted numbers of the patients who have one; None where none has, or too many for `n`."""
    values = (patient_value(row, claim.variable) for row in rows)
    found = sorted(n for n in map(_number, values) if n is not None)
    return found or None


def _number(value: Value | None) -> Fraction | None:
    if isinstance(value, Duration):
        return value.time
    if isinstance(value, str):
        printed = parse_printed(value)
        return printed.value if printed and not printed.comparator else None
    return value


def _durations(claim: Claim, rows: Rows) -> list[Duration]:
    values = (patient_value(row, claim.variable) for row in rows)
    return [v for v in values if isinstance(v, Duration)]


def _figure(*figures: Callable[[list[Fraction]], Iterable[Fraction]]) -> Compute:
    """A claim that one of the figures of its numbers is as printed, and its bracket true."""

    def compute(claim: Claim, rows: Rows) -> bool | None:
        numbers = _numbers(claim, rows)
        if numbers is None:
            return None
        if claim.of is not None and claim.of not in {len(numbers), len(rows)}:
            return False
        printed, exact = claim.number, {x for figure in figures for x in figure(numbers)}
        if printed and not any(printed.admits(x) for x in exact):
            return False
        inside = bracket_holds(claim, numbers, [])
        return inside if inside is not None else (True if printed else None)

    return compute


def _sd_holds(claim: Claim, rows: Rows) -> bool | None:
    numbers = _numbers(claim, rows)
    if numbers is None or claim.number is None:
        return None
    return quantity.sd_admits(claim.number, numbers)


def _median_holds(claim: Claim, rows: Rows) -> bool | None:
    durations = _durations(claim, rows)
    if not durations:
        return _figure(lambda numbers: [quantity.median(numbers)])(claim, rows)
    if claim.of is not None and claim.of not in {len(durations), len(rows)}:
        return False
    exact = product_limit.medians(product_limit.product_limit(durations))
    if is_not_reached(claim.value):
        found = not exact
    else:
        found = claim.number is None or any(claim.number.admits(x) for x in exact)
    if not found:
        return False
    inside = bracket_holds(claim, sorted(d.time for d in durations), durations)
    return inside if inside is not None else (True if claim.value else None)


# Times to events.


def _survival_holds(claim: Claim, rows: Rows) -> bool | None:
    durations, time = _durations(claim, rows), _time(claim)
    if not durations or time is None or claim.number is None:
        return None
    exact = 100 * product_limit.product_limit(durations).at(time)
    if not claim.number.admits(exact):
        return False
    return bracket_holds(claim, [], durations, time) is not False


def _at_risk_holds(claim: Claim, rows: Rows) -> bool | None:
    durations, time, printed = _durations(claim, rows), _time(claim), claim.number
    printed = printed or parse_printed(claim.count)
    if not durations or time is None or printed is None:
        return None
    return _exactly(printed, Fraction(product_limit.at_risk(durations, time)))


def _events_holds(claim: Claim, rows: Rows) -> bool | None:
    durations = _durations(claim, rows)
    printed = claim.number or parse_printed(claim.count)
    if not durations or printed is None:
        return None
    return _exactly(printed, Fraction(sum(d.event for d in durations)))


def _time(claim: Claim) -> Fraction | None:
    span = parse_span(claim.level)
    return span.low if span and span.low == span.high else None


# Criteria, and one named patient.


def _criterion_holds(claim: Claim, data_set: DataSet) -> bool | None:
    text = claim.value or claim.level
    values = [v for v in (patient_value(p, claim.variable) for p in data_set) if v is not None]
    answers = [satisfies(value, text, claim.variable) for value in values]
    known = [a for a in answers if a is not None]
    if not known:
        return None
    return all(known) if claim.statistic == "criterion" else not any(known)


def _named_patient_holds(claim: Claim, data_set: DataSet, paper: Paper) -> bool | None:
    """Whether one patient has all values that the paper gives of a population of one."""
    if claim.population in OUTSIDE or claim.population == EVERYONE or not _is_single(claim, paper):
        return None
    if not any(patient_value(p, claim.variable) is not None for p in data_set):
        return None
    told = [
        c
        for c in paper.select(population=claim.population, statistic="value")
        if any(patient_value(p, c.variable) is not None for p in data_set)
    ]
    told = told if claim in told else [*told, claim]
    whole = paper.within.get(claim.population, EVERYONE)
    rows = population_rows(whole, data_set, paper) or ()
    return any(all(_has_value(row, c) is not False for c in told) for row in rows)


def _is_single(claim: Claim, paper: Paper) -> bool:
    return claim.of == 1 or paper.sizes.get(claim.population) == 1


def _has_value(patient: Patient, claim: Claim) -> bool | None:
    value = patient_value(patient, claim.variable)
    if value is None:
        return False
    if isinstance(value, str):
        return satisfies(value, claim.value or claim.level, claim.variable)
    number = value.time if isinstance(value, Duration) else value
    return claim.number.admits(number) if claim.number else None


Compute = Callable[[Claim, Rows], bool | None]
_STATISTICS: dict[str, Compute] = {
    "size": _size_holds,
    "count": _share_holds,
    "percent": _share_holds,
    "mean": _figure(lambda numbers: [quantity.mean(numbers)]),
    "centre": _figure(lambda x: [quantity.mean(x)], lambda x: [quantity.median(x)]),
    "min": _figure(lambda numbers: numbers[:1]),
    "max": _figure(lambda numbers: numbers[-1:]),
    "q1": _figure(lambda numbers: (low for low, _ in quantity.quartile_pairs(numbers))),
    "q3": _figure(lambda numbers: (high for _, high in quantity.quartile_pairs(numbers))),
    "sd": _sd_holds,
    "median": _median_holds,
    "survival": _survival_holds,
    "at_risk": _at_risk_holds,
    "events": _events_holds,
}
