"""Contradictions of [normalization]: windows, repeatability, and what no score may hold."""

from __future__ import annotations

from collections.abc import Iterator

from hepatica.core.finding import Finding
from hepatica.core.finding_code import finding_of
from hepatica.study.model import Study
from hepatica.study.normalization import Component, Normalization
from hepatica.study.vocabulary import meaning

_OF_SCALE = {"ratio": ("wcv_percent", "rc_percent"), "difference": ("sd", "rc")}
# Why a quantity stands in no score, and why it had better not.
_REFUSED = {
    "context_test": "a quantity of the vessels; liver volume is context, not normalization",
    "exploratory_test": "VSSOAM; torsion is mostly noise on nearly straight vessels",
}
_DOUBTFUL = {
    "relative_test": "a quantity whose bias is known; maximum slope is for relative use only",
    "lesion_test": "a quantity of the vessels; lesion size is what response assesses",
}


def check_normalization(study: Study) -> Iterator[Finding]:
    """Every contradiction inside [normalization]."""
    plan = study.normalization
    if plan is None:
        return
    yield from _window(study, plan)
    yield from _twice(study, plan)
    for position, component in enumerate(plan.components):
        yield from _repeatability(study, position, component)
        if component.in_score:
            yield from _scored(study, position, component)
    if 0 < len(plan.scored) < plan.min_components:
        yield finding_of(
            "S061",
            study.place("normalization", "min_components"),
            found=f"{len(plan.scored)} components in the score, {plan.min_components} needed",
            expected="at least as many components with in_score = true as a score needs, or none",
        )


def _window(study: Study, plan: Normalization) -> Iterator[Finding]:
    low, high = plan.window_days
    if low > high:
        place = study.place("normalization", "window_days")
        found = f"{low} before {high}"
        yield finding_of("S025", place, found=found, expected="the earlier day first")
    elif not low <= plan.target_day <= high:
        place = study.place("normalization", "target_day")
        expected = f"a day of the window, {low} to {high}"
        yield finding_of("S063", place, found=f"day {plan.target_day}", expected=expected)


def _twice(study: Study, plan: Normalization) -> Iterator[Finding]:
    names: set[str] = set()
    measured: set[tuple[str, str]] = set()
    for position, one in enumerate(plan.components):
        what = (one.test, one.region.strip().casefold())
        if one.id in names:
            place = study.place("normalization", "component", position, "id")
            yield finding_of("S012", place, found=repr(one.id), expected="a name of its own")
        elif what in measured:
            place = study.place("normalization", "component", position, "test")
            found = f"{one.test} of {one.region} again"
            yield finding_of("S012", place, found=found, expected="each quantity of a region once")
        names.add(one.id)
        measured.add(what)
    tests = {one.test for one in plan.components}
    for position, test in enumerate(plan.context if "context" in plan.model_fields_set else ()):
        if test in tests or test in plan.context[:position]:
            place = study.place("normalization", "context", position)
            expected = "a quantity that is no component, once"
            yield finding_of("S012", place, found=f"{test} again", expected=expected)


def _repeatability(study: Study, position: int, component: Component) -> Iterator[Finding]:
    given = [name for name, _ in component.repeatabilities]
    fitting = _OF_SCALE[component.scale]
    if len(given) != 1 or given[0] not in fitting:
        yield finding_of(
            "S060",
            study.place("normalization", "component", position),
            found=f"{component.id} with {' and '.join(given) or 'no repeatability'}",
            expected=f"one of {' or '.join(fitting)} for a {component.scale}",
        )


def _scored(study: Study, position: int, component: Component) -> Iterator[Finding]:
    place = study.place("normalization", "component", position, "in_score")
    if component.direction is None:
        found = f"{component.id} without a direction"
        expected = "what normalization would be: decrease or increase"
        yield finding_of("S061", place, found=found, expected=expected)
    for code, kinds in (("S061", _REFUSED), ("S062", _DOUBTFUL)):
        for kind, expected in kinds.items():
            if component.test in meaning(kind):
                found = f"{component.test} in the score"
                yield finding_of(code, place, found=found, expected=expected)
