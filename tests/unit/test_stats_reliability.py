"""Agreement at the edge of what data can say; the mean squares are worked out by hand."""

import math

import pytest

from hepatica.core.errors import NotDefined
from hepatica.stats.agreement import cohen_kappa, fleiss_kappa
from hepatica.stats.reliability import bland_altman, intraclass_correlation


def test_two_subjects_that_two_readers_order_the_other_way() -> None:
    """Rows (10, 20), (20, 10): MSR = MSC = 0, MSE = 100, MSW = 50; ICC(2,1) = -100 / 0."""
    found = intraclass_correlation([[10, 20], [20, 10]])
    assert (found["ICC(1,1)"].coefficient, found["ICC(3,1)"].coefficient) == (-1, -1)
    random = found["ICC(2,1)"]
    assert all(map(math.isnan, (random.coefficient, random.lower, random.upper)))


@pytest.mark.parametrize("rows", [[[10, 20]] * 3, [[12.3, 20.7]] * 7])
def test_readers_who_differ_on_subjects_all_alike(rows: list[list[float]]) -> None:
    """MSR = MSE = 0: what the raters would agree on, a difference of subjects, is not there."""
    found = intraclass_correlation(rows)
    fixed = found["ICC(3,1)"]
    assert all(map(math.isnan, (fixed.coefficient, fixed.lower, fixed.upper, fixed.p_value)))
    assert found["ICC(2,1)"].coefficient == 0
    assert math.isnan(found["ICC(2,1)"].upper)


def test_perfect_agreement_on_different_subjects_is_1() -> None:
    found = intraclass_correlation([[10, 10], [20, 20], [30, 30]])
    assert [found[f"ICC({i},1)"].coefficient for i in (1, 2, 3)] == [1, 1, 1]


def test_one_subject_has_no_standard_error() -> None:
    words = ("CR", "PR", "SD", "PD")
    assert math.isnan(cohen_kappa(["PD"], ["SD"], words).se)
    assert math.isnan(fleiss_kappa([["PD", "SD", "CR"]], words).upper)


def test_one_category_only_is_not_defined() -> None:
    with pytest.raises(NotDefined, match="one category only"):
        cohen_kappa(["PD"] * 5, ["PD"] * 5, ("CR", "PR", "SD", "PD"), weights="linear")
    with pytest.raises(NotDefined, match="the same"):
        intraclass_correlation([[10, 10], [10, 10]])
    with pytest.raises(NotDefined, match="two pairs"):
        bland_altman([1], [2])
