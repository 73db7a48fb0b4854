"""Table 1: counts and percentages, or a description of a continuous variable, as the protocol asks.

Percentages are of all subjects of the group, so that a missing value stays in the denominator;
missing values are counted in a row of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from hepatica.analysis.population import Group, Population, Row
from hepatica.analysis.result import Result
from hepatica.stats.describe import QuantileType, description
from hepatica.study import Study
from hepatica.study.plan import BaselineRow

_STATISTICS = ("mean", "sd", "median", "q1", "q3", "min", "max")
_METHOD = {
    "mean": "arithmetic mean",
    "sd": "standard deviation (n - 1)",
    "median": "median",
    "min": "smallest observed",
    "max": "largest observed",
}


def baseline_results(study: Study, people: Population) -> Iterator[Result]:
    """Rows of Table 1 for everybody and for each arm."""
    for group in people.parts:
        for plan in study.analysis.baseline:
            row = partial(
                Result,
                analysis="baseline",
                population=people.id,
                variable=plan.result_variable,
                group=group.name,
                dataset="ADSL",
                clause=plan.source,
            )
            if plan.kind == "continuous":
                yield from _continuous(row, plan, group, study.conventions.quantile_type)
            else:
                yield from _counted(row, plan, group)


def _continuous(
    row: Any, plan: BaselineRow, group: Group, quantile_type: QuantileType
) -> Iterator[Result]:
    present = [r for r in group.rows if r[plan.variable] is not None]
    subjects = tuple(r["SUBJID"] for r in present)
    yield row(statistic="n", value=float(len(present)), unit="patients", subjects=subjects)
    yield from _missing(row, plan, group)
    if not present:
        return
    summary = description([float(r[plan.variable]) for r in present], quantile_type=quantile_type)
    for name in _STATISTICS:
        value = getattr(summary, name)
        method = _METHOD.get(name, f"quantile type {quantile_type}")
        note = "" if value is not None else "not defined for one value"
        yield row(
            statistic=name, value=value, unit=plan.unit, method=method, note=note, subjects=subjects
        )


def _counted(row: Any, plan: BaselineRow, group: Group) -> Iterator[Result]:
    total = len(group.rows)
    levels = {r["SUBJID"]: _level(plan, r) for r in group.rows}
    found = [v for v in dict.fromkeys(levels.values()) if v is not None]
    extra = [] if plan.kind == "flag" else sorted(v for v in found if v not in plan.levels)
    for level in (*(plan.levels or ()), *extra):
        subjects = tuple(s for s, v in levels.items() if v == level)
        named = partial(row, level=plan.level_label(level), subjects=subjects)
        yield named(statistic="n", value=float(len(subjects)), unit="patients")
        yield named(
            statistic="percent",
            value=100 * len(subjects) / total if total else None,
            unit="percent",
            method="percent of all patients of the group",
            note="" if total else "no patients",
        )
    yield from _missing(row, plan, group)


def _missing(row: Any, plan: BaselineRow, group: Group) -> Iterator[Result]:
    known = _level if plan.kind != "continuous" else lambda p, r: r[p.variable]
    without = tuple(r["SUBJID"] for r in group.rows if known(plan, r) is None)
    yield row(statistic="missing", value=float(len(without)), unit="patients", subjects=without)


def _level(plan: BaselineRow, subject: Row) -> str | None:
    value = subject[plan.variable]
    if value is None:
        return None
    if plan.kind == "banded":
        return band_level(plan, float(value), subject.get(_OPERATOR.get(plan.variable, "")))
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


_OPERATOR = {"AFPBL": "AFPOP"}


def band_level(plan: BaselineRow, value: float, operator: str | None = None) -> str | None:
    """Band of a value; None where a reported limit (< or >) does not settle the band.

    "<20" lies in one band only when 20 is no higher than the lowest cut; ">1000" only when
    1000 is at or above the highest.
    """
    if operator == "<":
        return plan.levels[0] if value <= plan.cuts[0] else None
    if operator == ">":
        return plan.levels[-1] if value >= plan.cuts[-1] else None
    return plan.levels[sum(value >= cut for cut in plan.cuts)]
