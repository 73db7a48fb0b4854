"""How much the results hang on conventions: each endpoint under every combination of them.

The times of the variants are ADTTESEN's; rates come from the best responses of ADRS. A row a
combination, and the lowest and highest estimate over all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pyarrow.compute as pc

from hepatica.analysis.estimate import median_rows, rate_rows
from hepatica.analysis.population import Population
from hepatica.analysis.response import best_responses, primary_reader
from hepatica.analysis.result import Result
from hepatica.analysis.survival import endpoint_times, without_time
from hepatica.clinic.dataset import Adam
from hepatica.clinic.protocol import endpoint_confirmed, endpoint_criterion
from hepatica.clinic.sensitivity import Variant, criteria, endpoint_variants
from hepatica.study import Study
from hepatica.study.endpoint import Endpoint
from hepatica.study.plan import SensitivityPlan

OWN = "the protocol's own"
ALL = "all combinations"


def sensitivity_results(study: Study, adam: Adam, people: Population) -> Iterator[Result]:
    """Rows of the sensitivity table, endpoint by endpoint in the order of the plan."""
    plan = study.analysis.sensitivity
    if plan is None:
        return
    variants = endpoint_variants(study)
    for name in dict.fromkeys(plan.endpoints):
        endpoint = study.endpoint(name)
        if endpoint.kind == "proportion":
            rows = list(_proportions(study, adam, people, (endpoint, plan)))
        else:
            own = [v for v in variants if v.base.id == name]
            rows = [r for v in own for r in _variant(study, adam, people, v)]
        yield from rows
        yield from _range(people, endpoint, rows)


def combination(variant: Variant) -> str:
    """Name of a combination in the results, such as "EMA, progression or death, from consent"."""
    e = variant.endpoint
    late = ", entry at first treatment" if e.delayed_entry else ""
    return f"{e.rule_set}, {' or '.join(e.events)}, from {e.origin}{late}"


def _variant(study: Study, adam: Adam, people: Population, variant: Variant) -> Iterator[Result]:
    endpoint = variant.endpoint
    table = adam["ADTTESEN"]
    own = table.filter(pc.equal(table["PARAMCD"], endpoint.parameter))
    times = endpoint_times(Adam({"ADTTE": own}), endpoint, study.conventions.day_count)
    times = times.of(set(people.everyone.subjects))
    if not len(times.days) and not variant.asked:
        return  # An origin that nobody has, and nobody asked for.
    row = partial(
        Result,
        "sensitivity",
        people.id,
        variant.base.id,
        criterion=endpoint.criterion or "",
        group=combination(variant),
        subjects=times.subjects,
        dataset=f"ADTTESEN {endpoint.parameter}",
        clause=study.analysis.sensitivity.source if study.analysis.sensitivity else "",
    )
    said = [OWN] if variant.own else []
    without = without_time(endpoint, len(people.everyone.rows), len(times.subjects))
    note = "; ".join(filter(None, [*said, without]))
    yield row("n", float(len(times.subjects)), unit="patients", note=note)
    if not len(times.days):
        return
    seen = tuple(s for s, e in zip(times.subjects, times.event, strict=True) if e)
    yield row("events", float(len(seen)), unit="patients", subjects=seen)
    yield from median_rows(study, row, times)


def _proportions(
    study: Study, adam: Adam, people: Population, asked: tuple[Endpoint, SensitivityPlan]
) -> Iterator[Result]:
    endpoint, plan = asked
    reader = primary_reader(study, adam)
    mine = (endpoint_criterion(study, endpoint), endpoint_confirmed(study, endpoint))
    for criterion in criteria(study, plan, endpoint):
        for confirmed in dict.fromkeys((mine[1], *plan.confirmed)):
            code = "CBOR" if confirmed else "BOR"
            best = best_responses(adam, code, criterion, reader)
            who = tuple(s for s in people.everyone.subjects if best.get(s) in endpoint.responses)
            row = partial(
                Result,
                "sensitivity",
                people.id,
                endpoint.id,
                criterion=criterion,
                group="confirmed" if confirmed else "unconfirmed",
                dataset=f"ADRS {code}",
                clause=plan.source,
            )
            own = (criterion, confirmed) == mine
            for found in rate_rows(study, row, endpoint, (who, people.everyone.subjects)):
                yield replace(found, note=OWN) if own and found.statistic == "n" else found


def _range(people: Population, endpoint: Endpoint, rows: list[Result]) -> Iterator[Result]:
    """Lowest and highest estimate over the combinations; a median not reached is the highest."""
    estimates = [r for r in rows if r.statistic == "estimate"]
    if not estimates:
        return
    row = partial(
        Result,
        "sensitivity",
        people.id,
        endpoint.id,
        level=ALL,
        dataset=estimates[0].dataset.split()[0],
        clause=estimates[0].clause,
    )
    known = [r.value for r in estimates if r.value is not None]
    unit = estimates[0].unit
    reached = "not reached" if len(known) < len(estimates) else ""
    yield row("n", float(len(estimates)), unit="combinations")
    least = partial(row, method="lowest estimate of the combinations")
    yield least("min", min(known) if known else None, unit=unit, note="" if known else reached)
    most = partial(row, method="highest estimate of the combinations")
    yield most("max", None if reached else max(known), unit=unit, note=reached)
