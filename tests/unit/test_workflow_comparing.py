"""A manuscript against the records: every expected number is computed by hand."""

import csv
import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from two_arm_study import two_arm_study

from hepatica.analysis.result import Analysis, Result
from hepatica.audit.claim import Bracket, Claim, Paper
from hepatica.audit.claim_file import check_claims
from hepatica.audit.claim_source import ClaimSource
from hepatica.clinic.dataset import Adam
from hepatica.study import Study
from hepatica.workflow.comparing import (
    compare_with,
    comparison_document,
    comparison_findings,
    write_comparison,
)
from hepatica.workflow.manuscript.comparison import Compared, Fact, Found, Verdict
from hepatica.workflow.manuscript.handing import manuscript_of, read_folder_claims
from hepatica.workflow.manuscript.judgement import judged

Opened = tuple[Study, Adam, Analysis]
EQUAL, DIFFERENT, OPEN = Verdict.EQUAL, Verdict.DIFFERENT, Verdict.NOT_COMPARED


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    return two_arm_study(tmp_path_factory.mktemp("study"))


def _claim(variable: str, statistic: str, value: str = "", **more: object) -> Claim:
    return Claim("C1", "Table 1", "as printed", variable, statistic, value=value, line=7, **more)


def _one(opened: Opened, claim: Claim) -> Compared:
    paper = check_claims(Paper((claim,)), ClaimSource("claims.toml"))
    (entry,) = compare_with(*opened, paper).entries
    return entry


@pytest.mark.parametrize(
    ("claim", "verdict", "computed"),
    [
        # Ages 45, 50, 55, 60, 65, 70: mean 57.5, sd sqrt(87.5) = 9.354; arm A: 50 and 5.
        (_claim("age", "mean", "57.5"), EQUAL, "57.5"),
        (_claim("age", "mean", "58"), EQUAL, "58"),
        (_claim("age", "mean", "57"), EQUAL, "58"),  # half to even: 57.5 may be printed 57 or 58
        (_claim("age", "mean", "57.4"), DIFFERENT, "57.5"),
        (_claim("age", "mean", "57.5", bracket=Bracket("9.4", "", "sd")), EQUAL, "57.5 [9.4]"),
        (_claim("age", "mean", "57.5", bracket=Bracket("9.3", "", "sd")), DIFFERENT, "57.5 [9.4]"),
        (_claim("age", "mean", "50", population="A"), EQUAL, "50"),
        (_claim("age", "mean", "50", population="the A arm", denominator="3"), EQUAL, "50, n = 3"),
        (_claim("age", "mean", "50", population="A", denominator="4"), DIFFERENT, "50, n = 3"),
        (_claim("age", "median", "57.5", bracket=Bracket("45", "70", "range")), EQUAL,
         "57.5 [45 to 70]"),
        # Quartiles of type 7: 45 + 1.25 x 5 = 51.25 and 63.75.
        (_claim("age", "median", "57.5", bracket=Bracket("51.3", "63.8", "iqr")), EQUAL,
         "57.5 [51.3 to 63.8]"),
        (_claim("age", "min", "45"), EQUAL, "45"),
        (_claim("age", "min", "45", unit="yrs"), EQUAL, "45"),
        (_claim("sex", "percent", "33.3", level="women", count="2", denominator="6"), EQUAL,
         "2/6 (33.3)"),
        (_claim("sex", "percent", "33", level="F"), EQUAL, "33"),
        (_claim("sex", "percent", "34", level="F"), DIFFERENT, "33"),
        (_claim("sex", "count", level="male", count="2", population="A"), EQUAL, "2"),
        (_claim("age", "percent", "50", level=">=60"), EQUAL, "50"),
        (_claim("age", "percent", "33", level="> 60 years"), EQUAL, "33"),
        (_claim("patients", "size", "6"), EQUAL, "6"),
        (_claim("patients", "size", "3", population="B"), EQUAL, "3"),
        (_claim("patients", "size", "7"), DIFFERENT, "6"),
        # Nausea: patient 1 at worst 3, patient 2 at 2; nobody at grade 1.
        (_claim("AE nausea", "percent", "33.3", level="any", count="2"), EQUAL, "2 (33.3)"),
        (_claim("AE nausea", "count", level="1", count="1"), DIFFERENT, "0"),
        (_claim("AE nausea", "count", level="grade 1-2", count="1"), EQUAL, "1"),
        (_claim("AE nausea", "count", level="III-IV", count="1"), EQUAL, "1"),
        (_claim("AE nausea", "count", level=">=3", count="1", population="A"), EQUAL, "1"),
        (_claim("AE edema", "count", level="any", count="1"), EQUAL, "1"),
        (_claim("AE of any kind", "percent", "50", level="any"), EQUAL, "50"),
        # Deaths 5 of 6; 30, 61, 91, 122, 183 days and 200 censored. S = 0.5 from day 91 to 122:
        # median (91 + 122) / 2 = 106.5 days = 3.499 months; survival at 3 months 4/6.
        (_claim("OS", "median", "3.5", unit="months"), EQUAL, "3.5"),
        (_claim("OS", "median", "107", unit="days"), EQUAL, "107"),
        (_claim("OS", "median", "15.2", unit="weeks"), EQUAL, "15.2"),
        (_claim("OS", "events", "5"), EQUAL, "5"),
        (_claim("OS", "survival", "66.7", level="75 days"), EQUAL, "66.7"),
        (_claim("OS", "survival", "33.3", level="6 months", population="A"), EQUAL, "33.3"),
        (_claim("OS", "at_risk", "3", level="4 months"), EQUAL, "3"),
        (_claim("deaths", "count", count="5", denominator="6"), EQUAL, "5/6"),
        (_claim("sessions", "mean", "1.0"), EQUAL, "1.0"),
        (_claim("sessions", "count", level="2", count="0"), EQUAL, "0"),
    ],
)  # fmt: skip
def test_a_claim_is_held_against_the_number_of_the_records(
    opened: Opened, claim: Claim, verdict: Verdict, computed: str
) -> None:
    entry = _one(opened, claim)
    assert (entry.verdict, entry.computed) == (verdict, computed), entry


@pytest.mark.parametrize(
    ("claim", "code", "said"),
    [
        (_claim("OS", "definition", "death"), "P402", "a definition is not a result"),
        (_claim("age", "mean", "40", population="literature"), "P402", "about literature"),
        (_claim("age", "mean", "40", population="C"), "P405", "its groups are all enrolled, A, B"),
        (_claim("AE rash", "count", level="any", count="1"), "P405", "is named 'rash'"),
        (_claim("sex", "count", level="other", count="1"), "P405", "its levels are Female, Male"),
        (_claim("cheerfulness", "mean", "4"), "P402", "no result of 'cheerfulness'"),
        # The denominator is right, but the study has no mean survival.
        (_claim("OS", "mean", "4", denominator="6"), "P402", "no mean of it"),
        (_claim("OS", "median", "9", unit="mg"), "P402", "no unit of time"),
        (_claim("age", "mean", "57.5", unit="cm"), "P402", "'cm' is not that of the study, years"),
        (_claim("PFS", "hazard_ratio", "0.5"), "P402", "two groups"),
    ],
)
def test_what_cannot_be_compared_is_never_equal(
    opened: Opened, claim: Claim, code: str, said: str
) -> None:
    entry = _one(opened, claim)
    assert (entry.verdict, entry.code) == (OPEN, code)
    assert said in entry.reason


def test_a_bracket_declared_an_interval_that_is_the_range_is_told(opened: Opened) -> None:
    # The range of OS is 30 to 200 days: 0.99 to 6.57 months.
    claim = _claim("OS", "median", "3.5", bracket=Bracket("1.0", "6.6", "ci"))
    entry = _one(opened, claim)
    assert (entry.verdict, entry.code) == (DIFFERENT, "P403")
    assert entry.hint == "the bracket is equal to the observed range"
    undeclared = replace(claim, bracket=Bracket("1.0", "6.6", "unknown"))
    assert _one(opened, undeclared).reason == "the bracket is the observed range"
    assert _one(opened, undeclared).verdict is EQUAL


def test_a_bracket_of_another_level_is_not_compared(opened: Opened) -> None:
    claim = _claim("OS", "median", "3.5", bracket=Bracket("1.0", "6.6", "ci", "90"))
    entry = _one(opened, claim)
    assert (entry.verdict, entry.reason) == (EQUAL, "the bracket was not compared")


def test_the_other_plateau_rule_is_a_hint_and_no_verdict(opened: Opened) -> None:
    entry = _one(opened, _claim("OS", "median", "2.99", unit="months"))  # day 91
    assert (entry.verdict, entry.code, entry.computed) == (DIFFERENT, "P401", "3.50")
    assert entry.hint == "equal under the plateau rule 'first'"


def test_a_median_printed_where_the_curve_does_not_reach_it(opened: Opened) -> None:
    # Arm B: S = 2/3, 1/3 at 91 days; all of arm A die. Nobody has progressed or been scanned.
    entry = judged(_claim("OS", "median", "9.9"), Found({"median": Fact(None, note="not reached")}))
    assert (entry.verdict, entry.computed) == (DIFFERENT, "not reached")


def test_a_centre_is_equal_to_mean_or_median_and_says_which() -> None:
    facts = {"mean": Fact(Fraction(17, 5)), "median": Fact(Fraction(7, 2))}
    found = Found(facts)
    assert judged(_claim("prior TACE", "centre", "3.4"), found).reason == "it is the mean"
    assert judged(_claim("prior TACE", "centre", "3.5"), found).reason == "it is the median"
    assert judged(_claim("prior TACE", "centre", "3.6"), found).verdict is DIFFERENT
    entry = judged(_claim("prior TACE", "median", "3.4"), found)
    assert (entry.verdict, entry.hint) == (DIFFERENT, "equal to the mean")


def test_an_error_of_computation_is_forgiven_and_no_more() -> None:
    # 0.3 + 0.05 is a little above 0.35 in floating point, and 0.35 may be printed 0.3.
    claim = _claim("x", "mean", "0.3")
    assert judged(claim, Found({"mean": Fact(Fraction(0.3 + 0.05))})).verdict is EQUAL
    assert judged(claim, Found({"mean": Fact(Fraction("0.3500001"))})).verdict is DIFFERENT


def test_a_small_p_is_shown_as_printed() -> None:
    entry = judged(_claim("x", "p", "<0.001"), Found({"p_value": Fact(Fraction(1, 10**6))}))
    assert (entry.verdict, entry.computed) == (EQUAL, "<0.001")
    entry = judged(_claim("x", "p", "<0.001"), Found({"p_value": Fact(Fraction(1, 50))}))
    assert (entry.verdict, entry.computed) == (DIFFERENT, "0.020")


def _with_ratio(opened: Opened) -> Opened:
    study, adam, analysis = opened
    row = {"analysis": "test", "population": "treated", "variable": "OS", "group": "Cox model"}
    row |= {"level": "ARM = B"}
    added = (
        Result(statistic="hazard_ratio", value=0.8, note="against A", **row),
        Result(statistic="ci_low", value=0.5, note="95 % interval", **row),
        Result(statistic="ci_high", value=1.6, note="95 % interval", **row),
    )
    return study, adam, replace(analysis, results=(*analysis.results, *added))


@pytest.mark.parametrize(
    ("between", "value", "low", "high"),
    [(("B", "A"), "0.80", "0.50", "1.60"), (("A", "B"), "1.25", "0.625", "2.0")],
)
def test_a_hazard_ratio_is_compared_either_way_round(
    opened: Opened, between: tuple[str, str], value: str, low: str, high: str
) -> None:
    claim = _claim("OS", "hazard_ratio", value, bracket=Bracket(low, high, "ci"), between=between)
    entry = _one(_with_ratio(opened), claim)
    assert (entry.verdict, entry.computed) == (EQUAL, f"{value} [{low} to {high}]")
    wrong = replace(claim, between=tuple(reversed(between)))
    assert _one(_with_ratio(opened), wrong).verdict is DIFFERENT


def test_the_log_rank_test_of_the_arms(opened: Opened) -> None:
    # Events O - E and V of arm A over the risk sets, by hand: E = 1/2 + 3/5 + 1/2 + 2/3 + 1/2,
    # V = 1/4 + 6/25 + 1/4 + 2/9 + 1/4; chi-square (3 - 83/30)^2 / (1091/900) = 49/1091 = 0.0449.
    claim = _claim("OS", "p", "0.83", method="log-rank", between=("A", "B"))
    assert _one(opened, claim).verdict is EQUAL
    assert _one(opened, replace(claim, value="0.38")).verdict is DIFFERENT
    of_three = replace(claim, between=("A", "B", "C"))
    assert "and no others" in _one(opened, of_three).reason


def _described(*claims: Claim) -> Paper:
    named = [replace(c, id=f"C{i}", population="index patient") for i, c in enumerate(claims)]
    return check_claims(Paper(tuple(named), sizes={"index patient": 1}), ClaimSource("claims.toml"))


def test_a_described_patient_is_the_only_one_who_fits(opened: Opened) -> None:
    paper = _described(
        _claim("age", "value", "50"),
        _claim("sex", "value", "male"),
        _claim("OS", "value", "4", unit="months"),
        _claim("mood", "value", "3"),
    )
    entries = compare_with(*opened, paper).entries
    assert [e.verdict for e in entries] == [EQUAL, EQUAL, EQUAL, OPEN]
    assert entries[0].reason == "patient 2, the only one whom all of it fits"
    assert entries[2].subjects == ("2",)


def test_a_description_that_fits_several_or_nobody(opened: Opened) -> None:
    several = compare_with(*opened, _described(_claim("sex", "value", "female"))).entries
    assert (several[0].verdict, several[0].code) == (OPEN, "P402")
    assert several[0].reason == "2 patients fit the description: 1, 6"
    paper = _described(
        _claim("age", "value", "50"),
        _claim("sex", "value", "female"),
        _claim("OS", "value", "4", unit="months"),
    )
    nobody = compare_with(*opened, paper).entries
    assert [e.verdict for e in nobody] == [OPEN, DIFFERENT, OPEN]
    assert (nobody[1].code, nobody[1].computed) == ("P404", "M")
    assert nobody[1].hint == "no patient fits the description; nearest is 2"


@pytest.mark.parametrize(
    ("variable", "value", "verdict"),
    [
        ("enrolment start", "2020-01", EQUAL),
        ("enrolment start", "2020-01-01", EQUAL),
        ("enrolment start", "2019-12", OPEN),  # a period that began earlier says nothing false
        ("enrolment start", "2020-02", DIFFERENT),
        ("enrolment end", "2020-01-06", EQUAL),
        ("enrolment end", "2020-01-05", DIFFERENT),
        ("enrolment end", "2021", OPEN),
        ("submission date", "2021", OPEN),
    ],
)
def test_dates_of_enrolment(opened: Opened, variable: str, value: str, verdict: Verdict) -> None:
    assert _one(opened, _claim(variable, "date", value)).verdict is verdict


def test_findings_stand_at_the_claims_line_and_summarise_the_rest(opened: Opened) -> None:
    claims = (
        replace(_claim("age", "mean", "60"), id="C1", line=3),
        replace(_claim("OS", "text", "long"), id="C2", line=9),
        replace(_claim("AE rash", "count", level="any", count="1"), id="C3", line=12),
    )
    comparison = compare_with(*opened, check_claims(Paper(claims), ClaimSource("claims.toml")))
    found = comparison_findings(comparison)
    assert [(f.code, f.place.row) for f in found] == [("P401", 3), ("P405", 12), ("P402", None)]
    assert str(found[0]) == (
        "claims.toml:3 error P401: found C1 mean of age 60 (Table 1); expected 58 as computed "
        "(arithmetic mean)"
    )
    told = json.loads(json.dumps(comparison_document(comparison)))
    assert [e["claim"] for e in told["different"]] == ["C1"]
    assert [e["claim"] for e in told["not_compared"]] == ["C2", "C3"]
    assert told["different"][0]["numbers"][0]["unrounded"] == 57.5


def test_the_csv_holds_every_number_and_no_formula(opened: Opened, tmp_path: Path) -> None:
    claim = replace(
        _claim("sex", "percent", "33.3", level="F", count="2", denominator="6"),
        quote='=HYPERLINK("x")',
    )
    comparison = compare_with(*opened, check_claims(Paper((claim,)), ClaimSource("claims.toml")))
    path = write_comparison(comparison, tmp_path / "comparison.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["part"], r["printed"], r["computed"]) for r in rows] == [
        ("count", "2", "2"),
        ("denominator", "6", "6"),
        ("value", "33.3", "33.3"),
    ]
    assert rows[0]["quote"] == '\'=HYPERLINK("x")'
    assert rows[0]["subjects"] == "1 6"


def test_claims_that_cannot_be_read_are_a_finding(tmp_path: Path, opened: Opened) -> None:
    assert read_folder_claims(tmp_path) == (None, ())
    (tmp_path / "claims.toml").write_bytes(b"[[claim]]\nid = '\xe9'\n")
    paper, faults = read_folder_claims(tmp_path)
    assert paper is not None
    assert [f.code for f in faults] == ["P406"]
    told = manuscript_of(compare_with(*opened, paper), faults)
    assert (told.claims, len(told.faults)) == ((), 1)
