"""Vessel normalization: verdicts and changes of every component, scores, and context (ADVN).

A single arm before and after is described, not tested: without controls a P value would answer no
question that is asked here. Only rows that count for a subject (ANL01FL) are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from hepatica.analysis.population import Group, Population
from hepatica.analysis.result import Result
from hepatica.clinic.dataset import Adam
from hepatica.stats.describe import Description, description
from hepatica.study import Study
from hepatica.study.normalization import Component

Row = Mapping[str, Any]
SCORE = "score"
MEASURED = "measured at both scans"
COMPARABLE = "comparable"
CHANGE = "change"
NO_SCORE = "no score"
# Level -> verdict and direction of ADVN.
VERDICTS: dict[str, tuple[str, str | None]] = {
    "changed in the direction": ("CHANGED", "TOWARDS"),
    "changed against the direction": ("CHANGED", "AGAINST"),
    "changed, no direction planned": ("CHANGED", None),
    "within error": ("WITHIN ERROR", None),
    "not comparable": ("NOT COMPARABLE", None),
    "missing": ("MISSING", None),
}
_CLAUSE = "normalization"


def normalization_results(study: Study, adam: Adam, people: Population) -> Iterator[Result]:
    """Every number of vessel normalization, with the subjects behind it; none where not planned."""
    if study.normalization is None:
        return
    rows = [r for r in adam["ADVN"].to_pylist() if r["ANL01FL"] == "Y"]
    for group in people.parts:
        members = set(group.subjects)
        own = [r for r in rows if r["SUBJID"] in members]
        result = partial(
            Result, "normalization", people.id, group=group.name, dataset="ADVN", clause=_CLAUSE
        )
        for component in study.normalization.components:
            found = [r for r in own if r["COMPID"] == component.id]
            levels = levels_of(component)
            yield from _component(partial(result, component.id), group, found, levels)
        if study.normalization.scored:
            found = [r for r in own if r["PARCAT1"] == "SCORE"]
            yield from _score(partial(result, SCORE), found, study)
        context = [r for r in own if r["PARCAT1"] == "CONTEXT"]
        for test in dict.fromkeys(r["TESTCD"] for r in context):
            found = [r for r in context if r["TESTCD"] == test]
            yield from _changes(partial(result, test), found, "PCHG", "percent")


def levels_of(component: Component) -> dict[str, tuple[str, str | None]]:
    """Verdicts that a component can have: with a direction, or without one."""
    left = {"changed, no direction planned"} if component.direction else set(list(VERDICTS)[:2])
    return {level: verdict for level, verdict in VERDICTS.items() if level not in left}


def _component(
    result: partial[Result],
    group: Group,
    rows: Sequence[Row],
    levels: Mapping[str, tuple[str, str | None]],
) -> Iterator[Result]:
    """Counts of the verdicts, and the changes that could be compared."""
    ruled = "change against the repeatability limits of the protocol; missing is never imputed"
    yield result("N", float(len(group.subjects)), subjects=group.subjects, method=ruled)
    counts = {
        MEASURED: [r for r in rows if r["VERDICT"] != "MISSING"],
        COMPARABLE: [r for r in rows if r["VERDICT"] in ("CHANGED", "WITHIN ERROR")],
    }
    for level, (verdict, side) in levels.items():
        counts[level] = [r for r in rows if (r["VERDICT"], r["DIRECT"]) == (verdict, side)]
    for level, found in counts.items():
        subjects = tuple(r["SUBJID"] for r in found)
        number = partial(result, level=level, subjects=subjects, method=ruled)
        yield number("n", float(len(found)))
        share = 100 * len(found) / len(group.subjects) if group.subjects else None
        note = "" if group.subjects else "nobody is in the group"
        yield number("percent", share, unit="percent", note=note)
    ratio = all(r["SCALE"] == "ratio" for r in rows)
    unit = "percent" if ratio else next((r["AVALU"] for r in rows if r["AVALU"]), "")
    yield from _changes(result, counts[COMPARABLE], "PCHG" if ratio else "CHG", unit)


def _changes(
    result: partial[Result], rows: Sequence[Row], variable: str, unit: str
) -> Iterator[Result]:
    known = [r for r in rows if r[variable] is not None]
    told = "described without a test: one arm, before and after"
    number = partial(
        result, level=CHANGE, unit=unit, subjects=tuple(r["SUBJID"] for r in known), method=told
    )
    yield number("n", float(len(known)), unit="")
    yield from _spread(number, description([r[variable] for r in known]))


def _score(result: partial[Result], rows: Sequence[Row], study: Study) -> Iterator[Result]:
    plan = study.normalization
    assert plan is not None
    known = [r for r in rows if r["AVAL"] is not None]
    method = (
        f"mean of at least {plan.min_components} z of {len(plan.scored)} components named "
        "beforehand; no validated score exists"
    )
    number = partial(result, method=method, subjects=tuple(r["SUBJID"] for r in known))
    yield number("n", float(len(known)))
    figures = description([r["AVAL"] for r in known])
    yield number("mean", figures.mean, note=_absent(figures))
    yield from _spread(number, figures)
    without = tuple(r["SUBJID"] for r in rows if r["AVAL"] is None)
    yield result("n", float(len(without)), level=NO_SCORE, subjects=without, method=method)


def _spread(number: partial[Result], figures: Description) -> Iterator[Result]:
    for statistic in ("median", "min", "max"):
        yield number(statistic, getattr(figures, statistic), note=_absent(figures))


def _absent(figures: Description) -> str:
    return "" if figures.n else "nobody has a value"
