"""Survival by response, from a landmark on: who has responded by then, who of them lives how long.

Only those still followed without the event at the landmark are compared, by what was known then;
later responses do not move anybody. Times are counted from the landmark [anderson1983].
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from hepatica.analysis.onset import onset_days
from hepatica.analysis.population import Population, grouping, population
from hepatica.analysis.result import Result
from hepatica.analysis.survival import Key, Times, curve_results, endpoint_times, interval_note
from hepatica.clinic.dataset import Adam
from hepatica.core.errors import HepaticaError, NotDefined
from hepatica.stats.band import check_level
from hepatica.stats.cox import cox
from hepatica.stats.kaplan_meier import Curve
from hepatica.stats.log_rank import log_rank
from hepatica.study import Study
from hepatica.study.plan import LandmarkPlan

LEVELS = {True: "Y", False: "N"}
AGAINST = "responders against others"
FOLLOWED = "followed at the landmark"
LEFT_OUT = ("event up to the landmark", "censored up to the landmark", "without a time")


def landmark_results(
    study: Study, adam: Adam, people: Population
) -> tuple[list[Result], dict[Key, Curve]]:
    """Curves from each landmark by response, the log-rank test and the hazard ratio."""
    results: list[Result] = []
    curves: dict[Key, Curve] = {}
    for plan in study.analysis.landmark:
        chosen = population(study, adam, plan.population or people.id)
        for months in plan.months:
            by = grouping(landmark_group(plan, months), chosen, people)
            rows, found = _landmark(study, adam, chosen, (plan, months, by))
            results += rows
            curves |= found
    return results, curves


def landmark_group(plan: LandmarkPlan, months: float) -> str:
    """Name of the grouping, such as "response by 3 months"."""
    return f"{plan.by} by {months:g} months"


def _landmark(
    study: Study, adam: Adam, people: Population, asked: tuple[LandmarkPlan, float, str]
) -> tuple[list[Result], dict[Key, Curve]]:
    plan, months, by = asked
    endpoint = study.endpoint(plan.endpoint)
    at = months * study.conventions.month_days
    times = endpoint_times(adam, endpoint, study.conventions.day_count)
    times = times.of(set(people.everyone.subjects))
    onset = onset_days(study, adam, endpoint, plan.by)
    later = _from_landmark(times, at)
    criterion = endpoint.criterion or study.response.criterion
    row = partial(
        Result,
        "landmark",
        people.id,
        endpoint.id,
        criterion=criterion,
        dataset=f"ADTTE {endpoint.parameter}",
        clause=plan.source,
        subjects=later.subjects,
    )
    results = list(_left_out(partial(row, group=by), times, later, people))
    responded = [onset.get(s, np.inf) <= at for s in later.subjects]
    curves: dict[Key, Curve] = {}
    for state, level in LEVELS.items():
        own = {s for s, r in zip(later.subjects, responded, strict=True) if r is state}
        name = f"{by} = {level}"
        named = partial(row, group=name, subjects=later.of(own).subjects)
        curve, rows = curve_results(study, named, later.of(own), "" if own else "nobody")
        results += rows
        if curve is not None:
            curves[(endpoint.id, criterion, name)] = curve
    results += _compared(study, partial(row, group=by), later, np.array(responded, bool))
    return results, curves


def _from_landmark(times: Times, at: float) -> Times:
    """Those followed beyond the landmark, their times counted from it."""
    beyond = {s for s, d in zip(times.subjects, times.days, strict=True) if d > at}
    kept = times.of(beyond)
    entry = None if kept.entry is None else np.maximum(kept.entry - at, 0.0)
    return replace(kept, days=kept.days - at, entry=entry)


def _left_out(
    row: partial[Result], times: Times, later: Times, people: Population
) -> Iterator[Result]:
    followed = set(later.subjects)
    pairs = list(zip(times.subjects, times.event, strict=True))
    gone = tuple(s for s, e in pairs if e and s not in followed)
    lost = tuple(s for s, e in pairs if not e and s not in followed)
    timed = set(times.subjects)
    never = tuple(s for s in people.everyone.subjects if s not in timed)
    yield row("n", float(len(followed)), level=FOLLOWED, unit="patients")
    for level, who in zip(LEFT_OUT, (gone, lost, never), strict=True):
        yield row("n", float(len(who)), level=level, unit="patients", subjects=who)


def _compared(
    study: Study, row: partial[Result], times: Times, responded: np.ndarray
) -> Iterator[Result]:
    """Log-rank test and hazard ratio of responders against the others, from the landmark on."""
    test = partial(row, level="log-rank", method="log-rank")
    ratio = partial(row, level=AGAINST, method=f"Cox, {study.conventions.ties} ties")
    if responded.all() or not responded.any():
        who = "everybody" if responded.any() else "nobody"
        note = f"{who} of those followed at the landmark had responded by then"
        note = note if len(responded) else "nobody is followed at the landmark"
        yield test("p_value", None, note=note)
        yield ratio("hazard_ratio", None, note=note)
        return
    try:
        if times.entry is not None and times.entry.any():
            raise NotDefined("the log-rank test here takes no delayed entry")
        found = log_rank(times.days, times.event, responded)
        yield test("statistic", found.statistic)
        yield test("df", float(found.df))
        yield test("p_value", found.p_value)
    except HepaticaError as error:
        yield test("p_value", None, note=str(error))
    yield from _hazard_ratio(study, ratio, times, responded)


def _hazard_ratio(
    study: Study, row: partial[Result], times: Times, responded: np.ndarray
) -> Iterator[Result]:
    try:
        fit = cox(
            times.days,
            times.event,
            responded.astype(float),
            ties=study.conventions.ties,
            entry=times.entry,
            names=[AGAINST],
        )
    except HepaticaError as error:
        yield row("hazard_ratio", None, note=f"no model: {error}")
        return
    if not fit.converged or not np.isfinite(fit.se[0]):
        yield row("hazard_ratio", None, note="; ".join(fit.notes) or "not estimable")
        return
    half = check_level(study.conventions.conf_level) * fit.se[0]
    yield row("hazard_ratio", float(fit.hazard_ratio[0]))
    note = interval_note(study)
    yield row("ci_low", float(np.exp(fit.coef[0] - half)), unit="hazard ratio", note=note)
    yield row("ci_high", float(np.exp(fit.coef[0] + half)), unit="hazard ratio", note=note)
    yield row("p_value", float(fit.p_value[0]), unit="Wald")
