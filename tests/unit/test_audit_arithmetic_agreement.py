"""Response rates, restatements, centres, orders: numbers of one paper held against each other."""

import pytest
from audit_paper import codes, discrepancies, paper_of, passed, share

from hepatica.audit.arithmetic.centre import check_centre
from hepatica.audit.arithmetic.curve import check_curve
from hepatica.audit.arithmetic.identity import check_identity
from hepatica.audit.arithmetic.order import check_order, check_spread
from hepatica.audit.arithmetic.rank import check_rank
from hepatica.audit.arithmetic.restatement import check_restatement
from hepatica.audit.claim import Bracket

TWENTY = {"all enrolled": 20}


def responses(cr=1, pr=6, sd=10, of="20", **more):
    counts = {"CR": cr, "PR": pr, "SD": sd}
    return [share("best response", lv, str(n), "", of, **more) for lv, n in counts.items()]


def test_rates_that_are_the_sum_of_their_responses():
    rows = [*responses(), share("ORR", "", "", "35.0"), share("DCR", "", "17", "85", "20")]
    paper = paper_of(*rows, sizes=TWENTY)
    assert codes(check_identity, paper) == []
    assert passed(check_identity, paper) == [("C1", "C2", "C4"), ("C1", "C2", "C3", "C5")]


def test_a_rate_that_is_partial_response_alone():
    paper = paper_of(*responses(), share("ORR", "", "", "30.0"), sizes=TWENTY)
    (found,) = discrepancies(check_identity, paper)
    assert (found.code, found.claims) == ("P114", ("C1", "C2", "C4"))
    assert "1 + 6 = 7; 7/20 = 35.0 %; printed 30.0 %" in found.message
    assert found.rescued_by == ("ORR read as PR: 6/20 = 30.0 %",)


def test_a_rate_of_the_evaluable_patients_is_no_error():
    # 7/18 = 38.9
    paper = paper_of(*responses(of=""), share("ORR", "", "", "38.9"), sizes=TWENTY)
    assert codes(check_identity, paper) == ["P115"]
    paper = paper_of(*responses(), share("ORR", "", "7", "38.9", "18"), sizes=TWENTY)
    assert codes(check_identity, paper) == []


@pytest.mark.parametrize(
    ("cr", "pr", "orr"), [("6", "28", "33"), ("6", "28", "34"), ("6", "28", "35")]
)
def test_percentages_add_within_rounding(cr, pr, orr):
    rows = [share("best response", "CR", "", cr), share("best response", "PR", "", pr)]
    assert codes(check_identity, paper_of(*rows, share("ORR", "", "", orr))) == []


def test_percentages_without_any_number_are_never_an_error():
    rows = [share("best response", "CR", "", "6"), share("best response", "PR", "", "28")]
    assert codes(check_identity, paper_of(*rows, share("ORR", "", "", "50"))) == ["P115"]


def test_more_responders_than_shrunken_tumours():
    rows = [*responses(), share("tumour reduction", "", "6", "30", "20")]
    assert codes(check_identity, paper_of(*rows)) == ["P116"]
    rows[-1] = share("tumour reduction", "", "7", "35", "20")
    assert codes(check_identity, paper_of(*rows)) == []


def test_more_response_than_control():
    rows = [share("ORR", "", "8", "40", "20"), share("DCR", "", "7", "35", "20")]
    assert codes(check_identity, paper_of(*rows)) == ["P114"]


def test_each_arm_has_its_own_identity():
    rows = [*responses(population="A"), *responses(2, 3, 4, population="B")]
    orr = [share("ORR", "", "", v, population=p) for p, v in (("A", "35"), ("B", "25"))]
    sizes = {"A": 20, "B": 20}
    assert codes(check_identity, paper_of(*rows, *orr, sizes=sizes)) == []


def twice(first, second, **more):
    return paper_of({**first, "place": "Abstract"}, {**second, "place": "Table 1"}, **more)


def median(value, **more):
    return {"variable": "OS", "statistic": "median", "value": value, "unit": "months", **more}


AGREEING = [
    (share("sex", "F", "4", "20.0", "20"), share("sex", "F", "4", "20", "20")),
    (share("sex", "F", "", "33"), share("sex", "F", "", "33.4")),
    (share("sex", "F", "4", "", "20"), share("sex", "F", "", "20.0")),
    (median("9.2"), median("9")),
    (median("9.5"), median("9")),
    (median("9.5"), median("10")),
    (
        {"variable": "enrolment start", "statistic": "date", "value": "2014-01"},
        {"variable": "enrolment start", "statistic": "date", "value": "2014-01-15"},
    ),
    (
        {"variable": "p of OS", "statistic": "p", "value": "<0.001"},
        {"variable": "p of OS", "statistic": "p", "value": "0.0004"},
    ),
]


@pytest.mark.parametrize(("first", "second"), AGREEING)
def test_restatements_that_agree(first, second):
    paper = twice(first, second)
    assert codes(check_restatement, paper) == []
    assert passed(check_restatement, paper) == [("C1", "C2")]


# code, first, second
DIFFERING = [
    ("P117", share("sex", "F", "4", "20", "20"), share("sex", "F", "5", "25", "20")),
    ("P117", share("AE melena", "any", "", "10.0"), share("AE melena", "any", "9", "45", "20")),
    ("P117", median("9.2"), median("9.4")),
    ("P117", median("9.2"), median("8")),
    ("P118", median("9.2"), median("9.3")),
    # 1/74 = 1.35135: 1.4, never 1.3
    ("P117", share("AE fever", "any", "1", "1.4", "74"), share("AE fever", "any", "", "1.3", "74")),
    (
        "P117",
        {"variable": "patients", "statistic": "size", "value": "290"},
        {"variable": "patients", "statistic": "size", "value": "291"},
    ),
    ("P118", share("ORR", "", "7", "35", "20"), share("ORR", "", "7", "38.9", "18")),
    (
        "P117",
        {"variable": "enrolment start", "statistic": "date", "value": "2014-01"},
        {"variable": "enrolment start", "statistic": "date", "value": "2014-03"},
    ),
    (
        "P120",
        {"variable": "dose", "statistic": "value", "value": "5", "unit": "mg/kg"},
        {"variable": "dose", "statistic": "value", "value": "7.5", "unit": "mg/kg"},
    ),
    (
        "P117",
        median("9.2", bracket=Bracket("2.1", "22.6", "ci")),
        median("9.2", bracket=Bracket("2.1", "26.2", "ci")),
    ),
]


@pytest.mark.parametrize(("code", "first", "second"), DIFFERING)
def test_restatements_that_differ(code, first, second):
    assert codes(check_restatement, twice(first, second)) == [code]


def test_arms_are_not_restatements():
    assert codes(check_restatement, twice(median("9"), median("5", population="B"))) == []


def centre(value, statistic, **more):
    return {"variable": "prior TACE", "statistic": statistic, "value": value, **more}


def test_a_mean_beside_a_number_whose_statistic_is_not_named():
    bracket = Bracket("2", "9", "range")
    paper = twice(centre("3.4", "mean"), centre("3.5", "centre", bracket=bracket), sizes=TWENTY)
    (found,) = discrepancies(check_centre, paper)
    assert found.code == "P119"
    assert found.rescued_by == (
        "3.5 read as the median: both can be true",
        "both the mean of whole numbers, only as 69/20 = 3.45, rounded up and down",
    )
    assert codes(check_centre, twice(centre("3.4", "mean"), centre("3.4", "centre"))) == []
    assert codes(check_centre, twice(centre("3.4", "mean"), centre("3", "median"))) == []


def events(counts, **more):
    return [share(f"AE {name}", "any", str(n), "", "20", **more) for name, n in counts.items()]


def rank(quote, **more):
    return {"variable": "adverse events", "statistic": "rank", "quote": quote, **more}


TABLE_2 = {"nausea": 7, "fever": 3, "melena": 2}


def test_the_most_common_events():
    table = events(TABLE_2, place="Table 2")
    said = rank("The most common events were nausea and fever", place="Abstract")
    paper = paper_of(*table, said)
    assert codes(check_rank, paper) == []
    assert passed(check_rank, paper) == [("C4", "C1", "C2")]
    said = rank("The most common events were nausea and melena", place="Abstract")
    assert codes(check_rank, paper_of(*table, said)) == ["P121"]
    said = rank("The most common events were fever and nausea", place="Abstract")
    assert codes(check_rank, paper_of(*table, said)) == ["P120"]


def test_an_event_that_the_table_leaves_out():
    table = events(TABLE_2, place="Table 2")
    told = events({"mucositis": 5}, place="Abstract")
    assert codes(check_rank, paper_of(*table, *told)) == ["P123"]
    told = events({"mucositis": 1}, place="Abstract")
    assert codes(check_rank, paper_of(*table, *told)) == []


def described(statistic, value, low="", high="", declared="range", **more):
    bracket = Bracket(low, high, declared) if low else None
    row = {"variable": "age", "statistic": statistic, "value": value, "bracket": bracket}
    return {**row, **more}


BRACKETS = [
    ("", described("median", "54.5", "35", "78")),
    ("", described("mean", "54.5", "8.1", "", "sd")),
    ("", described("median", "78", "35", "77.9", "range")),
    ("P124", described("median", "79", "35", "78")),
    ("P124", described("median", "54.5", "78", "35")),
    ("P124", described("median", "30", "35", "78", "iqr")),
    ("P125", described("mean", "30", "35", "78", "iqr")),
    ("P125", described("median", "30", "35", "78", "ci")),
]


@pytest.mark.parametrize(("code", "row"), BRACKETS)
def test_a_centre_within_its_bracket(code, row):
    assert codes(check_order, paper_of(row)) == ([code] if code else [])


def test_quartiles_of_two_claims():
    rows = [described("median", "54", "40", "60", "iqr"), described("max", "58")]
    assert codes(check_order, paper_of(*rows)) == ["P124"]
    rows[1] = described("max", "60")
    assert codes(check_order, paper_of(*rows)) == []


def test_a_part_is_no_wider_and_no_larger_than_its_whole():
    within = {"A": "all enrolled"}
    rows = [described("median", "54", "35", "78"), described("median", "54", "30", "78")]
    rows[1]["population"] = "A"
    assert codes(check_order, paper_of(*rows, within=within)) == ["P124"]
    rows = [share("sex", "F", "4"), share("sex", "F", "5", population="A")]
    assert codes(check_order, paper_of(*rows, within=within)) == ["P104"]


# 4 values from 1 to 9: a mean from (3*1+9)/4 = 3 to (3*9+1)/4 = 7, within rounding 2.5 to 7.5.
MEANS = [("3.0", []), ("2.4", ["P126"]), ("7.6", ["P126"]), ("7.0", [])]


@pytest.mark.parametrize(("value", "expected"), MEANS)
def test_a_mean_that_the_range_leaves_room_for(value, expected):
    row = described("mean", value, "1", "9", denominator="4")
    assert codes(check_spread, paper_of(row)) == expected


# Range 0.0 to 10.0, n 4: SD² at most 100/4 * 4/3 = 33.3 (5.77), at least 100/6 = 16.7 (4.08).
SPREADS = [("5.7", []), ("5.9", ["P126"]), ("4.1", []), ("3.9", ["P126"])]


@pytest.mark.parametrize(("sd", "expected"), SPREADS)
def test_a_standard_deviation_that_the_range_leaves_room_for(sd, expected):
    rows = [
        described("mean", "5.0", "0.0", "10.0", denominator="4"),
        described("sd", sd, denominator="4"),
    ]
    assert codes(check_spread, paper_of(*rows)) == expected


def test_missing_values_widen_what_a_standard_deviation_may_be():
    rows = [described("mean", "5.0", "0.0", "10.0"), described("sd", "7.0")]
    assert codes(check_spread, paper_of(*rows, sizes={"all enrolled": 4})) == []


def timed(statistic, values):
    return [
        {"variable": "OS", "statistic": statistic, "value": v, "level": t}
        for t, v in values.items()
    ]


def test_curves_only_fall():
    assert (
        codes(check_curve, paper_of(*timed("survival", {"6 months": "80", "1 year": "60"}))) == []
    )
    rows = timed("survival", {"12 months": "80", "2 years": "85"})
    assert codes(check_curve, paper_of(*rows)) == ["P127"]
    assert codes(check_curve, paper_of(*timed("at_risk", {"0": "20", "6": "21"}))) == ["P127"]


def test_fewer_at_risk_than_patients():
    assert codes(check_curve, paper_of(*timed("at_risk", {"0": "19"}), sizes=TWENTY)) == ["P108"]
    assert codes(check_curve, paper_of(*timed("at_risk", {"6": "19"}), sizes=TWENTY)) == []


def test_median_pfs_and_os():
    rows = [median("9.2"), {**median("6.3"), "variable": "PFS"}]
    assert codes(check_curve, paper_of(*rows)) == []
    rows[1]["value"] = "12.3"
    assert codes(check_curve, paper_of(*rows)) == ["P128"]


def test_median_pfs_in_days_and_os_in_months():
    rows = [
        {**median("9.2"), "unit": "months"},
        {**median("275"), "variable": "PFS", "unit": "days"},
    ]
    assert codes(check_curve, paper_of(*rows)) == []
    rows[1]["value"] = "350"
    assert codes(check_curve, paper_of(*rows)) == ["P128"]


def test_more_events_than_patients():
    row = {"variable": "OS", "statistic": "events", "value": "21"}
    assert codes(check_curve, paper_of(row, sizes=TWENTY)) == ["P104"]
