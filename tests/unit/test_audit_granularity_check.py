"""Granularity of a paper's claims: what is told, at which weight, and what passes."""

from typing import Any

import pytest

from hepatica.audit.claim import Bracket, Claim, Paper
from hepatica.audit.granularity.check_deviation import check_deviation
from hepatica.audit.granularity.check_mean import check_whole_mean
from hepatica.audit.granularity.check_median import check_whole_median
from hepatica.audit.granularity.check_percent import check_percent, check_share_deviation
from hepatica.audit.granularity.whole_number import is_mostly_whole, is_whole
from hepatica.audit.outcome import Discrepancy, Outcome, Passed
from hepatica.audit.run import CHECKS
from hepatica.core.finding import Level

CHECKED = (
    check_percent,
    check_share_deviation,
    check_whole_mean,
    check_whole_median,
    check_deviation,
)
SIZE = 20


def outcomes(*claims: dict[str, Any], size: int | None = SIZE) -> list[Outcome]:
    made = tuple(
        Claim(f"C{i:03d}", "Table 1", "as printed", **fields) for i, fields in enumerate(claims, 1)
    )
    paper = Paper(made, sizes={} if size is None else {"all enrolled": size})
    return [outcome for check in CHECKED for outcome in check(paper)]


def told(*claims: dict[str, Any], size: int | None = SIZE) -> list[Discrepancy]:
    return [o for o in outcomes(*claims, size=size) if isinstance(o, Discrepancy)]


def only(*claims: dict[str, Any], size: int | None = SIZE) -> Discrepancy:
    (discrepancy,) = told(*claims, size=size)
    return discrepancy


def mean(value: str, sd: str = "", variable: str = "sessions", **fields: Any) -> dict[str, Any]:
    bracket = Bracket(sd, "", "sd") if sd else None
    return {"variable": variable, "statistic": "mean", "value": value, "bracket": bracket} | fields


def median(
    value: str, ends: tuple[str, str] | None = None, variable: str = "sessions", **fields: Any
) -> dict[str, Any]:
    bracket = Bracket(*ends, fields.pop("declared_as", "range")) if ends else None
    return {
        "variable": variable,
        "statistic": fields.pop("statistic", "median"),
        "value": value,
        "bracket": bracket,
    } | fields


def percent(value: str, **fields: Any) -> dict[str, Any]:
    return {"variable": "ORR", "statistic": "percent", "value": value, "unit": "%"} | fields


def test_the_checks_are_registered() -> None:
    assert set(CHECKED) <= set(CHECKS)


@pytest.mark.parametrize(
    "variable",
    [
        *("prior TACE", "sessions", "ECOG-PS", "number of tumours", "Child-Pugh score"),
        *("tumor number", "TACE cycles", "No. of previous procedures"),
    ],
)
def test_variables_that_are_whole(variable: str) -> None:
    assert is_whole(variable)
    assert not is_mostly_whole(variable)


@pytest.mark.parametrize(
    "variable",
    [
        *("bilirubin", "tumour size", "platelets", "number of CD8 cells", "viral copies"),
        *("number of platelets", "number of tumours per lobe", "time between sessions"),
        *("number of months", "change in number of tumours", "procedures per month"),
    ],
)
def test_variables_that_need_not_be_whole(variable: str) -> None:
    assert not is_whole(variable)
    assert not is_mostly_whole(variable)


def test_age_is_mostly_whole() -> None:
    assert is_mostly_whole("age")
    assert not is_whole("age")


# --- means of whole numbers ----------------------------------------------------------------------


def test_a_mean_that_no_sum_gives() -> None:
    found = only(mean("3.42", denominator="20"))
    assert (found.code, found.level) == ("P201", Level.ERROR)
    assert "68/20 = 3.40, 69/20 = 3.45" in found.message
    assert found.source == "GRIM [brown2017]"


def test_a_mean_that_needs_a_missing_value_is_a_warning() -> None:
    """65/19 = 3.42; nobody says that all 20 are known."""
    found = only(mean("3.42"))
    assert (found.code, found.level) == ("P202", Level.WARNING)
    assert found.rescued_by == ("19 values: 1 of 20 missing",)


def test_a_mean_that_no_number_of_values_gives_is_an_error() -> None:
    """0.52 is no sum over 3, 2 or 1."""
    assert only(mean("0.52"), size=3).code == "P201"


def test_a_mean_without_any_size_is_not_checked() -> None:
    assert outcomes(mean("3.42", "1.10"), size=None) == []


def test_a_mean_of_something_continuous_is_not_checked() -> None:
    assert told(mean("3.42", variable="albumin", denominator="20")) == []


def test_a_mean_age_that_whole_years_cannot_have_is_a_note() -> None:
    found = only(mean("54.52", variable="age", denominator="20"))
    assert (found.code, found.level) == ("P203", Level.NOTE)
    assert found.rescued_by == ("age not recorded as whole numbers",)


def test_a_deviation_that_whole_numbers_cannot_have() -> None:
    """The published case 5.23 (2.55) of 35: the sum is odd, the only sum of squares even."""
    found = only(mean("5.23", "2.55", denominator="35"), size=35)
    assert (found.code, found.level) == ("P204", Level.ERROR)
    assert "not be both odd or both even" in found.message


def test_a_deviation_that_needs_missing_values_is_a_warning() -> None:
    found = only(mean("5.23", "2.55"), size=35)
    assert (found.code, found.level) == ("P205", Level.WARNING)
    assert found.rescued_by[0].endswith("of 35 missing")


def test_mean_and_deviation_in_claims_of_their_own() -> None:
    sd = {"variable": "sessions", "statistic": "sd", "value": "2.55", "denominator": "35"}
    found = only(mean("5.23", denominator="35"), sd, size=35)
    assert found.claims == ("C001", "C002")


def test_what_agrees_is_told_as_passed() -> None:
    passed = outcomes(mean("5.00", "2.18", denominator="31"), size=31)
    assert [(type(o), o.code) for o in passed] == [(Passed, "P201"), (Passed, "P204")]
    assert "sum of squares 917" in passed[1].message


# --- medians, quartiles, ends --------------------------------------------------------------------


def test_a_median_that_whole_numbers_cannot_have() -> None:
    found = only(median("3.4"))
    assert (found.code, found.level) == ("P206", Level.ERROR)
    assert "3.0 or 3.5" in found.message


def test_half_a_median_of_an_odd_number() -> None:
    assert only(median("3.5", denominator="21")).code == "P206"
    assert only(median("3.5"), size=21).code == "P207"
    assert only(median("3.5"), size=21).rescued_by == ("20 values: 1 of 21 missing",)
    assert told(median("3.5", denominator="20")) == []
    assert told(median("4", denominator="21")) == []  # 3.5 or 4.5 rounded, or 4


def test_quartiles_by_a_rare_definition_are_a_warning() -> None:
    assert told(median("3", ("1.25", "4.75"), declared_as="iqr")) == []
    found = only(median("3", ("1.28", "4.75"), declared_as="iqr"))
    assert (found.code, found.level) == ("P207", Level.WARNING)
    assert "[hyndman1996]" in found.source


def test_an_end_of_a_range_that_is_not_whole() -> None:
    found = only(median("3", ("1.5", "9")))
    assert (found.code, found.level) == ("P208", Level.ERROR)
    assert "a value is 1 or 2" in found.message


def test_a_centre_that_is_neither_mean_nor_median() -> None:
    centre = median("3.42", statistic="centre", denominator="20")
    assert only(centre).code == "P206"
    assert told(median("3.45", statistic="centre", denominator="20")) == []
    assert told(median("3.50", statistic="centre", denominator="20")) == []


def test_a_median_age_between_half_years_is_a_note() -> None:
    assert only(median("54.3", variable="age")).code == "P203"


def test_a_median_of_a_time_to_event_is_not_checked() -> None:
    assert outcomes(median("9.2", ("2.1", "22.6"), variable="OS")) == []


# --- deviation, mean and median against the range ------------------------------------------------


def test_a_deviation_larger_than_the_range_allows() -> None:
    """sqrt(20/19 x (9.5 - 3.45)(3.45 - 1.5)) = 3.52, with every print at its widest."""
    ends = median("3", ("2", "9"), variable="tumour size")
    found = only(mean("3.4", "3.6", variable="tumour size"), ends)
    assert (found.code, found.level) == ("P210", Level.WARNING)
    found = only(mean("3.4", "3.6", variable="tumour size", denominator="20"), ends)
    assert (found.code, found.level) == ("P209", Level.ERROR)
    assert "at most 3.52" in found.message
    assert told(mean("3.4", "3.5", variable="tumour size", denominator="20"), ends) == []


def test_a_deviation_smaller_than_the_two_ends_make() -> None:
    """(78 - 35)^2 / (2 x 19) = 48.66, its root 6.98; with ends and SD at their widest 6.8."""
    ends = median("54", ("35", "78"), variable="age")
    found = only(mean("54.0", "2.1", variable="age"), ends)
    assert (found.code, found.level) == ("P209", Level.ERROR)
    assert found.rescued_by == ("a standard error printed as SD: 2.1 x sqrt(20) = 9.4",)
    assert told(mean("54.0", "6.8", variable="age"), ends) == []


def test_mean_and_median_more_than_a_deviation_apart() -> None:
    pair = (mean("54.5", "2.0", variable="albumin"), median("51.0", variable="albumin"))
    found = only(*pair)
    assert (found.code, found.level) == ("P211", Level.ERROR)
    assert "3.5 apart" in found.message
    assert told(mean("54.5", "3.4", variable="albumin"), median("51.0", variable="albumin")) == []


def test_a_mean_too_near_an_end() -> None:
    """Nineteen values of 1 and one of 3 make (19 x 1 + 3)/20 = 1.1."""
    ends = {"variable": "albumin", "statistic": "min", "value": "1.0"}
    top = {"variable": "albumin", "statistic": "max", "value": "3.0"}
    found = only(mean("1.02", variable="albumin"), ends, top)
    assert (found.code, found.level) == ("P212", Level.ERROR)
    assert "at least (19 x 1.0 + 3.0)/20 = 1.1" in found.message
    assert only(mean("2.98", variable="albumin"), ends, top).message.endswith("= 2.90")
    assert told(mean("1.1", variable="albumin"), ends, top) == []


def test_a_mean_outside_the_range_is_left_to_the_check_of_order() -> None:
    ends = median("3", ("2", "9"), variable="tumour size")
    assert told(mean("1.0", variable="tumour size"), ends) == []


def test_numbers_of_different_patients_are_not_held_against_each_other() -> None:
    """The range is of all 20, the mean of 12: the ends need not be among the 12."""
    ends = median("54", ("35", "78"), variable="age")
    assert told(mean("54.0", "2.1", variable="age", denominator="12"), ends) == []
    apart = mean("60.0", "2.0", variable="albumin", denominator="12")
    assert told(apart, median("51.0", variable="albumin")) == []


def test_comparisons_and_changes_in_percent_are_not_checked() -> None:
    assert outcomes(mean("3.42", between=("A", "B"))) == []
    assert outcomes(mean("3.42", unit="%")) == []


def test_a_mean_that_median_and_range_do_not_allow() -> None:
    """n = 20: (9 x 2 + 10 x 5 + 9)/20 = 3.85 with the prints as they stand."""
    ends = median("5.0", ("2.0", "9.0"), variable="albumin")
    found = only(mean("3.6", variable="albumin", denominator="20"), ends)
    assert (found.code, found.level) == ("P217", Level.ERROR)
    assert told(mean("3.9", variable="albumin", denominator="20"), ends) == []


def test_a_mean_that_median_and_range_allow_of_fewer_values() -> None:
    """Of 20 the mean is 77/20 = 3.85 at least, of 19 (9 x 2 + 9 x 5 + 9)/19 = 3.79."""
    ends = median("5.00", ("2.00", "9.00"), variable="albumin")
    found = only(mean("3.80", variable="albumin"), ends, size=20)
    assert (found.code, found.rescued_by) == ("P210", ("19 values: 1 of 20 missing",))


# --- percentages ---------------------------------------------------------------------------------


def test_a_percentage_of_no_whole_number() -> None:
    found = only(percent("33.0", denominator="20"))
    assert (found.code, found.level) == ("P213", Level.ERROR)
    assert "6/20 = 30.0 %, 7/20 = 35.0 %" in found.message


def test_a_percentage_that_needs_missing_patients_is_a_warning() -> None:
    found = only(percent("36.8"))
    assert (found.code, found.level) == ("P214", Level.WARNING)
    assert found.rescued_by == (
        "19 values: 1 of 20 missing: 36.8 % of 19 is possible: 7/19 = 36.8 %",
    )


def test_a_percentage_of_no_denominator_up_to_the_size() -> None:
    found = only(percent("33.0"))
    assert (found.code, found.tried) == ("P213", ("every denominator up to 20",))


@pytest.mark.parametrize(
    "claim",
    [
        percent("33.0", count="7"),
        percent("33.0", variable="OS"),
        percent("33.0", population="literature"),
        percent("<33.0"),
        percent("33.0", unit="lesions"),
        percent("133.0"),
        percent("33.0", denominator="0"),
    ],
)
def test_what_is_not_a_bare_percentage_of_patients(claim: dict[str, Any]) -> None:
    assert outcomes(claim) == []


def test_a_share_with_a_deviation_that_no_count_has() -> None:
    sd = Bracket("44.0", "", "sd")
    found = only(percent("30.0", bracket=sd, denominator="20"))
    assert (found.code, found.level) == ("P215", Level.ERROR)
    assert "count 6 gives 47.02" in found.message
    assert found.tried == ("SD in percent", "SD as a share")
    for right in ("47.0", "0.47"):
        assert told(percent("30.0", bracket=Bracket(right, "", "sd"), denominator="20")) == []


def test_a_share_with_a_deviation_that_needs_missing_patients() -> None:
    """3/10 has 48.3 %, 6/20 has 47.0 %."""
    found = only(percent("30.0", bracket=Bracket("48.3", "", "sd")))
    assert (found.code, found.rescued_by) == ("P216", ("10 values: 10 of 20 missing",))


def test_a_mean_of_noughts_and_ones() -> None:
    claim = mean("0.53", "0.44", variable="sex", level="F", denominator="1683")
    assert only(claim).code == "P215"
    assert told(mean("0.53", "0.50", variable="sex", level="F", denominator="1683")) == []


def test_more_missing_values_than_are_tried_stay_a_warning() -> None:
    """Whole numbers of mean 3.42 are never all alike, but only the last 500 sizes are tried."""
    found = only(mean("3.42", "0.00"), size=9_000)
    assert (found.code, found.level) == ("P205", Level.WARNING)
    assert found.rescued_by == ("more than 500 of 9000 missing, which was not tried",)


def test_a_coarse_mean_of_many_is_not_searched() -> None:
    assert [o.code for o in outcomes(mean("3", "0.0"), size=10**9)] == ["P201"]


@pytest.mark.parametrize("value", ["", "x", "-5", "1e400", "9" * 39, "nan", "NR"])
@pytest.mark.parametrize("size", [None, -5, 0, 1, 2, 10**30])
def test_nothing_that_a_claim_says_stops_a_check(value: str, size: int | None) -> None:
    ends = Bracket(value, value, "range")
    claims = (
        mean(value, value or "1", denominator=value),
        median(value, statistic="centre", denominator="0"),
        median("3", (value or "0", "2")),
        percent(value, bracket=Bracket(value or "x", "", "sd")),
        {"variable": "sessions", "statistic": "mean", "value": "2", "bracket": ends},
        {"variable": "sessions", "statistic": "q1", "value": value},
    )
    assert isinstance(outcomes(*claims, size=size), list)
