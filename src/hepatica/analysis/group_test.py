"""Tests of a baseline variable between groups, by the rule that the protocol states."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from hepatica.analysis.population import Population, Row, grouping, population
from hepatica.analysis.result import Result
from hepatica.clinic.dataset import Adam
from hepatica.core.errors import HepaticaError, NotDefined
from hepatica.stats.contingency import chi_square, fisher_exact
from hepatica.stats.two_sample import compare_means, mann_whitney, t_test
from hepatica.study import Study
from hepatica.study.plan import TestPlan

_SMALL_EXPECTED = 5.0


def group_test_results(study: Study, adam: Adam, people: Population) -> Iterator[Result]:
    """One test for each plan; the method names the test, the note the decision that chose it."""
    for plan in study.analysis.test:
        chosen = population(study, adam, plan.population or people.id)
        rows = [
            r
            for r in chosen.everyone.rows
            if r[plan.variable] is not None and r[plan.group] is not None
        ]
        left_out = len(chosen.everyone.rows) - len(rows)
        absent = f"{left_out} left out, {plan.variable} or {plan.group} missing" if left_out else ""
        row = partial(
            Result,
            "test",
            chosen.id,
            plan.variable,
            group=grouping(plan.group, chosen, people),
            subjects=tuple(r["SUBJID"] for r in rows),
            dataset="ADSL",
            clause=plan.source,
        )
        try:
            for found in _test(study, row, plan, rows):
                yield replace(found, note="; ".join(t for t in (found.note, absent) if t))
        except HepaticaError as error:
            note = "; ".join(t for t in (str(error), absent) if t)
            yield row(statistic="p_value", value=None, method=plan.rule, note=note)


def _test(study: Study, row: partial[Result], plan: TestPlan, rows: list[Row]) -> Iterator[Result]:
    if not rows:
        raise NotDefined("no patients")
    if plan.rule.startswith(("chi-square", "Fisher")):
        yield from _counts(row, plan, rows)
        return
    groups = sorted({str(r[plan.group]) for r in rows})
    samples = [[r[plan.variable] for r in rows if str(r[plan.group]) == g] for g in groups]
    if len(samples) != 2:
        yield row(
            statistic="p_value",
            value=None,
            method=plan.rule,
            note=f"{len(samples)} groups, not two",
        )
        return
    if any(isinstance(value, str) for sample in samples for value in sample):
        raise NotDefined(f"{plan.variable} holds text, no numbers")
    x, y = (np.array(s, float) for s in samples)
    decision = ""
    if plan.rule == "t-test or Mann-Whitney by distribution":
        comparison = compare_means(x, y, study.conventions.alpha)
        found, decision = comparison.test, comparison.decision
    elif plan.rule == "Mann-Whitney":
        found = mann_whitney(x, y)
    else:
        found = t_test(x, y, pooled=plan.rule == "pooled t-test")
    yield row(statistic="statistic", value=found.statistic, method=found.method, note=decision)
    yield row(statistic="p_value", value=found.p_value, method=found.method, note=decision)


def _counts(row: partial[Result], plan: TestPlan, rows: list[Row]) -> Iterator[Result]:
    levels = sorted({str(r[plan.variable]) for r in rows})
    groups = sorted({str(r[plan.group]) for r in rows})
    table = np.array(
        [
            [
                sum(str(r[plan.group]) == g and str(r[plan.variable]) == v for r in rows)
                for v in levels
            ]
            for g in groups
        ]
    )
    expected = table.sum(1, keepdims=True) * table.sum(0, keepdims=True) / max(table.sum(), 1)
    small = bool((expected < _SMALL_EXPECTED).any())
    note = f"smallest expected count {expected.min():g}" if expected.size else "no patients"
    if plan.rule == "Fisher exact" or (plan.rule.endswith("expected counts") and small):
        found = fisher_exact(table)
        yield row(statistic="p_value", value=found.p_value, method="Fisher's exact test", note=note)
        return
    square = chi_square(table, correct=False)
    method = "chi-square test without continuity correction"
    yield row(statistic="statistic", value=square.statistic, method=method, note=note)
    yield row(statistic="df", value=float(square.df), method=method, note=note)
    yield row(statistic="p_value", value=square.p_value, method=method, note=note)
