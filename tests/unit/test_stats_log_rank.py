from __future__ import annotations

import math

import pytest

from hepatica.core.errors import NotDefined, UsageError
from hepatica.stats.log_rank import log_rank


def test_a_log_rank_test_by_hand() -> None:
    # Times 1 (group a), 2 (b), 3 (a), 4 (b), all events: at risk a 2 2 1 ... drawn up by hand.
    found = log_rank([1, 2, 3, 4], [1, 1, 1, 1], ["a", "b", "a", "b"])
    expected_a = 2 / 4 + 1 / 3 + 1 / 2
    variance = 2 * 2 / 16 + 1 * 2 / 9 + 1 * 1 / 4
    assert found.observed.tolist() == [2, 2]
    assert found.expected.tolist() == pytest.approx([expected_a, 4 - expected_a])
    assert found.statistic == pytest.approx((2 - expected_a) ** 2 / variance)
    assert found.p_value == pytest.approx(math.erfc(math.sqrt(found.statistic / 2)))
    assert (found.df, found.groups) == (1, ("a", "b"))


def test_the_sum_does_not_overflow_with_many_subjects() -> None:
    # 64-bit integers would overflow from 4e5 subjects with heavy ties.
    one = log_rank([1, 2, 3] * 2, [1, 1, 0, 1, 0, 1], [0, 0, 0, 1, 1, 1])
    many = log_rank([1, 2, 3] * 400_000, [1, 1, 0, 1, 0, 1] * 200_000, [0, 0, 0, 1, 1, 1] * 200_000)
    assert many.observed.tolist() == [200_000 * v for v in one.observed]
    assert many.statistic == pytest.approx(200_000 * one.statistic, rel=0.5)


def test_a_test_of_one_group_is_not_defined() -> None:
    with pytest.raises(NotDefined):
        log_rank([1, 2], [1, 1], ["a", "a"])


def test_nobody_had_the_event() -> None:
    found = log_rank([1, 2], [0, 0], ["a", "b"])
    assert (found.statistic, found.df, found.p_value) == (0, 0, 1)


def test_everybody_died_at_once() -> None:
    with pytest.raises(NotDefined):
        log_rank([1, 1], [1, 1], ["a", "b"])


def test_rho_must_be_finite() -> None:
    with pytest.raises(UsageError):
        log_rank([1, 2], [1, 1], ["a", "b"], rho=math.nan)


def test_every_subject_a_group_needs_no_large_table() -> None:
    found = log_rank([*range(9000, 9400)], [1] * 400, [*range(400)])
    assert found.observed.sum() == 400
    assert found.df == 399
