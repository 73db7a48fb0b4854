"""Response as a covariate that changes: 0 until the day of the response, 1 from then on.

Nobody counts as a responder before responding, so the time until then is no advantage
[anderson1983]. An event on the day of the response belongs to the time before it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

from hepatica.analysis.comparison import covariate_matrix, cox_rows, references
from hepatica.analysis.onset import onset_days
from hepatica.analysis.population import Population, population
from hepatica.analysis.result import Result
from hepatica.analysis.survival import endpoint_times
from hepatica.clinic.dataset import Adam
from hepatica.core.errors import HepaticaError
from hepatica.stats.counting_process import Intervals, split_follow_up
from hepatica.stats.cox import cox
from hepatica.study import Study
from hepatica.study.plan import TimeDependentPlan

MODEL = "Cox model, response changing with time"


def time_dependent_results(study: Study, adam: Adam, people: Population) -> Iterator[Result]:
    """Cox models with changing response, as the protocol asks for them."""
    several = len(study.analysis.time_dependent) > 1
    for number, plan in enumerate(study.analysis.time_dependent, start=1):
        chosen = population(study, adam, plan.population or people.id)
        name = f"{MODEL} {number}" if several else MODEL
        yield from _model(study, adam, chosen, (plan, name))


def _model(
    study: Study, adam: Adam, people: Population, asked: tuple[TimeDependentPlan, str]
) -> Iterator[Result]:
    plan, name = asked
    endpoint = study.endpoint(plan.endpoint)
    times = endpoint_times(adam, endpoint, study.conventions.day_count)
    times = times.of(set(people.everyone.subjects))
    fixed, terms = covariate_matrix(plan.terms, people, times)
    begin = np.zeros(len(times.days)) if times.entry is None else times.entry
    known = np.array([line is not None and not any(map(math.isnan, line)) for line in fixed], bool)
    whole = np.flatnonzero(known & (times.days > begin))
    onset = onset_days(study, adam, endpoint, plan.by)
    subjects = tuple(times.subjects[i] for i in whole)
    row = partial(
        Result,
        "landmark",
        people.id,
        endpoint.id,
        criterion=endpoint.criterion or study.response.criterion,
        group=name,
        method=f"Cox, {study.conventions.ties} ties, response changing with time",
        subjects=subjects,
        dataset=f"ADTTE {endpoint.parameter}",
        clause=plan.source,
    )
    lacking = len(people.everyone.rows) - len(whole)
    note = f"{lacking} left out: no time at risk, or a covariate missing" if lacking else ""
    yield row("n", float(len(whole)), unit="patients", note=note)
    if not len(whole):
        yield row("p_value", None, note="no model: nobody is left")
        return
    parts = split_follow_up(
        times.days[whole],
        times.event[whole],
        [onset.get(s, np.nan) for s in subjects],
        begin[whole],
    )
    changed = tuple(sorted({subjects[i] for i in parts.subject[parts.changed]}))
    yield row("n", float(len(changed)), level="changed", unit="patients", subjects=changed)
    lines = np.array([fixed[i] for i in whole], float).reshape(len(whole), len(terms))
    against = references(plan.terms, people)
    yield from _fitted(study, row, (parts, lines), (plan.by, *terms), against)


def _fitted(
    study: Study,
    row: partial[Result],
    data: tuple[Intervals, np.ndarray],
    names: tuple[str, ...],
    against: Mapping[str, str],
) -> Iterator[Result]:
    parts, fixed = data
    x = np.column_stack([parts.changed.astype(float), fixed[parts.subject]])
    try:
        fit = cox(
            parts.stop,
            parts.event,
            x,
            ties=study.conventions.ties,
            entry=parts.start,
            names=names,
        )
    except HepaticaError as error:
        yield row("p_value", None, note=f"no model: {error}")
        return
    yield from cox_rows(study, row, fit, against)
