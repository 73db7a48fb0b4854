"""Shares, partitions, grades and arms: counts that a reader adds by hand."""

import pytest
from audit_paper import codes, discrepancies, paper_of, passed, share

from hepatica.audit.arithmetic.arm import check_arm
from hepatica.audit.arithmetic.grade import check_grade
from hepatica.audit.arithmetic.partition import check_partition
from hepatica.audit.arithmetic.share import check_share
from hepatica.audit.claim import Bracket

TWENTY = {"all enrolled": 20}
TABLE = {"place": "Table 1"}


# 1/8 = 12.5: half up 13, to even and down 12.
@pytest.mark.parametrize(
    ("count", "of", "value"),
    [("1", "8", "13"), ("1", "8", "12"), ("2", "3", "66.7"), ("16", "20", "80.0"), ("0", "9", "0")],
)
def test_every_way_to_round_is_admitted(count, of, value):
    paper = paper_of(share("sex", "F", count, value, of))
    assert codes(check_share, paper) == []
    assert passed(check_share, paper) == [("C1",)]


# code -> claim, population of 20
SHARES = {
    # 6/20 = 30.0
    "P101": share("sex", "F", "6", "35.0", "20"),
    # 2/3 = 66.67, cut off 66.6
    "P102": share("sex", "F", "2", "66.6", "3"),
    # 7/18 = 38.9, 7/20 = 35.0
    "P103": share("sex", "F", "7", "38.9"),
    "P104": share("sex", "F", "21", "", "20"),
    "P105": share("sex", "F", "15", "50", "30"),
}


@pytest.mark.parametrize("code", SHARES)
def test_a_share_that_does_not_fit(code):
    assert codes(check_share, paper_of(SHARES[code], sizes=TWENTY)) == [code]


def test_a_misfit_names_what_would_fit():
    (found,) = discrepancies(check_share, paper_of(SHARES["P101"]))
    assert "6/20 = 30.0 %, printed 35.0 %" in found.message
    assert found.rescued_by == ("7 of 20 would be 35.0 %",)


def test_without_any_denominator_only_an_impossible_share_is_told():
    assert codes(check_share, paper_of(share("sex", "F", "7", "38.9"))) == []
    # 7/d is 99.0 for no d: 7/7 = 100, 7/8 = 87.5.
    assert codes(check_share, paper_of(share("sex", "F", "7", "99.0"))) == ["P101"]
    assert codes(check_share, paper_of(share("sex", "F", "7", "99.0"), sizes=TWENTY)) == ["P101"]


def test_a_percentage_above_100_and_one_of_a_bound():
    assert codes(check_share, paper_of(share("sex", "F", "", "101"))) == ["P104"]
    assert codes(check_share, paper_of(share("sex", "F", "0", "<1", "20"))) == []


def levels(variable, counts, **more):
    return [share(variable, level, str(n), **more) for level, n in counts.items()]


# code -> levels of a variable in Table 1, of 20 patients
PARTITIONS = {
    "P106": ("Child-Pugh", {"A": 3, "B": 16, "C": 2}),
    "P107": ("cause", {"hepatitis B": 16, "alcohol": 7}),
    "P108": ("sex", {"F": 3, "M": 16}),
    "P109": ("sex", {"F": 3, "M": 15, "missing": 1}),
}


@pytest.mark.parametrize("code", PARTITIONS)
def test_levels_that_do_not_add(code):
    variable, counts = PARTITIONS[code]
    paper = paper_of(*levels(variable, counts, **TABLE), sizes=TWENTY)
    assert codes(check_partition, paper) == [code]


@pytest.mark.parametrize(
    ("variable", "counts"),
    [
        ("Child-Pugh", {"A": 3, "B": 16, "C": 1}),
        ("sex", {"F": 3, "M": 15, "missing": 2}),
        ("AFP", {"<200 ng/mL": 5, ">=200 ng/mL": 15}),
        ("ECOG-PS", {"0-1": 12, "2": 8}),
        ("smoker", {"yes": 12, "no": 8}),
        ("Child-Pugh", {"A": 18, "B/C": 2}),
    ],
)
def test_levels_that_add_pass(variable, counts):
    paper = paper_of(*levels(variable, counts, **TABLE), sizes=TWENTY)
    assert codes(check_partition, paper) == []
    assert len(passed(check_partition, paper)) == 1


def test_percentages_of_the_known_pass():
    # 8/18 = 44.4, 10/18 = 55.6: two of 20 are not known.
    rows = [share("sex", "F", "8", "44.4", **TABLE), share("sex", "M", "10", "55.6", **TABLE)]
    paper = paper_of(*rows, sizes=TWENTY)
    assert codes(check_partition, paper) == codes(check_share, paper) == []
    rows[0]["value"] = "43.4"
    paper = paper_of(*rows, sizes=TWENTY)
    assert codes(check_partition, paper) == ["P108"]
    assert codes(check_share, paper) == ["P101"]


def test_a_sum_of_levels_is_not_counted_twice():
    rows = levels("Child-Pugh", {"A": 3, "B": 16, "C": 1, "B/C": 17}, **TABLE)
    assert codes(check_partition, paper_of(*rows, sizes=TWENTY)) == []


def test_a_sentence_may_name_some_levels_only():
    rows = levels("best response", {"CR": 1, "PR": 6})
    assert codes(check_partition, paper_of(*rows, sizes=TWENTY)) == []


@pytest.mark.parametrize("values", [("33", "33", "33"), ("33.3", "33.3", "33.4")])
def test_rounded_percentages_need_not_add_to_100(values):
    rows = [share("Child-Pugh", lv, "", v, **TABLE) for lv, v in zip("ABC", values, strict=True)]
    assert codes(check_partition, paper_of(*rows)) == []
    rows[0]["value"] = "40"
    assert codes(check_partition, paper_of(*rows)) == ["P106"]


def event(name, counts, **more):
    return [share(f"AE {name}", level, str(n), "", "20", **more) for level, n in counts.items()]


# code -> patients by grade in one table
GRADES = {
    "": {"any": 5, "1": 2, "2": 2, "3-4": 1},
    "P110": {"any": 5, "1": 4, "2": 2, "3": 0, "4": 0},
    "P111": {"any": 5, "1": 2, "2": 1, "3": 1, "4": 0},
}


@pytest.mark.parametrize("code", GRADES)
def test_grades_in_one_place(code):
    paper = paper_of(*event("fever", GRADES[code], place="Table 2"))
    assert codes(check_grade, paper) == ([code] if code else [])
    assert len(passed(check_grade, paper)) == (0 if code else 1)


def test_every_grade_printed_and_fewer_is_an_error():
    rows = event("fever", {"any": 5, "1": 2, "2": 1, "3": 1, "4": 0, "5": 0}, place="Table 2")
    assert codes(check_grade, paper_of(*rows)) == ["P110"]
    # 3-4 is the sum of 3 and 4 as well
    rows = event("fever", {"3-4": 3, "3": 1, "4": 1}, place="Table 2")
    assert codes(check_grade, paper_of(*rows)) == ["P110"]


def test_grades_across_places():
    table = event("fever", {"3": 0, "4": 1}, place="Table 2")
    told = event("fever", {"3-4": 2}, place="Abstract")
    assert codes(check_grade, paper_of(*table, *told)) == ["P122"]
    told = event("fever", {"3-4": 1}, place="Abstract")
    assert codes(check_grade, paper_of(*table, *told)) == []


def test_two_events_told_together():
    table = event("fever", {"any": 1}, place="Table 2")
    both = event("fever and nausea", {"any": 2}, place="Abstract")
    assert codes(check_grade, paper_of(*table, *both)) == ["P148"]
    other = event("nausea", {"any": 0}, place="Table 2")
    assert codes(check_grade, paper_of(*table, *other, *both)) == ["P122"]


ARMS = {"sizes": {"all enrolled": 50, "A": 20, "B": 30}, "within": {"A": "all enrolled"}}
ARMS["within"]["B"] = "all enrolled"
COMPARED = {"variable": "sex", "statistic": "p", "value": "0.4", "between": ("A", "B")}


def by_arm(*counts):
    populations = ("all enrolled", "A", "B")
    pairs = zip(populations, counts, strict=True)
    return [share("sex", "F", str(n), population=p) for p, n in pairs]


def test_arms_add_to_the_whole():
    paper = paper_of(*by_arm(9, 4, 5), COMPARED, **ARMS)
    assert codes(check_arm, paper) == []
    assert passed(check_arm, paper) == [("C1", "C2", "C3")]
    assert codes(check_arm, paper_of(*by_arm(10, 4, 5), COMPARED, **ARMS)) == ["P112"]
    assert codes(check_arm, paper_of(*by_arm(10, 4, 5), **ARMS)) == ["P113"]


def test_a_mean_of_the_whole_lies_between_its_arms():
    def means(*values):
        populations = ("all enrolled", "A", "B")
        return [
            {"variable": "age", "statistic": "mean", "value": v, "population": p}
            for p, v in zip(populations, values, strict=True)
        ]

    assert codes(check_arm, paper_of(*means("55.1", "54", "56"), COMPARED, **ARMS)) == []
    assert codes(check_arm, paper_of(*means("57.1", "54", "56"), COMPARED, **ARMS)) == ["P112"]


def test_compared_arms_are_not_more_than_all():
    sizes = {"all enrolled": 49, "A": 20, "B": 30}
    paper = paper_of(COMPARED, sizes=sizes, within=ARMS["within"])
    assert codes(check_arm, paper) == ["P112"]
    assert codes(check_arm, paper_of(*by_arm(9, 4, 5), sizes=sizes, within=ARMS["within"])) == []
    sizes = {**sizes, "all enrolled": 51}
    assert codes(check_arm, paper_of(COMPARED, sizes=sizes, within=ARMS["within"])) == ["P113"]


def test_brackets_do_not_disturb_counts():
    row = share("sex", "F", "6", "30.0", "20", bracket=Bracket("12", "54", "ci"))
    assert codes(check_share, paper_of(row)) == []
