"""Faults of subgroups, competing risks, landmarks, changing covariates and sensitivity tables."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from hepatica.core.finding import Finding
from hepatica.core.finding_code import finding_of
from hepatica.study.model import Study
from hepatica.study.plan import CompetingPlan, LandmarkPlan, SubgroupPlan, TimeDependentPlan
from hepatica.study.vocabulary import analysis_variables, suggestion

Path = tuple[str | int, ...]


def check_further(study: Study) -> Iterator[Finding]:
    """Every fault of the analyses beyond curves, models and tests."""
    yield from _names(study)
    yield from _competing(study)
    yield from _responses(study)
    for position, plan in enumerate(study.analysis.subgroup):
        for key, found, expected in _subgroup_faults(plan):
            place = study.place("analysis", "subgroup", position, key)
            yield finding_of("S052", place, found=found, expected=expected)
    yield from _sensitivity(study)


def _names(study: Study) -> Iterator[Finding]:
    """Endpoints and populations that do not exist, and proportions where a time is needed."""
    plan = study.analysis
    timed = {e.id for e in study.endpoints if e.kind == "time-to-event"}
    endpoints = [e.id for e in study.endpoints]
    populations = [p.id for p in study.populations]
    named: list[tuple[Path, str, bool]] = [
        (("subgroup", i, "endpoint"), p.endpoint, False) for i, p in enumerate(plan.subgroup)
    ]
    named += [(path, entry.endpoint, True) for path, entry in _timed(study)]
    if plan.sensitivity:
        for i, name in enumerate(plan.sensitivity.endpoints):
            named.append((("sensitivity", "endpoints", i), name, False))
    for path, name, needs_time in named:
        if name not in endpoints:
            yield _unknown(study, path, name, endpoints)
        elif needs_time and name not in timed:
            place = study.place("analysis", *path)
            expected = "a time-to-event endpoint"
            yield finding_of("S024", place, found=f"{name}, a proportion", expected=expected)
    for path, name in _populations(study):
        if name and name not in populations:
            yield _unknown(study, path, name, populations)


def _populations(study: Study) -> Iterator[tuple[Path, str]]:
    plan = study.analysis
    for i, subgroup in enumerate(plan.subgroup):
        yield ("subgroup", i, "population"), subgroup.population
    for path, entry in _timed(study):
        yield (*path[:2], "population"), entry.population
    if plan.readers:
        yield ("readers", "population"), plan.readers.population


def _timed(
    study: Study,
) -> Iterator[tuple[Path, CompetingPlan | LandmarkPlan | TimeDependentPlan]]:
    """The analyses that need a time to an event, each with the path of its endpoint."""
    plan = study.analysis
    for i, competing in enumerate(plan.competing):
        yield ("competing", i, "endpoint"), competing
    for i, landmark in enumerate(plan.landmark):
        yield ("landmark", i, "endpoint"), landmark
    for i, changing in enumerate(plan.time_dependent):
        yield ("time_dependent", i, "endpoint"), changing


def _unknown(study: Study, path: Path, name: str, known: list[str]) -> Finding:
    place, expected = study.place("analysis", *path), f"one of {', '.join(known)}"
    return finding_of(
        "S024", place, found=repr(name), expected=expected, hint=suggestion(name, known)
    )


def _competing(study: Study) -> Iterator[Finding]:
    events = {e.id: e.events for e in study.endpoints if e.kind == "time-to-event"}
    for position, plan in enumerate(study.analysis.competing):
        known = events.get(plan.endpoint)
        if known is None:
            continue
        place = study.place("analysis", "competing", position, "event")
        if plan.event not in known:
            expected = f"an event of {plan.endpoint}: {', '.join(known)}"
            yield finding_of("S051", place, found=repr(plan.event), expected=expected)
        elif len(set(known)) < 2:
            found = f"{plan.endpoint} counts {known[0]} only"
            yield finding_of("S051", place, found=found, expected="a second event that competes")


def _responses(study: Study) -> Iterator[Finding]:
    endpoints = {e.id: e for e in study.endpoints}
    for path, plan in _timed(study):
        endpoint = endpoints.get(plan.endpoint)
        if endpoint is None or isinstance(plan, CompetingPlan):
            continue
        if endpoint.origin == "first response" or "response" in endpoint.events:
            place = study.place("analysis", *path)
            expected = "an endpoint that response neither starts nor ends"
            yield finding_of("S054", place, found=plan.endpoint, expected=expected)
    for position, landmark in enumerate(study.analysis.landmark):
        yield from _increasing(study, ("landmark", position, "months"), landmark.months)


def _increasing(study: Study, path: Path, numbers: tuple[float, ...]) -> Iterator[Finding]:
    for earlier, later in pairwise(numbers):
        if later <= earlier:
            place, found = study.place("analysis", *path), f"{later:g} after {earlier:g}"
            yield finding_of("S025", place, found=found, expected="increasing numbers")


def _subgroup_faults(plan: SubgroupPlan) -> Iterator[tuple[str, str, str]]:
    """Key, found and expected of each fault."""
    for column in plan.by:
        if analysis_variables()[column].kind == "number" and column not in plan.cuts:
            yield "by", f"{column}, a number without cuts", "cuts that make bands of it"
        if column == plan.compare:
            yield "by", f"{column}, which is also compared", "another column"
    for column in plan.by:
        if plan.by.count(column) > 1:
            yield "by", f"{column} twice", "each column once"
            break
    for column, cuts in plan.cuts.items():
        if column not in plan.by:
            yield "cuts", f"cuts of {column}", f"cuts of {', '.join(plan.by)}"
        elif analysis_variables()[column].kind != "number":
            yield "cuts", f"cuts of {column}, which holds no numbers", "no cuts"
        if any(b <= a for a, b in pairwise(cuts)):
            yield "cuts", f"cuts of {column} out of order", "increasing numbers"


def _sensitivity(study: Study) -> Iterator[Finding]:
    plan = study.analysis.sensitivity
    if plan is None:
        return
    derived = {study.response.criterion, *study.response.sensitivity}
    derived |= {e.criterion for e in study.endpoints if e.criterion}
    for i, word in enumerate(plan.criteria):
        if word not in derived:
            yield _not_derived(study, ("criteria", i), word, "a criterion of [response]")
    if "FDA" in plan.rule_sets and study.schedule is None:
        i = plan.rule_sets.index("FDA")
        yield _not_derived(study, ("rule_sets", i), "FDA", "[schedule] to count visits by")
    for i, word in enumerate(plan.origins):
        if word == "refractory date" and study.refractory is None:
            yield _not_derived(study, ("origins", i), word, "[refractory], its definition")
        if word == "first response":
            yield _not_derived(study, ("origins", i), word, "an origin that every patient has")


def _not_derived(study: Study, path: Path, word: str, expected: str) -> Finding:
    place = study.place("analysis", "sensitivity", *path)
    return finding_of("S053", place, found=repr(word), expected=expected)
