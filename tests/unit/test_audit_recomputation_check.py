"""Checks of papers: what disagrees is told, what agrees is passed, what is open is left."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from hepatica.audit.claim import Bracket, Claim, Paper
from hepatica.audit.outcome import Discrepancy, Outcome
from hepatica.audit.recomputation.check_interval import (
    check_bracket,
    check_median_interval,
    check_proportion_interval,
    check_ratio,
)
from hepatica.audit.recomputation.check_p import check_mean_p, check_table_p, check_test

ARMS = ("A", "B")
Check = Callable[[Paper], Iterable[Outcome]]


def claim(statistic: str, variable: str = "x", **fields: Any) -> Claim:
    number = fields.pop("number", 0)
    return Claim(f"{statistic}{number}", "Table 1", "", variable, statistic, **fields)


def told(check: Check, *claims: Claim, sizes: dict[str, int] | None = None) -> list[str]:
    """Codes of discrepancies; ``ok`` before those passed."""
    paper = Paper(claims, sizes={"A": 20, "B": 20, "all enrolled": 40} if sizes is None else sizes)
    found = check(paper)
    return [o.code if isinstance(o, Discrepancy) else f"ok {o.code}" for o in found]


def counts(p: str, method: str = "", *, printed_of: bool = True, level: str = "") -> list[Claim]:
    of = "20" if printed_of else ""
    rows = [
        claim("percent", "ORR", population=arm, count=k, value=v, denominator=of, number=i)
        for i, (arm, k, v) in enumerate((("A", "3", "15"), ("B", "9", "45")))
    ]
    return [*rows, claim("p", "ORR", value=p, method=method, between=ARMS, level=level)]


# R 4.2.2, matrix(c(3, 17, 9, 11), 2): chisq.test correct=FALSE .03843, correct=TRUE .08450,
# fisher.test .08236.
@pytest.mark.parametrize("p", ["0.04", "0.038", "0.084", "0.082", "0.08", "<0.05", ">0.05"])
def test_a_p_of_counts_that_a_usual_test_gives_passes(p: str) -> None:
    assert told(check_table_p, *counts(p, "chi-square or Fisher's exact test")) == ["ok P231"]


def test_a_p_of_counts_that_no_test_gives() -> None:
    assert told(check_table_p, *counts("0.38", "Fisher's exact test")) == ["P231"]
    assert told(check_table_p, *counts("0.38")) == ["P232"]


def test_fewer_patients_may_have_been_compared_where_no_denominator_is_printed() -> None:
    # 9 of 18 is 50 %, of 20 it is 45 %: the percentage fixes the denominator here.
    assert told(check_table_p, *counts("0.38", "Fisher", printed_of=False)) == ["P231"]
    bare = [
        claim("count", "ORR", population=arm, count=k, number=arm)
        for arm, k in (("A", "3"), ("B", "9"))
    ]
    # R fisher.test of 3 of 20 against 9 of 17: .0323; no test of 20 and 20 gives that.
    p = claim("p", "ORR", value="0.032", method="Fisher's exact test", between=ARMS)
    assert told(check_table_p, *bare, p) == ["ok P231"]


@pytest.mark.parametrize("method", ["Cochran-Mantel-Haenszel", "logistic regression", "McNemar"])
def test_a_p_that_counts_alone_do_not_give_is_left(method: str) -> None:
    assert told(check_table_p, *counts("0.38", method)) == []


def test_all_levels_of_a_variable_make_one_table() -> None:
    rows = {"A": (8, 7, 5), "B": (2, 6, 12)}
    claims = [
        claim(
            "count", "Child-Pugh", population=arm, level=level, count=str(k), number=f"{arm}{level}"
        )
        for arm, row in rows.items()
        for level, k in zip("ABC", row, strict=True)
    ]
    # R chisq.test(rbind(c(8,7,5), c(2,6,12)))$p.value: .0376; fisher.test: .0394
    for p, expected in (("0.038", "ok P231"), ("0.04", "ok P231"), ("0.00010", "P231")):
        p_claim = claim("p", "Child-Pugh", value=p, method="chi-square", between=ARMS)
        assert told(check_table_p, *claims, p_claim) == [expected]


def means(p: str, method: str, sds: tuple[str, str] = ("7.3", "6.0")) -> list[Claim]:
    rows = [
        claim("mean", "age", population=arm, value=m, bracket=Bracket(sd, declared_as="sd"),
              denominator="54", number=i)
        for i, (arm, m, sd) in enumerate(zip(ARMS, ("65.6", "66.3"), sds, strict=True))
    ]  # fmt: skip
    return [*rows, claim("p", "age", value=p, method=method, between=ARMS)]


# Baseline table of reappraised 0.1.1, study H2: p of the printed figures 0.587.
def test_a_p_of_means_within_their_rounding() -> None:
    assert told(check_mean_p, *means("0.59", "Student's t test")) == ["ok P231"]
    assert told(check_mean_p, *means("0.53", "t-test")) == ["ok P231"]
    assert told(check_mean_p, *means("0.06", "Student's t test")) == ["P231"]
    assert told(check_mean_p, *means("0.06", "")) == ["P232"]
    assert told(check_mean_p, *means("0.06", "Mann-Whitney U test")) == []


def test_standard_errors_printed_as_standard_deviations_are_named() -> None:
    claims = means("0.59", "t-test", ("0.99", "0.82"))
    paper = Paper(tuple(claims), sizes={"A": 54, "B": 54})
    (found,) = check_mean_p(paper)
    assert isinstance(found, Discrepancy)
    assert found.code == "P231"
    assert found.rescued_by == ("standard errors printed as standard deviations",)


def test_a_test_statistic_and_its_p() -> None:
    assert told(check_test, claim("test", value="t(28) = 2.20, p = .036")) == ["ok P230"]
    assert told(check_test, claim("test", value="t(28) = 2.20, p = .36")) == ["P230"]
    assert told(check_test, claim("test", value="no statistic")) == []


def share(bracket: Bracket, method: str = "", **fields: str) -> Claim:
    given = {"count": "7", "denominator": "20", "value": "35.0", **fields}
    return claim("percent", "ORR", bracket=bracket, method=method, **given)


@pytest.mark.parametrize(
    ("low", "high", "method"),
    [
        ("15.4", "59.2", "Clopper-Pearson"),
        ("18.1", "56.7", "Wilson"),
        ("14", "56", "Wald"),
        ("15", "59", ""),
    ],
)
def test_limits_of_a_share_that_a_method_gives(low: str, high: str, method: str) -> None:
    bracket = Bracket(low, high, "ci")
    assert told(check_proportion_interval, share(bracket, method)) == ["ok P234"]


def test_limits_of_a_share_that_no_method_gives() -> None:
    wrong = Bracket("25.4", "49.2", "ci")
    assert told(check_proportion_interval, share(wrong)) == ["P234"]
    assert told(check_proportion_interval, share(wrong, "Clopper-Pearson")) == ["P233"]
    ninety = Bracket("17.7", "55.8", "ci", "90")  # R binom.test(7, 20, conf.level = .9)
    assert told(check_proportion_interval, share(ninety)) == ["ok P234"]


def ratio(value: str, low: str, high: str, statistic: str = "hazard_ratio") -> Claim:
    return claim(statistic, "OS", value=value, bracket=Bracket(low, high, "ci"), between=ARMS)


def test_a_ratio_outside_its_interval_and_limits_reversed() -> None:
    assert told(check_bracket, ratio("0.71", "0.52", "0.98")) == ["ok P235"]
    assert told(check_bracket, ratio("0.52", "0.52", "0.98")) == ["ok P235"]
    assert told(check_bracket, ratio("0.17", "0.52", "0.98")) == ["P235"]
    assert told(check_bracket, ratio("0.71", "0.98", "0.52", "odds_ratio")) == ["P236"]
    assert told(check_bracket, ratio("0.71", "NR", "0.98")) == []


def test_a_ratio_in_the_middle_of_its_limits() -> None:
    # sqrt(0.52 x 0.98) = 0.714; z = log(0.71) / (log(0.98 / 0.52) / 3.92) = -2.12, p = .034
    p = claim("p", "OS", value="0.03", method="log-rank", between=("B", "A"))
    assert told(check_ratio, ratio("0.71", "0.52", "0.98"), p) == ["ok P237", "ok P238"]
    far = claim("p", "OS", value="0.30", method="log-rank", between=ARMS)
    assert told(check_ratio, ratio("0.71", "0.52", "0.98"), far) == ["ok P237", "P238"]
    assert told(check_ratio, ratio("0.91", "0.52", "0.98")) == ["P237"]
    assert told(check_ratio, ratio("0.0", "0.0", "0.98")) == []
    assert told(check_ratio, ratio("NR", "0.52", "0.98")) == []


def test_a_median_interval_as_wide_as_a_range() -> None:
    def median(low: str, high: str, **fields: str) -> Claim:
        return claim("median", "OS", value="9.2", bracket=Bracket(low, high, "ci"), **fields)

    # sqrt(20) x ln(22.6 / 2.1) = 10.63; sqrt(20) x ln(14 / 6) = 3.8
    assert told(check_median_interval, median("2.1", "22.6", denominator="20")) == ["P239"]
    assert told(check_median_interval, median("6.0", "14.0", denominator="20")) == ["ok P239"]
    few = claim("events", "OS", value="8")  # sqrt(8) x 2.376 = 6.7
    assert told(check_median_interval, median("2.1", "22.6"), few) == ["ok P239"]
    assert told(check_median_interval, median("6.0", "14.0", denominator="5"))[0] == "P240"
    age = claim("median", "age", value="50", bracket=Bracket("2.1", "82.6", "ci"))
    assert told(check_median_interval, age) == []


def test_three_places_with_the_same_interval_are_one_discrepancy() -> None:
    same = [
        claim("median", "OS", value="9.2", bracket=Bracket("2.1", "22.6", "ci"), number=i)
        for i in range(3)
    ]
    (found,) = check_median_interval(Paper(tuple(same), sizes={"all enrolled": 20}))
    assert isinstance(found, Discrepancy)
    assert found.claims == ("median0", "median1", "median2")
    assert "10.6" in found.message
    assert found.rescued_by == ("2.1-22.6 is the range, not the confidence interval",)


def test_absurd_sizes_are_left_and_cost_nothing() -> None:
    sizes = {"A": 10**12, "B": 10**12, "all enrolled": 10**12}
    huge = [c for c in counts("0.38", "Fisher", printed_of=False)]
    assert told(check_table_p, *huge, sizes=sizes) == []
    wide = claim("percent", "ORR", value="35", bracket=Bracket("10", "50", "ci"))
    assert told(check_proportion_interval, wide, sizes=sizes) == []
    median = claim("median", "OS", value="9", bracket=Bracket("8", "10", "ci"))
    assert told(check_median_interval, median, sizes=sizes) == ["P239"]


def test_deviations_printed_as_zero_allow_any_small_p() -> None:
    assert told(check_mean_p, *means("<0.001", "Student's t test", ("0", "0"))) == ["ok P231"]


def test_degrees_of_freedom_of_everybody_leave_no_missing_values() -> None:
    """Of 54 and 54 patients p is 0.003; of fewer it may be 0.59."""
    of_all = [replace(c, denominator="") for c in means("0.59", "t-test", ("1.0", "1.4"))]
    sizes = {"A": 54, "B": 54}
    assert told(check_mean_p, *of_all, sizes=sizes) == ["ok P231"]
    t = claim("test", "age", value="t(106) = 0.54, p = 0.590", between=ARMS)
    assert told(check_mean_p, *of_all, t, sizes=sizes) == ["P231"]
