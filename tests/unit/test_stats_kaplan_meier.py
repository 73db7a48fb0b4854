"""Curves small enough for arithmetic by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hepatica.core.errors import NotDefined, UsageError
from hepatica.stats.kaplan_meier import (
    Quantile,
    kaplan_meier,
    median_follow_up,
    median_survival,
    quantile,
    restricted_mean,
    survival_at,
)


def test_a_curve_by_hand() -> None:
    curve = kaplan_meier([2, 3, 3, 5, 8], [1, 1, 0, 0, 1])
    assert curve.time.tolist() == [2, 3, 5, 8]
    assert curve.at_risk.tolist() == [5, 4, 2, 1]
    assert curve.events.tolist() == [1, 1, 0, 1]
    assert curve.censored.tolist() == [0, 1, 1, 0]
    np.testing.assert_allclose(curve.survival, [4 / 5, 3 / 5, 3 / 5, 0])
    greenwood = 3 / 5 * math.sqrt(1 / (5 * 4) + 1 / (4 * 3))
    assert curve.std_err[1] == pytest.approx(greenwood)
    assert math.isnan(curve.std_err[3])
    assert (curve.n, curve.n_events, curve.max_time) == (5, 3, 8.0)


@pytest.mark.parametrize(("rule", "median"), [("midpoint", 2.5), ("first", 2.0)])
def test_a_median_on_a_plateau_follows_the_rule_named(rule: str, median: float) -> None:
    curve = kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1])
    assert median_survival(curve, rule).estimate == median
    # The same by float noise: seven tenths, then five sevenths of it, is one half.
    noisy = kaplan_meier(np.arange(1, 11), np.ones(10))
    assert median_survival(noisy, rule).estimate == (5.5 if rule == "midpoint" else 5.0)


def test_a_plateau_to_the_end_reaches_to_the_last_follow_up() -> None:
    curve = kaplan_meier([1, 2, 6, 9], [1, 1, 0, 0])
    assert median_survival(curve).estimate == (2 + 9) / 2
    assert median_survival(curve, "first").estimate == 2


def test_a_median_not_reached_is_none() -> None:
    assert median_survival(kaplan_meier([5, 6], [0, 0])) == Quantile(None, None, None)
    assert median_survival(kaplan_meier([5], [0]), "first") == Quantile(None, None, None)


def test_one_subject_with_the_event() -> None:
    curve = kaplan_meier([4], [1])
    assert curve.survival.tolist() == [0]
    assert median_survival(curve) == Quantile(4.0, None, None)


def test_an_event_at_time_zero_counts() -> None:
    curve = kaplan_meier([0, 0, 1, 2], [0, 1, 1, 1])
    np.testing.assert_allclose(curve.survival, [0.75, 0.375, 0])
    assert curve.at_risk.tolist() == [4, 2, 1]


def test_quantiles_at_the_ends() -> None:
    curve = kaplan_meier([1, 2, 3], [1, 1, 1])
    for rule in ("midpoint", "first"):
        assert quantile(curve, 0, rule).estimate == 0
        assert quantile(curve, 1, rule).estimate == 3


def test_landmarks_keep_the_order_asked_for() -> None:
    curve = kaplan_meier([1, 2, 3, 4], [1, 0, 1, 0])
    late, early, first = survival_at(curve, [3.5, 0.5, 1])
    assert (late.survival, late.at_risk) == (pytest.approx(3 / 8), 1)
    assert (early.survival, early.lower, early.upper, early.at_risk) == (1, 1, 1, 4)
    assert (first.survival, first.at_risk) == (0.75, 4)


def test_beyond_the_last_follow_up_nothing_is_known_unless_everybody_died() -> None:
    (open_end,) = survival_at(kaplan_meier([1, 2], [1, 0]), [5])
    assert (open_end.survival, open_end.lower, open_end.at_risk) == (None, None, 0)
    (carried,) = survival_at(kaplan_meier([1, 2], [1, 0]), [5], extend=True)
    assert carried.survival == 0.5
    (dead,) = survival_at(kaplan_meier([1, 2], [1, 1]), [5])
    assert (dead.survival, dead.lower, dead.std_err) == (0, None, None)


def test_restricted_mean_by_hand() -> None:
    curve = kaplan_meier([1, 3], [1, 1])
    mean, error = restricted_mean(curve, 2)
    assert mean == pytest.approx(1 + 0.5)
    assert error == pytest.approx(math.sqrt(0.5**2 * 1 / (2 * 1)))
    assert restricted_mean(curve, 0.5) == (0.5, 0.0)
    assert restricted_mean(kaplan_meier([1, 4], [1, 0]), 10)[0] == pytest.approx(1 + 0.5 * 9)


def test_reverse_follow_up_by_hand() -> None:
    # At time 4 the event comes first in R only by its status: both leave the risk set together.
    assert median_follow_up([2, 4, 4, 6], [1, 0, 1, 0]).estimate == 6


def test_delayed_entry_lowers_the_number_at_risk() -> None:
    curve = kaplan_meier([3, 4, 5], [1, 1, 1], entry=[0, 3, 0])
    assert curve.at_risk.tolist() == [2, 2, 1]


def test_times_that_differ_by_noise_are_one() -> None:
    curve = kaplan_meier([0.1 + 0.2, 0.3, 1], [1, 1, 1])
    assert curve.time.tolist() == [0.3, 1]
    assert curve.events.tolist() == [2, 1]


def test_wrong_options_are_refused() -> None:
    curve = kaplan_meier([1], [1])
    for call in (
        lambda: kaplan_meier([1], [1], conf_type="loglog"),  # type: ignore[arg-type]
        lambda: kaplan_meier([1], [1], conf_level=95),
        lambda: quantile(curve, 1.5),
        lambda: quantile(curve, math.nan),
        lambda: quantile(curve, 0.5, "middle"),  # type: ignore[arg-type]
        lambda: survival_at(curve, [math.nan]),
    ):
        with pytest.raises(UsageError):
            call()
    for tau in (0, -1, math.nan, math.inf):
        with pytest.raises(NotDefined):
            restricted_mean(curve, tau)
