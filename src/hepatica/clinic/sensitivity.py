"""Endpoints again under other conventions: criterion, censoring rules, origin, entry (ADTTESEN).

A variant is an endpoint of its own, and its times come from the very text that derives ADTTE. The
rule sets EMA and FDA count the events of a progression endpoint complete (progression or death);
the seed's counts those that the protocol names [ema2012, fda2007]. Where the protocol's events are
complete, seed and EMA are one rule and only one of them is shown. An origin before enrolment stands
twice: with everybody at risk from it, and with entry at the first treatment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from itertools import product

from hepatica.clinic.assessment import study_criteria
from hepatica.clinic.dataset import datasets
from hepatica.clinic.protocol import endpoint_criterion, endpoint_table
from hepatica.clinic.query import Query
from hepatica.clinic.step import Step
from hepatica.study import Study
from hepatica.study.endpoint import Endpoint
from hepatica.study.plan import SensitivityPlan
from hepatica.study.vocabulary import meaning, words


@dataclass(frozen=True, slots=True)
class Variant:
    """A time-to-event endpoint of the protocol under one combination of conventions.

    `own` marks the protocol's combination; `asked` an origin that the plan names.
    """

    base: Endpoint
    endpoint: Endpoint
    own: bool
    asked: bool


def derive_sensitivity(study: Study, query: Query) -> Step:
    """Derive ADTTESEN: the times of every variant; empty where the protocol asks for none."""
    schema = datasets()["ADTTESEN"].schema()
    chosen = endpoint_variants(study)
    if not chosen:
        return Step({"ADTTESEN": schema.empty_table()})
    changed = study.model_copy(update={"endpoints": tuple(v.endpoint for v in chosen)})
    text = files("hepatica.clinic").joinpath("derive", "adtte.sql").read_text("utf-8")
    query.write("endpoint", endpoint_table(changed))
    table = query.run("adttesen", text, schema)
    query.write("endpoint", endpoint_table(study))
    return Step({"ADTTESEN": table})


def endpoint_variants(study: Study) -> tuple[Variant, ...]:
    """The variants of every time-to-event endpoint of the sensitivity plan, in its order."""
    plan = study.analysis.sensitivity
    if plan is None:
        return ()
    named = [study.endpoint(name) for name in plan.endpoints]
    timed = [e for e in named if e.kind == "time-to-event" and e.origin != "first response"]
    found = [v for endpoint in timed for v in _variants(study, plan, endpoint)]
    # One number over all of them: a code of eight characters tells them apart.
    return tuple(
        Variant(v.base, _coded(v, number), v.own, v.asked)
        for number, v in enumerate(found, start=1)
    )


def _variants(study: Study, plan: SensitivityPlan, endpoint: Endpoint) -> Iterator[Variant]:
    own = (
        endpoint_criterion(study, endpoint),
        str(endpoint.rule_set),
        str(endpoint.origin),
        endpoint.delayed_entry,
    )
    rules = rule_sets(study, plan, endpoint)
    for criterion, rule_set, (origin, late) in product(
        criteria(study, plan, endpoint), rules, _origins(study, plan, endpoint)
    ):
        mine = (criterion, rule_set, origin, late) == own
        changed = endpoint.model_copy(
            update={
                "criterion": criterion or None,
                "rule_set": rule_set,
                "origin": origin,
                "delayed_entry": late,
                "events": _events(endpoint, rule_set),
            }
        )
        yield Variant(endpoint, changed, mine, origin in (*plan.origins, endpoint.origin))


def criteria(study: Study, plan: SensitivityPlan, endpoint: Endpoint) -> tuple[str, ...]:
    """Response criteria of the variants of an endpoint; ('',) where it needs none."""
    own = endpoint_criterion(study, endpoint)
    if not own:
        return ("",)
    return tuple(dict.fromkeys((own, *(plan.criteria or study_criteria(study)))))


def rule_sets(study: Study, plan: SensitivityPlan, endpoint: Endpoint) -> tuple[str, ...]:
    """Censoring rule sets of the variants of an endpoint; its own where death alone counts."""
    own = str(endpoint.rule_set)
    if endpoint.events == ("death",):
        return (own,)
    known = plan.rule_sets or tuple(r for r in words("rule_set") if r != "FDA" or study.schedule)
    if not plan.rule_sets:
        # With the same events seed and EMA are one rule.
        whole = _complete(endpoint) == endpoint.events
        same = "seed" if own == "EMA" or (whole and own == "FDA") else "EMA" if whole else ""
        known = tuple(r for r in known if r != same)
    return tuple(dict.fromkeys((own, *known)))


def _origins(study: Study, plan: SensitivityPlan, endpoint: Endpoint) -> Iterator[tuple[str, bool]]:
    known = plan.origins or tuple(
        o
        for o in words("origin")
        if o != "first response" and (o != "refractory date" or study.refractory)
    )
    for origin in dict.fromkeys((str(endpoint.origin), *known)):
        yield origin, False
        if origin in meaning("origin_before_enrolment"):
            yield origin, True


def _events(endpoint: Endpoint, rule_set: str) -> tuple[str, ...]:
    # Under its own rule set an endpoint keeps the events that the protocol gives it.
    own = rule_set in {"seed", endpoint.rule_set}
    return endpoint.events if own else _complete(endpoint)


def _complete(endpoint: Endpoint) -> tuple[str, ...]:
    missing = "progression" in endpoint.events and "death" not in endpoint.events
    return (*endpoint.events, "death") if missing else endpoint.events


def _coded(variant: Variant, number: int) -> Endpoint:
    code = f"{variant.base.parameter[:5]}{number:03d}"
    label = [variant.base.label, variant.endpoint.criterion, variant.endpoint.rule_set]
    label += [f"from {variant.endpoint.origin}"]
    label += ["entry at first treatment"] if variant.endpoint.delayed_entry else []
    return variant.endpoint.model_copy(
        update={"id": code, "paramcd": code, "label": "; ".join(str(x) for x in label if x)}
    )
