"""Proportions, contingency tables and two-sample tests are R's (tests.json)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from stats_truth import DATA, REASON, assert_close, truth

from hepatica.stats.contingency import chi_square, fisher_exact
from hepatica.stats.describe import description
from hepatica.stats.proportion import clopper_pearson, wilson
from hepatica.stats.two_sample import mann_whitney, shapiro_wilk, t_test

NAME = "r_reference/tests.json"
pytestmark = pytest.mark.skipif(not (DATA / NAME).is_file(), reason=REASON)


def _cases(name: str) -> list[Any]:
    return truth(NAME)[name] if (DATA / NAME).is_file() else []


def _table(case: dict[str, Any]) -> np.ndarray:
    shape = (case.get("nrow", 2), case.get("ncol", 2))
    return np.reshape(case["table_rowmajor"], shape)


@pytest.mark.parametrize("case", _cases("binom"))
def test_limits_of_a_proportion(case: dict[str, Any]) -> None:
    x, n = case["x"], case["n"]
    assert_close(clopper_pearson(x, n), case["cp95"])
    assert_close(clopper_pearson(x, n, level=0.9), case["cp90"])
    assert_close(wilson(x, n), case["wilson95"])
    assert_close(wilson(x, n, correct=True), case["wilson_cc95"])


@pytest.mark.parametrize("case", _cases("fisher_2x2"))
def test_fisher_2x2(case: dict[str, Any]) -> None:
    ours = fisher_exact(_table(case))
    assert_close(ours.p_value, case["p_two"])
    # R solves for the odds ratio and its limits to about 1e-4 only.
    theirs = [case["odds_ratio_cmle"], *case["or95"]]
    theirs = [np.inf if v == "Inf" else v for v in theirs]
    assert_close([ours.odds_ratio, ours.lower, ours.upper], theirs, rel=2e-4)


@pytest.mark.parametrize("case", _cases("fisher_rxc"))
def test_fisher_rxc(case: dict[str, Any]) -> None:
    assert_close(fisher_exact(_table(case)).p_value, case["p"])


@pytest.mark.parametrize("case", _cases("chisq"))
def test_chi_square(case: dict[str, Any]) -> None:
    plain, default = chi_square(_table(case), correct=False), chi_square(_table(case))
    assert_close(
        [plain.statistic, plain.df, plain.p_value], [case[k] for k in ("chisq", "df", "p")]
    )
    assert_close([default.statistic, default.p_value], [case["chisq_default"], case["p_default"]])
    assert_close(plain.expected.ravel(), case["expected_rowmajor"])


@pytest.mark.parametrize("case", _cases("wilcox"))
def test_mann_whitney_exact(case: dict[str, Any]) -> None:
    ours = mann_whitney(case["x"], case["y"])
    assert_close([ours.statistic, ours.p_value], [case["exact"]["W"], case["exact"]["p"]])
    assert ours.method == "Mann-Whitney test, exact"


@pytest.mark.parametrize("case", _cases("ttest"))
@pytest.mark.parametrize("pooled", [False, True])
def test_t(case: dict[str, Any], pooled: bool) -> None:
    ours = t_test(case["x"], case["y"], pooled=pooled)
    theirs = case["pooled" if pooled else "welch"]
    assert_close([ours.statistic, ours.df, ours.p_value], [theirs[k] for k in ("t", "df", "p")])
    assert_close([ours.lower, ours.upper], theirs["ci"])


@pytest.mark.parametrize("case", _cases("shapiro"))
def test_shapiro_wilk(case: dict[str, Any]) -> None:
    ours = shapiro_wilk(case["x"])
    assert_close([ours.statistic, ours.p_value], [case["W"], case["p"]])


@pytest.mark.parametrize("kind", [2, 7])
def test_quartiles(kind: int) -> None:
    case = truth(NAME)["quantile_types"]
    ours = description(case["x"], quantile_type=kind)
    assert_close([ours.q1, ours.median, ours.q3], case[f"type{kind}"])
