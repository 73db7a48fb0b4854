"""GRIM, GRIMMER, DEBIT, limits of the SD and numbers of data sets are those found by enumeration.

`granularity.json` keeps a part of the reference cases; the whole files are read where they lie
beside the repository. Where the exact answer is not that of a published program, a test says so.
"""

import csv
import json
from fractions import Fraction
from pathlib import Path

import pytest
from reference_folder import reference_file

from hepatica.audit.granularity.debit import debit
from hepatica.audit.granularity.grim import Grim, grim
from hepatica.audit.granularity.grimmer import Grimmer, grimmer
from hepatica.audit.granularity.rounding import Interval, Rounding
from hepatica.audit.granularity.sample_count import count_samples, sample_count
from hepatica.audit.granularity.spread import spread_limits
from hepatica.audit.printed import Printed, parse_printed

FROZEN = json.loads((Path(__file__).parent / "granularity.json").read_text(encoding="utf-8"))


def rows(name: str) -> list[dict[str, str]]:
    with reference_file(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def frozen(kind: str) -> list[dict[str, str]]:
    return [dict(zip(FROZEN["columns"][kind], case, strict=True)) for case in FROZEN[kind]]


def number(text: str) -> Printed:
    printed = parse_printed(text)
    assert printed is not None
    return printed


def grim_of(case: dict[str, str]) -> Grim:
    rounding = Rounding(case.get("rounding", "up_or_down"), Fraction(case.get("threshold", "5")))
    return grim(
        number(case["x"]),
        int(case["n"]),
        items=int(case["items"]),
        percent=case["percent"] == "1",
        rounding=rounding,
    )


def grimmer_of(case: dict[str, str]) -> Grimmer:
    items = int(case.get("items", "1"))
    return grimmer(number(case["x"]), number(case["sd"]), int(case["n"]), items=items)


@pytest.mark.parametrize("case", frozen("grim"), ids=lambda c: " ".join(c.values()))
def test_grim(case: dict[str, str]) -> None:
    found = grim_of(case)
    assert str(int(found.consistent)) == case["exact"]
    assert " ".join(map(str, found.sums)) == case["sums"]


def test_grim_of_every_reference_case() -> None:
    cases = rows("grim.csv")
    for case in cases:
        found = grim_of(case)
        assert str(int(found.consistent)) == case["exact"], case
        assert len(found.sums) == int(case["n_sums"]), case
        shown = case["sums"].split()
        assert [str(s) for s in found.sums][: len(shown)] == shown, case
    assert len(cases) > 200


def test_where_scrutiny_passes_means_that_no_sum_has() -> None:
    """It adds 1e-12 before rounding, so that ties and exact means pass wherever they fall."""
    wrong = [c for c in frozen("grim") if c["tool"] == "1" and c["exact"] == "0"]
    assert len(wrong) >= 6
    assert {c["rounding"] for c in wrong} <= {"even", "floor", "trunc", "ceiling_or_floor"}
    assert not any(grim_of(c).consistent for c in wrong)


@pytest.mark.parametrize("case", frozen("grim_stats"), ids=lambda c: " ".join(c.values()))
def test_grim_statistics(case: dict[str, str]) -> None:
    found = grim_of(case)
    assert found.total_inconsistent == int(case["total_inconsistent"])
    assert found.probability == Fraction(case["probability"])
    assert found.ratio == Fraction(case["ratio"])


def test_grim_statistics_of_every_reference_case() -> None:
    for case in rows("grim_stats.csv"):
        found = grim_of(case)
        assert found.total_inconsistent == int(case["total_inconsistent"]), case
        assert found.probability == Fraction(case["probability"]), case
        assert found.ratio == Fraction(case["ratio"]), case


@pytest.mark.parametrize("case", frozen("grimmer"), ids=lambda c: " ".join(c.values()))
def test_grimmer(case: dict[str, str]) -> None:
    found = grimmer_of(case)
    assert str(int(bool(found.consistent))) == case["exact"]
    assert found.reason == case["exact_reason"]
    assert len(found.grim.sums) == int(case["n_sums"])


def test_grimmer_of_every_reference_case() -> None:
    cases = rows("grimmer.csv")
    for case in cases:
        found = grimmer_of(case)
        assert str(int(bool(found.consistent))) == case["exact"], case
        assert found.reason == case["exact_reason"], case
        assert len(found.grim.sums) == int(case["n_sums"]), case
    assert len(cases) > 40


def test_scrutiny_and_rsprite2_pass_a_deviation_below_the_evenest_spread() -> None:
    """1.2 (0.3) of 57: of all six sums the evenest spread has an SD of 0.368, not 0.35 or less."""
    case = next(c for c in frozen("grimmer") if (c["x"], c["sd"], c["n"]) == ("1.2", "0.3", "57"))
    assert (case["scrutiny"], case["rsprite2"], case["exact"]) == ("1", "1", "0")
    found = grimmer_of(case)
    assert found.consistent is False
    assert found.sentence.endswith("(sums 66 to 71; the smallest SD is 0.37)")


@pytest.mark.parametrize("case", frozen("grimmer_true_data"), ids=lambda c: " ".join(c.values()))
def test_grimmer_never_refuses_data_that_exist(case: dict[str, str]) -> None:
    """Each is printed from real whole numbers; scrutiny 0.6.1 calls every one inconsistent."""
    assert case["tool_reason"].startswith("GRIMMER inconsistent")
    size, total, squares = int(case["n"]), int(case["sum"]), int(case["sum_of_squares"])
    variance = (squares - Fraction(total**2, size)) / (size - 1)
    sd = number(case["sd"])
    assert number(case["x"]).admits(Fraction(total, size))
    assert sd.low**2 <= variance <= sd.high**2
    assert grimmer_of(case).consistent is True


def test_grimmer_never_refuses_data_that_exist_in_the_reference_cases() -> None:
    assert all(grimmer_of(c).consistent for c in rows("grimmer_true_data_false_positives.csv"))


@pytest.mark.parametrize("case", frozen("debit"), ids=lambda c: " ".join(c.values()))
def test_debit(case: dict[str, str]) -> None:
    found = debit(number(case["x"]), number(case["sd"]), int(case["n"]))
    assert str(int(bool(found.consistent))) == case["exact"]
    assert " ".join(str(k) for run in found.counts for k in run) == case["counts"]


def test_debit_of_every_reference_case() -> None:
    cases = rows("debit.csv")
    for case in cases:
        found = debit(number(case["x"]), number(case["sd"]), int(case["n"]))
        assert str(int(bool(found.consistent))) == case["exact_integer_k"], case
        assert " ".join(str(k) for run in found.counts for k in run) == case["k_values"], case
    assert len(cases) > 15


def test_where_scrutiny_and_scrutipy_pass_shares_that_no_count_has() -> None:
    wrong = [c for c in frozen("debit") if (c["scrutiny"], c["exact"]) == ("1", "0")]
    assert len(wrong) >= 4
    assert all(c["scrutipy"] == "1" for c in wrong)
    assert not any(debit(number(c["x"]), number(c["sd"]), int(c["n"])).counts for c in wrong)
    # The README of scrutipy 0.1.12 calls 0.11 (0.31) of 40 possible; 4/40 = 0.10, 5/40 = 0.125.
    assert debit(number("0.11"), number("0.31"), 40).consistent is False


def test_a_share_of_nought_has_an_answer() -> None:
    """scrutiny answers NA and scrutipy stops where the lower bound of the share is negative."""
    assert debit(number("0.00"), number("0.00"), 40).counts[0] == range(0, 1)


@pytest.mark.parametrize("case", frozen("sd_limits"), ids=lambda c: " ".join(c.values()))
def test_limits_of_the_deviation(case: dict[str, str]) -> None:
    scale = int(case["low"]), int(case["high"])
    limits = spread_limits(number(case["mean"]), int(case["n"]), scale, items=int(case["items"]))
    assert limits is not None
    assert limits.sd_text(6) == (case["least_sd"], case["most_sd"])


def test_limits_of_the_deviation_of_every_reference_case() -> None:
    for case in rows("sd_limits.csv"):
        mean = number(f"{Fraction(case['mean']).__float__():.{case['m_prec']}f}")
        scale = int(case["min"]), int(case["max"])
        limits = spread_limits(mean, int(case["n"]), scale, items=int(case["n_items"]))
        assert limits is not None
        assert limits.sd_text(6) == (case["exact_sd_min"], case["exact_sd_max"]), case


@pytest.mark.parametrize("case", frozen("sample_count"), ids=lambda c: " ".join(c.values()))
def test_number_of_data_sets(case: dict[str, str]) -> None:
    """5,359 is the number that unsum's README publishes for the first; scrutipy counts them all."""
    mean, sd, size = number(case["mean"]), number(case["sd"]), int(case["n"])
    found = sample_count(mean, sd, size, (int(case["low"]), int(case["high"])))
    assert (found.samples, found.pairs) == (int(case["samples"]), int(case["pairs"]))
    assert mean.admits(Fraction(sum(found.example), size))
    assert len(found.example) == size


def test_number_of_data_sets_of_every_reference_case() -> None:
    for case in rows("closure_sprite_counts.csv"):
        size, scale = int(case["n"]), (int(case["scale_min"]), int(case["scale_max"]))
        if "exact" in case["sd"]:  # mean 4 and variance 2 exactly, as CORVIDS asks
            found = count_samples(range(80, 81), Interval(Fraction(2), Fraction(2)), size, scale)
        else:
            found = sample_count(number(case["mean"]), number(case["sd"]), size, scale)
        assert found.samples == int(case["exact_n_multisets"]), case
        assert found.pairs == int(case["exact_sum_ss_pairs"]), case


def test_corvids_example_has_95_data_sets() -> None:
    found = count_samples(range(80, 81), Interval(Fraction(2), Fraction(2)), 20, (1, 7))
    assert (found.samples, found.pairs) == (95, 1)
