"""CTCAE grades at their bounds, listed by hand, and what is missing where something is missing."""

from decimal import Decimal

import pytest
from ctcae_grader import grades


def graded(version: str, test: str, value: str | None, **given: object) -> dict[str, object]:
    """Grade or reason of each term of a test, for one value."""
    number = None if value is None else Decimal(value)
    words = {k: v for k, v in given.items() if k.isupper()}
    item = {"item": 1, "test": test, "value": number, "printed": number, "before": False} | {
        k: Decimal(str(v)) if k in {"lower", "upper", "base", "base_upper", "printed"} else v
        for k, v in given.items()
        if not k.isupper()
    }
    facts = [
        {"item": 1, "name": n, "word": w}
        if isinstance(w, str)
        else {"item": 1, "name": n, "number": Decimal(str(w))}
        for n, w in words.items()
    ]
    found = grades(version, [{"printed_unit": ""} | item], facts)
    return {
        term: reason if grade is None else grade for (_, term), (grade, reason) in found.items()
    }


# (test, upper limit, baseline) and the first value of each grade from 1 on; ">" bounds: the last
# value of the grade below. NCI table of 5.0 and admiral ncictcaev4.json and ncictcaev5.json.
ABOVE = [
    ("4.03", "ALT", 50, None, ["50", "150", "250", "1000"]),
    ("5.0", "ALT", 50, 40, ["50", "150", "250", "1000"]),
    ("5.0", "AST", 40, 40, ["40", "120", "200", "800"]),
    ("4.03", "BILI", "20.5", None, ["20.5", "30.75", "61.5", "205"]),
    ("5.0", "BILI", "20.5", "20.5", ["20.5", "30.75", "61.5", "205"]),
    ("5.0", "BILI", "0.3", "0.3", ["0.3", "0.45", "0.9", "3"]),
    ("5.0", "BILI", "20.5", 30, ["30", "45", "90", "300"]),
    ("4.03", "ALP", 125, None, ["125", "312.5", "625", "2500"]),
    ("5.0", "GGT", 60, 60, ["60", "150", "300", "1200"]),
    ("5.0", "CREAT", 97, 97, ["97", "145.5", "291", "582"]),
    ("5.0", "SODIUM", 145, None, ["145", "150", "155", "160"]),
    ("5.0", "K", 5, None, ["5", "5.5", "6", "7"]),
    ("5.0", "CACORR", "2.6", None, ["2.6", "2.9", "3.1", "3.4"]),
    ("5.0", "TEMP", None, None, [None, "39", "40"]),
]
# "<" bounds: the last value of the grade below, from grade 1 on.
BELOW = [
    ("5.0", "ALB", 35, ["35", "30", "20"]),
    ("5.0", "HGB", 130, ["130", "100", "80"]),
    ("4.03", "PLAT", 125, ["125", "75", "50", "25"]),
    ("5.0", "NEUT", 2, ["2", "1.5", "1", "0.5"]),
    ("5.0", "WBC", 4, ["4", "3", "2", "1"]),
    ("5.0", "LYM", 1, ["1", "0.8", "0.5", "0.2"]),
    ("5.0", "GLUC", "3.9", ["3.9", "3", "2.2", "1.7"]),
    ("5.0", "CACORR", "2.1", ["2.1", "2", "1.75", "1.5"]),
]
UNIT = {
    "ALB": "g/L", "HGB": "g/L", "SODIUM": "mmol/L", "K": "mmol/L", "CACORR": "mmol/L",
    "GLUC": "mmol/L", "TEMP": "C", "INR": "1",
    "PLAT": "10^9/L", "NEUT": "10^9/L", "WBC": "10^9/L", "LYM": "10^9/L",
}  # fmt: skip
HIGH = {"SODIUM": "Hypernatremia", "K": "Hyperkalemia", "CACORR": "Hypercalcemia"}
LOW = {"GLUC": "Hypoglycemia", "CACORR": "Hypocalcemia"}


def _one(version: str, test: str, value: str, term: str = "", **given: object) -> object:
    limits = {k: v for k, v in given.items() if v is not None}
    found = graded(version, test, value, printed_unit=UNIT.get(test, ""), **limits)
    return found[term] if term else next(iter(found.values()))


@pytest.mark.parametrize(("version", "test", "upper", "base", "cuts"), ABOVE)
def test_bounds_of_high_results(
    version: str, test: str, upper: object, base: object, cuts: list[str | None]
) -> None:
    given = {"upper": upper, "base": base, "base_upper": upper if base else None, "DUR_H": 20}
    for level, cut in enumerate(cuts):
        if cut is None:
            continue
        above = str(Decimal(cut) + Decimal("0.0001"))
        assert _one(version, test, cut, HIGH.get(test, ""), **given) == level, (cut, "at")
        assert _one(version, test, above, HIGH.get(test, ""), **given) == level + 1, (cut, "above")


@pytest.mark.parametrize(("version", "test", "lower", "cuts"), BELOW)
def test_bounds_of_low_results(version: str, test: str, lower: object, cuts: list[str]) -> None:
    for level, cut in enumerate(cuts):
        below = str(Decimal(cut) - Decimal("0.0001"))
        assert _one(version, test, cut, LOW.get(test, ""), lower=lower) == level, (cut, "at")
        assert _one(version, test, below, LOW.get(test, ""), lower=lower) == level + 1, (cut, "on")


def test_an_abnormal_baseline_counts_from_one_and_a_half_of_itself_in_5_and_not_in_4() -> None:
    abnormal = {"upper": 50, "base": 100, "base_upper": 50}
    assert _one("5.0", "ALT", "149.9", **abnormal) == 0
    assert _one("5.0", "ALT", "150", **abnormal) == 1
    assert _one("5.0", "ALT", "300.1", **abnormal) == 2
    assert _one("4.03", "ALT", "149.9", **abnormal) == 1
    assert _one("4.03", "ALT", "300.1", **abnormal) == 3


def test_creatinine_takes_the_worse_of_limit_and_baseline() -> None:
    given = {"upper": 100, "base": 40, "base_upper": 100}
    assert _one("5.0", "CREAT", "60", **given) == 0
    assert _one("5.0", "CREAT", "61", **given) == 2
    assert _one("5.0", "CREAT", "121", **given) == 3
    assert _one("4.03", "CREAT", "60", **given) == 1


def test_sodium_5_asks_for_symptoms_and_4_has_no_grade_2() -> None:
    low = {"term": "Hyponatremia", "lower": 135}
    assert _one("5.0", "SODIUM", "129.5", **low, SYMPT="N") == 2
    assert _one("5.0", "SODIUM", "129.5", **low, SYMPT="Y") == 3
    assert _one("5.0", "SODIUM", "129.5", **low) == "needed: symptoms (undecided: grade 2, 3)"
    assert _one("5.0", "SODIUM", "124", **low) == 3
    assert _one("4.03", "SODIUM", "129.5", **low) == 3


@pytest.mark.parametrize(
    ("version", "test", "value", "given", "found"),
    [
        # A limit that decides nothing is not needed.
        ("5.0", "PLAT", "60", {}, 2),
        ("5.0", "PLAT", "80", {}, "needed: lower limit of normal (undecided: grade 1)"),
        ("4.03", "ALT", "60", {}, "needed: upper limit of normal (undecided: grade 1, 2, 3, 4)"),
        # A normal value is grade 0 whatever the baseline was; a high one is not decided.
        ("5.0", "ALT", "50", {"upper": 50}, 0),
        ("5.0", "ALT", "51", {"upper": 50}, "needed: baseline (undecided: grade 1, 2, 3, 4)"),
        (
            "5.0",
            "ALT",
            "160",
            {"upper": 50, "base": 60},
            "needed: upper limit of normal of the baseline (undecided: grade 1, 2)",
        ),
        ("4.03", "ALT", None, {"upper": 50}, "needed: result (undecided: grade 1, 2, 3, 4)"),
        # A normal creatinine can be three times its baseline.
        ("5.0", "CREAT", "80", {"upper": 97}, "needed: baseline (undecided: grade 2, 3)"),
        ("5.0", "CREAT", "600", {"upper": 97}, 4),
        (
            "5.0",
            "TEMP",
            "40.1",
            {},
            "needed: duration of the fever in hours (undecided: grade 3, 4)",
        ),
        ("4.03", "GLUC", "14", {"upper": 6}, 3),
        # A reported limit: "< 25" is normal, "> 200" may be anything from 200 on.
        ("4.03", "ALT", "25", {"upper": 50, "operator": "<"}, 0),
        (
            "4.03",
            "ALT",
            "200",
            {"upper": 50, "operator": ">"},
            "needed: exact result (a limit was reported) (undecided: grade 2, 3, 4)",
        ),
        ("4.03", "ALT", "1000", {"upper": 50, "operator": ">"}, 4),
        # Before treatment there is no baseline: against the limits of normal.
        ("5.0", "ALT", "160", {"upper": 50, "base": 160, "base_upper": 50, "before": True}, 2),
    ],
)  # fmt: skip
def test_a_grade_stands_only_where_everything_it_needs_is_known(
    version: str, test: str, value: str | None, given: dict[str, object], found: object
) -> None:
    term = {"GLUC": "Hyperglycemia"}.get(test)
    all_terms = graded(version, test, value, printed_unit=UNIT.get(test, ""), **given)
    assert (all_terms[term] if term else next(iter(all_terms.values()))) == found


@pytest.mark.parametrize(
    ("test", "term", "unit", "value", "grade"),
    [
        # 8.0 mg/dL is 1.996 mmol/L: grade 1 as printed in mg/dL, not grade 2.
        ("CACORR", "Hypocalcemia", "mg/dL", "8", 1),
        ("CACORR", "Hypocalcemia", "mmol/L", "1.996", 2),
        ("CACORR", "Hypercalcemia", "mg/dL", "11.6", 2),
        ("GLUC", "Hypoglycemia", "mg/dL", "39.9", 3),
        ("HGB", "Anemia", "mmol/L", "6.2", 1),
        ("HGB", "Anemia", "mmol/L", "4.8", 3),
    ],
)
def test_the_threshold_is_the_one_printed_in_the_laboratory_s_unit(
    test: str, term: str, unit: str, value: str, grade: int
) -> None:
    # value: in the standard unit, on the right side of the limits of normal
    low = grade if term in {"Hypocalcemia", "Hypoglycemia", "Anemia"} else 0
    standard = "1" if low else "9"
    found = graded("5.0", test, standard, printed=value, printed_unit=unit, lower=2, upper=3)
    assert found[term] == grade


def test_inr_with_and_without_an_anticoagulant() -> None:
    given = {"upper": "1.15", "base": "2.0", "base_upper": "1.15"}
    assert _one("5.0", "INR", "2.6", **given, ANTICOAG="N") == 3
    assert _one("5.0", "INR", "2.6", **given, ANTICOAG="Y") == 3
    assert _one("5.0", "INR", "2.4", **given, ANTICOAG="N") == 2
    assert _one("5.0", "INR", "2.4", **given, ANTICOAG="Y") == 1
    assert _one("5.0", "INR", "1.1", **given, ANTICOAG="N", BLEEDING="Y") == 3
    needed = "needed: anticoagulants (undecided: grade 1, 2)"
    assert _one("5.0", "INR", "2.4", **given) == needed
