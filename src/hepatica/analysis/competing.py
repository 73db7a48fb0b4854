"""One event of an endpoint where its other events compete: incidence, Gray's test, Fine-Gray.

Which event ended a time is ADTTE's EVNTDESC. Where both fall on one day the first of the endpoint's
derivation counts (progression before death).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from hepatica.analysis.comparison import covariate_matrix, level_text
from hepatica.analysis.population import Population, grouping, population
from hepatica.analysis.result import Result
from hepatica.analysis.survival import (
    Key,
    Times,
    endpoint_criteria,
    endpoint_times,
    interval_note,
    without_time,
)
from hepatica.clinic.dataset import Adam
from hepatica.core.errors import HepaticaError
from hepatica.stats.cumulative_incidence import Incidence, cumulative_incidence, incidence_at
from hepatica.stats.fine_gray import FineGray, fine_gray
from hepatica.stats.gray import gray
from hepatica.study import Study
from hepatica.study.plan import CompetingPlan

WORDS = {"progression": "Disease Progression", "death": "Death", "response": "Response"}
MODEL = "Fine-Gray model"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A plan with its people, their times and what ended each: 1 the event, 2 another, 0 none."""

    study: Study
    plan: CompetingPlan
    people: Population
    times: Times
    cause: np.ndarray
    row: partial[Result]
    by: str
    model: str


def competing_results(
    study: Study, adam: Adam, people: Population
) -> tuple[list[Result], dict[Key, Incidence]]:
    """Results of every competing-risks analysis, and its curves by (endpoint, event, group)."""
    results: list[Result] = []
    curves: dict[Key, Incidence] = {}
    several = len(study.analysis.competing) > 1
    for number, plan in enumerate(study.analysis.competing, start=1):
        asked = _asked(study, adam, people, plan)
        if several:
            asked = replace(asked, model=f"{MODEL} {number}")
        for name, members in _groups(asked).items():
            rows, curve = _incidence(asked, name, members)
            results += rows
            if curve is not None:
                curves[(plan.endpoint, plan.event, name)] = curve
        results += _gray(asked)
        results += _fine_gray(asked)
    return results, curves


def _asked(study: Study, adam: Adam, main: Population, plan: CompetingPlan) -> _Asked:
    people = population(study, adam, plan.population or main.id)
    endpoint = study.endpoint(plan.endpoint)
    # Delayed entry is no part of these estimators: everybody counts from the origin.
    plain = endpoint.model_copy(update={"delayed_entry": False})
    times = endpoint_times(adam, plain, study.conventions.day_count)
    times = times.of(set(people.everyone.subjects))
    ended = {
        r["SUBJID"]: r["EVNTDESC"]
        for r in adam["ADTTE"].to_pylist()
        if r["PARAMCD"] == endpoint.parameter
    }
    pairs = zip(times.subjects, times.event, strict=True)
    own = WORDS[plan.event]
    cause = [0 if not e else 1 if ended[s] == own else 2 for s, e in pairs]
    row = partial(
        Result,
        "competing",
        people.id,
        endpoint.id,
        criterion=endpoint_criteria(adam).get(endpoint.parameter, ""),
        subjects=times.subjects,
        dataset=f"ADTTE {endpoint.parameter}",
        clause=plan.source,
    )
    by = grouping(plan.group, people, main) if plan.group else ""
    return _Asked(study, plan, people, times, np.array(cause, np.int64), row, by, MODEL)


def _groups(asked: _Asked) -> dict[str, set[str]]:
    """Members of everybody ('') and of each level of the group."""
    column, found = asked.plan.group, {"": set(asked.times.subjects)}
    if column:
        levels = {r["SUBJID"]: level_text(r[column]) for r in asked.people.everyone.rows}
        for level in sorted({v for v in levels.values() if v is not None}):
            found[f"{asked.by} = {level}"] = {s for s, v in levels.items() if v == level}
    return found


def _incidence(
    asked: _Asked, name: str, members: set[str]
) -> tuple[list[Result], Incidence | None]:
    """The curve of a group; its counts of each event, and the incidence at the landmarks."""
    inside = np.array([s in members for s in asked.times.subjects], bool)
    own = asked.times.of(members)
    cause, event = asked.cause[inside], asked.plan.event
    row = partial(asked.row, group=name, subjects=own.subjects)
    endpoint = asked.study.endpoint(asked.plan.endpoint)
    people = len(asked.people.everyone.rows) if not name else len(members)
    note = without_time(endpoint, people, len(own.subjects))
    if endpoint.delayed_entry:
        note = "; ".join(filter(None, [note, "delayed entry is not taken into account"]))
    rows = [row("n", float(len(own.subjects)), unit="patients", note=note)]
    if not len(own.days):
        return rows, None
    for level, code in ((event, 1), (_others(asked), 2)):
        who = tuple(s for s, c in zip(own.subjects, cause, strict=True) if c == code)
        rows.append(row("events", float(len(who)), level=level, unit="patients", subjects=who))
    conf_level = asked.study.conventions.conf_level
    curve = cumulative_incidence(own.days, cause, conf_level=conf_level)
    return rows + list(_at_landmarks(asked, row, curve)), curve


def _others(asked: _Asked) -> str:
    events = asked.study.endpoint(asked.plan.endpoint).events
    return " or ".join(e for e in events if e != asked.plan.event)


def _at_landmarks(asked: _Asked, row: partial[Result], curve: Incidence) -> Iterator[Result]:
    study = asked.study
    months = study.analysis.landmarks_months
    found = incidence_at(curve, [m * study.conventions.month_days for m in months])
    for month, at in zip(months, found, strict=True):
        named = partial(
            row,
            level=f"{asked.plan.event} by {month:g} months",
            unit="probability",
            method="Aalen-Johansen, log-log interval",
        )
        note = "" if at.incidence is not None else "beyond the longest time"
        bound = note or "no limits where the incidence is 0 or 1"
        yield named("estimate", at.incidence, note=note)
        yield named("se", at.std_err, note=note)
        for statistic, value in (("ci_low", at.lower), ("ci_high", at.upper)):
            yield named(statistic, value, note=interval_note(study) if value is not None else bound)
        yield named("at_risk", float(at.at_risk), unit="patients")


def _gray(asked: _Asked) -> Iterator[Result]:
    """Gray's test of the event, and of what competes with it: either may explain the other."""
    if not asked.plan.group:
        return
    levels = {r["SUBJID"]: level_text(r[asked.plan.group]) for r in asked.people.everyone.rows}
    group = [levels[s] for s in asked.times.subjects]
    known = np.array([g is not None for g in group], bool)
    lacking = int((~known).sum())
    note = f"{lacking} left out, {asked.by} missing" if lacking else ""
    own = [g for g in group if g is not None]
    for name, event in ((asked.plan.event, 1), (_others(asked), 2)):
        row = partial(asked.row, group=asked.by, level=f"Gray's test: {name}", method="Gray")
        try:
            found = gray(asked.times.days[known], asked.cause[known], own, event=event)
        except HepaticaError as error:
            yield row("p_value", None, note="; ".join(filter(None, [str(error), note])))
            continue
        yield row("statistic", found.statistic, note=note)
        yield row("df", float(found.df), note=note)
        yield row("p_value", found.p_value, note=note)


def _fine_gray(asked: _Asked) -> Iterator[Result]:
    if not asked.plan.covariates:
        return
    lines, terms = covariate_matrix(asked.plan.terms, asked.people, asked.times)
    whole = [
        i for i, line in enumerate(lines) if line is not None and not any(map(math.isnan, line))
    ]
    row = partial(
        asked.row,
        group=asked.model,
        method="Fine-Gray, censoring weights by Kaplan-Meier, robust variance",
        subjects=tuple(asked.times.subjects[i] for i in whole),
    )
    lacking = len(lines) - len(whole)
    note = f"{lacking} left out, a covariate missing" if lacking else ""
    yield row("n", float(len(whole)), unit="patients", note=note)
    x = np.array([lines[i] for i in whole], float).reshape(len(whole), len(terms))
    try:
        fit = fine_gray(
            asked.times.days[whole],
            asked.cause[whole],
            x,
            names=terms,
            conf_level=asked.study.conventions.conf_level,
        )
    except HepaticaError as error:
        yield row("p_value", None, note=f"no model: {error}")
        return
    yield from _terms(asked.study, row, fit)


def _terms(study: Study, row: partial[Result], fit: FineGray) -> Iterator[Result]:
    said = "; ".join(fit.notes)
    yield row("events", float(fit.n_events), unit="patients", note=said)
    for i, term in enumerate(fit.names):
        named = partial(row, level=term, note=said)
        if not fit.converged:
            yield named("hazard_ratio", None)
            continue
        yield named("estimate", float(fit.coef[i]), unit="log subdistribution hazard ratio")
        yield named("se", float(fit.se[i]), unit="log subdistribution hazard ratio")
        yield named("hazard_ratio", float(fit.hazard_ratio[i]))
        bound = partial(named, unit="hazard ratio", note=interval_note(study))
        yield bound("ci_low", float(fit.lower[i]))
        yield bound("ci_high", float(fit.upper[i]))
        yield named("p_value", float(fit.p_value[i]), unit="Wald")
