"""Curves, quantiles, log-rank and restricted means are R's (survival 3.5-3 on six data sets)."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from stats_truth import DATA, MISSING, REASON, assert_close, columns, numbers, or_nan, truth

from hepatica.stats.kaplan_meier import (
    Curve,
    cumulative_hazard,
    kaplan_meier,
    median_follow_up,
    quantile,
    restricted_mean,
    survival_at,
)
from hepatica.stats.log_rank import log_rank

REFERENCE = DATA / "r_reference"
TYPES = ("log", "log-log", "plain", "logit", "arcsin")
ENDPOINT = {
    "lung": ("time", "event"),
    "veteran": ("time", "status"),
    "ovarian": ("futime", "fustat"),
    "aml": ("time", "status"),
    "gbsg": ("rfstime", "status"),
    "pbc": ("time", "death"),
}

pytestmark = pytest.mark.skipif(not REFERENCE.is_dir(), reason=REASON)


@cache
def _columns(name: str) -> dict[str, np.ndarray]:
    return columns(f"r_reference/csv/{name}.csv")


@cache
def _truth(name: str) -> Any:
    return truth(f"r_reference/{name}.json")


def _groups(name: str) -> list[tuple[str, str, np.ndarray]]:
    """Each (block of the reference, stratum name, mask of its rows)."""
    cols = _columns(name)
    size = len(cols[ENDPOINT[name][0]])
    out = []
    for block in _truth(name):
        by = block.removeprefix("km_")
        if block == "km_all":
            out.append((block, "all", np.ones(size, bool)))
        elif block.startswith("km_"):
            labels = np.array(cols[by])
            known = sorted(set(labels) - set(MISSING))
            out += [(block, f"{by}={v}", labels == v) for v in known]
    return out


def _cases(with_curve: bool = False) -> list[tuple[str, str, str, str]]:
    if not REFERENCE.is_dir():
        return []
    return [
        (name, block, stratum, conf)
        for name in ENDPOINT
        for block, stratum, _ in _groups(name)
        for conf in TYPES
        if not with_curve or "curve" in _truth(name)[block][conf]
    ]


def _curve(name: str, block: str, stratum: str, conf: str) -> Curve:
    cols = _columns(name)
    time, event = (numbers(cols[c]) for c in ENDPOINT[name])
    mask = next(m for b, s, m in _groups(name) if (b, s) == (block, stratum))
    return kaplan_meier(time[mask], event[mask], conf_type=conf)


def _of(table: dict[str, Any], stratum: str, column: str) -> np.ndarray:
    values, strata = table[column], table["strata"]
    if isinstance(strata, str):
        values, strata = [values], [strata]
    rows = [v for v, s in zip(values, strata, strict=True) if s == stratum]
    return np.array([np.nan if v is None else float(v) for v in rows])


@pytest.mark.parametrize(("name", "block", "stratum", "conf"), _cases(with_curve=True))
def test_the_curve_is_r_s(name: str, block: str, stratum: str, conf: str) -> None:
    truth = _truth(name)[block][conf].get("curve")
    curve = _curve(name, block, stratum, conf)
    assert_close(curve.time, _of(truth, stratum, "time"))
    assert_close(curve.at_risk, _of(truth, stratum, "n_risk"))
    assert_close(curve.events, _of(truth, stratum, "n_event"))
    assert_close(curve.censored, _of(truth, stratum, "n_censor"))
    assert_close(curve.survival, _of(truth, stratum, "surv"))
    assert_close(curve.lower, _of(truth, stratum, "lower"))
    assert_close(curve.upper, _of(truth, stratum, "upper"))
    alive = curve.survival > 0
    log_se = _of(truth, stratum, "std_err_log")[alive]
    assert_close((curve.std_err[alive] / curve.survival[alive]), log_se)


@pytest.mark.parametrize(("name", "block", "stratum", "conf"), _cases())
def test_quantiles_and_landmarks_are_r_s(name: str, block: str, stratum: str, conf: str) -> None:
    truth = _truth(name)[block][conf]
    curve = _curve(name, block, stratum, conf)
    for i, p in enumerate(truth["quantile_probs"]):
        ours = quantile(curve, p)
        for part, mine in (
            ("quantile", ours.estimate),
            ("lower", ours.lower),
            ("upper", ours.upper),
        ):
            theirs = truth[part]
            if isinstance(theirs, dict):
                value = (
                    theirs[f"{p * 100:g}"] if "10" in theirs else theirs[stratum][f"{p * 100:g}"]
                )
            else:
                value = theirs[i]
            assert_close(or_nan(mine), or_nan(value))
    landmark = truth["landmark"]
    points = survival_at(curve, _of(landmark, stratum, "time"), extend=True)
    assert_close([p.at_risk for p in points], _of(landmark, stratum, "n_risk"))
    for column, field in (
        ("surv", "survival"),
        ("lower", "lower"),
        ("upper", "upper"),
        ("std_err", "std_err"),
    ):
        assert_close([or_nan(getattr(p, field)) for p in points], _of(landmark, stratum, column))


@pytest.mark.parametrize("name", ENDPOINT)
def test_cumulative_hazard_is_r_s(name: str) -> None:
    for block, stratum, _ in _groups(name):
        truth = _truth(name)[block].get("cumhaz_na")
        if truth is None:
            continue
        hazard, std_err = cumulative_hazard(_curve(name, block, stratum, "log"))
        assert_close(hazard, _of(truth, stratum, "cumhaz"))
        assert_close(std_err, _of(truth, stratum, "std_chaz"))


def _log_rank_cases() -> list[tuple[str, int]]:
    if not REFERENCE.is_dir():
        return []
    return [(name, i) for name in ENDPOINT for i in range(len(_truth(name)["logrank"]))]


@pytest.mark.parametrize(("name", "index"), _log_rank_cases())
def test_log_rank_is_r_s(name: str, index: int) -> None:
    truth = _truth(name)["logrank"][index]
    cols = _columns(name)
    terms = [t.strip() for t in truth["call"].split("~")[1].split("+")]
    strata = [t.removeprefix("strata(").removesuffix(")") for t in terms if t.startswith("strata")]
    group = next(t for t in terms if not t.startswith("strata"))
    used = np.array([v not in MISSING for v in cols[group]])
    for column in strata:
        used &= np.array([v not in MISSING for v in cols[column]])
    time, event = (numbers(cols[c])[used] for c in ENDPOINT[name])
    result = log_rank(
        time,
        event,
        np.array(cols[group])[used],
        strata=np.array(cols[strata[0]])[used] if strata else None,
        rho=truth["rho"],
    )
    assert_close(result.statistic, truth["chisq"])
    assert_close(result.p_value, truth["p"])
    assert result.df == truth["df"]
    observed = np.asarray(truth["observed"], dtype=float)
    expected = np.asarray(truth["expected"], dtype=float)
    # R lists the levels of a factor in its own order; ours are sorted.
    order = [truth["groups"].index(f"{group}={label}") for label in result.groups]
    assert_close(result.observed, (observed if observed.ndim == 1 else observed.sum(axis=1))[order])
    assert_close(result.expected, (expected if expected.ndim == 1 else expected.sum(axis=1))[order])


@pytest.mark.parametrize("name", ["lung", "veteran", "ovarian", "aml", "gbsg"])
def test_restricted_mean_is_r_s(name: str) -> None:
    blocks = _truth(name)["rmst"]
    if isinstance(blocks, list):
        by = next(b for b, s, _ in _groups(name) if s != "all").removeprefix("km_")
        blocks = {by: blocks}
    for by, rows in blocks.items():
        for row in rows:
            means = row["rmean"] if isinstance(row["rmean"], list) else [row["rmean"]]
            errors = row["se"] if isinstance(row["se"], list) else [row["se"]]
            strata = row.get("strata", ["all"])
            for stratum, mean, error in zip(strata, means, errors, strict=True):
                curve = _curve(name, f"km_{by}", stratum, "log")
                assert_close(restricted_mean(curve, row["tau"]), (mean, error))


@pytest.mark.parametrize("conf", TYPES)
def test_reverse_kaplan_meier_is_r_s(conf: str) -> None:
    truth = _truth("lung")["reverse_km"][conf]
    cols = _columns("lung")
    time, event = (numbers(cols[c]) for c in ENDPOINT["lung"])
    ours = median_follow_up(time, event, conf_type=conf)
    at = truth["quantile_probs"].index(0.5)
    theirs = [truth[part][at] for part in ("quantile", "lower", "upper")]
    assert [ours.estimate, ours.lower, ours.upper] == theirs
