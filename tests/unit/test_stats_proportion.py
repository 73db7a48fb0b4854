from __future__ import annotations

import pytest

from hepatica.core.errors import NotDefined, UsageError
from hepatica.stats.proportion import clopper_pearson, wilson


def test_none_and_all_of_n_have_closed_limits() -> None:
    for n in (1, 2, 20, 500):
        low, high = clopper_pearson(0, n)
        assert low == 0
        assert high == pytest.approx(1 - 0.025 ** (1 / n), rel=1e-12)
        low, high = clopper_pearson(n, n)
        assert low == pytest.approx(0.025 ** (1 / n), rel=1e-12)
        assert high == 1


def test_seven_of_twenty() -> None:
    # R 4.2.2: binom.test(7, 20)$conf.int
    assert clopper_pearson(7, 20) == pytest.approx((0.1539092, 0.5921885), abs=5e-8)


@pytest.mark.parametrize(("x", "n"), [(0, 0), (1, 0), (3, 2), (-1, 5), (1.5, 5), (0, -1)])
def test_counts_that_make_no_proportion_are_refused(x: float, n: int) -> None:
    for limits in (clopper_pearson, wilson):
        with pytest.raises(NotDefined):
            limits(x, n)  # type: ignore[arg-type]


def test_a_level_is_a_share() -> None:
    for limits in (clopper_pearson, wilson):
        with pytest.raises(UsageError):
            limits(1, 5, 95)
