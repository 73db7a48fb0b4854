"""Comparisons the protocol asks for: curves by group, proportional hazards models, group tests."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from hepatica.analysis.population import NO_ARM, Population, Row, grouping, population
from hepatica.analysis.result import Result
from hepatica.analysis.survival import (
    Key,
    Times,
    curve_results,
    endpoint_criteria,
    endpoint_times,
    interval_note,
    without_time,
)
from hepatica.clinic.dataset import Adam
from hepatica.core.errors import HepaticaError, NotDefined
from hepatica.stats.band import check_level
from hepatica.stats.cox import CoxFit, cox, proportional_hazards_test
from hepatica.stats.kaplan_meier import Curve
from hepatica.stats.log_rank import LogRank, log_rank
from hepatica.study import Study
from hepatica.study.covariate import Covariate
from hepatica.study.plan import CoxPlan, SurvivalPlan

# Begins the note of a hazard ratio between levels.
AGAINST = "against"
_NONE: Mapping[str, str] = MappingProxyType({})


def group_label(plan: SurvivalPlan, subject: Row) -> str | None:
    """Level of the grouping column a subject belongs to; None where it is missing."""
    return level_text(subject[plan.group])


def level_text(value: Any) -> str | None:
    """A value of ADSL as the name of a level; None where it is missing."""
    if value is None:
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def curve_comparisons(
    study: Study, adam: Adam, people: Population
) -> tuple[list[Result], dict[Key, Curve]]:
    """Curves and log-rank tests: by arm where there are arms, and by each planned group."""
    results: list[Result] = []
    curves: dict[Key, Curve] = {}
    if people.groups:
        arms = {s: g.name for g in people.groups if g.name != NO_ARM for s in g.subjects}
        lacking = tuple(s for g in people.groups if g.name == NO_ARM for s in g.subjects)
        for endpoint in study.endpoints:
            if endpoint.kind == "time-to-event" and not endpoint.delayed_entry:
                split = _Split(endpoint.id, "Arm", arms)
                results += _log_rank(study, adam, people.id, split, lacking)
    for plan in study.analysis.survival:
        chosen = population(study, adam, plan.population or people.id)
        split = _planned_split(plan, chosen, grouping(plan.group, chosen, people))
        without = tuple(s for s in chosen.everyone.subjects if s not in split.group)
        rows, found = _split_curves(study, adam, chosen.id, split)
        if not curves.keys() & found.keys():  # the same curves stand once, whatever their tests
            results += rows
            curves |= found
        results += _log_rank(study, adam, chosen.id, split, without)
    return results, curves


@dataclass(frozen=True, slots=True)
class _Split:
    endpoint: str
    by: str
    group: dict[str, str]
    strata: dict[str, str] = field(default_factory=dict)
    rho: float = 0.0
    stratified: bool = False

    def label(self, level: str) -> str:
        """Name of a group in the results, such as ``VASCINV = Y``."""
        return f"{self.by} = {level}"


def _planned_split(plan: SurvivalPlan, people: Population, by: str) -> _Split:
    labels = {r["SUBJID"]: group_label(plan, r) for r in people.everyone.rows}
    strata = {r["SUBJID"]: _stratum(r, plan.strata) for r in people.everyone.rows if plan.strata}
    return _Split(
        plan.endpoint,
        by,
        {s: v for s, v in labels.items() if v is not None},
        {s: v for s, v in strata.items() if v is not None},
        plan.rho,
        bool(plan.strata),
    )


def _stratum(subject: Row, columns: Sequence[str]) -> str | None:
    """Stratum of a subject; None where one of the columns is missing."""
    values = [subject[c] for c in columns]
    return None if any(v is None for v in values) else "|".join(map(str, values))


def _split_curves(
    study: Study, adam: Adam, population_id: str, split: _Split
) -> tuple[list[Result], dict[Key, Curve]]:
    endpoint = study.endpoint(split.endpoint)
    times = endpoint_times(adam, endpoint, study.conventions.day_count)
    criterion = endpoint_criteria(adam).get(endpoint.parameter, "")
    results: list[Result] = []
    curves: dict[Key, Curve] = {}
    for level in sorted(set(split.group.values())):
        members = {s for s, v in split.group.items() if v == level}
        own = times.of(members)
        row = partial(
            Result,
            "survival",
            population_id,
            endpoint.id,
            criterion=criterion,
            group=split.label(level),
            dataset=f"ADTTE {endpoint.parameter}",
            clause=endpoint.source,
            subjects=own.subjects,
        )
        without = without_time(endpoint, len(members), len(own.subjects))
        curve, rows = curve_results(study, row, own, without)
        results += rows
        if curve is not None:
            curves[(endpoint.id, criterion, split.label(level))] = curve
    return results, curves


def _log_rank(
    study: Study,
    adam: Adam,
    population_id: str,
    split: _Split,
    without: tuple[str, ...] = (),
) -> Iterator[Result]:
    endpoint = study.endpoint(split.endpoint)
    chosen = {s for s in split.group if not split.stratified or s in split.strata}
    times = endpoint_times(adam, endpoint, study.conventions.day_count).of(chosen)
    name = "log-rank" if split.rho == 0 else f"G-rho, rho = {split.rho:g}"
    if split.stratified:
        name = f"stratified {name}"
    row = partial(
        Result,
        "test",
        population_id,
        endpoint.id,
        criterion=endpoint_criteria(adam).get(endpoint.parameter, ""),
        group=split.by,
        level=name,
        method=name,
        subjects=times.subjects,
        dataset=f"ADTTE {endpoint.parameter}",
    )
    lacking = len(split.group) - len(chosen)
    said = [f"{len(without)} left out, {split.by} missing"] if without else []
    said += [f"{lacking} left out, a stratum missing"] if lacking else []
    try:
        found = _tested(times, endpoint.delayed_entry, split)
    except NotDefined as error:
        yield row(statistic="p_value", value=None, note="; ".join([str(error), *said]))
        return
    note = "; ".join(said)
    yield row(statistic="statistic", value=found.statistic, note=note)
    yield row(statistic="df", value=float(found.df), note=note)
    yield row(statistic="p_value", value=found.p_value, note=note)


def _tested(times: Times, delayed_entry: bool, split: _Split) -> LogRank:
    if delayed_entry:
        raise NotDefined("the log-rank test here takes no delayed entry")
    groups = [split.group[s] for s in times.subjects]
    if len(set(groups)) < 2:
        raise NotDefined("fewer than two groups")
    strata = [split.strata[s] for s in times.subjects] if split.stratified else None
    found = log_rank(times.days, times.event, groups, rho=split.rho, strata=strata)
    if not found.df:
        raise NotDefined("no event while two groups were at risk")
    return found


def cox_results(study: Study, adam: Adam, people: Population) -> Iterator[Result]:
    """Proportional hazards models of the protocol, on subjects with every covariate."""
    for number, plan in enumerate(study.analysis.cox, start=1):
        chosen = population(study, adam, plan.population or people.id)
        name = f"Cox model {number}" if len(study.analysis.cox) > 1 else "Cox model"
        yield from _cox(study, adam, plan, chosen, name)


def _cox(
    study: Study, adam: Adam, plan: CoxPlan, people: Population, name: str
) -> Iterator[Result]:
    endpoint = study.endpoint(plan.endpoint)
    times = endpoint_times(adam, endpoint, study.conventions.day_count)
    columns, terms, strata = _design(plan, people, times)
    whole = [
        i
        for i, row in enumerate(columns)
        if row is not None and strata[i] is not None and not any(map(math.isnan, row))
    ]
    subjects = tuple(times.subjects[i] for i in whole)
    row = partial(
        Result,
        "test",
        people.id,
        endpoint.id,
        criterion=endpoint_criteria(adam).get(endpoint.parameter, ""),
        group=name,
        method=f"Cox, {study.conventions.ties} ties",
        subjects=subjects,
        dataset=f"ADTTE {endpoint.parameter}",
        clause=plan.source,
    )
    timed = sum(row is not None for row in columns)
    note = _left_out(
        plan, without_time(endpoint, len(people.everyone.rows), timed), timed - len(whole)
    )
    yield row(statistic="n", value=float(len(whole)), unit="patients", note=note)
    try:
        fit = cox(
            times.days[whole],
            times.event[whole],
            np.array([columns[i] for i in whole], float).reshape(len(whole), len(terms)),
            ties=study.conventions.ties,
            names=terms,
            strata=[strata[i] for i in whole] if plan.strata else None,
            entry=None if times.entry is None else times.entry[whole],
        )
    except HepaticaError as error:
        yield row(statistic="p_value", value=None, note=f"no model: {error}")
        return
    yield from cox_rows(study, row, fit, references(plan.terms, people))


def references(terms: Sequence[Covariate], people: Population) -> dict[str, str]:
    """The level that each term of a text column is compared with."""
    parts = ((t.name, _levels(people.everyone.rows, t.name)) for t in terms)
    return {f"{name} = {v}": f"{AGAINST} {levels[0]}" for name, levels in parts for v in levels[1:]}


def _left_out(plan: CoxPlan, without: str, lacking: int) -> str:
    said = [without] if without else []
    if lacking:
        said.append(f"{lacking} left out, a covariate{' or stratum' * bool(plan.strata)} missing")
    return "; ".join(said)


def cox_rows(
    study: Study, row: partial[Result], fit: CoxFit, against: Mapping[str, str] = _NONE
) -> Iterator[Result]:
    """Everything a fitted Cox model says: its terms, its tests, proportional hazards.

    `against` says what a term is compared with; it stands first in the note of the hazard ratio.
    """
    said = "; ".join(fit.notes)
    z = check_level(study.conventions.conf_level)
    limits = "; ".join(filter(None, (said, interval_note(study))))
    yield row(statistic="events", value=float(fit.n_events), unit="patients", note=said)
    for i, term in enumerate(fit.names):
        named = partial(row, level=term, note=said)
        if not fit.converged:
            # Where the steps ended is no estimate.
            yield named(statistic="hazard_ratio", value=None)
            continue
        yield named(statistic="estimate", value=_number(fit.coef[i]), unit="log hazard ratio")
        yield named(statistic="se", value=_number(fit.se[i]), unit="log hazard ratio")
        note = "; ".join(filter(None, (against.get(term), said)))
        yield named(statistic="hazard_ratio", value=_number(fit.hazard_ratio[i]), note=note)
        bound = partial(named, unit="hazard ratio", note=limits)
        yield bound(statistic="ci_low", value=_exp(fit.coef[i] - z * fit.se[i]))
        yield bound(statistic="ci_high", value=_exp(fit.coef[i] + z * fit.se[i]))
        yield named(statistic="p_value", value=_number(fit.p_value[i]), unit="Wald")
    yield from _overall(partial(row, note=said), fit)
    yield from _proportional(row, fit)


def _overall(row: partial[Result], fit: CoxFit) -> Iterator[Result]:
    """The three tests of all terms together."""
    for label, test in (
        ("Wald test", fit.wald),
        ("score test", fit.score),
        ("likelihood ratio test", fit.likelihood_ratio),
    ):
        # Where every term was left out nothing is tested: no statistic of 0, no p of 1. A Wald test
        # of coefficients that grow without end tells nothing either.
        tells = test.df > 0 and (fit.converged or test is not fit.wald)
        named = partial(row, level=label)
        yield named(statistic="statistic", value=_number(test.statistic) if tells else None)
        yield named(statistic="df", value=float(test.df))
        yield named(statistic="p_value", value=_number(test.p_value) if tells else None)


def _proportional(row: partial[Result], fit: CoxFit) -> Iterator[Result]:
    """Tests of proportional hazards; said where they cannot be made."""
    if not fit.converged:
        return
    try:
        tests = proportional_hazards_test(fit)
    except NotDefined as error:
        yield row(
            level="proportional hazards: GLOBAL", statistic="p_value", value=None, note=str(error)
        )
        return
    for term, test in tests.items():
        broken = not np.isfinite(test.p_value)
        note = "the variance of the statistic is singular" if broken else ""
        named = partial(row, level=f"proportional hazards: {term}", note=note)
        yield named(statistic="statistic", value=_number(test.statistic))
        yield named(statistic="df", value=float(test.df))
        yield named(statistic="p_value", value=_number(test.p_value))


def _exp(value: float) -> float | None:
    with np.errstate(over="ignore"):
        return _number(np.exp(value))


def _number(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None


def covariate_matrix(
    terms: Sequence[Covariate], people: Population, times: Times
) -> tuple[list[list[float] | None], list[str]]:
    """Rows of the design matrix in the order of the times, and the names of its columns.

    None for a subject outside the population; nan for a missing covariate.
    """
    by_id = {r["SUBJID"]: r for r in people.everyone.rows}
    parts = [(t, _levels(people.everyone.rows, t.name)) for t in terms]
    names: list[str] = []
    for term, levels in parts:
        names += [f"{term.name} = {v}" for v in levels[1:]] if levels else [term.text]
    rows: list[list[float] | None] = []
    for subject in times.subjects:
        one = by_id.get(subject)
        rows.append(None if one is None else [x for t, v in parts for x in _values(t, v, one)])
    return rows, names


def _design(
    plan: CoxPlan, people: Population, times: Times
) -> tuple[list[list[float] | None], list[str], list[Any]]:
    """Rows of the design matrix, names of its columns, and the stratum of each subject."""
    rows, names = covariate_matrix(plan.terms, people, times)
    by_id = {r["SUBJID"]: _stratum(r, plan.strata) for r in people.everyone.rows}
    return rows, names, [by_id.get(subject) for subject in times.subjects]


def _levels(rows: Sequence[Row], name: str) -> list[str]:
    """Sorted levels of a text column, the first the reference; none for a number."""
    values = {r[name] for r in rows if r[name] is not None}
    return sorted(values) if any(isinstance(v, str) for v in values) else []


def _values(term: Any, levels: list[str], subject: Row) -> list[float]:
    value = subject[term.name]
    if value is None:
        return [math.nan] * max(1, len(levels) - 1)
    if levels:
        return [float(value == level) for level in levels[1:]]
    if term.form == "log10":
        return [math.log10(float(value) + term.number)]
    if term.form == ">":
        return [float(float(value) > term.number)]
    return [float(value)]
