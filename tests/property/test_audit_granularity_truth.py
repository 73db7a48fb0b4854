"""Numbers printed from real data, rounded in any way, are never told to be impossible."""

from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from math import ceil, floor, trunc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepatica.audit.claim import Bracket, Claim, Paper
from hepatica.audit.granularity.check_deviation import check_deviation
from hepatica.audit.granularity.check_mean import check_whole_mean
from hepatica.audit.granularity.check_median import check_whole_median
from hepatica.audit.granularity.check_percent import check_percent, check_share_deviation
from hepatica.audit.granularity.debit import debit
from hepatica.audit.granularity.grim import grim
from hepatica.audit.granularity.grimmer import grimmer
from hepatica.audit.granularity.rounding import ROUNDINGS, Rounding
from hepatica.audit.granularity.sample_count import sample_count
from hepatica.audit.granularity.spread import spread_limits
from hepatica.audit.outcome import Passed
from hepatica.audit.printed import Printed, parse_printed

WHOLES = st.lists(st.integers(-20, 40), min_size=2, max_size=40)
PLACES = st.integers(0, 3)
TURN = 3  # threshold of up_from and down_from
# How scaled values become whole, told apart from the intervals of the code under test.
ROUND: dict[str, Callable[[Fraction], int]] = {
    "up": lambda v: floor(v + Fraction(1, 2)),
    "down": lambda v: ceil(v - Fraction(1, 2)),
    "even": round,
    "ceiling": ceil,
    "floor": floor,
    "trunc": trunc,
    "anti_trunc": lambda v: ceil(v) if v >= 0 else floor(v),
    "up_from": lambda v: floor(v + 1 - Fraction(TURN, 10)),
    "down_from": lambda v: ceil(v - 1 + Fraction(TURN, 10)),
}
EITHER = {
    "up_or_down": ("up", "down", "even"),
    "ceiling_or_floor": ("ceiling", "floor"),
    "up_from_or_down_from": ("up_from", "down_from"),
}


def printed_as(exact: Fraction, places: int, way: str) -> str:
    scaled = ROUND[way](exact * 10**places)
    digits = str(abs(scaled)).rjust(places + 1, "0")
    sign = "-" if scaled < 0 else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def root(square: Fraction) -> Fraction:
    """To 60 digits; exact where the root has fewer."""
    with localcontext() as context:
        context.prec = 60
        value = (Decimal(square.numerator) / Decimal(square.denominator)).sqrt()
        near = Fraction(value)
    return near


def variance(values: list[int] | list[Fraction]) -> Fraction:
    mean = Fraction(sum(values), len(values))
    return sum(((v - mean) ** 2 for v in values), Fraction(0)) / (len(values) - 1)


def number(text: str) -> Printed:
    printed = parse_printed(text)
    assert printed is not None
    return printed


@pytest.mark.parametrize("rounding", ROUNDINGS)
@given(values=WHOLES, places=PLACES, sd_places=PLACES)
def test_whole_numbers_are_possible_however_rounded(
    rounding: str, values: list[int], places: int, sd_places: int
) -> None:
    rule = Rounding(rounding, Fraction(TURN))
    size, mean = len(values), Fraction(sum(values), len(values))
    for way in EITHER.get(rounding, (rounding,)):
        x = number(printed_as(mean, places, way))
        sd = number(printed_as(root(variance(values)), sd_places, way))
        assert sum(values) in grim(x, size, rounding=rule).sums
        assert grimmer(x, sd, size, rounding=rule).consistent is True


@given(values=WHOLES, items=st.integers(1, 5), places=PLACES)
def test_means_of_several_items_are_possible(values: list[int], items: int, places: int) -> None:
    answers = [Fraction(v, items) for v in values]
    mean = sum(answers, Fraction(0)) / len(answers)
    x = number(printed_as(mean, places, "even"))
    sd = number(printed_as(root(variance(answers)), places, "even"))
    assert sum(values) in grim(x, len(values), items=items).sums
    assert grimmer(x, sd, len(values), items=items).consistent is True


@given(values=st.lists(st.integers(1, 7), min_size=2, max_size=12), places=PLACES)
def test_samples_on_a_scale_are_counted_and_within_the_limits(
    values: list[int], places: int
) -> None:
    x = number(printed_as(Fraction(sum(values), len(values)), places, "even"))
    spread = variance(values)
    sd = number(printed_as(root(spread), places, "even"))
    limits = spread_limits(x, len(values), (1, 7))
    assert limits is not None
    assert limits.least <= spread <= limits.most
    assert sample_count(x, sd, len(values), (1, 7)).samples >= 1
    assert grimmer(x, sd, len(values), scale=(1, 7)).consistent is True


@pytest.mark.parametrize("rounding", ROUNDINGS)
@given(
    size=st.integers(2, 300),
    share=st.fractions(0, 1),
    places=PLACES,
    sd_places=PLACES,
    percent=st.booleans(),
)
def test_shares_are_possible_however_rounded(
    rounding: str, size: int, share: Fraction, places: int, sd_places: int, percent: bool
) -> None:
    rule, count = Rounding(rounding, Fraction(TURN)), round(share * size)
    factor = 100 if percent else 1
    exact = Fraction(count * factor, size)
    deviation = root(Fraction(count * (size - count), size * (size - 1))) * factor
    for way in EITHER.get(rounding, (rounding,)):
        x = number(printed_as(exact, places, way))
        sd = number(printed_as(deviation, sd_places, way))
        found = debit(x, sd, size, percent=percent, rounding=rule)
        assert any(count in run for run in found.counts)
        if percent:
            assert count in grim(x, size, percent=True, rounding=rule).sums


_ABOUT = ("C001", "Table 1", "as printed")


def claims_of(
    values: list[Fraction], variable: str, way: str, places: int, denominator: str
) -> list[Claim]:
    ordered = sorted(values)
    half, odd = divmod(len(ordered), 2)
    median = ordered[half] if odd else (ordered[half - 1] + ordered[half]) / 2
    mean = sum(values, Fraction(0)) / len(values)
    shown = [printed_as(v, places, way) for v in (mean, median, ordered[0], ordered[-1])]
    sd = Bracket(printed_as(root(variance(values)), places, way), "", "sd")
    ends = Bracket(shown[2], shown[3], "range")
    return [
        Claim(*_ABOUT, variable, "mean", value=shown[0], bracket=sd, denominator=denominator),
        Claim(*_ABOUT, variable, "median", value=shown[1], bracket=ends, denominator=denominator),
    ]


@given(
    values=st.lists(st.integers(0, 12), min_size=2, max_size=30),
    missing=st.integers(0, 5),
    way=st.sampled_from(["up", "down", "even"]),
    places=st.integers(0, 2),
    tells=st.booleans(),
)
def test_no_check_errs_on_whole_numbers(
    values: list[int], missing: int, way: str, places: int, tells: bool
) -> None:
    known = str(len(values)) if tells else ""
    claims = claims_of([Fraction(v) for v in values], "prior TACE", way, places, known)
    paper = Paper(tuple(claims), sizes={"all enrolled": len(values) + missing})
    for check in (check_whole_mean, check_whole_median, check_deviation):
        for outcome in check(paper):
            assert isinstance(outcome, Passed) or (missing and not tells)
            assert isinstance(outcome, Passed) or outcome.level != "error", outcome


@given(
    values=st.lists(st.fractions(0, 90, max_denominator=1000), min_size=2, max_size=30),
    missing=st.integers(0, 5),
    way=st.sampled_from(["up", "down", "even"]),
    places=st.integers(0, 2),
    tells=st.booleans(),
)
def test_no_check_errs_on_any_numbers(
    values: list[Fraction], missing: int, way: str, places: int, tells: bool
) -> None:
    known = str(len(values)) if tells else ""
    claims = claims_of(values, "age", way, places, known)
    paper = Paper(tuple(claims), sizes={"all enrolled": len(values) + missing})
    for check in (check_whole_mean, check_whole_median, check_deviation):
        assert all(isinstance(o, Passed) or o.level != "error" for o in check(paper))


@given(
    size=st.integers(2, 200),
    missing=st.integers(0, 20),
    count=st.integers(0, 200),
    way=st.sampled_from(["up", "down", "even"]),
    places=st.integers(0, 2),
    tells=st.booleans(),
)
def test_no_check_errs_on_percentages(
    size: int, missing: int, count: int, way: str, places: int, tells: bool
) -> None:
    count = min(count, size)
    value = printed_as(Fraction(100 * count, size), places, way)
    deviation = root(Fraction(count * (size - count), size * (size - 1)))
    fields = {"level": "F", "value": value, "unit": "%", "denominator": str(size) if tells else ""}
    in_percent = Bracket(printed_as(deviation * 100, places, way), "", "sd")
    as_share = Bracket(printed_as(deviation, 2, way), "", "sd")
    claims = tuple(
        Claim(*_ABOUT, "sex", "percent", bracket=bracket, **fields)
        for bracket in (None, in_percent, as_share)
    )
    paper = Paper(claims, sizes={"all enrolled": size + missing})
    for check in (check_percent, check_share_deviation):
        for outcome in check(paper):
            assert isinstance(outcome, Passed) or (missing and not tells)
            assert isinstance(outcome, Passed) or outcome.level != "error", outcome
