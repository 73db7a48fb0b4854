"""Several readers of the same scans: agreement on best response and on sums, and what it changes.

Kappas and Gwet's coefficients are of the ordered responses CR, PR, SD, PD; a response that is none
of them (NE, MISSING, NON-CR/NON-PD) is no rating and is counted out. The adjudicated response is
the one that more than half of the readers give, any word counting; without a majority it is that of
the protocol's adjudicator, and NE where there is none.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import combinations

from hepatica.analysis.estimate import rate_rows
from hepatica.analysis.population import Population, population
from hepatica.analysis.response import CATEGORIES, best_responses, readers
from hepatica.analysis.result import Result
from hepatica.analysis.survival import interval_note
from hepatica.clinic.dataset import Adam
from hepatica.clinic.protocol import criterion_table
from hepatica.core.errors import HepaticaError
from hepatica.stats.agreement import (
    Agreement,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac,
    percent_agreement,
)
from hepatica.stats.reliability import bland_altman, intraclass_correlation
from hepatica.study import Study
from hepatica.study.plan import ReaderPlan

ORDER = ("CR", "PR", "SD", "PD")
EVERYBODY = "all readers"
ADJUDICATED = "adjudicated"
MEASURES = {"Target sum at baseline": "AVAL", "Best change": "PCHG"}
_ONE = "not estimable from one subject"
_ALIKE = "not estimable: the readers see no difference between subjects"

Ratings = Mapping[str, Mapping[str, str]]  # reader -> subject -> best response
Units = dict[str, list[str | None]]  # subject -> its ratings, one a reader
Coefficients = dict[str, Callable[[], Agreement]]


def reader_results(study: Study, adam: Adam, people: Population) -> Iterator[Result]:
    """Agreement of the readers, their rates and the adjudicated one; nothing unless planned."""
    plan = study.analysis.readers
    if plan is None:
        return
    chosen = population(study, adam, plan.population or people.id)
    code = "CBOR" if study.response.confirmed_primary else "BOR"
    row = partial(
        Result,
        "reader",
        chosen.id,
        criterion=study.response.criterion,
        dataset=f"ADRS {code}",
        clause=plan.source,
    )
    named = reader_names(study, adam)
    if len(named) < 2:
        note = "fewer than two readers who bear a name have read any scan"
        yield row(code, "n", float(len(named)), unit="readers", note=note)
        return
    yield row(code, "n", float(len(named)), unit="readers")
    ratings = {r: best_responses(adam, code, study.response.criterion, r) for r in named}
    kept = {r: {s: v for s, v in own.items() if s in set(chosen.everyone.subjects)}
            for r, own in ratings.items()}  # fmt: skip
    yield from _agreement(study, partial(row, code), kept, plan)
    yield from _rates(study, row, chosen, kept)
    for measure in MEASURES:
        values = reader_values(study, adam, chosen, measure)
        measured = partial(row, measure, dataset="ADTR target sum")
        yield from _measured(study, measured, values, _unit(study, measure))


def reader_names(study: Study, adam: Adam) -> tuple[str, ...]:
    """The readers who bear a name, in alphabetical order."""
    return tuple(r for r in readers(adam) if r)


def reader_values(
    study: Study, adam: Adam, people: Population, measure: str
) -> dict[str, dict[str, float]]:
    """A measure of each subject by reader: the target sum at baseline, or its best change."""
    column = MEASURES[measure]
    flag = "ABLFL" if column == "AVAL" else "ANL02FL"
    table = criterion_table().to_pylist()
    code = {r["id"]: r["sum_code"] for r in table}[study.response.criterion]
    inside = set(people.everyone.subjects)
    values: dict[str, dict[str, float]] = {r: {} for r in reader_names(study, adam)}
    for row in adam["ADTR"].to_pylist():
        own = (row["PARCAT1"], row["PARAMCD"], row[flag]) == (study.response.criterion, code, "Y")
        known = row["SUBJID"] in inside and row["PARCAT2"] in values and row[column] is not None
        if own and known:
            values[row["PARCAT2"]][row["SUBJID"]] = row[column]
    return values


def adjudicated(ratings: Ratings, adjudicator: str = "") -> tuple[dict[str, str], tuple[str, ...]]:
    """The adjudicated response of each subject, and the subjects without a majority."""
    subjects = sorted({s for own in ratings.values() for s in own})
    decided, split = {}, []
    for subject in subjects:
        words = [own[subject] for own in ratings.values() if subject in own]
        word, count = Counter(words).most_common(1)[0]
        if 2 * count > len(words):
            decided[subject] = word
        else:
            split.append(subject)
            decided[subject] = ratings.get(adjudicator, {}).get(subject, "NE")
    return decided, tuple(split)


def _agreement(
    study: Study, row: partial[Result], ratings: Ratings, plan: ReaderPlan
) -> Iterator[Result]:
    level = study.conventions.conf_level
    for a, b in combinations(ratings, 2):
        units = _units({r: ratings[r] for r in (a, b)})
        first, second = ([unit[i] for unit in units.values()] for i in (0, 1))
        kappa = partial(cohen_kappa, first, second, ORDER, level=level)
        own = {
            "Cohen's kappa": kappa,
            f"Cohen's kappa, {plan.weights} weights": partial(kappa, weights=plan.weights),
        }
        named = partial(row, group=f"{a} against {b}")
        yield from _coefficients(study, named, units, own | _common(units, plan, level))
    if len(ratings) > 2:
        units = _units(ratings)
        fleiss = partial(fleiss_kappa, list(units.values()), ORDER, level=level)
        every = {"Fleiss' kappa": fleiss} | _common(units, plan, level)
        yield from _coefficients(study, partial(row, group=EVERYBODY), units, every)


def _common(units: Units, plan: ReaderPlan, level: float) -> Coefficients:
    """Coefficients of any number of readers."""
    rated = list(units.values())
    ac = partial(gwet_ac, rated, ORDER, level=level)
    return {
        "observed agreement": partial(percent_agreement, rated, ORDER, level=level),
        "Gwet's AC1": ac,
        f"Gwet's AC2, {plan.weights} weights": partial(ac, weights=plan.weights),
    }


def _units(ratings: Ratings) -> Units:
    """Ratings of each subject by every reader, in their order; None where one gives no rating.

    Subjects with fewer than two ratings tell nothing about agreement.
    """
    subjects = sorted({s for own in ratings.values() for s in own})
    rated = {
        s: [w if (w := own.get(s)) in ORDER else None for own in ratings.values()] for s in subjects
    }
    return {s: words for s, words in rated.items() if sum(w is not None for w in words) > 1}


def _coefficients(
    study: Study, row: partial[Result], units: Units, coefficients: Coefficients
) -> Iterator[Result]:
    own = partial(row, subjects=tuple(units))
    yield own(statistic="n", value=float(len(units)), unit="patients")
    for name, compute in coefficients.items():
        named = partial(own, level=name, method=name)
        try:
            found = compute()
        except HepaticaError as error:
            yield named(statistic="estimate", value=None, note=str(error))
            continue
        yield named(statistic="estimate", value=found.coefficient)
        known = math.isfinite(found.se)
        yield named(statistic="se", value=_finite(found.se), note="" if known else _ONE)
        note = interval_note(study) if known else _ONE
        yield named(statistic="ci_low", value=_finite(found.lower), note=note)
        yield named(statistic="ci_high", value=_finite(found.upper), note=note)


def _rates(
    study: Study, row: partial[Result], people: Population, ratings: Ratings
) -> Iterator[Result]:
    """Each rate as every reader sees it, and adjudicated."""
    plan = study.analysis.readers
    decided, split = adjudicated(ratings, plan.adjudicator if plan else "")
    note = f"{len(split)} without a majority of the readers"
    note += f", decided by {plan.adjudicator}" if plan and plan.adjudicator in ratings else ""
    everybody = people.everyone.subjects
    for category in CATEGORIES:
        who = tuple(s for s in everybody if decided.get(s, "MISSING") == category)
        named = partial(row, "BOR", group=ADJUDICATED, level=category, subjects=who)
        yield named(statistic="n", value=float(len(who)), unit="patients")
    for endpoint in study.endpoints:
        if endpoint.kind != "proportion":
            continue
        for name, own in {**ratings, ADJUDICATED: decided}.items():
            who = tuple(s for s in everybody if own.get(s) in endpoint.responses)
            named = partial(row, endpoint.id, group=name)
            unread = sum(own.get(s, "MISSING") == "MISSING" for s in everybody)
            said = {"N": f"{unread} of them without a response, counted as none" if unread else ""}
            if name == ADJUDICATED:
                said["n"] = note
            for found in rate_rows(study, named, endpoint, (who, everybody)):
                yield replace(found, note=said.get(found.statistic, "") or found.note)


def _measured(
    study: Study,
    row: partial[Result],
    values: Mapping[str, Mapping[str, float]],
    unit: str,
) -> Iterator[Result]:
    """Intraclass correlations of all readers, and limits of agreement of each two."""
    common = sorted(set.intersection(*(set(own) for own in values.values())))
    named = partial(row, group=EVERYBODY, subjects=tuple(common))
    yield named(statistic="n", value=float(len(common)), unit="patients")
    try:
        table = [[own[s] for own in values.values()] for s in common]
        found = intraclass_correlation(table, level=study.conventions.conf_level)
    except HepaticaError as error:
        yield named(level="ICC(2,1)", statistic="estimate", value=None, note=str(error))
    else:
        for name in ("ICC(1,1)", "ICC(2,1)", "ICC(3,1)"):
            one = partial(named, level=name, method=f"{name}, limits by F")
            icc = found[name]
            note = "" if math.isfinite(icc.coefficient) else _ALIKE
            yield one(statistic="estimate", value=_finite(icc.coefficient), note=note)
            for statistic, bound in (("ci_low", icc.lower), ("ci_high", icc.upper)):
                note = interval_note(study) if math.isfinite(bound) else _ALIKE
                yield one(statistic=statistic, value=_finite(bound), note=note)
    for a, b in combinations(values, 2):
        named = partial(row, group=f"{a} against {b}")
        yield from _limits(study, named, (values[a], values[b]), unit)


def _limits(
    study: Study,
    row: partial[Result],
    pair: tuple[Mapping[str, float], Mapping[str, float]],
    unit: str,
) -> Iterator[Result]:
    first, second = pair
    both = tuple(sorted(set(first) & set(second)))
    own = partial(row, subjects=both, method="Bland-Altman")
    yield own(statistic="n", value=float(len(both)), unit="patients")
    try:
        found = bland_altman(
            [first[s] for s in both],
            [second[s] for s in both],
            level=study.conventions.conf_level,
        )
    except HepaticaError as error:
        yield own(level="bias", statistic="estimate", value=None, note=str(error))
        return
    yield own(level="bias", statistic="sd", value=found.sd, unit=unit)
    for level, value, limits in (
        ("bias", found.bias, found.bias_limits),
        ("lower limit of agreement", found.low, found.low_limits),
        ("upper limit of agreement", found.high, found.high_limits),
    ):
        named = partial(own, level=level, unit=unit)
        yield named(statistic="estimate", value=value)
        yield named(statistic="ci_low", value=limits[0], note=interval_note(study))
        yield named(statistic="ci_high", value=limits[1], note=interval_note(study))


def _unit(study: Study, measure: str) -> str:
    if MEASURES[measure] == "PCHG":
        return "percentage points"
    return str(
        {r["id"]: r["unit"] for r in criterion_table().to_pylist()}[study.response.criterion]
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
