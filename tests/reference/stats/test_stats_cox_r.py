"""Cox models are R's: six data sets of the survival package and 227 resected HCC patients."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from stats_truth import DATA, MISSING, REASON, assert_close, columns, numbers, truth

from hepatica.stats.cox import CoxFit, cox

REFERENCE = DATA / "r_reference"
pytestmark = pytest.mark.skipif(not REFERENCE.is_dir(), reason=REASON)

NAMES = ("lung", "veteran", "ovarian", "aml", "gbsg", "pbc")
HCC = "hcc_small/reference_R_asaur_hepatocellular.json"
# The exact partial likelihood and robust standard errors are not offered.
NOT_OFFERED = ("exact", "cluster")


def _cases() -> list[tuple[str, str, int]]:
    if not REFERENCE.is_dir():
        return []
    out = []
    for name in NAMES:
        models = truth(f"r_reference/{name}.json")["cox"]
        out += [
            (f"r_reference/csv/{name}.csv", f"r_reference/{name}.json", i)
            for i, m in enumerate(models)
            if m["ties"] not in NOT_OFFERED and NOT_OFFERED[1] not in m["call"]
        ]
    return out + [("hcc_small/hepatocellular.csv", HCC, i) for i in range(len(truth(HCC)["cox"]))]


def _column(cols: dict[str, np.ndarray], term: str) -> np.ndarray:
    """One column of R's model matrix, by the name that R gives it."""
    if ":" in term:
        left, right = term.split(":")
        return _column(cols, left) * _column(cols, right)
    if match := re.fullmatch(r"log\((.+)\)", term):
        return np.log(numbers(cols[match[1]]))
    if match := re.fullmatch(r"factor\((.+)\)(.+)", term):
        return _indicator(cols[match[1]], match[2])
    if term in cols:
        return numbers(cols[term])
    name = next(c for c in cols if term.startswith(c) and term[len(c) :] in cols[c])
    return _indicator(cols[name], term[len(name) :])


def _indicator(values: np.ndarray, level: str) -> np.ndarray:
    return np.where(np.isin(values, MISSING), np.nan, (values == level).astype(float))


def _fit(cols: dict[str, np.ndarray], model: dict[str, Any]) -> CoxFit:
    match = re.match(r"Surv\((\S+), (\S+)\) ~ (.+)", model["call"])
    assert match
    time, event, right = match.groups()
    terms = model["terms"] if isinstance(model["terms"], list) else [model["terms"]]
    x = np.column_stack([_column(cols, term) for term in terms])
    strata = re.search(r"strata\(([^)]+)\)", right)
    used = np.isfinite(x).all(axis=1)
    if strata:
        used &= ~np.isin(cols[strata[1]], MISSING)
    return cox(
        numbers(cols[time])[used],
        numbers(cols[event])[used],
        x[used],
        ties=model["ties"],
        strata=cols[strata[1]][used] if strata else None,
        names=terms,
    )


@pytest.mark.parametrize(("table", "reference", "index"), _cases())
def test_a_cox_model_is_r_s(table: str, reference: str, index: int) -> None:
    model = truth(reference)["cox"][index]
    fit = _fit(columns(table), model)
    assert fit.converged
    assert (fit.n, fit.n_events) == (model["n"], model["nevent"])
    for ours, theirs in (
        (fit.coef, "coef"),
        (fit.se, "se"),
        (fit.hazard_ratio, "HR"),
        (fit.lower, "lower95"),
        (fit.upper, "upper95"),
        (fit.z, "z"),
        (fit.loglik, "loglik"),
        (fit.variance, "vcov"),
    ):
        assert_close(ours, model[theirs], rel=1e-8, absolute=1e-11)
    assert_close(fit.p_value, model["p"], rel=1e-6)
    for test, name in (
        (fit.likelihood_ratio, "lrt"),
        (fit.score, "score"),
        (fit.wald, "wald"),
    ):
        assert test.df == model[name]["df"]
        assert_close(test.p_value, model[name]["pvalue"], rel=1e-6)
        if name != "wald":  # R's summary rounds this statistic to two decimals.
            assert_close(test.statistic, model[name]["test"], rel=1e-8)
