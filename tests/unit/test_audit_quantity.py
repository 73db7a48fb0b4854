"""Exact quantities against hand arithmetic; quantile types against R 4.2.2 quantile(type = t)."""

from fractions import Fraction

import pytest

from hepatica.audit.data_set import Duration
from hepatica.audit.printed import is_not_reached, parse_printed
from hepatica.audit.product_limit import at_risk, medians, product_limit
from hepatica.audit.quantity import mean, median, quartile_pairs, sd_admits, variance


def fractions(*numbers: float | str) -> list[Fraction]:
    return [Fraction(str(n)) for n in numbers]


def test_mean_and_variance_are_exact() -> None:
    values = fractions(1, 2, 4)
    assert mean(values) == Fraction(7, 3)
    # (1 - 7/3)^2 + (2 - 7/3)^2 + (4 - 7/3)^2 = (16 + 1 + 25) / 9 = 42/9; / 2 = 7/3
    assert variance(values) == Fraction(7, 3)
    assert variance(values[:1]) is None


def test_median_of_even_and_odd_numbers() -> None:
    assert median(fractions(3, 5, 9)) == 5
    assert median(fractions(3, 5, 6, 9)) == Fraction(11, 2)


def test_quartiles_by_every_usual_definition() -> None:
    # By hand for 1 2 3 4 5 6 7 8 10, n p = 2.25 and 6.75: type 4 is 2.25 and 6.75, type 5 (+1/2)
    # 2.75 and 7.25, type 6 ((n + 1) p) 2.5 and 7.5, type 7 ((n - 1) p + 1) 3 and 7; hinges of 9
    # values with the median in both halves 3 and 7, without it 2.5 and 7.5.
    pairs = quartile_pairs(fractions(1, 2, 3, 4, 5, 6, 7, 8, 10))
    quarter = Fraction(1, 4)
    assert {(3, 7), (9 * quarter, 27 * quarter), (11 * quarter, 29 * quarter)} <= pairs
    assert (Fraction(5, 2), Fraction(15, 2)) in pairs
    assert (Fraction(4), Fraction(7)) not in pairs


# quantile(c(1, 2, 4, 8, 16, 32), c(.25, .75), type = t), R 4.2.2
R_TYPES = {
    1: ("2", "16"),
    2: ("2", "16"),
    3: ("2", "8"),
    4: ("1.5", "12"),
    5: ("2", "16"),
    6: ("1.75", "20"),
    7: ("2.5", "14"),
    8: ("23/12", "52/3"),
    9: ("31/16", "17"),
}


@pytest.mark.parametrize("kind", R_TYPES)
def test_quartiles_equal_those_of_r(kind: int) -> None:
    low, high = R_TYPES[kind]
    assert (Fraction(low), Fraction(high)) in quartile_pairs(fractions(1, 2, 4, 8, 16, 32))


@pytest.mark.parametrize(
    ("text", "agrees"), [("1.5", True), ("1.53", True), ("1.6", False), (">1", True), ("<1", False)]
)
def test_standard_deviation_is_compared_without_a_root(text: str, agrees: bool) -> None:
    # sd of 1, 2, 4 is sqrt(7/3) = 1.5275
    printed = parse_printed(text)
    assert printed is not None
    assert sd_admits(printed, fractions(1, 2, 4)) is agrees


def test_one_value_has_no_standard_deviation() -> None:
    zero = parse_printed("0.0")
    assert zero is not None
    assert not sd_admits(zero, fractions(4))
    assert sd_admits(zero, fractions(4, 4))


def events(*times: int) -> list[Duration]:
    return [Duration(Fraction(t), True) for t in times]


def test_median_on_a_plateau_of_exactly_one_half_has_two_conventions() -> None:
    # Times 1 to 20, all events: S(10) = 10/20 exactly, until 11.
    assert medians(product_limit(events(*range(1, 21)))) == (10, Fraction(21, 2))
    assert medians(product_limit(events(1, 2, 3))) == (2,)


def test_plateau_that_ends_the_curve_reaches_to_the_last_follow_up() -> None:
    durations = [*events(2, 5), Duration(Fraction(7), False), Duration(Fraction(9), False)]
    assert medians(product_limit(durations)) == (5, 7)


def test_median_that_is_not_reached() -> None:
    durations = [*events(2), Duration(Fraction(7), False), Duration(Fraction(9), False)]
    assert medians(product_limit(durations)) == ()


def test_curve_counts_events_before_censorings_of_the_same_time() -> None:
    # 4 at risk at 2: S = 3/4; then 2 at risk at 5: S = 3/8.
    durations = [*events(2, 5), Duration(Fraction(2), False), Duration(Fraction(8), False)]
    curve = product_limit(durations)
    assert curve.at(Fraction(1)) == 1
    assert curve.at(Fraction(2)) == Fraction(3, 4)
    assert curve.at(Fraction(5)) == curve.at(Fraction(100)) == Fraction(3, 8)
    assert [at_risk(durations, Fraction(t)) for t in (0, 2, 3, 8, 9)] == [4, 4, 2, 1, 0]


@pytest.mark.parametrize("text", ["NR", "not  reached", "NE", "–"])
def test_words_for_not_reached(text: str) -> None:
    assert is_not_reached(text)
    assert not is_not_reached("12.1")
