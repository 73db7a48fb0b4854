"""Subgroups: an endpoint within the levels of baseline columns, compared or estimated one by one.

Where groups are compared (arms, or the levels of a column) each subgroup gives the hazard ratio or
the odds ratio within it, and a test of interaction says whether they differ between the levels of a
column. Where nothing is compared each subgroup gives its own median or rate, and there is no test:
subgroups of one arm differ by prognosis, not by effect.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from hepatica.analysis.comparison import level_text
from hepatica.analysis.contrast import Contrast, contrast_rows, interaction_rows
from hepatica.analysis.estimate import median_rows, rate_rows
from hepatica.analysis.population import NO_ARM, Population, Row, grouping, population
from hepatica.analysis.response import best_responses, primary_reader
from hepatica.analysis.result import Result
from hepatica.analysis.survival import (
    endpoint_criteria,
    endpoint_times,
    without_time,
)
from hepatica.clinic.dataset import Adam
from hepatica.clinic.protocol import endpoint_confirmed, endpoint_criterion
from hepatica.study import Study
from hepatica.study.endpoint import Endpoint
from hepatica.study.plan import SubgroupPlan

MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Subgroup:
    """The subjects of one level of one column; `column` is '' for everybody."""

    column: str
    level: str
    subjects: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name in the results, such as ``ECOGBL = 1``; '' for everybody."""
        return f"{self.column} = {self.level}" if self.column else ""


def subgroup_results(study: Study, adam: Adam, people: Population) -> Iterator[Result]:
    """Every planned subgroup analysis, everybody first and then column by column."""
    for plan in study.analysis.subgroup:
        chosen = population(study, adam, plan.population or people.id)
        endpoint = study.endpoint(plan.endpoint)
        contrast = _contrast(study, adam, plan, chosen)
        row = partial(
            Result,
            "subgroup",
            chosen.id,
            endpoint.id,
            criterion=_criterion(study, adam, endpoint),
            dataset=contrast.dataset,
            clause=plan.source,
        )
        for subgroup in subgroups(plan, chosen.everyone.rows):
            named = partial(row, group=grouping(subgroup.name, chosen, people))
            if contrast.compared:
                yield from contrast_rows(study, named, contrast, subgroup.subjects)
            else:
                yield from _estimate(study, named, contrast, subgroup.subjects)
        if contrast.compared:
            for column in plan.by:
                parts = [s for s in subgroups(plan, chosen.everyone.rows) if s.column == column]
                members = [s.subjects for s in parts if s.level != MISSING]
                named = partial(row, group=grouping(column, chosen, people))
                yield from interaction_rows(study, named, contrast, members)


def subgroups(plan: SubgroupPlan, rows: Sequence[Row]) -> Iterator[Subgroup]:
    """Everybody, then each level of each column; subjects without a value make a level 'missing'.

    A banded number has the bands its cuts make, each cut the lowest value of the band above it.
    """
    yield Subgroup("", "", tuple(r["SUBJID"] for r in rows))
    for column in plan.by:
        cuts = plan.cuts.get(column, ())
        label = {r["SUBJID"]: _level(r[column], cuts) for r in rows}
        levels = _bands(cuts) if cuts else tuple(sorted({v for v in label.values() if v}))
        for level in levels:
            yield Subgroup(column, level, tuple(s for s, v in label.items() if v == level))
        if missing := tuple(s for s, v in label.items() if v is None):
            yield Subgroup(column, MISSING, missing)


def _level(value: object, cuts: Sequence[float]) -> str | None:
    if value is None or not cuts:
        return level_text(value)
    return _bands(cuts)[sum(float(str(value)) >= cut for cut in cuts)]


def _bands(cuts: Sequence[float]) -> tuple[str, ...]:
    ends = [f"{cut:g}" for cut in cuts]
    inner = [f"{a} to <{b}" for a, b in pairwise(ends)]
    return (f"<{ends[0]}", *inner, f">={ends[-1]}") if ends else ()


def _criterion(study: Study, adam: Adam, endpoint: Endpoint) -> str:
    if endpoint.kind == "proportion":
        return endpoint_criterion(study, endpoint)
    return endpoint_criteria(adam).get(endpoint.parameter, "")


def _contrast(study: Study, adam: Adam, plan: SubgroupPlan, people: Population) -> Contrast:
    """What is observed of each subject, and the groups that are compared, reference first."""
    endpoint = study.endpoint(plan.endpoint)
    by, group = "", {}
    if plan.compare:
        labels = {r["SUBJID"]: level_text(r[plan.compare]) for r in people.everyone.rows}
        by, group = plan.compare, {s: v for s, v in labels.items() if v is not None}
    elif people.groups:
        named = [g for g in people.groups if g.name != NO_ARM]
        by, group = "ARM", {s: g.name for g in named for s in g.subjects}
    levels = sorted(set(group.values()))
    if plan.reference in levels:
        levels = [plan.reference, *(v for v in levels if v != plan.reference)]
    times, responders, dataset = None, frozenset[str](), f"ADTTE {endpoint.parameter}"
    if endpoint.kind == "proportion":
        code = "CBOR" if endpoint_confirmed(study, endpoint) else "BOR"
        reader = primary_reader(study, adam)
        best = best_responses(adam, code, endpoint_criterion(study, endpoint), reader)
        responders = frozenset(s for s, v in best.items() if v in endpoint.responses)
        dataset = f"ADRS {code}"
    else:
        times = endpoint_times(adam, endpoint, study.conventions.day_count)
        times = times.of(set(people.everyone.subjects))
    return Contrast(endpoint, by, tuple(levels), group, times, responders, plan.min_events, dataset)


def _estimate(
    study: Study, row: partial[Result], contrast: Contrast, subjects: tuple[str, ...]
) -> Iterator[Result]:
    if contrast.times is None:
        who = tuple(s for s in subjects if s in contrast.responders)
        yield from rate_rows(study, row, contrast.endpoint, (who, subjects))
        return
    own = contrast.times.of(set(subjects))
    seen = tuple(s for s, e in zip(own.subjects, own.event, strict=True) if e)
    note = without_time(contrast.endpoint, len(subjects), len(own.subjects))
    yield row("n", float(len(own.subjects)), unit="patients", note=note, subjects=own.subjects)
    yield row("events", float(len(seen)), unit="patients", subjects=seen)
    if len(own.days):
        yield from median_rows(study, partial(row, subjects=own.subjects), own)
