"""Random data sets, each answered by R (make_sweep.R): ties, plateaus, nobody or everybody dead.

The sweep is frozen with the versions of R and survival that made it.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stats_truth import assert_close, or_nan

from hepatica.core.errors import NotDefined
from hepatica.stats.contingency import chi_square, fisher_exact
from hepatica.stats.cox import CoxFit, cox, proportional_hazards_test
from hepatica.stats.describe import description
from hepatica.stats.kaplan_meier import kaplan_meier, quantile, restricted_mean, survival_at
from hepatica.stats.log_rank import log_rank
from hepatica.stats.proportion import clopper_pearson, wilson
from hepatica.stats.two_sample import mann_whitney, shapiro_wilk, t_test

TYPES = ("log", "log-log", "plain", "logit", "arcsin")


@cache
def _sweep() -> Any:
    return json.loads((Path(__file__).parent / "sweep.json").read_text())


def _cases(name: str) -> list[Any]:
    return [pytest.param(case, id=f"{name}-{i}") for i, case in enumerate(_sweep()[name])]


def _close(ours: Any, theirs: Any, rel: float = 1e-9, absolute: float = 1e-11) -> None:
    mine = [or_nan(v) for v in ours] if isinstance(ours, list) else or_nan(ours)
    other = [_number(v) for v in theirs] if isinstance(theirs, list) else _number(theirs)
    assert_close(mine, other, rel=rel, absolute=absolute)


def _number(value: Any) -> float:
    return float("inf") if value == "Inf" else or_nan(value)


def _at_most_one(ratio: float) -> float:
    return 1 / ratio if ratio > 1 else ratio


def test_the_sweep_names_its_makers() -> None:
    assert _sweep()["R"].startswith("R version 4.2.2")
    assert _sweep()["survival"] == "3.5.3"


@pytest.mark.parametrize("case", _cases("one_group") + _cases("delayed"))
def test_curves(case: dict[str, Any]) -> None:
    km = case["km"]
    time, event, entry = case["time"], case["event"], case.get("entry")
    time, event = np.atleast_1d(time), np.atleast_1d(event)
    for conf in TYPES:
        curve = kaplan_meier(time, event, entry=entry, conf_type=conf)
        found = [quantile(curve, p) for p in _sweep()["probs"]]
        points = survival_at(curve, km["at"], extend=True)
        _close([q.lower for q in found], km[conf]["lower"])
        _close([q.upper for q in found], km[conf]["upper"])
        _close([p.lower for p in points], km[conf]["at_lower"])
        _close([p.upper for p in points], km[conf]["at_upper"])
        _close([q.estimate for q in found], km["quantile"])
        _close([p.survival for p in points], km["at_surv"])
        _close([p.std_err for p in points], km["at_se"])
        _close([float(p.at_risk) for p in points], km["at_risk"])
        assert len(curve.time) == km["points"]
        if km.get("tau") is not None:
            _close(list(restricted_mean(curve, km["tau"])), [km["rmean"], km["rmean_se"]])


@pytest.mark.parametrize("case", _cases("groups"))
@pytest.mark.parametrize(
    ("name", "rho", "strata"),
    [("logrank", 0, False), ("peto", 1, False), ("half", 0.5, False), ("stratified", 0, True)],
)
def test_log_rank(case: dict[str, Any], name: str, rho: float, strata: bool) -> None:
    theirs = case[name]
    if theirs is None:
        with pytest.raises(NotDefined):
            _log_rank(case, rho, strata)
        return
    ours = _log_rank(case, rho, strata)
    _close(ours.statistic, theirs["chisq"])
    _close(ours.p_value, theirs["p"])
    _close(list(ours.observed), theirs["observed"])
    _close(list(ours.expected), theirs["expected"])


def _log_rank(case: dict[str, Any], rho: float, strata: bool) -> Any:
    by = case["stratum"] if strata else None
    return log_rank(case["time"], case["event"], case["group"], strata=by, rho=rho)


@pytest.mark.parametrize("case", _cases("groups"))
@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("strata", [False, True])
def test_cox(case: dict[str, Any], ties: str, strata: bool) -> None:
    theirs = case.get(f"{ties}_strata" if strata else ties)
    if theirs is None:
        return
    fit = cox(
        case["time"],
        case["event"],
        np.column_stack([case["x1"], case["x2"]]),
        ties=ties,
        strata=case["stratum"] if strata else None,
    )
    _same_fit(fit, theirs)


@pytest.mark.parametrize("case", _cases("delayed"))
@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_cox_with_delayed_entry(case: dict[str, Any], ties: str) -> None:
    if case.get(ties) is None:
        return
    fit = cox(case["time"], case["event"], case["x"], ties=ties, entry=case["entry"])
    _same_fit(fit, case[ties])


def _same_fit(fit: CoxFit, theirs: dict[str, Any]) -> None:
    _close(list(fit.coef), np.atleast_1d(theirs["coef"]).tolist(), rel=1e-8)
    _close(list(fit.se), np.atleast_1d(theirs["se"]).tolist(), rel=1e-8)
    _close(list(fit.loglik), theirs["loglik"])
    _close(fit.score.statistic, theirs["score"], rel=1e-8)
    _close(fit.wald.statistic, theirs["wald"], rel=1e-8)
    for transform in ("km", "identity"):
        ours = [t.statistic for t in proportional_hazards_test(fit, transform=transform).values()]
        # R stops where its variance is singular; ours is nan.
        expected = theirs[transform] or [None] * len(ours)
        _close(ours, expected, rel=1e-7, absolute=1e-9)


@pytest.mark.parametrize("case", _cases("samples"))
def test_two_samples(case: dict[str, Any]) -> None:
    x, y = case["x"], case["y"]
    rank = mann_whitney(x, y)
    _close([rank.statistic, rank.p_value], [case["w"], case["p"]])
    assert ("exact" in rank.method) == bool(case["exact"])
    for name in ("welch", "pooled"):
        if case[name] is not None:
            t = t_test(x, y, pooled=name == "pooled")
            _close([t.statistic, t.df, t.p_value, t.lower, t.upper], case[name])
    if case["shapiro"] is not None:
        w = shapiro_wilk(x)
        _close([w.statistic, w.p_value], case["shapiro"], rel=1e-8)
    for kind in (2, 7):
        told = description(x, quantile_type=kind)
        _close([told.q1, told.median, told.q3, told.sd], [*case[f"q{kind}"], case["sd"]])


@pytest.mark.parametrize("case", _cases("tables"))
def test_tables(case: dict[str, Any]) -> None:
    table = np.reshape(case["cells"], (case["nrow"], case["ncol"]))
    exact = fisher_exact(table)
    _close(exact.p_value, case["fisher"])
    if case["odds"] is not None:
        # R solves for the odds ratio, or for its inverse where it is above 1, to 1.2e-4.
        for ours, theirs in zip(
            (exact.odds_ratio, exact.lower, exact.upper), case["odds"], strict=True
        ):
            _close(_at_most_one(or_nan(ours)), _at_most_one(_number(theirs)), rel=0, absolute=2e-4)
    default, plain = chi_square(table), chi_square(table, correct=False)
    _close([default.statistic, default.p_value, plain.statistic, plain.p_value], case["chisq"])


@pytest.mark.parametrize("case", _cases("proportions"))
def test_proportions(case: dict[str, Any]) -> None:
    x, n, level = case["x"], case["n"], case["level"]
    _close(list(clopper_pearson(x, n, level)), case["exact"])
    _close(list(wilson(x, n, level)), case["wilson"])
    _close(list(wilson(x, n, level, correct=True)), case["corrected"])
