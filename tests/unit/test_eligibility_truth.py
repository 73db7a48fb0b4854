"""Three-valued logic: every row of every table, and what a criterion makes of it."""

import itertools

import pytest

from hepatica.clinic.rules.eligibility.truth import (
    Truth,
    Verdict,
    conjunction,
    disjunction,
    negation,
    overall,
    verdict,
)

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN

# Kleene's strong tables, row by row: a, b, a and b, a or b.
TABLE = [
    (T, T, T, T),
    (T, U, U, T),
    (T, F, F, T),
    (U, T, U, T),
    (U, U, U, U),
    (U, F, F, U),
    (F, T, F, T),
    (F, U, F, U),
    (F, F, F, F),
]


@pytest.mark.parametrize(("a", "b", "both", "either"), TABLE)
def test_and_and_or(a: Truth, b: Truth, both: Truth, either: Truth) -> None:
    assert conjunction([a, b]) is both
    assert disjunction([a, b]) is either


def test_the_tables_are_whole() -> None:
    assert {(a, b) for a, b, *_ in TABLE} == set(itertools.product((T, U, F), repeat=2))


@pytest.mark.parametrize(("a", "contrary"), [(T, F), (F, T), (U, U)])
def test_not(a: Truth, contrary: Truth) -> None:
    assert negation(a) is contrary


@pytest.mark.parametrize("three", list(itertools.product((T, U, F), repeat=3)))
def test_three_parts_are_joined_as_two_and_one(three: tuple[Truth, Truth, Truth]) -> None:
    a, b, c = three
    assert conjunction(three) is conjunction([conjunction([a, b]), c])
    assert disjunction(three) is disjunction([disjunction([a, b]), c])
    assert negation(conjunction(three)) is disjunction(map(negation, three))


@pytest.mark.parametrize(
    ("truth", "inclusion", "expected"),
    [
        (T, True, "PASS"),
        (F, True, "FAIL"),
        (U, True, "UNKNOWN"),
        (T, False, "FAIL"),
        (F, False, "PASS"),
        (U, False, "UNKNOWN"),
    ],
)
def test_pass_always_means_eligible(truth: Truth, inclusion: bool, expected: str) -> None:
    assert verdict(truth, inclusion=inclusion) == expected


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["PASS", "PASS"], "PASS"),
        (["PASS", "UNKNOWN"], "UNKNOWN"),
        (["UNKNOWN", "FAIL", "PASS"], "FAIL"),
    ],
)
def test_overall(verdicts: list[str], expected: str) -> None:
    assert overall(map(Verdict, verdicts)) == expected


def test_a_python_value_is_a_truth() -> None:
    assert [Truth.of(v) for v in (True, False, None)] == [T, F, U]
