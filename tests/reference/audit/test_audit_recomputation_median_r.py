"""The order statistics of a median's limits are R's, and no order of censoring goes below."""

import csv
import itertools
from functools import lru_cache
from statistics import NormalDist

import numpy as np
import pytest
from reference_folder import reference_file

from hepatica.audit.recomputation.median_interval import early_patients_needed
from hepatica.stats.band import CONF_TYPES, confidence_band
from hepatica.stats.kaplan_meier import kaplan_meier, median_survival

Z = NormalDist().inv_cdf(0.975)
HALF = 0.5 + 1.5e-8
# R survival 3.5-3, times 1..20 without censoring: index of the lower limit.
R_20 = {"plain": 6, "logit": 6, "arcsin": 6, "log": 7, "log-log": 5}


def test_every_order_statistic_of_the_reference_file() -> None:
    with reference_file("km_median_ci_order_statistics_R_survfit_3_5_3.csv").open() as stream:
        for row in csv.DictReader(stream):
            n = int(row["n"])
            patients, _ = early_patients_needed(n, row["conf_type"])
            expected = n + 1 if row["upper_index"] == "NA" else int(row["lower_index"])
            assert patients == expected, row


@pytest.mark.parametrize("conf_type", CONF_TYPES)
def test_twenty_patients_as_in_r(conf_type: str) -> None:
    assert early_patients_needed(20, conf_type)[0] == R_20[conf_type]


@pytest.mark.parametrize("conf_type", CONF_TYPES)
@pytest.mark.parametrize("n", [*range(1, 17)])
def test_no_order_of_events_and_censorings_needs_fewer(n: int, conf_type: str) -> None:
    patients, events = _least_over_all_orders(n, conf_type)
    assert early_patients_needed(n, conf_type) == (patients, events)


@pytest.mark.parametrize("conf_type", CONF_TYPES)
def test_all_orders_of_eight_by_the_estimator_itself(conf_type: str) -> None:
    found = []
    for events in itertools.product([0, 1], repeat=9):
        curve = kaplan_meier(np.arange(1, 10), events, conf_type=conf_type)  # type: ignore[arg-type]
        median = median_survival(curve)
        if median.lower is not None and median.upper is not None:
            k = int(median.lower)
            found.append((k, sum(events[:k])))
    least = (min(k for k, _ in found), min(e for _, e in found)) if found else (10, 10)
    assert early_patients_needed(9, conf_type) == least


@pytest.mark.parametrize("conf_type", ["log", "plain", "logit", "arcsin"])
def test_fewer_events_do_not_do_among_any_number_of_patients(conf_type: str) -> None:
    """Every place of fewer events; those with more than 40 at risk are given the best of both."""
    _, least = early_patients_needed(50, conf_type)
    assert all(not _possible(events, conf_type) for events in range(1, least))
    assert _possible(least, conf_type)


def _least_over_all_orders(n: int, conf_type: str) -> tuple[int, int]:
    orders = np.arange(2**n)
    survival, log_var, seen = np.ones(len(orders)), np.zeros(len(orders)), np.zeros(len(orders))
    patients, events = np.zeros(len(orders), int), np.zeros(len(orders))
    upper_there = np.zeros(len(orders), bool)
    for i in range(n):
        risk, event = n - i, (orders >> i) & 1 == 1
        seen += event
        survival = np.where(event, survival * (risk - 1) / risk, survival)
        step = 1 / (risk * (risk - 1)) if risk > 1 else np.inf
        log_var = np.where(event, log_var + step, log_var)
        lower, upper = confidence_band(survival, np.sqrt(log_var), conf_type=conf_type, z=Z)
        first = (lower <= HALF) & (patients == 0)
        patients[first], events[first] = i + 1, seen[first]
        upper_there |= upper <= HALF
    both = upper_there & (patients > 0)
    return (patients[both].min(), events[both].min()) if both.any() else (n + 1, n + 1)


def _possible(events: int, conf_type: str, most: int = 40) -> bool:
    """Whether some places of `events` events reach 0.5 with the lower band, and upper later."""
    for far in range(events + 1):
        near = np.array(list(itertools.combinations(range(2, most + 1), events - far)), float)
        survival, log_var = np.prod(1 - 1 / near, axis=1), np.sum(1 / (near * (near - 1)), axis=1)
        survival *= (most / (most + 1)) ** far
        with_far = np.sqrt(log_var + far / (most * (most + 1)))
        lower, _ = confidence_band(survival, with_far, conf_type=conf_type, z=Z)
        for i in np.flatnonzero(lower <= HALF):
            later = _later(int(near[i].min()) - 1)
            s, v = survival[i] * later[:, 0], log_var[i] + later[:, 1]
            if (confidence_band(s, np.sqrt(v), conf_type=conf_type, z=Z)[1] <= HALF).any():
                return True
    return False


@lru_cache
def _later(left: int) -> np.ndarray:
    """Factor of S and addition to the variance for every choice of later events but the last."""
    assert left < 14
    found = np.array([[1.0, 0.0]])
    for risk in range(2, left + 1):
        event = np.column_stack((found[:, 0] * (1 - 1 / risk), found[:, 1] + 1 / (risk**2 - risk)))
        found = np.vstack((found, event))
    return found
