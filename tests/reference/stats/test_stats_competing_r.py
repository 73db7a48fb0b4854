"""Competing risks and changing covariates against R (make_competing.R, frozen with versions).

Curves and Gray's test agree to 1e-9; Fine-Gray to 1e-7, since crr inverts its own Newton matrix.
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
from hepatica.stats.counting_process import split_follow_up
from hepatica.stats.cox import cox
from hepatica.stats.cumulative_incidence import cumulative_incidence, incidence_at
from hepatica.stats.fine_gray import fine_gray
from hepatica.stats.gray import gray


@cache
def _truth() -> Any:
    return json.loads((Path(__file__).parent / "competing.json").read_text())


def _cases(name: str) -> list[Any]:
    return [pytest.param(case, id=f"{name}-{i}") for i, case in enumerate(_truth()[name])]


def _numbers(values: Any) -> list[float]:
    return [or_nan(v) if v not in ("Inf", "NaN") else np.nan for v in np.atleast_1d(values)]


def test_the_sweep_names_its_makers() -> None:
    assert _truth()["R"].startswith("R version 4.2.2")
    assert (_truth()["cmprsk"], _truth()["survival"]) == ("2.2.11", "3.5.3")


@pytest.mark.parametrize("case", _cases("cases"))
@pytest.mark.parametrize("cause", [1, 2])
def test_incidence(case: dict[str, Any], cause: int) -> None:
    theirs = case["incidence"].get(f"cause{cause}")
    if theirs is None:
        return
    at = np.atleast_1d(case["incidence"]["at"])
    for conf, name in (("plain", "plain"), ("log", "log"), ("log-log", "loglog")):
        curve = cumulative_incidence(case["time"], case["cause"], event=cause, conf_type=conf)
        found = incidence_at(curve, at)
        # cmprsk's steps begin at 0: before the first event its variance is 0.
        assert_close([p.incidence for p in found], _numbers(theirs["est"]), absolute=1e-12)
        assert_close([p.std_err for p in found], _numbers(theirs["se"]), absolute=1e-8)
        limits = _numbers(theirs[name])
        for i, p in enumerate(found):
            if 0 < p.incidence < 1 - 1e-12:
                assert_close([p.lower, p.upper], [limits[i], limits[i + len(at)]], rel=1e-8)
            elif p.incidence == 0:
                assert p.lower is None and p.upper is None


@pytest.mark.parametrize("case", _cases("cases"))
def test_incidence_of_survfit(case: dict[str, Any]) -> None:
    if not case["states"]:
        return
    curve = cumulative_incidence(case["time"], case["cause"])
    found = incidence_at(curve, np.atleast_1d(case["incidence"]["at"]))
    assert_close([p.incidence for p in found], _numbers(case["states"]), absolute=1e-12)


@pytest.mark.parametrize("case", _cases("cases"))
@pytest.mark.parametrize("rho", [0, 1])
def test_gray(case: dict[str, Any], rho: int) -> None:
    theirs = case["gray"].get(f"rho{rho}")
    if not theirs:
        return
    stats, causes = np.atleast_1d(theirs["stat"]), np.atleast_1d(theirs["cause"])
    for cause, statistic, p in zip(causes, stats, np.atleast_1d(theirs["p"]), strict=True):
        if statistic == -1:  # cmprsk: the variance is singular
            with pytest.raises(NotDefined):
                gray(case["time"], case["cause"], case["group"], event=int(cause), rho=rho)
            continue
        ours = gray(case["time"], case["cause"], case["group"], event=int(cause), rho=rho)
        assert_close(ours.statistic, statistic, rel=1e-9)
        assert_close(ours.p_value, p, rel=1e-8)
        assert ours.df == np.atleast_1d(theirs["df"])[0]


@pytest.mark.parametrize("case", _cases("cases"))
def test_fine_gray(case: dict[str, Any]) -> None:
    theirs = case["crr"]
    if not theirs:
        return
    x = np.column_stack([case["x1"], case["x2"]])
    ours = fine_gray(case["time"], case["cause"], x)
    assert ours.converged
    assert_close(ours.coef, theirs["coef"], rel=1e-7, absolute=1e-9)
    assert_close(ours.variance.ravel(), theirs["variance"], rel=1e-7, absolute=1e-10)
    assert_close(ours.loglik, [theirs["null"], theirs["loglik"]], rel=1e-9)
    # survival's weighted Cox model has the same score equation where no times are tied.
    if "finegray" in theirs:
        assert_close(ours.coef, theirs["finegray"], rel=1e-6, absolute=1e-8)


def test_fine_gray_of_pbc() -> None:
    theirs = _truth()["pbc"]
    ours = fine_gray(theirs["time"], theirs["cause"], theirs["x"], names=list("abcd"))
    assert_close(ours.coef, theirs["coef"], rel=1e-7)
    assert_close(ours.se, theirs["se"], rel=1e-7)
    assert_close(ours.loglik[1], theirs["loglik"], rel=1e-10)
    assert (ours.n, ours.n_events, ours.n_competing) == (312, 125, 19)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_changing_covariate_of_the_heart_transplants(ties: str) -> None:
    heart = _truth()["heart"]
    x = np.column_stack([heart["transplant"], heart["age"], heart["surgery"]])
    fit = cox(heart["stop"], heart["event"], x, entry=heart["start"], ties=ties)
    assert_close(fit.coef, heart[ties]["coef"], rel=1e-8)
    assert_close(fit.se, heart[ties]["se"], rel=1e-8)
    assert_close(fit.loglik, heart[ties]["loglik"], rel=1e-10)


@pytest.mark.parametrize("case", _cases("changing"))
def test_follow_up_split_at_a_response(case: dict[str, Any]) -> None:
    onset = [np.nan if v is None else v for v in case["onset"]]
    parts = split_follow_up(case["time"], case["event"], onset)
    assert len(parts.stop) == case["rows"]
    fit = cox(parts.stop, parts.event, parts.changed.astype(float), entry=parts.start)
    if abs(case["coef"]) < 8:
        assert_close(fit.coef, [case["coef"]], rel=1e-7, absolute=1e-9)
        assert_close(fit.se, [case["se"]], rel=1e-7)
    assert_close(fit.loglik, case["loglik"], rel=1e-9)
