from __future__ import annotations

import math

import pytest

from hepatica.core.errors import NotDefined, UsageError
from hepatica.stats.two_sample import compare_means, mann_whitney, shapiro_wilk, t_test

EVEN = [4.1, 5.0, 5.9, 5.2, 4.8, 5.1, 4.4, 5.6]
SKEWED = [1.0, 1.1, 1.2, 1.1, 1.3, 1.0, 30.0, 90.0]


def test_two_even_groups_are_compared_by_welch() -> None:
    found = compare_means(EVEN, [v + 1 for v in EVEN])
    assert found.method == "Welch's t test"
    assert "both at least 0.05: Welch's t test." in found.decision
    assert found.p_value == found.test.p_value


def test_a_skewed_group_leads_to_mann_whitney() -> None:
    found = compare_means(EVEN, SKEWED)
    assert "Mann-Whitney" in found.method
    assert "not both at least 0.05" in found.decision
    named = compare_means(EVEN, SKEWED, names=("TACE", "BEVA-TACE"))
    assert "in the BEVA-TACE group" in named.decision


@pytest.mark.parametrize("other", [[1.0, 2.0], [3.0, 3.0, 3.0]])
def test_a_group_that_cannot_be_assessed_leads_to_mann_whitney(other: list[float]) -> None:
    found = compare_means(EVEN, other)
    assert "not assessable in the second group" in found.decision
    assert found.normality[1] is None
    assert "Mann-Whitney" in found.method


def test_mann_whitney_says_how() -> None:
    assert mann_whitney([1, 2, 3], [4, 5]).method == "Mann-Whitney test, exact"
    assert "normal approximation" in mann_whitney([1, 2, 3], [3, 5]).method
    assert "normal approximation" in mann_whitney(range(50), [0.5, 1.5]).method


def test_an_exact_p_value_by_counting() -> None:
    # 1, 2, 3 against 4, 5: the most extreme of 10 arrangements, on either side.
    assert mann_whitney([1, 2, 3], [4, 5]).p_value == pytest.approx(2 / 10)


def test_missing_values_are_left_out() -> None:
    assert t_test([*EVEN, math.nan], SKEWED) == t_test(EVEN, SKEWED)
    assert mann_whitney([*EVEN, math.nan], SKEWED) == mann_whitney(EVEN, SKEWED)


def test_tests_that_do_not_exist_are_refused() -> None:
    for call in (
        lambda: t_test([1], [1, 2]),
        lambda: t_test([1, 1], [1, 1]),
        lambda: mann_whitney([], [1]),
        lambda: mann_whitney([2, 2], [2]),
        lambda: shapiro_wilk([1, 2]),
        lambda: shapiro_wilk([2, 2, 2]),
        lambda: shapiro_wilk([2, 2, math.inf]),
        lambda: compare_means([2, 2], [2]),
    ):
        with pytest.raises(NotDefined):
            call()
    for bad in (0, 1):
        with pytest.raises(UsageError):
            compare_means(EVEN, EVEN, alpha=bad)
        with pytest.raises(UsageError):
            t_test(EVEN, EVEN, level=bad)
