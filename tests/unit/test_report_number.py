"""Rounding and wording of numbers; expected texts worked out by hand."""

from decimal import Decimal

import pytest

from hepatica.report import number


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (0.5, 0, "1"),
        (-0.5, 0, "-1"),
        (1.5, 0, "2"),
        (2.5, 0, "3"),
        (2.675, 2, "2.68"),
        (1.005, 2, "1.01"),
        (0.15, 1, "0.2"),
        (0.25, 1, "0.3"),
        (35.0, 1, "35.0"),
        (34.99999999999999, 1, "35.0"),
        (14.499999999999998, 0, "15"),
        (0.1 + 0.2, 1, "0.3"),
        (-0.04, 1, "0.0"),
        (1e-17, 3, "0.000"),
        (12345.65, 1, "12345.7"),
    ],
)
def test_rounding_is_half_away_from_zero(value: float, digits: int, expected: str) -> None:
    assert number.rounded(value, digits) == Decimal(expected)
    assert str(number.rounded(value, digits)) == expected


def test_negative_numbers_carry_a_minus_sign_and_never_a_hyphen() -> None:
    assert number.number(-12.25) == "−12.3"
    assert number.number(-0.01) == "0.0"


def test_missing_is_never_zero() -> None:
    assert number.number(None) == "NE"
    assert number.percent(None) == "NE"
    assert number.p_value(None) == "NE"
    assert number.ratio(None) == "NE"
    assert number.median_time(None, 3.1, None) == "not reached (3.1–NE)"
    assert number.estimate(None, None, None) == "NE (NE–NE)"


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (16, 20, "16 (80.0)"),
        (0, 20, "0 (0.0)"),
        (1, 800, "1 (0.1)"),
        (29, 200, "29 (14.5)"),
        (1, 16, "1 (6.3)"),
        (1, 3, "1 (33.3)"),
        (2360, 2360, "2,360 (100.0)"),
    ],
)
def test_counts_and_percentages(part: int, whole: int, expected: str) -> None:
    assert number.count_percent(part, 100 * part / whole) == expected


def test_nobody_of_nobody_has_no_percentage() -> None:
    assert number.count_percent(0, None) == "0 (NE)"


def test_ranges_use_an_en_dash_and_words_with_negatives() -> None:
    assert number.interval(15.39, 59.22) == "15.4–59.2"
    assert number.interval(-3.0, 4.2) == "−3.0 to 4.2"
    assert number.interval(-0.01, 4.2) == "0.0–4.2"


def test_median_and_range_of_whole_numbers_stay_whole() -> None:
    assert number.median_range(54.5, 35, 78) == "54.5 [35–78]"
    assert number.median_range(55, 35, 78) == "55 [35–78]"
    assert number.median_range(2.4, 1.1, 3) == "2.4 [1.1–3.0]"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0009999, "<0.001"),
        (0.001, "0.001"),
        (0.0495, "0.050"),
        (0.9995, ">0.999"),
        (0.999, "0.999"),
        (1.0, ">0.999"),
    ],
)
def test_p_values_stop_at_three_decimals(value: float, expected: str) -> None:
    assert number.p_value(value) == expected


def test_ratios() -> None:
    assert number.ratio_interval(1.515, 1.2, 1.925) == "1.52 (1.20–1.93)"
    assert number.ratio(0.0456) == "0.046"
    assert number.ratio(0.0) == "0.00"
    assert number.ratio(12345.5) == "12,346"


def test_levels_and_given_numbers() -> None:
    assert number.level(0.95) == "95%"
    assert number.level(0.9) == "90%"
    assert number.level(0.975) == "97.5%"
    assert number.plain(30.4375) == "30.4375"
    assert number.plain(5.0) == "5"
    assert number.plain(500.0) == "500"
    assert number.plain(None) == ""
    assert number.mean_sd(54.85, 11.3) == "54.9 (11.3)"
    assert number.estimate(35.0, 15.39, 59.22, sign="%") == "35.0% (15.4–59.2)"
