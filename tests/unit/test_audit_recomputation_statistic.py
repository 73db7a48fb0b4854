from __future__ import annotations

import time

import pytest

from hepatica.audit.recomputation import test_statistic as statcheck


def kinds(text: str) -> list[tuple[str, float | None, float | None, float]]:
    return [(s.kind, s.df1, s.df2, float(s.value)) for s in statcheck.test_statistics(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("t(30)=1.50,p=.144", ("t", None, 30, 1.5)),
        ("F(1, 40) = 4.10, P = 0.05", ("F", 1, 40, 4.1)),
        ("F(I, 40) = 4.10, p = .05", ("F", 1, 40, 4.1)),
        ("χ²(2, N = 1,204) = 9.1, p = .011", ("Chi2", 2, None, 9.1)),
        ("chi-square(2) = 9.1, p = .011", ("Chi2", 2, None, 9.1)),
        ("Q-between(3) = 8.4, p < .05", ("Qb", 3, None, 8.4)),
        ("(z = –1.90, n.s.)", ("Z", None, None, -1.9)),
        ("r(40) = −.31, p = .046", ("r", None, 40, -0.31)),
        ("t(12) = 3,75, p = 0,003", ("t", None, 12, 3.75)),
        ("t(12) = 3,750, p < .001", ("t", None, 12, 3750)),
    ],
)
def test_ways_to_print_a_result(text: str, expected: tuple[object, ...]) -> None:
    assert kinds(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "p = .03",
        "t = 2.20, p = .03",
        "cost(28) = 2.20, p = .03",
        "r(28) = 1.20, p = .03",
        "t(28) = 2.20, p = 1.20",
        "t(28) = 2.20, nsaid",
        "F(28) = 2.20, p = .03",
        "t(28) = , p = .03",
    ],
)
def test_what_is_no_result(text: str) -> None:
    assert kinds(text) == []


def test_all_results_of_a_sentence_in_their_order() -> None:
    text = "Both differed, t(28) = 2.20, p = .04, F(2, 28) = 1.23, p = .31, and z = .4, ns."
    assert [k[0] for k in kinds(text)] == ["t", "F", "Z"]


def test_a_statistic_without_degrees_of_freedom_cannot_be_judged() -> None:
    (stated,) = statcheck.test_statistics("t(0) = 2.20, p = .03")
    found = statcheck.recomputation(stated)
    assert found.error is None
    assert found.decision_error is None


def test_a_correlation_of_one_has_p_zero() -> None:
    (stated,) = statcheck.test_statistics("r(8) = 1.00, p < .001")
    found = statcheck.recomputation(stated)
    assert found.p == 0
    assert found.error is False


def test_a_statistic_that_may_be_zero_allows_p_of_one() -> None:
    (stated,) = statcheck.test_statistics("t(28) = 0.00, p = 1.00")
    found = statcheck.recomputation(stated)
    assert found.high == 1
    assert found.error is False


@pytest.mark.parametrize(
    "text",
    [
        "1" * 1_000_000,
        "t(" * 500_000,
        "t(28) = " + "1," * 500_000,
        "χ2(1, N = " * 100_000,
        "t(28) = 2.2" + " " * 1_000_000,
        "Q - w " * 160_000,
        "F(" + " " * 1_000_000,
    ],
    ids=lambda t: t[:10],
)
def test_a_megabyte_of_hostile_text_is_read_in_seconds(text: str) -> None:
    start = time.process_time()
    assert kinds(text) == []
    assert time.process_time() - start < 10
