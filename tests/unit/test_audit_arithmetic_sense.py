"""Dates, definitions and clinical rules: what needs more than counting, and no solver."""

import pytest
from audit_paper import codes, discrepancies, paper_of, passed, share

from hepatica.audit.arithmetic.chronology import check_chronology
from hepatica.audit.arithmetic.definition import check_convention, check_definition
from hepatica.audit.arithmetic.design import check_design
from hepatica.audit.arithmetic.eligibility import check_eligibility, check_index_patient
from hepatica.audit.arithmetic.liver import check_liver
from hepatica.audit.arithmetic.stage import check_stage
from hepatica.audit.arithmetic.toxicity import check_toxicity
from hepatica.audit.claim import Bracket

TWENTY = {"all enrolled": 20}


def dated(variable, value, **more):
    return {"variable": variable, "statistic": "date", "value": value, **more}


def said(variable, value, statistic="text", **more):
    return {"variable": variable, "statistic": statistic, "value": value, "quote": value, **more}


START = dated("enrolment start", "2014-01")
PROSPECTIVE = said("study design", "prospective trial")
RETROSPECTIVE = said("study design", "retrospective cohort")

# what the code should be, claims
DATES = [
    ("", [START, dated("enrolment end", "2014-01-15"), dated("submission date", "2015")]),
    ("P129", [dated("submission date", "2021-07-07"), dated("acceptance date", "2021-07-06")]),
    ("P129", [START, dated("enrolment end", "2013")]),
    ("", [START, dated("ethics approval", "2014-01-31"), PROSPECTIVE]),
    ("P130", [START, dated("ethics approval", "2015-05-07"), PROSPECTIVE]),
    ("P130", [START, dated("ethics approval", "2015-05-07")]),
    ("P131", [START, dated("ethics approval", "2015-05-07"), PROSPECTIVE, RETROSPECTIVE]),
    ("", [START, dated("ethics approval", "2015-05-07"), RETROSPECTIVE]),
    ("P131", [START, said("ethics approval number", "20150507-07", "identifier")]),
    ("", [START, said("ethics approval number", "2013-117", "identifier")]),
    ("P132", [START, said("registry id", "ChiCTR-OPC-15006859", "identifier")]),
    ("P132", [START, said("registry id", "ChiCTR1900021234", "identifier")]),
    ("", [START, said("registry id", "ACTRN12613000123456", "identifier")]),
    ("", [START, said("registry id", "NCT01234567", "identifier")]),
    ("", [dated("enrolment start", "spring"), dated("enrolment end", "2013")]),
]


@pytest.mark.parametrize(("code", "rows"), DATES)
def test_dates_in_order(code, rows):
    assert codes(check_chronology, paper_of(*rows)) == ([code] if code else [])


def test_a_date_in_a_number_is_told_as_a_reading():
    rows = [START, said("ethics approval number", "20150507-07", "identifier")]
    (found,) = discrepancies(check_chronology, paper_of(*rows))
    assert "2015-05-07 (Results, read from the number 20150507-07)" in found.message
    assert "the number does not begin with the day of approval" in found.rescued_by


def test_nobody_is_followed_for_longer_than_the_calendar_leaves():
    os = {"variable": "OS", "statistic": "median", "value": "9.2", "unit": "months"}
    rows = [START, dated("submission date", "2015-01"), os]
    assert codes(check_chronology, paper_of(*rows)) == []
    os["bracket"] = Bracket("2.1", "22.6", "range")
    assert codes(check_chronology, paper_of(*rows)) == ["P133"]


def definition(variable, value, **more):
    return said(variable, value, "definition", **more)


# code, definitions
DEFINITIONS = [
    ("", [definition("PFS", "time from enrolment to progression or death")]),
    ("P135", [definition("PFS", "event=radiologic progression only")]),
    (
        "P135",
        [
            definition("PFS", "progression or death"),
            definition("PFS censoring", "death and loss censored at the last assessment"),
        ],
    ),
    ("", [definition("TTP", "time from enrolment to progression")]),
    ("", [definition("SD", "neither sufficient shrinkage for PR nor sufficient increase for PD")]),
    ("", [definition("SD", "any cases that do not qualify for either PR or PD")]),
    ("P134", [definition("SD", "either sufficient shrinkage (PR) or sufficient increase (PD)")]),
    (
        "P136",
        [
            definition("PR", "reduction of tumor area by more than 30%"),
            definition("PD", "increase of the sum of the longest diameter by 20%"),
        ],
    ),
    (
        "",
        [
            definition("PR", "decrease of the sum of diameters by 30%"),
            definition("PD", "increase of the sum of diameters by 20%"),
        ],
    ),
    (
        "P137",
        [
            said("measurable disease", "RECIST version 1.0", "criterion"),
            said("response criterion", "mRECIST"),
        ],
    ),
    ("P138", [definition("OS", "start=TACE-refractory identification; end=death")]),
    ("", [definition("OS", "start=randomisation; end=death")]),
]


@pytest.mark.parametrize(("code", "rows"), DEFINITIONS)
def test_definitions(code, rows):
    assert codes(check_definition, paper_of(*rows)) == ([code] if code else [])


# code, sentences
SENTENCES = [
    ("P139", [said("consent", "obtained"), said("consent", "waived")]),
    ("", [said("consent", "obtained"), said("consent", "written consent was given")]),
    ("P140", [PROSPECTIVE, RETROSPECTIVE]),
    ("", [RETROSPECTIVE, RETROSPECTIVE]),
]


@pytest.mark.parametrize(("code", "rows"), SENTENCES)
def test_what_a_paper_says_of_itself(code, rows):
    assert codes(check_design, paper_of(*rows)) == ([code] if code else [])


def test_mean_and_sd_promised():
    promise = said("descriptive convention", "continuous = mean and SD", place="Methods")
    age = {"variable": "age", "statistic": "median", "value": "54.5", "place": "Table 1"}
    assert codes(check_convention, paper_of(promise, age)) == ["P141"]
    age["statistic"] = "mean"
    assert codes(check_convention, paper_of(promise, age)) == []


def test_significance_without_a_test():
    row = said("permeability", "significantly lower")
    p = {"variable": "permeability", "statistic": "p", "value": "0.03"}
    assert codes(check_convention, paper_of(row)) == ["P142"]
    assert codes(check_convention, paper_of(row, p)) == []


def criterion(variable, value, unit="", **more):
    row = {"variable": variable, "statistic": "criterion", "value": value, "unit": unit}
    return {**row, "population": "eligibility", **more}


def test_levels_outside_a_criterion():
    ecog = [share("ECOG-PS", "2", "15", "75", "20"), share("ECOG-PS", "3", "5", "25", "20")]
    (found,) = discrepancies(check_eligibility, paper_of(criterion("ECOG-PS", "0-2"), *ecog))
    assert (found.code, found.claims) == ("P143", ("C1", "C3"))
    ecog[1]["count"], ecog[1]["value"] = "0", "0"
    assert codes(check_eligibility, paper_of(criterion("ECOG-PS", "0-2"), *ecog)) == []


@pytest.mark.parametrize(("low", "expected"), [("17", ["P143"]), ("18", []), ("35", [])])
def test_a_range_outside_a_criterion(low, expected):
    age = {"variable": "age", "statistic": "median", "value": "54.5", "unit": "years"}
    age["bracket"] = Bracket(low, "78", "range")
    paper = paper_of(criterion("age", ">=18", "years"), age)
    assert codes(check_eligibility, paper) == expected


def test_screened_patients_need_not_be_eligible():
    row = share("ECOG-PS", "3", "5", "", "40", population="screened")
    assert codes(check_eligibility, paper_of(criterion("ECOG-PS", "0-2"), row)) == []


LIMITS = [
    criterion("albumin", ">=28", "g/L"),
    criterion("bilirubin", "<2", "mg/dL"),
    criterion("INR", "<1.7", "ratio"),
    criterion("encephalopathy/ascites/pleural effusion", "none"),
]


def classes(**counts):
    return [share("Child-Pugh", level, str(n), "", "20") for level, n in counts.items()]


# Points at the limits [pugh1973]: bilirubin 1, albumin 2 (28 to 35 g/L), INR 1, ascites 1,
# encephalopathy 1: 6, class A. Bilirubin of 2 mg/dL itself has 2 points: 7, class B.
def test_classes_that_the_laboratory_limits_leave():
    (found,) = discrepancies(check_liver, paper_of(*LIMITS, *classes(A=3, B=16, C=1)))
    assert found.code == "P144"
    assert set(found.claims) == {"C1", "C2", "C3", "C4", "C6", "C7"}
    assert "1 + albumin >=28 g/L 2 + INR <1.7 ratio 1" in found.message
    assert "= 6 points, class A" in found.message
    assert passed(check_liver, paper_of(*LIMITS, *classes(A=20, B=0)))


def test_a_limit_that_is_allowed_itself_counts():
    limits = [{**LIMITS[1], "value": "<=2"}, LIMITS[0], *LIMITS[2:]]
    assert codes(check_liver, paper_of(*limits, *classes(A=3, B=17))) == []
    assert codes(check_liver, paper_of(*limits, *classes(A=3, C=17))) == ["P144"]


def test_units_of_a_limit_are_converted():
    # 34 umol/L is 1.99 mg/dL, 1 point; 35 umol/L is 2.05 mg/dL, 2 points.
    for limit, expected in (("<=34", ["P144"]), ("<=35", [])):
        limits = [criterion("bilirubin", limit, "umol/L"), LIMITS[0], *LIMITS[2:]]
        assert codes(check_liver, paper_of(*limits, *classes(A=3, B=17))) == expected


def test_an_implausible_limit_is_not_held():
    limits = [criterion("albumin", ">=28000", "g/L"), *LIMITS[1:]]
    paper = paper_of(*limits, *classes(A=3, B=17))
    assert codes(check_liver, paper) == [] == passed(check_liver, paper)


def test_items_without_a_criterion_have_any_points():
    assert codes(check_liver, paper_of(*LIMITS[:3], *classes(A=3, B=16, C=1))) == []


def staged(ecog, bclc, **more):
    rows = [share("ECOG-PS", level, str(n), "", "", **more) for level, n in ecog.items()]
    return rows + [share("BCLC", level, str(n), "", "", **more) for level, n in bclc.items()]


# code, ECOG, BCLC
STAGES = [
    ("P145", {"2": 15, "3": 5}, {"C": 16, "D": 4}),
    ("", {"2": 15, "3": 5}, {"C": 15, "D": 5}),
    # one stage missing
    ("", {"2": 15, "3": 5}, {"C": 15, "D": 4}),
    ("", {"2": 16, "3": 4}, {"C": 15, "D": 5}),
    ("", {"0": 20}, {"A": 8, "B": 12}),
]


@pytest.mark.parametrize(("code", "ecog", "bclc"), STAGES)
def test_stage_and_performance_status(code, ecog, bclc):
    paper = paper_of(*staged(ecog, bclc), sizes=TWENTY)
    assert codes(check_stage, paper) == ([code] if code else [])


def grade(name, level, count):
    return share(f"AE {name}", level, str(count), "", "20")


def test_grades_that_ctcae_does_not_have():
    scale = said("grading", "CTCAE version 4.03")
    assert codes(check_toxicity, paper_of(grade("anaphylaxis", "1", 2))) == ["P149"]
    assert codes(check_toxicity, paper_of(grade("anaphylaxis", "1", 2), scale)) == ["P146"]
    assert codes(check_toxicity, paper_of(grade("anaphylaxis", "1", 0))) == []
    assert codes(check_toxicity, paper_of(grade("anaphylaxis", "2-3", 2))) == []
    assert codes(check_toxicity, paper_of(grade("no such event", "1", 2))) == []
    assert codes(check_toxicity, paper_of(grade("hyperbilirubinemia", "1", 2))) == []


def case(variable, value, unit=""):
    row = {"variable": variable, "statistic": "value", "value": value, "unit": unit}
    return {**row, "population": "index patient", "denominator": "1"}


AGE = {"variable": "age", "statistic": "median", "value": "54.5", "unit": "years"}
AGE["bracket"] = Bracket("35", "78", "range")

# code, claims
CASES = [
    ("", [case("age", "52", "years"), AGE]),
    ("P147", [case("age", "82", "years"), AGE]),
    ("", [case("sex", "male"), share("sex", "M", "18"), share("sex", "F", "2")]),
    ("P147", [case("sex", "male"), share("sex", "M", "0"), share("sex", "F", "20")]),
    ("", [case("PFS", "9", "months"), case("OS", "13", "months")]),
    ("P147", [case("PFS", "19", "months"), case("OS", "13", "months")]),
]


@pytest.mark.parametrize(("code", "rows"), CASES)
def test_a_case_among_the_patients(code, rows):
    assert codes(check_index_patient, paper_of(*rows, sizes=TWENTY)) == ([code] if code else [])
