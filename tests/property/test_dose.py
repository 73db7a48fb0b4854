"""What must hold for any dose and any course of infusions."""

from __future__ import annotations

from decimal import Decimal
from itertools import product as combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hepatica.clinic.pharmacokinetics import (
    Disposition,
    Infusion,
    Patient,
    Simulation,
    auc_mg_day_l,
    concentration_mg_l,
    disposition,
    model,
    prediction_interval,
)
from hepatica.clinic.rules.dose import (
    POLICIES,
    DoseRequest,
    RedoseRule,
    dose_order,
    product,
    vials_for,
)

QUICK = settings(max_examples=80, deadline=None, derandomize=True)
DOSES = st.decimals(min_value="0.1", max_value="2000", places=1)
WEIGHTS = st.decimals(min_value=20, max_value=300, places=1)
SIZES = st.lists(st.sampled_from([50, 100, 150, 400]), min_size=1, max_size=3, unique=True)


@QUICK
@given(DOSES, SIZES)
def test_vials_cover_the_dose_with_the_least_waste(dose: Decimal, sizes: list[int]) -> None:
    vials = vials_for(dose, [Decimal(s) for s in sizes])
    content = sum(size * count for size, count in vials.counts)
    assert content - dose == vials.waste_mg >= 0
    # Brute force in whole milligrams, over more vials than can be needed.
    most = [range(int(2000 // s) + 2) for s in sizes]
    covering = [
        (Decimal(total), sum(counts))
        for counts in combinations(*most)
        if (total := sum(n * s for n, s in zip(counts, sizes, strict=True))) >= dose
        and total <= content
    ]
    assert (content, vials.total) == min(covering)


@QUICK
@given(WEIGHTS)
def test_a_policy_keeps_its_tolerance_and_the_volume_its_range(weight: Decimal) -> None:
    order = dose_order(product("bevacizumab"), DoseRequest(weight))
    for option in order.options:
        limit = POLICIES[option.policy.name].tolerance_pct
        assert 100 * abs(option.given_mg - order.exact_mg) <= limit * order.exact_mg
    low, high = order.lowest_volume_ml, order.highest_volume_ml
    assert order.within_range == (low <= 100 <= high)


@QUICK
@given(WEIGHTS, WEIGHTS, st.decimals(min_value=0, max_value=50, places=1))
def test_the_redose_rule_is_the_same_from_both_options_but_at_the_limit(
    now: Decimal, before: Decimal, percent: Decimal
) -> None:
    inclusive = RedoseRule(percent, True).asks(now, before)
    exclusive = RedoseRule(percent, False).asks(now, before)
    at_limit = 100 * abs(now - before) == percent * before
    assert inclusive == (exclusive or at_limit)
    assert not (exclusive and at_limit)


@QUICK
@given(
    st.floats(0.1, 0.6),
    st.floats(1.5, 5),
    st.floats(0.2, 1.5),
    st.floats(1, 5),
    st.lists(st.floats(0.1, 60), min_size=2, max_size=5, unique=True),
)
def test_doses_add_up(
    clearance: float, central: float, between: float, peripheral: float, starts: list[float]
) -> None:
    patient = Disposition(clearance, central, between, peripheral)
    doses = [Infusion(100.0 + i, start, 30) for i, start in enumerate(starts)]
    days = np.linspace(0, 120, 50)
    together = concentration_mg_l(patient, doses, days)
    apart = sum(concentration_mg_l(patient, [one], days) for one in doses)
    np.testing.assert_allclose(together, apart, rtol=1e-12)
    double = [Infusion(2 * one.dose_mg, one.start_day, one.minutes) for one in doses]
    np.testing.assert_allclose(concentration_mg_l(patient, double, days), 2 * together, rtol=1e-12)
    assert np.all(together[days < min(starts)] == 0)
    assert np.all(together >= 0)


@QUICK
@given(
    st.floats(0.1, 0.6), st.floats(1.5, 5), st.floats(0.2, 1.5), st.floats(1, 5), st.floats(10, 180)
)
def test_what_went_in_comes_out(
    clearance: float, central: float, between: float, peripheral: float, minutes: float
) -> None:
    patient = Disposition(clearance, central, between, peripheral)
    given_ = [Infusion(350, 0, minutes)]
    length = minutes / 1440
    # Gauss-Legendre over pieces that grow with time, the last tail in closed form.
    edges = np.concatenate([[0, length], length + np.geomspace(1e-3, 400, 60)])
    nodes, weights = np.polynomial.legendre.leggauss(20)
    half = np.diff(edges) / 2
    days = (edges[:-1] + half)[:, np.newaxis] + half[:, np.newaxis] * nodes
    area = np.sum(
        concentration_mg_l(patient, given_, days.ravel()).reshape(days.shape)
        * weights
        * half[:, np.newaxis]
    )
    slow = patient.rates_day[1]
    tail = concentration_mg_l(patient, given_, [edges[-1]])[0] / slow
    assert area + tail == pytest.approx(auc_mg_day_l(patient, given_), rel=1e-6)
    assert auc_mg_day_l(patient, given_) == pytest.approx(350 / clearance)


def test_the_closed_form_solves_the_equations() -> None:
    """Against a fourth-order Runge-Kutta of the two compartments, written out here."""
    own = disposition(model("han2016"), Patient(65, "M", 32, 180))
    k10 = own.clearance_l_day / own.central_l
    k12 = own.between_l_day / own.central_l
    k21 = own.between_l_day / own.peripheral_l
    length = 90 / 1440

    def slope(amount: np.ndarray, rate: float) -> np.ndarray:
        central, other = amount
        return np.array([rate - (k10 + k12) * central + k21 * other, k12 * central - k21 * other])

    amount = np.zeros(2)
    for end, steps, rate in ((length, 200, 325 / length), (14.0 - length, 20000, 0.0)):
        h = end / steps
        for _ in range(steps):
            a = slope(amount, rate)
            b = slope(amount + h / 2 * a, rate)
            c = slope(amount + h / 2 * b, rate)
            d = slope(amount + h * c, rate)
            amount = amount + h / 6 * (a + 2 * b + 2 * c + d)
    (found,) = concentration_mg_l(own, [Infusion(325, 0, 90)], [14])
    assert found == pytest.approx(amount[0] / own.central_l, rel=1e-9)


def test_the_interval_is_seeded_and_lies_around_the_typical_course() -> None:
    chosen = model("han2016")
    own = disposition(chosen, Patient(70, "F", 39, 109))
    given_, days = [Infusion(350, 0, 30)], [1.0, 14.0, 28.0]

    def limits(seed: int, level: float) -> tuple[np.ndarray, np.ndarray]:
        found = prediction_interval(chosen, own, given_, days, Simulation(seed, 4000, level))
        assert found is not None
        return found

    lower, upper = limits(7, 0.9)
    again = limits(7, 0.9)
    np.testing.assert_array_equal(lower, again[0])
    assert not np.array_equal(lower, limits(8, 0.9)[0])
    narrow = limits(7, 0.5)
    typical = concentration_mg_l(own, given_, days)
    assert np.all(lower < narrow[0]) and np.all(narrow[0] < typical)
    assert np.all(typical < narrow[1]) and np.all(narrow[1] < upper)
    assert prediction_interval(model("lu2008"), own, given_, days, Simulation(7)) is None
