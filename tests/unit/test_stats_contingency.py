from __future__ import annotations

import math

import pytest

from hepatica.core.errors import NotDefined, ShapeError
from hepatica.stats.contingency import chi_square, fisher_exact


def test_the_lady_tasting_tea() -> None:
    found = fisher_exact([[3, 1], [1, 3]])
    assert found.p_value == pytest.approx(34 / 70, rel=1e-12)


def test_a_limit_of_the_odds_ratio_leaves_a_fortieth_in_the_tail() -> None:
    found = fisher_exact([[6, 14], [2, 19]])
    for odds, cells in ((found.lower, range(6, 9)), (found.upper, range(7))):
        assert odds is not None
        weight = [math.comb(20, x) * math.comb(21, 8 - x) * odds**x for x in range(9)]
        assert sum(weight[x] for x in cells) / sum(weight) == pytest.approx(0.025, rel=1e-9)


def test_rows_against_columns_does_not_matter() -> None:
    table = [[3, 7, 1], [8, 4, 2], [1, 1, 6], [2, 2, 2]]
    turned = list(zip(*table, strict=True))
    assert fisher_exact(table).p_value == pytest.approx(fisher_exact(turned).p_value, rel=1e-9)


def test_empty_rows_tell_nothing() -> None:
    assert fisher_exact([[3, 0], [5, 0]]).p_value == 1
    assert fisher_exact([[3, 0, 0], [5, 0, 0]]).p_value == 1
    with_empty = fisher_exact([[3, 1, 0], [1, 3, 0]]).p_value
    assert with_empty == pytest.approx(34 / 70, rel=1e-9)


def test_a_table_too_large_is_refused() -> None:
    with pytest.raises(NotDefined, match="too large"):
        fisher_exact([[200, 210, 190, 205], [190, 220, 200, 195], [210, 190, 205, 200]])


def test_a_table_must_be_a_table() -> None:
    for table in ([[1, 2]], [1, 2], [["a", "b"], ["c", "d"]]):
        with pytest.raises(ShapeError):
            fisher_exact(table)
    for table in ([[1, -1], [2, 3]], [[1, 0.5], [2, 3]], [[0, 0], [0, 0]], [[1, math.nan], [1, 1]]):
        with pytest.raises(NotDefined):
            fisher_exact(table)
    with pytest.raises(NotDefined):
        chi_square([[0, 0], [1, 2]])


def test_only_two_by_two_is_corrected() -> None:
    assert chi_square([[6, 14], [2, 19]]).corrected
    assert not chi_square([[6, 14, 3], [2, 19, 4]]).corrected
