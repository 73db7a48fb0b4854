from __future__ import annotations

import math

import pytest

from hepatica.core.errors import ShapeError, UsageError
from hepatica.stats.describe import description


def test_missing_values_are_counted_and_enter_nothing() -> None:
    found = description([1, math.nan, 3, None])
    assert (found.n, found.missing, found.mean, found.min, found.max) == (2, 2, 2, 1, 3)
    assert found.sd == pytest.approx(math.sqrt(2))


def test_nothing_known_is_none_not_zero() -> None:
    for values in ([], [math.nan]):
        found = description(values)
        assert found.n == 0
        assert found.mean is found.sd is found.median is found.q1 is found.max is None


def test_one_value_has_no_spread() -> None:
    found = description([5])
    assert (found.mean, found.sd, found.median, found.q1, found.q3) == (5, None, 5, 5, 5)


def test_both_types_of_quartile() -> None:
    # R 4.2.2: quantile(1:6, c(.25, .5, .75), type = 7 and 2)
    assert [description(range(1, 7)).q1, description(range(1, 7)).q3] == [2.25, 4.75]
    two = description(range(1, 7), quantile_type=2)
    assert [two.q1, two.median, two.q3] == [2, 3.5, 5]


def test_wrong_calls_are_refused() -> None:
    with pytest.raises(ShapeError):
        description([[1, 2]])
    with pytest.raises(ShapeError):
        description(["a"])
    with pytest.raises(UsageError):
        description([1], quantile_type=6)  # type: ignore[arg-type]
