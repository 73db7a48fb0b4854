"""Granularity in exact arithmetic: against enumeration, by hand, and at the edges."""

from fractions import Fraction
from itertools import combinations_with_replacement
from math import isqrt

import pytest

from hepatica.audit.granularity import grimmer as grimmer_module
from hepatica.audit.granularity.case import Case, read_case
from hepatica.audit.granularity.debit import debit
from hepatica.audit.granularity.figure import decimal_text, list_text, root_text
from hepatica.audit.granularity.grim import grim
from hepatica.audit.granularity.grimmer import grimmer
from hepatica.audit.granularity.rounding import NEAREST, Interval, Rounding
from hepatica.audit.granularity.sample import sample
from hepatica.audit.granularity.sample_count import sample_count
from hepatica.audit.granularity.spread import spread_limits
from hepatica.audit.granularity.square_sum import Undecided, has_squares, some_squares
from hepatica.audit.printed import Printed, parse_printed
from hepatica.core.finding import Finding, Place


def number(text: str) -> Printed:
    printed = parse_printed(text)
    assert printed is not None
    return printed


def all_samples(size: int, low: int, high: int) -> list[tuple[int, ...]]:
    return list(combinations_with_replacement(range(low, high + 1), size))


def moments(values: tuple[int, ...]) -> tuple[int, int]:
    return sum(values), sum(v * v for v in values)


# --- rounding ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "printed", "inside", "outside"),
    [
        ("up_or_down", "2.5", ("2.45", "2.55"), ("2.449", "2.551")),
        ("up", "2.5", ("2.45", "2.549"), ("2.449", "2.55")),
        ("down", "2.5", ("2.451", "2.55"), ("2.45", "2.551")),
        ("even", "2.4", ("2.35", "2.45"), ("2.349", "2.451")),
        ("even", "2.5", ("2.451", "2.549"), ("2.45", "2.55")),
        ("ceiling", "2.5", ("2.401", "2.5"), ("2.4", "2.501")),
        ("floor", "2.5", ("2.5", "2.599"), ("2.499", "2.6")),
        ("ceiling_or_floor", "2.5", ("2.401", "2.599"), ("2.4", "2.6")),
        ("trunc", "2.5", ("2.5", "2.599"), ("2.499", "2.6")),
        ("trunc", "-2.5", ("-2.599", "-2.5"), ("-2.6", "-2.499")),
        ("trunc", "0.0", ("-0.099", "0.099"), ("-0.1", "0.1")),
        ("anti_trunc", "2.5", ("2.401", "2.5"), ("2.4", "2.501")),
        ("anti_trunc", "-2.5", ("-2.5", "-2.401"), ("-2.501", "-2.4")),
        ("anti_trunc", "0.0", ("0",), ("-0.001", "0.001")),
    ],
)
def test_each_rounding_stands_for_its_values(
    name: str, printed: str, inside: tuple[str, ...], outside: tuple[str, ...]
) -> None:
    interval = Rounding(name).stands_for(number(printed))
    assert all(interval.admits(Fraction(v)) for v in inside)
    assert not any(interval.admits(Fraction(v)) for v in outside)


@pytest.mark.parametrize(
    ("name", "threshold", "inside", "outside"),
    [
        ("up_from", 1, ("2.41", "2.509"), ("2.409", "2.51")),
        ("up_from", 9, ("2.49", "2.589"), ("2.489", "2.59")),
        ("down_from", 1, ("2.491", "2.59"), ("2.49", "2.591")),
        ("down_from", 9, ("2.411", "2.51"), ("2.41", "2.511")),
        ("up_from_or_down_from", 1, ("2.41", "2.59"), ("2.409", "2.591")),
        ("up_from_or_down_from", 9, ("2.411", "2.589"), ("2.41", "2.59")),
    ],
)
def test_a_threshold_moves_where_rounding_turns(
    name: str, threshold: int, inside: tuple[str, ...], outside: tuple[str, ...]
) -> None:
    interval = Rounding(name, Fraction(threshold)).stands_for(number("2.5"))
    assert all(interval.admits(Fraction(v)) for v in inside)
    assert not any(interval.admits(Fraction(v)) for v in outside)


def test_a_percentage_stands_for_a_share() -> None:
    interval = NEAREST.stands_for(number("54.2"), percent=True)
    assert (interval.low, interval.high) == (Fraction("0.5415"), Fraction("0.5425"))


def test_squares_of_an_interval_leave_out_what_is_negative() -> None:
    assert Interval(Fraction(-1), Fraction(2)).squared == Interval(Fraction(0), Fraction(4))
    assert not Interval(Fraction(-3), Fraction(-1)).squared.wholes()


def test_numbers_in_sentences_are_rounded_half_up_and_exact_where_short() -> None:
    assert decimal_text(Fraction(145, 28), 2) == "5.18"
    assert decimal_text(Fraction(67, 20), 1) == "3.35"
    assert decimal_text(Fraction(-1, 3), 1) == "-0.3"
    assert decimal_text(Fraction(2, 3), 0) == "1"
    assert root_text(Fraction(2), 6) == "1.414214"
    assert root_text(Fraction(1, 4), 0) == "1"
    assert list_text(range(3, 6)) == "3, 4, 5"
    assert list_text(range(3, 60)) == "3 to 59"


# --- sums of squares -----------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "reach"), [(1, 9), (2, 9), (3, 8), (4, 7), (5, 5), (6, 4)])
def test_sums_of_squares_are_those_of_some_numbers(size: int, reach: int) -> None:
    """Up to reach^2 every number that could take part is among those listed."""
    real = {moments(values) for values in all_samples(size, -reach, reach)}
    for total in range(-2 * size, 2 * size + 1):
        for squares in range(reach * reach + 1):
            assert has_squares(size, total, squares) == ((total, squares) in real)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_a_sum_of_squares_is_found_in_a_range_exactly_where_there_is_one(size: int) -> None:
    for total in range(-7, 8):
        real = [q for q in range(70) if has_squares(size, total, q)]
        for low in range(60):
            for high in (low + 1, low + 2, low + 3, low + 9):
                found = some_squares(size, total, range(low, high))
                inside = [q for q in real if low <= q < high]
                assert found in inside if inside else found is None, (total, low, high)


def test_four_numbers_have_the_gaps_that_legendre_tells() -> None:
    even = [q for q in range(0, 62, 2) if not has_squares(4, 0, q)]
    assert even == [28, 60]
    assert [q for q in range(2, 26, 2) if not has_squares(4, 2, q)] == [8, 16, 24]


def test_three_huge_numbers_are_not_decided() -> None:
    with pytest.raises(Undecided):
        has_squares(3, 0, 2 * 10**14)


@pytest.mark.parametrize(("size", "low", "high"), [(4, 1, 5), (7, 0, 3), (5, -2, 4), (3, 2, 2)])
def test_a_sample_is_found_exactly_where_there_is_one(size: int, low: int, high: int) -> None:
    real = {moments(values) for values in all_samples(size, low, high)}
    for total in range(size * low - 1, size * high + 2):
        for squares in range(size * max(low * low, high * high) + 2):
            found = sample(size, total, squares, (low, high))
            assert (found is not None) == ((total, squares) in real)
            if found is not None:
                assert moments(found) == (total, squares)
                assert low <= min(found) <= max(found) <= high


# --- GRIM ----------------------------------------------------------------------------------------


def test_the_sentence_of_grim_names_the_neighbours() -> None:
    found = grim(number("5.19"), 28)
    assert found.sentence == "5.19 of 28 is impossible: 145/28 = 5.18, 146/28 = 5.21"
    assert found.neighbours == (145, 146)
    assert found.probability == Fraction(72, 100)


def test_trailing_zeros_are_part_of_the_question() -> None:
    assert list(grim(number("5.2"), 28).sums) == [145, 146, 147]
    assert not grim(number("5.20"), 28).consistent


def test_items_multiply_and_percentages_divide() -> None:
    assert grim(number("0.80"), 28, items=2).sentence == (
        "0.80 of 28 x 2 = 56 is possible: 45/56 = 0.80"
    )
    assert grim(number("54.2"), 150, percent=True).sentence == (
        "54.2 % of 150 is impossible: 81/150 = 54.0 %, 82/150 = 54.7 %"
    )


def test_a_large_size_makes_every_mean_possible() -> None:
    found = grim(number("3.4"), 10**12)
    assert found.consistent
    assert found.total_inconsistent == 10 - 10**12
    assert found.probability == 0
    assert "sums 3350000000000 to 3450000000000" in found.sentence


def test_negative_means_have_sums_too() -> None:
    assert list(grim(number("-3.5"), 20).sums) == [-71, -70, -69]


# --- GRIMMER -------------------------------------------------------------------------------------

PRINTS = [f"{v}" for v in ("0", "1", "0.3", "1.5", "2.25", "1.33", "2.67", "0.75")]
DEVIATIONS = ["0", "0.0", "0.5", "0.58", "1.00", "1.2", "1.41", "1.53", "1.732", "2.08", "2.1"]


@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_grimmer_agrees_with_enumeration(size: int) -> None:
    """No number of a sample with SD below 2.16 lies more than 4 from its mean, for n up to 5."""
    real = [
        (Fraction(t, size), (q - Fraction(t * t, size)) / (size - 1))
        for t, q in map(moments, all_samples(size, -5, 8))
    ]
    for mean in map(number, PRINTS):
        fitting = [v for m, v in real if mean.admits(m)]
        for sd in map(number, DEVIATIONS):
            low, high = max(sd.low, Fraction(0)) ** 2, sd.high**2
            expected = any(low <= v <= high for v in fitting)
            assert grimmer(mean, sd, size).consistent is expected, (mean.text, sd.text)


@pytest.mark.parametrize(("items", "size"), [(2, 3), (3, 3), (2, 5)])
def test_grimmer_of_several_items_agrees_with_enumeration(items: int, size: int) -> None:
    real = [
        (Fraction(t, size * items), (q - Fraction(t * t, size)) / ((size - 1) * items**2))
        for t, q in map(moments, all_samples(size, -4, 9))
    ]
    for mean in map(number, ("0.67", "1.5", "1.17", "0.83", "1.0")):
        fitting = [v for m, v in real if mean.admits(m)]
        for sd in map(number, ("0", "0.29", "0.58", "0.50", "0.75", "0.33")):
            low, high = max(sd.low, Fraction(0)) ** 2, sd.high**2
            expected = any(low <= v <= high for v in fitting)
            assert grimmer(mean, sd, size, items=items).consistent is expected


def test_grimmer_on_a_scale_agrees_with_enumeration() -> None:
    real = [
        (Fraction(t, 5), (q - Fraction(t * t, 5)) / 4)
        for t, q in map(moments, all_samples(5, 1, 4))
    ]
    for mean in map(number, ("1.2", "2.0", "2.6", "3.8", "4.2")):
        for sd in map(number, ("0.00", "0.45", "0.89", "1.14", "1.22", "1.64", "1.7", "2.0")):
            low, high = max(sd.low, Fraction(0)) ** 2, sd.high**2
            expected = any(mean.admits(m) and low <= v <= high for m, v in real)
            assert grimmer(mean, sd, 5, scale=(1, 4)).consistent is expected, (mean.text, sd.text)


def test_every_sum_is_tried_not_only_the_nearest() -> None:
    """Mean 2.6 of 14 may be 36 or 37; the data of sum 37 and squares 109 have SD 0.929."""
    assert grimmer(number("2.6"), number("0.929"), 14).witness == (37, 109)


def test_the_sentence_of_grimmer_shows_a_witness() -> None:
    found = grimmer(number("5.00"), number("2.18"), 31)
    assert found.sentence == (
        "SD 2.18 with mean 5.00 of 31 is possible: sum 155 and sum of squares 917 give 2.1756"
    )
    assert "not be both odd or both even" in grimmer(number("5.23"), number("2.55"), 35).sentence


def test_one_value_has_no_deviation() -> None:
    found = grimmer(number("5"), number("0"), 1)
    assert found.consistent is None
    assert "no standard deviation" in found.sentence
    assert grimmer(number("5.5"), number("0"), 1).consistent is False


def test_a_negative_deviation_is_impossible() -> None:
    assert grimmer(number("5.0"), number("-1.2"), 10).consistent is False


def test_huge_sizes_are_answered_at_once() -> None:
    assert grimmer(number("1.5"), number("0.0"), 10**12).consistent is False
    assert grimmer(number("123.4"), number("23.0"), 10**12).consistent is True
    assert grimmer(number("38"), number("0.0006"), 10**6).consistent is False


def test_two_huge_numbers_have_a_witness() -> None:
    sd = number("12345678901234567890.12")
    found = grimmer(number("5"), sd, 2, items=1000)
    assert found.witness is not None
    total, squares = found.witness
    distance = isqrt(2 * squares - total**2)
    assert distance**2 == 2 * squares - total**2
    assert (distance + total) % 2 == 0
    assert sd.low**2 <= Fraction(distance**2, 2 * 1000**2) <= sd.high**2


def test_a_search_that_ends_at_its_limit_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grimmer_module, "MAX_SUMS", 2)
    found = grimmer(number("5"), number("0.0000000"), 1001)
    assert found.consistent is True  # 5 x 1001 is tried first: all values are 5
    found = grimmer(number("5.5"), number("0.5002600"), 1001)
    assert found.consistent is None
    assert "not decided" in found.sentence


# --- DEBIT ---------------------------------------------------------------------------------------


def test_debit_agrees_with_enumeration() -> None:
    for size in (2, 3, 7, 20, 41):
        for share in map(number, ("0", "0.05", "0.1", "0.33", "0.50", "0.667", "1.0", "0.95")):
            for sd in map(number, ("0", "0.2", "0.22", "0.50", "0.51", "0.474", "0.577", "0.71")):
                low, high = max(sd.low, Fraction(0)) ** 2, sd.high**2
                expected = [
                    k
                    for k in range(size + 1)
                    if share.admits(Fraction(k, size))
                    and low <= Fraction(k * (size - k), size * (size - 1)) <= high
                ]
                found = debit(share, sd, size)
                assert [k for run in found.counts for k in run] == expected


def test_counts_on_both_sides_of_the_middle_are_two_runs() -> None:
    """sqrt(45 x 55 / 9900) is 0.5 exactly; 44 gives 0.4989, 46 gives 0.5009."""
    found = debit(number("0.5"), number("0.500"), 100)
    assert [*found.counts] == [range(45, 46), range(55, 56)]


def test_a_percentage_and_its_deviation_in_percent() -> None:
    assert debit(number("45"), number("50.4"), 40, percent=True).consistent is True
    found = debit(number("45"), number("50.3"), 40, percent=True)
    assert found.sentence == "share 45 % with SD 50.3 of 40 is impossible: count 18 gives 50.38"


def test_one_answer_has_no_deviation() -> None:
    assert debit(number("1"), number("0"), 1).consistent is None
    assert debit(number("0.4"), number("0"), 1).consistent is False


# --- limits and numbers of data sets -------------------------------------------------------------


@pytest.mark.parametrize(("size", "low", "high"), [(2, 0, 3), (3, -1, 2), (4, 1, 5), (6, 1, 3)])
def test_limits_and_numbers_of_samples_agree_with_enumeration(
    size: int, low: int, high: int
) -> None:
    real = [
        (Fraction(t, size), (q - Fraction(t * t, size)) / (size - 1))
        for t, q in map(moments, all_samples(size, low, high))
    ]
    for text in ("-1", "-0.3", "0", "0.7", "1.5", "2", "2.33", "3.1", "5", "6"):
        mean = number(text)
        spreads = [v for m, v in real if mean.admits(m)]
        limits = spread_limits(mean, size, (low, high))
        if not spreads:
            assert limits is None
            continue
        assert limits is not None
        assert (limits.least, limits.most) == (min(spreads), max(spreads))
        for sd in map(number, ("0", "0.5", "0.8", "1.0", "1.3", "2.1")):
            floor, top = max(sd.low, Fraction(0)) ** 2, sd.high**2
            expected = sum(floor <= v <= top for v in spreads)
            found = sample_count(mean, sd, size, (low, high))
            assert found.samples == expected
            assert bool(found.example) == bool(expected)


def test_an_example_has_the_printed_mean_and_deviation() -> None:
    found = sample_count(number("3.4"), number("1.6"), 20, (2, 9))
    total, squares = moments(found.example)
    assert number("3.4").admits(Fraction(total, 20))
    assert Fraction("1.55") ** 2 <= (squares - Fraction(total**2, 20)) / 19 <= Fraction("1.65") ** 2
    assert (len(found.example), min(found.example) >= 2, max(found.example) <= 9) == (
        20,
        True,
        True,
    )


def test_a_table_too_large_is_refused_not_guessed() -> None:
    with pytest.raises(Undecided):
        sample_count(number("50.0"), number("20.0"), 200, (0, 100))


# --- rows of text --------------------------------------------------------------------------------


def test_a_row_is_a_case() -> None:
    row = {"x": "54.2%", "n": "150.0", "items": "", "rounding": "even", "percent": ""}
    case = read_case(row, "grim", Place())
    assert isinstance(case, Case)
    assert (case.size, case.items, case.percent, case.rounding.name) == (150, 1, True, "even")


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"x": "", "n": "5"}, "x"),
        ({"x": "5,19", "n": "28"}, "x"),
        ({"x": "<5", "n": "28"}, "x"),
        ({"x": "nan", "n": "28"}, "x"),
        ({"x": "9" * 500, "n": "28"}, "x"),
        ({"x": "5", "n": "0"}, "n"),
        ({"x": "5", "n": "-3"}, "n"),
        ({"x": "5", "n": "2.5"}, "n"),
        ({"x": "5", "n": "9" * 30}, "n"),
        ({"x": "5", "n": "\u0665"}, "n"),
        ({"x": "5", "n": "5", "items": "0"}, "items"),
        ({"x": "5", "n": "5", "percent": "maybe"}, "percent"),
        ({"x": "5", "n": "5", "rounding": "bankers"}, "rounding"),
        ({"x": "5", "n": "5", "threshold": "10"}, "threshold"),
        ({"x": "5", "n": "5", "threshold": "x"}, "threshold"),
    ],
)
def test_what_cannot_be_tested_is_a_finding(cells: dict[str, str], column: str) -> None:
    fault = read_case(cells, "grim", Place("cases.csv", row=7))
    assert isinstance(fault, Finding)
    assert (fault.code, fault.place.column, fault.place.row) == ("P229", column, 7)


def test_grimmer_needs_a_deviation() -> None:
    fault = read_case({"x": "5", "n": "5"}, "grimmer", Place())
    assert isinstance(fault, Finding)
    assert fault.place.column == "sd"
