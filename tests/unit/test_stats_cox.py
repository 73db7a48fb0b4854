from __future__ import annotations

import math

import numpy as np
import pytest

from hepatica.core.errors import NotDefined, ShapeError, UsageError
from hepatica.stats.cox import cox, proportional_hazards_test

TIME = np.array([4.0, 3, 1, 1, 2, 2, 3, 5, 6, 7])
EVENT = np.array([1, 1, 1, 0, 1, 1, 0, 1, 0, 1])
X = np.array([0.0, 2, 1, 1, 1, 0, 0, 0.5, 1.5, 0.2])


def test_two_subjects_by_hand() -> None:
    # One comparison of risks: score statistic (1 - 1/2)^2 / (1/4) at 0, on one event at a time.
    fit = cox([1, 2, 3], [1, 1, 0], [1, 0, 1])
    # log L(b) = b - log(2 e^b + 1) + 0 - log(1 + e^b); its root in e^b: 2 e^2b = 1 ... = sqrt(1/2)
    assert fit.hazard_ratio[0] == pytest.approx(math.sqrt(0.5), rel=1e-6)
    assert fit.loglik[0] == pytest.approx(-math.log(3) - math.log(2))


def test_a_constant_covariate_is_left_out_aloud() -> None:
    fit = cox(TIME, EVENT, np.column_stack([X, np.full(10, 3.7)]), names=["dose", "sex"])
    assert math.isnan(fit.coef[1])
    assert math.isnan(fit.se[1])
    assert fit.coef[0] == pytest.approx(cox(TIME, EVENT, X).coef[0], rel=1e-12)
    assert fit.wald.df == 1
    assert any("sex" in note for note in fit.notes)
    assert "sex" not in proportional_hazards_test(fit)


def test_a_covariate_that_another_determines_is_left_out_aloud() -> None:
    fit = cox(TIME, EVENT, np.column_stack([X, 2 * X + 1]))
    assert math.isnan(fit.coef[1])
    assert fit.converged
    assert "x2" in fit.notes[0]


def test_nothing_but_constants() -> None:
    fit = cox(TIME, EVENT, np.ones(10))
    assert math.isnan(fit.coef[0])
    assert not fit.converged
    assert fit.likelihood_ratio.df == 0
    with pytest.raises(NotDefined):
        proportional_hazards_test(fit)


def test_a_monotone_likelihood_is_said() -> None:
    fit = cox([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0])
    assert not fit.converged
    assert any("without end in x1" in note for note in fit.notes)


def test_an_ordinary_fit_has_nothing_to_say() -> None:
    fit = cox(TIME, EVENT, X)
    assert fit.converged
    assert fit.notes == ()


def test_centre_and_unit_of_a_covariate_do_not_matter() -> None:
    plain = cox(TIME, EVENT, X)
    moved = cox(TIME, EVENT, 1e6 + 1000 * X)
    assert moved.coef[0] * 1000 == pytest.approx(plain.coef[0], rel=1e-6)
    assert moved.z[0] == pytest.approx(plain.z[0], rel=1e-6)


def test_huge_covariates_do_not_overflow() -> None:
    fit = cox(TIME, EVENT, X * 1e200)
    assert fit.z[0] == pytest.approx(cox(TIME, EVENT, X).z[0], rel=1e-9)


def test_entry_at_zero_changes_nothing() -> None:
    for ties in ("efron", "breslow"):
        plain = cox(TIME, EVENT, X, ties=ties)
        entered = cox(TIME, EVENT, X, ties=ties, entry=np.zeros(10))
        assert entered.coef[0] == pytest.approx(plain.coef[0], rel=1e-12)


def test_subjects_who_leave_before_any_event_change_nothing() -> None:
    fit = cox([0.5, *TIME], [0, *EVENT], [99, *X])
    assert fit.coef[0] == pytest.approx(cox(TIME, EVENT, X).coef[0], rel=1e-8)
    assert fit.n == 11


def test_many_strata_are_searched_and_not_tabled() -> None:
    pairs = np.repeat(np.arange(400), 2)
    time = np.tile([5000, 9000], 400)
    x = np.tile([1.0, 0.0, 0.0, 1.0, 1.0, 0.0], 134)[:800]
    fit = cox(time, np.ones(800), x, strata=pairs)
    # In a matched pair only the first event compares: the hazard ratio is the ratio of wins.
    wins = int(x[::2].sum())
    assert fit.hazard_ratio[0] == pytest.approx(wins / (400 - wins), rel=1e-8)


def test_a_term_of_two_columns_has_one_test() -> None:
    fit = cox(TIME, EVENT, np.column_stack([X, X**2]), names=["a", "b"])
    found = proportional_hazards_test(fit, terms={"both": [0, 1]})
    assert list(found) == ["both", "GLOBAL"]
    assert found["both"].df == 2
    assert found["both"].statistic == pytest.approx(found["GLOBAL"].statistic)


def test_wrong_calls_are_refused() -> None:
    with pytest.raises(NotDefined):
        cox(TIME, np.zeros(10), X)
    with pytest.raises(NotDefined):
        cox(TIME, EVENT, np.where(X == 2, np.nan, X))
    with pytest.raises(NotDefined):
        cox(TIME, EVENT, np.empty((10, 0)))
    with pytest.raises(ShapeError):
        cox(TIME, EVENT, X[:-1])
    with pytest.raises(ShapeError):
        cox(TIME, EVENT, X, names=["a", "b"])
    with pytest.raises(ShapeError):
        cox(TIME, EVENT, ["a"] * 10)
    with pytest.raises(UsageError):
        cox(TIME, EVENT, X, ties="exact")  # type: ignore[typeddict-item]
    with pytest.raises(UsageError):
        proportional_hazards_test(cox(TIME, EVENT, X), transform="rank")  # type: ignore[arg-type]
