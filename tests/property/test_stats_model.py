"""Cox models, exact tests and limits: what no data set may break."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hepatica.core.errors import NotDefined
from hepatica.stats.contingency import chi_square, fisher_exact
from hepatica.stats.cox import CoxFit, cox
from hepatica.stats.log_rank import log_rank
from hepatica.stats.proportion import clopper_pearson, wilson
from hepatica.stats.two_sample import compare_means, mann_whitney

QUICK = settings(max_examples=60, deadline=None, derandomize=True)
SUBJECT = st.tuples(st.integers(1, 25), st.booleans(), st.integers(-3, 3), st.integers(0, 1))
MANY = st.lists(SUBJECT, min_size=8, max_size=30)
TIES = st.sampled_from(["efron", "breslow"])
VALUES = st.lists(st.integers(0, 20), min_size=2, max_size=15)


def _fit(seen: list[tuple[int, bool, int, int]], ties: str) -> CoxFit:
    time, event, x, z = (np.array(part) for part in zip(*seen, strict=True))
    assume(event.any())
    return cox(time, event, np.column_stack([x, z]), ties=ties)


@QUICK
@given(MANY, TIES, st.randoms(use_true_random=False))
def test_the_order_of_subjects_does_not_matter(
    seen: list[tuple[int, bool, int, int]], ties: str, random: object
) -> None:
    shuffled = list(seen)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    left, right = _fit(seen, ties), _fit(shuffled, ties)
    assert left.converged == right.converged
    assert left.loglik == pytest.approx(right.loglik, rel=1e-8)
    if left.converged:
        np.testing.assert_allclose(left.coef, right.coef, rtol=1e-6, atol=1e-8)


@QUICK
@given(MANY, TIES)
def test_a_fit_says_what_went_wrong_or_is_a_maximum(
    seen: list[tuple[int, bool, int, int]], ties: str
) -> None:
    fit = _fit(seen, ties)
    if not fit.converged:
        assert fit.notes
    else:
        assert fit.loglik[1] >= fit.loglik[0] - 1e-9
        known = ~np.isnan(fit.coef)
        assert np.all(fit.lower[known] <= fit.hazard_ratio[known])
        assert np.all(fit.hazard_ratio[known] <= fit.upper[known])


@QUICK
@given(MANY)
def test_without_ties_both_rules_and_the_log_rank_test_agree(
    seen: list[tuple[int, bool, int, int]],
) -> None:
    # Splitting every tie leaves one event a time: then the score test is the log-rank test.
    time = np.argsort(np.argsort([t for t, *_ in seen], kind="stable")) + 1
    split = [(int(t), e, x, z) for t, (_, e, x, z) in zip(time, seen, strict=True)]
    efron, breslow = _fit(split, "efron"), _fit(split, "breslow")
    np.testing.assert_allclose(efron.coef, breslow.coef, rtol=1e-9)
    event, group = (np.array([row[i] for row in split]) for i in (1, 3))
    assume(len(set(group)) == 2)
    alone = cox(time, event, group)
    try:
        test = log_rank(time, event, group)
    except NotDefined:
        return
    assume(test.df == 1 and not math.isnan(alone.coef[0]))
    assert alone.score.statistic == pytest.approx(test.statistic, rel=1e-8, abs=1e-10)


@QUICK
@given(st.integers(0, 200), st.integers(1, 200), st.sampled_from([0.8, 0.95, 0.99]))
def test_limits_hold_the_proportion_and_mirror(x: int, n: int, level: float) -> None:
    x = min(x, n)
    for limits in (clopper_pearson, wilson):
        low, high = limits(x, n, level)
        assert 0 <= low <= x / n + 1e-12
        assert x / n - 1e-12 <= high <= 1
        mirror = limits(n - x, n, level)
        assert (low, high) == pytest.approx((1 - mirror[1], 1 - mirror[0]), abs=1e-9)


@QUICK
@given(st.lists(st.lists(st.integers(0, 6), min_size=3, max_size=3), min_size=2, max_size=4))
def test_exact_p_values_do_not_depend_on_the_order_of_rows(table: list[list[int]]) -> None:
    assume(any(any(row) for row in table))
    p = fisher_exact(table).p_value
    assert 0 < p <= 1
    assert fisher_exact(table[::-1]).p_value == pytest.approx(p, rel=1e-8)


@QUICK
@given(st.lists(st.integers(0, 30), min_size=4, max_size=4))
def test_two_by_two_limits_hold_the_odds_ratio(cells: list[int]) -> None:
    table = np.reshape(cells, (2, 2))
    assume(table.any())
    found = fisher_exact(table)
    assert found.lower is not None
    assert found.upper is not None
    assert found.odds_ratio is not None
    assert 0 < found.p_value <= 1
    if table.sum(axis=0).all() and table.sum(axis=1).all():
        assert found.lower <= found.odds_ratio <= found.upper
        assert chi_square(table).statistic <= chi_square(table, correct=False).statistic


@QUICK
@given(VALUES, VALUES)
def test_two_groups_may_change_places(x: list[int], y: list[int]) -> None:
    assume(len(set(x) | set(y)) > 1)
    left, right = mann_whitney(x, y), mann_whitney(y, x)
    assert left.statistic + right.statistic == len(x) * len(y)
    assert left.p_value == pytest.approx(right.p_value, rel=1e-9)
    assert compare_means(x, y).p_value == pytest.approx(compare_means(y, x).p_value, rel=1e-9)
