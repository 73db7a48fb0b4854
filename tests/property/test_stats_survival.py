"""What must hold for any follow-up: order, unit and bookkeeping change no statistic."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hepatica.core.errors import NotDefined
from hepatica.stats.kaplan_meier import (
    Curve,
    kaplan_meier,
    median_survival,
    quantile,
    restricted_mean,
    survival_at,
)
from hepatica.stats.log_rank import log_rank

TYPES = st.sampled_from(["log", "log-log", "plain", "logit", "arcsin"])
RULES = st.sampled_from(["midpoint", "first"])
SUBJECT = st.tuples(st.integers(0, 40), st.booleans())
GROUPED = st.tuples(st.integers(0, 40), st.booleans(), st.sampled_from("ab"))
QUICK = settings(max_examples=80, deadline=None, derandomize=True)


def _arrays(seen: list[tuple[int, bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([t for t, _ in seen]), np.array([e for _, e in seen])


def _same_curve(left: Curve, right: Curve) -> None:
    for name in ("at_risk", "events", "censored", "survival", "std_err", "lower", "upper"):
        np.testing.assert_allclose(getattr(left, name), getattr(right, name), rtol=1e-12)


@QUICK
@given(st.lists(SUBJECT, min_size=1, max_size=30), TYPES, st.randoms(use_true_random=False))
def test_the_order_of_subjects_does_not_matter(
    seen: list[tuple[int, bool]], conf: str, random: object
) -> None:
    shuffled = list(seen)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    left = kaplan_meier(*_arrays(seen), conf_type=conf)
    right = kaplan_meier(*_arrays(shuffled), conf_type=conf)
    _same_curve(left, right)


@QUICK
@given(st.lists(SUBJECT, min_size=1, max_size=30), RULES, st.sampled_from([1 / 30.4375, 12.0, 0.1]))
def test_the_unit_of_time_does_not_matter(
    seen: list[tuple[int, bool]], rule: str, unit: float
) -> None:
    time, event = _arrays(seen)
    plain, scaled = kaplan_meier(time, event), kaplan_meier(time * unit, event)
    _same_curve(plain, scaled)
    np.testing.assert_allclose(plain.time * unit, scaled.time, rtol=1e-12)
    for p in (0.25, 0.5, 0.75):
        left, right = quantile(plain, p, rule), quantile(scaled, p, rule)
        for part in ("estimate", "lower", "upper"):
            one, other = getattr(left, part), getattr(right, part)
            assert (one is None) == (other is None)
            assert one is None or other == pytest.approx(one * unit)


@QUICK
@given(st.lists(SUBJECT, min_size=1, max_size=30))
def test_whole_numbers_and_others_are_counted_alike(seen: list[tuple[int, bool]]) -> None:
    time, event = _arrays(seen)
    counted, sorted_ = kaplan_meier(time, event), kaplan_meier(time + 0.5, event)
    _same_curve(counted, sorted_)
    entered = kaplan_meier(time + 1, event, entry=np.zeros(len(time)))
    _same_curve(counted, entered)


@QUICK
@given(st.lists(SUBJECT, min_size=1, max_size=30), TYPES)
def test_a_curve_falls_and_its_band_holds_it(seen: list[tuple[int, bool]], conf: str) -> None:
    curve = kaplan_meier(*_arrays(seen), conf_type=conf)
    assert np.all(np.diff(curve.survival) <= 0)
    assert np.all((curve.survival >= 0) & (curve.survival <= 1))
    known = ~np.isnan(curve.lower)
    assert np.all(curve.lower[known] <= curve.survival[known] + 1e-12)
    assert np.all(curve.upper[known] >= curve.survival[known] - 1e-12)
    assert curve.events.sum() + curve.censored.sum() == curve.n == curve.at_risk[0]


@QUICK
@given(st.lists(SUBJECT, min_size=1, max_size=30))
def test_without_censoring_the_curve_is_the_share_alive(seen: list[tuple[int, bool]]) -> None:
    time = np.array([t for t, _ in seen])
    curve = kaplan_meier(time, np.ones(len(time)))
    for point in survival_at(curve, range(41)):
        assert point.survival == pytest.approx(np.mean(time > point.time), abs=1e-12)
    mean, _ = restricted_mean(curve, 100)
    assert mean == pytest.approx(time.mean())


@QUICK
@given(st.lists(SUBJECT, min_size=1, max_size=20))
def test_a_tie_split_by_less_than_noise_stays_a_tie(seen: list[tuple[int, bool]]) -> None:
    time, event = _arrays(seen)
    noise = time * (1 + 1e-15 * np.arange(len(time)))
    _same_curve(kaplan_meier(time, event), kaplan_meier(noise, event))


@QUICK
@given(st.lists(SUBJECT, min_size=1, max_size=20), RULES)
def test_twice_the_subjects_leave_the_median(seen: list[tuple[int, bool]], rule: str) -> None:
    once = kaplan_meier(*_arrays(seen))
    twice = kaplan_meier(*_arrays(seen * 2))
    np.testing.assert_allclose(once.survival, twice.survival, atol=1e-12)
    assert median_survival(once, rule).estimate == median_survival(twice, rule).estimate


def _log_rank(seen: list[tuple[int, bool, str]], rho: float) -> tuple[float, list[float]] | None:
    try:
        found = log_rank(*(np.array(part) for part in zip(*seen, strict=True)), rho=rho)
    except NotDefined:
        return None
    return found.statistic, list(found.observed)


@QUICK
@given(st.lists(GROUPED, min_size=2, max_size=30), st.sampled_from([0.0, 0.5, 1.0]))
def test_the_names_of_groups_and_the_order_do_not_matter(
    seen: list[tuple[int, bool, str]], rho: float
) -> None:
    plain = _log_rank(seen, rho)
    renamed = _log_rank([(t, e, "b" if g == "a" else "a") for t, e, g in reversed(seen)], rho)
    assert (plain is None) == (renamed is None)
    if plain is not None and renamed is not None:
        assert renamed[0] == pytest.approx(plain[0], rel=1e-8, abs=1e-8)
        assert renamed[1] == pytest.approx(plain[1][::-1])


@QUICK
@given(st.lists(GROUPED, min_size=2, max_size=30))
def test_observed_and_expected_have_one_sum(seen: list[tuple[int, bool, str]]) -> None:
    time, event, group = (np.array(part) for part in zip(*seen, strict=True))
    try:
        found = log_rank(time, event, group)
    except NotDefined:
        return
    assert found.observed.sum() == pytest.approx(event.sum())
    assert found.expected.sum() == pytest.approx(event.sum())
    assert 0 <= found.p_value <= 1
    one_stratum = log_rank(time, event, group, strata=np.zeros(len(time)))
    assert one_stratum.statistic == pytest.approx(found.statistic, rel=1e-8, abs=1e-12)
