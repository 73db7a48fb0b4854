"""Faults of the planned analyses: names that do not exist, rows of Table 1 that do not add up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from hepatica.core.finding import Finding
from hepatica.core.finding_code import finding_of
from hepatica.study.model import Study
from hepatica.study.plan import BaselineRow, CoxPlan, SurvivalPlan, TestPlan
from hepatica.study.vocabulary import analysis_variables, suggestion


def check_plan(study: Study) -> Iterator[Finding]:
    """Every fault of the [analysis] table."""
    yield from _names(study)
    yield from _proportions(study)
    yield from _repeated(study)
    plan = study.analysis
    yield from _increasing(study, ("analysis", "landmarks_months"), plan.landmarks_months)
    yield from _baseline(study)


def _names(study: Study) -> Iterator[Finding]:
    plan = study.analysis
    populations = [p.id for p in study.populations]
    endpoints = [e.id for e in study.endpoints]
    yield from _known(study, ("population",), plan.population, populations)
    yield from _known(study, ("safety_population",), plan.safety_population, populations)
    planned: tuple[tuple[str, Sequence[SurvivalPlan | CoxPlan | TestPlan]], ...] = (
        ("survival", plan.survival),
        ("cox", plan.cox),
        ("test", plan.test),
    )
    for key, entries in planned:
        for position, entry in enumerate(entries):
            if entry.population:
                path = (key, position, "population")
                yield from _known(study, path, entry.population, populations)
    for key, endpoint_id, position in _timed_analyses(study):
        yield from _known(study, (key, position, "endpoint"), endpoint_id, endpoints)


def _known(
    study: Study, path: tuple[str | int, ...], name: str, known: list[str]
) -> Iterator[Finding]:
    if name not in known:
        place, expected = study.place("analysis", *path), f"one of {', '.join(known)}"
        hint = suggestion(name, known)
        yield finding_of("S024", place, found=repr(name), expected=expected, hint=hint)


def _repeated(study: Study) -> Iterator[Finding]:
    for model, plan in enumerate(study.analysis.cox):
        for position, text in enumerate(plan.covariates):
            if text in plan.covariates[:position]:
                place = study.place("analysis", "cox", model, "covariates", position)
                yield finding_of("S012", place, found=repr(text), expected="each covariate once")


def _timed_analyses(study: Study) -> Iterator[tuple[str, str, int]]:
    for position, curve in enumerate(study.analysis.survival):
        yield "survival", curve.endpoint, position
    for position, model in enumerate(study.analysis.cox):
        yield "cox", model.endpoint, position


def _proportions(study: Study) -> Iterator[Finding]:
    counted = {e.id for e in study.endpoints if e.kind != "time-to-event"}
    for key, endpoint_id, position in _timed_analyses(study):
        if endpoint_id in counted:
            place = study.place("analysis", key, position, "endpoint")
            found = f"{endpoint_id}, a proportion"
            yield finding_of("S024", place, found=found, expected="a time-to-event endpoint")


def _increasing(
    study: Study, path: tuple[str | int, ...], numbers: Iterable[float]
) -> Iterator[Finding]:
    for earlier, later in pairwise(numbers):
        if later <= earlier:
            place = study.place(*path)
            found = f"{later:g} after {earlier:g}"
            yield finding_of("S025", place, found=found, expected="increasing numbers")


def _baseline(study: Study) -> Iterator[Finding]:
    seen: dict[str, int | None] = {}
    for position, row in enumerate(study.analysis.baseline):
        path = ("analysis", "baseline", position)
        place = study.place(*path)
        if row.result_variable in seen and row.kind != "flag":
            expected = f"a name of its own; line {seen[row.result_variable]} has it already"
            yield finding_of("S012", place, found=repr(row.result_variable), expected=expected)
        seen.setdefault(row.result_variable, place.row)
        for fault in _row_faults(row):
            found, expected = fault
            yield finding_of("S030", place, found=found, expected=expected)
        yield from _row_unit(study, path, row)
        yield from _increasing(study, (*path, "cuts"), row.cuts)


def _row_faults(row: BaselineRow) -> Iterator[tuple[str, str]]:
    numeric = analysis_variables()[row.variable].kind == "number"
    if row.kind in {"continuous", "banded"} and not numeric:
        yield f"{row.kind} {row.variable}", "a column that holds numbers"
    if row.kind == "continuous" and not row.statistics:
        yield "no statistics", "such as ['median', 'range']"
    if row.kind == "banded" and (not row.cuts or len(row.levels) != len(row.cuts) + 1):
        yield f"{len(row.cuts)} cuts, {len(row.levels)} levels", "one level more than cuts"
    if row.kind != "banded" and row.cuts:
        yield f"cuts for a {row.kind} row", "no cuts"
    if row.kind in {"categorical", "flag"} and not row.levels:
        yield "no levels", "the values to count"
    if row.kind == "continuous" and row.levels:
        yield "levels for a continuous row", "no levels"
    if row.labels and len(row.labels) != len(row.levels):
        yield f"{len(row.labels)} labels, {len(row.levels)} levels", "a label for each level"
    if len(set(row.levels)) != len(row.levels):
        yield "a level twice", "each level once"


def _row_unit(study: Study, path: tuple[str | int, ...], row: BaselineRow) -> Iterator[Finding]:
    unit = analysis_variables()[row.variable].unit
    place = study.place(*path, "unit")
    if row.kind in {"continuous", "banded"} and unit and not row.unit:
        yield finding_of("S010", place, found=f"{row.variable} without unit", expected=repr(unit))
    elif row.unit and row.unit != unit:
        expected = repr(unit) if unit else "no unit"
        yield finding_of("S011", place, found=repr(row.unit), expected=expected)
