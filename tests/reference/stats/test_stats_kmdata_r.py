"""131 published trials, reconstructed from their curves (Fell et al. 2021): every figure is R's."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from functools import cache

import numpy as np
import pytest
from stats_truth import DATA, REASON, assert_close, or_nan

from hepatica.stats.cox import cox, proportional_hazards_test
from hepatica.stats.kaplan_meier import (
    kaplan_meier,
    median_follow_up,
    quantile,
    restricted_mean,
    survival_at,
)
from hepatica.stats.log_rank import log_rank

FOLDER = DATA / "kmdata"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=REASON)
CONF = {"loglog": "log-log", "log": "log", "plain": "plain", "logit": "logit", "arcsin": "arcsin"}

Arm = tuple[np.ndarray, np.ndarray]


@cache
def _trials() -> dict[str, dict[str, Arm]]:
    rows: dict[str, dict[str, list[tuple[float, int]]]] = defaultdict(lambda: defaultdict(list))
    with gzip.open(FOLDER / "kmdata_ipd_dev.csv.gz", "rt", newline="") as lines:
        for row in csv.DictReader(lines):
            rows[row["dataset"]][row["arm"]].append((float(row["time"]), int(row["event"])))
    return {
        name: {
            arm: (np.array([t for t, _ in seen]), np.array([e for _, e in seen]))
            for arm, seen in arms.items()
        }
        for name, arms in rows.items()
    }


def _rows(name: str) -> list[dict[str, str]]:
    with open(FOLDER / name, newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_arm_s_curve_is_r_s() -> None:
    for row in _rows("reference_R_arms_dev.csv"):
        time, event = _trials()[row["dataset"]][row["arm"]]
        for short, conf in CONF.items():
            curve = kaplan_meier(time, event, conf_type=conf)
            median = quantile(curve, 0.5)
            _same(row, "median", median.estimate)
            _same(row, f"median_lo_{short}", median.lower)
            _same(row, f"median_hi_{short}", median.upper)
            for p, name in ((0.25, "q25"), (0.75, "q75")):
                found = quantile(curve, p)
                _same(row, name, found.estimate)
                _same(row, f"{name}_lo_{short}", found.lower)
                _same(row, f"{name}_hi_{short}", found.upper)
            if row["landmark_t"]:
                (point,) = survival_at(curve, [float(row["landmark_t"])], extend=True)
                _same(row, "S_t", point.survival)
                _same(row, "se_t", point.std_err)
                _same(row, "nrisk_t", point.at_risk)
                _same(row, f"S_lo_{short}", point.lower)
                _same(row, f"S_hi_{short}", point.upper)
        reverse = median_follow_up(time, event, conf_type="log-log")
        _same(row, "revKM_median_followup", reverse.estimate)
        _same(row, "revKM_lo_loglog", reverse.lower)
        _same(row, "revKM_hi_loglog", reverse.upper)


def _same(row: dict[str, str], column: str, ours: float | None) -> None:
    if column in row:
        assert_close(or_nan(ours), or_nan(row[column]), rel=1e-9)


def _pooled(row: dict[str, str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    arms = _trials()[row["dataset"]]
    parts = [arms[row["ref_arm"]], arms[row["other_arm"]]]
    group = np.repeat([0, 1], [len(t) for t, _ in parts])
    return np.concatenate([t for t, _ in parts]), np.concatenate([e for _, e in parts]), group


def test_every_trial_s_log_rank_and_restricted_mean_are_r_s() -> None:
    for row in _rows("reference_R_dev.csv"):
        time, event, group = _pooled(row)
        flat, early = log_rank(time, event, group), log_rank(time, event, group, rho=1)
        _same(row, "logrank_obs_ref", flat.observed[0])
        _same(row, "logrank_exp_ref", flat.expected[0])
        _same(row, "logrank_chisq", flat.statistic)
        _same(row, "logrank_p", flat.p_value)
        _same(row, "pp_chisq_rho1", early.statistic)
        _same(row, "pp_p_rho1", early.p_value)
        for arm, code in (("ref", 0), ("other", 1)):
            curve = kaplan_meier(time[group == code], event[group == code])
            mean, error = restricted_mean(curve, float(row["rmst_tau"]))
            _same(row, f"rmst_{arm}", mean)
            _same(row, f"rmst_{arm}_se", error)


def test_every_trial_s_cox_model_is_r_s() -> None:
    for row in _rows("reference_R_dev.csv"):
        time, event, group = _pooled(row)
        efron = cox(time, event, group, names=["other"])
        breslow = cox(time, event, group, ties="breslow")
        for ours, column in (
            (efron.coef[0], "cox_coef_efron"),
            (efron.se[0], "cox_se_efron"),
            (efron.lower[0], "HR_lo_efron"),
            (efron.upper[0], "HR_hi_efron"),
            (efron.wald.p_value, "wald_p_efron"),
            (efron.score.p_value, "score_p_efron"),
            (efron.likelihood_ratio.p_value, "lrt_p_efron"),
            (efron.loglik[1], "loglik_efron"),
            (breslow.coef[0], "cox_coef_breslow"),
            (breslow.se[0], "cox_se_breslow"),
            (proportional_hazards_test(efron)["other"].statistic, "zph_km_chisq"),
            (proportional_hazards_test(efron)["other"].p_value, "zph_km_p"),
            (
                proportional_hazards_test(efron, transform="identity")["other"].p_value,
                "zph_identity_p",
            ),
        ):
            assert_close(ours, or_nan(row[column]), rel=1e-6, absolute=1e-9)
