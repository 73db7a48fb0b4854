"""Claims computed from small data sets by hand: five patients of two arms, what is true of them."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from hepatica.audit.claim import EVERYONE, Bracket, Claim, Paper
from hepatica.audit.data_set import DataSet, Duration, Patient, Value
from hepatica.audit.evaluation import broken_claims, holds

RESPONSES = ("CR", "PR", "SD", "PD", "NE")
AGES = (40, 50, 60, 70, 80)
NAUSEA = ("0", "1", "3", "3", "4")
TIMES = ((2, True), (4, True), (6, False), (8, True), (10, False))
ARMS = ("TACE", "TACE", "TACE", "control", "control")


def five() -> DataSet:
    patients = []
    for i in range(5):
        time, event = TIMES[i]
        values: dict[str, Value] = {
            "best response": RESPONSES[i],
            "age": Fraction(AGES[i]),
            "AE nausea": NAUSEA[i],
            "AE fever": "2" if i == 0 else "0",
            "OS": Duration(Fraction(time), event),
            "sex": "F" if i < 2 else "M",
            "tumour reduction": "yes" if i < 3 else "no",
            "ECOG-PS": str(i % 3),
        }
        if i < 4:
            values["albumin"] = Fraction(28 + i)
        patients.append(Patient(ARMS[i], values))
    return tuple(patients)


PAPER = Paper((), sizes={EVERYONE: 5}, within={"TACE": EVERYONE, "control": EVERYONE})


def answer(variable: str, statistic: str, **fields: Any) -> bool | None:
    claim = Claim("C1", "Results", "quote", variable, statistic, **fields)
    return holds(claim, five(), PAPER)


def bracket(low: str, high: str, declared: str, level: str = "95") -> Bracket:
    return Bracket(low, high, declared, level)


@pytest.mark.parametrize(
    ("population", "value", "expected"),
    [
        (EVERYONE, "5", True),
        ("TACE", "3", True),
        ("control", "3", False),
        ("screened", "9", None),
    ],
)
def test_size(population: str, value: str, expected: bool | None) -> None:
    assert answer("patients", "size", value=value, population=population) is expected


def test_count_is_exact() -> None:
    assert answer("sex", "count", level="female", count="2", denominator="5") is True
    assert answer("sex", "count", level="F", count="3", denominator="5") is False
    assert answer("sex", "count", level="F", value="2") is True
    assert answer("race", "count", level="Asian", count="2") is None


def test_levels_put_together() -> None:
    # Performance status 0, 1, 2, 0, 1.
    assert answer("ECOG-PS", "count", level="0-1", count="4") is True
    assert answer("ECOG-PS", "count", level=">=2", count="1") is True
    assert answer("ECOG-PS", "count", level="0", count="2") is True


def test_percentage_is_admitted_as_rounded() -> None:
    assert answer("sex", "percent", level="F", value="40.0", count="2", denominator="5") is True
    assert answer("sex", "percent", level="F", value="40.1") is False
    # 2 of the 3 of the arm are 66.67 %.
    assert answer("sex", "percent", level="F", value="66.7", population="TACE") is True
    assert answer("sex", "percent", level="F", value="66.6", population="TACE") is False
    assert answer("sex", "percent", level="F", count="2") is True


def test_denominator_as_printed_else_the_population_or_those_known() -> None:
    # Albumin of 28, 29, 30, 31; one is missing.
    assert answer("albumin", "percent", level="<30", value="50", denominator="4") is True
    assert answer("albumin", "percent", level="<30", value="40", denominator="4") is False
    assert answer("albumin", "percent", level="<30", value="50") is True
    assert answer("albumin", "percent", level="<30", value="40") is True
    assert answer("albumin", "percent", level="<30", value="33") is False
    assert answer("sex", "percent", level="F", value="20", denominator="10") is False
    assert answer("albumin", "count", level="unknown", count="1") is True
    assert answer("sex", "count", level="missing", count="1") is False
    assert answer("race", "count", level="unknown", count="5") is None


@pytest.mark.parametrize(
    ("variable", "value", "count"),
    [("ORR", "40", "2"), ("DCR", "60", "3"), ("tumour reduction", "60", "3")],
)
def test_response_rates_follow_best_response_or_their_own_value(
    variable: str, value: str, count: str
) -> None:
    assert answer(variable, "percent", value=value, count=count, denominator="5") is True
    assert answer(variable, "percent", value="20", denominator="5") is False


def test_rates_may_be_of_those_evaluable() -> None:
    # One of five is NE: 2 of 4 respond.
    assert answer("ORR", "percent", value="50") is True
    assert answer("best response", "percent", value="25", level="PD") is True
    assert answer("ORR", "percent", value="50", denominator="5") is False


def test_own_value_of_a_rate_goes_before_best_response() -> None:
    patient = Patient(EVERYONE, {"best response": "SD", "ORR": "yes"})
    claim = Claim("C1", "", "", "ORR", "percent", value="100")
    assert holds(claim, (patient,), Paper((claim,))) is True


@pytest.mark.parametrize(
    ("level", "count"),
    [("any", "4"), ("1", "1"), ("3", "2"), ("3-4", "3"), (">=3", "3"), ("1-2", "1"), ("0", "1")],
)
def test_grades_count_the_worst(level: str, count: str) -> None:
    assert answer("AE nausea", "count", level=level, count=count, denominator="5") is True
    assert answer("AE nausea", "count", level=level, count="5") is False


def test_grades_of_at_most_two_leave_out_patients_without_the_event() -> None:
    assert answer("AE nausea", "count", level="<=2", count="1") is True


def test_any_adverse_event_is_the_worst_of_all() -> None:
    assert answer("AE of any kind", "percent", level="any", value="100", count="5") is True
    assert answer("AE of any kind", "count", level="2", count="1") is True
    assert answer("AE rash", "count", level="any", count="1") is None


@pytest.mark.parametrize(
    ("statistic", "value", "expected"),
    [
        ("mean", "60", True),
        ("mean", "60.1", False),
        ("median", "60.0", True),
        ("centre", "60", True),
        ("min", "40", True),
        ("min", "41", False),
        ("max", "80", True),
        # Squares of -20 -10 0 10 20 sum to 1000; / 4 = 250; root 15.81.
        ("sd", "15.8", True),
        ("sd", "15.9", False),
        ("sd", "14.1", False),
        # Types 7 and hinges 50 and 70; type 6 and halves without the median 45 and 75.
        ("q1", "50", True),
        ("q1", "45", True),
        ("q1", "55", False),
        ("q3", "75", True),
    ],
)
def test_numbers(statistic: str, value: str, expected: bool) -> None:
    assert answer("age", statistic, value=value) is expected


def test_centre_is_mean_or_median() -> None:
    # Albumin 28, 29, 30, 31 and an outlier: median 30, mean 31.6.
    rows = tuple(Patient(EVERYONE, {"albumin": Fraction(n)}) for n in (28, 29, 30, 31, 40))
    for value, expected in (("30", True), ("31.6", True), ("31", False)):
        claim = Claim("C1", "", "", "albumin", "centre", value=value)
        assert holds(claim, rows, Paper((claim,))) is expected


def test_denominator_of_a_mean_is_those_known_or_all() -> None:
    assert answer("albumin", "mean", value="29.5", denominator="4") is True
    assert answer("albumin", "mean", value="29.5", denominator="5") is True
    assert answer("albumin", "mean", value="29.5", denominator="3") is False


@pytest.mark.parametrize(
    ("low", "high", "declared", "expected"),
    [
        ("40", "80", "range", True),
        ("40", "79", "range", False),
        ("40", "", "range", True),
        ("50", "70", "iqr", True),
        ("45", "70", "iqr", False),
        ("20", "", "iqr", True),
        ("15.8", "", "sd", True),
        ("15.8", "20", "sd", False),
        ("50", "70", "unknown", True),
        ("40", "80", "unknown", True),
        ("15.81", "", "unknown", True),
        ("1", "2", "unknown", False),
        # 60 -+ t(4, .975) 15.811 / sqrt(5) = 2.7764 x 7.0711 = 19.63; normal 1.96 x 7.0711 = 13.86
        ("40.4", "79.6", "ci", True),
        ("46.1", "73.9", "ci", True),
        ("46.1", "79.6", "ci", False),
    ],
)
def test_brackets_by_reading(low: str, high: str, declared: str, expected: bool) -> None:
    assert answer("age", "mean", value="60", bracket=bracket(low, high, declared)) is expected


def test_bracket_without_a_number_before_it() -> None:
    assert answer("age", "median", bracket=bracket("40", "80", "range")) is True
    assert answer("age", "median", bracket=bracket("40", "81", "range")) is False


def test_interval_that_cannot_be_computed_says_nothing() -> None:
    assert answer("age", "median", value="60", bracket=bracket("40", "80", "ci")) is True
    assert answer("age", "median", bracket=bracket("40", "80", "ci")) is None
    assert answer("age", "median", value="61", bracket=bracket("40", "80", "ci")) is False


def test_median_survival_under_both_conventions() -> None:
    # S: 4/5 at 2, 3/5 at 4, 3/10 at 8 (two at risk).
    assert answer("OS", "median", value="8.0") is True
    assert answer("OS", "median", value="6") is False
    six = tuple(Patient(EVERYONE, {"OS": Duration(Fraction(t), True)}) for t in (1, 2, 3, 4, 5, 6))
    for value, expected in (("3.0", True), ("3.5", True), ("4.0", False), ("NR", False)):
        claim = Claim("C1", "", "", "OS", "median", value=value)
        assert holds(claim, six, Paper((claim,))) is expected


def test_median_survival_not_reached() -> None:
    # The arm's times 2 and 4 are events, 6 censored: S = 2/3, 1/3; in the other 8 event, 10 not:
    # S is 1/2 from 8 to the end at 10, so 8 or 9.
    assert answer("OS", "median", value="NR", population="TACE") is False
    assert answer("OS", "median", value="9", population="control") is True
    late = (Patient(EVERYONE, {"OS": Duration(Fraction(9), False)}),)
    claim = Claim("C1", "", "", "OS", "median", value="not reached")
    assert holds(claim, late, Paper((claim,))) is True


def test_survival_events_and_numbers_at_risk() -> None:
    assert answer("OS", "survival", level="4", value="60.0") is True
    assert answer("OS", "survival", level="7 months", value="60") is True
    assert answer("OS", "survival", level="8", value="60") is False
    assert answer("OS", "at_risk", level="6", value="3") is True
    assert answer("OS", "at_risk", level="6", value="2") is False
    assert answer("OS", "events", value="3") is True
    assert answer("OS", "events", value="4") is False
    assert answer("PFS", "events", value="4") is None


def test_range_of_a_time_is_the_smallest_and_largest_time() -> None:
    assert answer("OS", "median", value="8", bracket=bracket("2", "10", "range")) is True
    assert answer("OS", "median", value="8", bracket=bracket("2", "8", "range")) is False


# R 4.2.2, survival 3.5-3: survfit(Surv(c(2, 4, 6, 8, 10), c(1, 1, 0, 1, 0)) ~ 1, conf.type = ...)
# gives the median 8 with limits 4 - NA (log), 2 - NA (log-log), and at 4 S = .6 with
# .293 - 1 (log), .126 - .882 (log-log), .171 - 1 (plain).
@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [("4", "NR", True), ("2", "NR", True), ("4", "–", True), ("6", "NR", False), ("4", "8", False)],
)
def test_limits_of_the_median_by_any_type(low: str, high: str, expected: bool) -> None:
    assert answer("OS", "median", value="8", bracket=bracket(low, high, "ci")) is expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [("29.3", "100", True), ("12.6", "88.2", True), ("17.1", "100", True), ("29", "88", False)],
)
def test_limits_of_survival_by_any_type(low: str, high: str, expected: bool) -> None:
    claim = {"level": "4", "value": "60", "bracket": bracket(low, high, "ci")}
    assert answer("OS", "survival", **claim) is expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    # 2 of 5: R binom.test 5.27 to 85.34, prop.test(correct = FALSE) 11.76 to 76.93,
    # 40 -+ 1.96 sqrt(.24 / 5) = 42.94, cut at 0.
    [("5.3", "85.3", True), ("11.8", "76.9", True), ("0", "82.9", True), ("5.3", "76.9", False)],
)
def test_limits_of_a_share_by_any_method(low: str, high: str, expected: bool) -> None:
    claim = {"value": "40", "denominator": "5", "bracket": bracket(low, high, "ci")}
    assert answer("ORR", "percent", **claim) is expected


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("age", ">=40", True),
        ("age", ">40", False),
        ("age", "18-80", True),
        ("age", "18-75 years", False),
        ("albumin", ">=28 g/L", True),
        ("ECOG-PS", "0-2", True),
        ("ECOG-PS", "0-1", False),
        ("ECOG-PS", "<2", False),
        ("sex", "M/F", True),
        ("sex", "male", False),
        ("measurable disease", "RECIST 1.0", None),
    ],
)
def test_criteria_are_met_by_every_patient_who_has_the_variable(
    variable: str, value: str, expected: bool | None
) -> None:
    claim = {"population": "eligibility", "value": value}
    assert answer(variable, "criterion", **claim) is expected


def test_classes_of_letters_and_nothing() -> None:
    rows = tuple(
        Patient(EVERYONE, {"Child-Pugh": c, "ascites": "none", "AFP": ">=200 ng/mL"}) for c in "AB"
    )
    for variable, value, expected in (
        ("Child-Pugh", "A/B/C", True),
        ("Child-Pugh", "A-B", True),
        ("Child-Pugh", "A or B", True),
        ("Child-Pugh", "A", False),
        ("Child-Pugh", "B-C", False),
        ("ascites", "none", True),
        ("AFP", "none", False),
        ("AFP", ">1000 ng/mL", True),
        ("AFP", "<200 ng/mL", False),
        ("Child-Pugh", "preserved liver function", None),
    ):
        claim = Claim("C1", "", "", variable, "criterion", "eligibility", value=value)
        assert holds(claim, rows, Paper((claim,))) is expected, (variable, value)


def test_exclusion_is_had_by_nobody() -> None:
    assert answer("albumin", "exclusion", population="eligibility", value="<28") is True
    assert answer("albumin", "exclusion", population="eligibility", value="<29") is False


def one_patient(**values: str) -> Paper:
    claims = tuple(
        Claim(f"V{i}", "Figure 3", "q", k, "value", "index patient", value=v, denominator="1")
        for i, (k, v) in enumerate(values.items())
    )
    return replace(PAPER, claims=claims)


def test_one_named_patient_has_all_values_together() -> None:
    true = one_patient(age="50", sex="female", OS="4", weight="70")
    assert broken_claims(true, five()) == ()
    assert [holds(c, five(), true) for c in true.claims] == [True, True, True, None]
    # There is a man, and there is somebody of 50, but no man of 50.
    assert broken_claims(one_patient(age="50", sex="male"), five()) == ("V0", "V1")
    assert broken_claims(one_patient(age="50", sex="male"), five(), ["V0"]) == ()


def test_population_of_no_patients_of_the_study_says_nothing() -> None:
    assert answer("age", "mean", value="70", population="literature") is None
    assert answer("age", "mean", value="70", population="responders") is None
    assert answer("age", "value", value="70") is None
    assert answer("registry", "identifier", value="NCT1") is None


def test_parts_of_parts_belong_to_the_whole() -> None:
    rows = (Patient("TACE high dose", {"age": Fraction(50)}),)
    within = {"TACE high dose": "TACE", "TACE": EVERYONE}
    claim = Claim("C1", "", "", "age", "mean", "TACE", value="50")
    assert holds(claim, rows, Paper((claim,), within=within)) is True


def test_patients_in_no_arm_belong_to_the_whole() -> None:
    rows = (
        Patient("safety set, not in an arm", {"age": Fraction(50)}),
        Patient("TACE", {"age": Fraction(60)}),
    )
    within = {"TACE": "safety set", "safety set": EVERYONE}
    claim = Claim("C1", "", "", "age", "mean", "safety set", value="55")
    assert holds(claim, rows, Paper((claim,), within=within)) is True


def test_broken_claims_are_told_in_the_order_of_the_file() -> None:
    told = [("sex", "F", "4"), ("sex", "M", "3"), ("sex", "F", "1")]
    claims = tuple(
        Claim(f"C{i}", "", "", variable, "count", level=level, count=count)
        for i, (variable, level, count) in enumerate(told)
    )
    assert broken_claims(replace(PAPER, claims=claims), five()) == ("C0", "C2")
    assert broken_claims(replace(PAPER, claims=claims), five(), ["C1", "C2"]) == ("C2",)
