from __future__ import annotations

import math

import numpy as np
import pytest

from hepatica.core.errors import NotDefined, UsageError
from hepatica.stats.bootstrap import _medians, _resampled, bootstrap_median
from hepatica.stats.count import risk_table
from hepatica.stats.kaplan_meier import kaplan_meier, median_survival
from hepatica.stats.observation import check_observation

TIME = np.array([3, 5, 5, 8, 9, 12, 14, 14, 20, 21])
EVENT = np.array([1, 1, 0, 1, 0, 1, 1, 0, 1, 0])


@pytest.mark.parametrize("rule", ["midpoint", "first"])
def test_every_resample_s_median_is_that_of_its_curve(rule: str) -> None:
    table = risk_table(check_observation(TIME, EVENT))
    medians = _medians(table, np.random.default_rng(3), 400, rule)
    events, leaving = _resampled(table, np.random.default_rng(3), 400)
    for median, died, left in zip(medians, events, leaving, strict=True):
        time = np.repeat(table.time, left)
        flags = np.concatenate([np.arange(n) < d for d, n in zip(died, left, strict=True)])
        estimate = median_survival(kaplan_meier(time, flags), rule).estimate
        assert median == (math.inf if estimate is None else pytest.approx(estimate))


def test_the_seed_decides() -> None:
    first = bootstrap_median(TIME, EVENT, seed=1)
    assert first == bootstrap_median(TIME, EVENT, seed=1)
    assert first[0] is not None
    assert 3 <= first[0] <= 14


def test_many_subjects_at_few_times_are_drawn_by_count() -> None:
    time, event = np.tile(TIME, 50), np.tile(EVENT, 50)
    low, high = bootstrap_median(time, event, seed=2, resamples=500)
    assert low is not None
    assert high is not None
    assert 9 <= low <= high <= 14


def test_a_limit_not_reached_is_none() -> None:
    assert bootstrap_median([1, 2, 3], [0, 0, 0], seed=1, resamples=50) == (None, None)
    assert bootstrap_median([4], [1], seed=1, resamples=50) == (4, 4)


def test_wrong_calls_are_refused() -> None:
    with pytest.raises(NotDefined):
        bootstrap_median([], [], seed=1)
    for options in ({"resamples": 0}, {"level": 1}, {"plateau": "middle"}):
        with pytest.raises(UsageError):
            bootstrap_median(TIME, EVENT, seed=1, **options)  # type: ignore[arg-type]
