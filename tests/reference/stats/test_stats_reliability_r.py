"""Agreement of raters: R vcd and psych (make_reliability.R), and published worked examples."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stats_truth import assert_close, or_nan

from hepatica.core.errors import NotDefined
from hepatica.stats.agreement import cohen_kappa, fleiss_kappa, gwet_ac, percent_agreement
from hepatica.stats.reliability import bland_altman, intraclass_correlation

# Fleiss 1971, Table 1: 30 psychiatric patients, 6 raters; depression, personality disorder,
# schizophrenia, neurosis, other.
DIAGNOSES = """
    00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031
    00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006
"""

# Gwet's raters in the irrCAC 1.0 overview: 12 units, 4 raters, some ratings missing (-).
FOUR_RATERS = ("123321412---", "1233224125-3", "-3332342251-", "12332441251-")

# irrCAC 1.0 overview: two abstractors, 100 pregnancies; ectopic, abnormal and normal intrauterine.
ABSTRACTORS = ((13, 0, 0), (0, 20, 7), (0, 4, 56))


@cache
def _truth() -> Any:
    return json.loads((Path(__file__).parent / "reliability.json").read_text())


def _cases(name: str) -> list[Any]:
    return [pytest.param(case, id=f"{name}-{i}") for i, case in enumerate(_truth()[name])]


def _units() -> list[list[int | None]]:
    return [[None if r[i] == "-" else int(r[i]) for r in FOUR_RATERS] for i in range(12)]


def _pairs() -> list[tuple[int, int]]:
    return [(i, j) for i in range(3) for j in range(3) for _ in range(ABSTRACTORS[i][j])]


def test_the_sweep_names_its_makers() -> None:
    assert _truth()["R"].startswith("R version 4.2.2")
    assert (_truth()["psych"], _truth()["vcd"]) == ("2.2.9", "1.4.11")


@pytest.mark.parametrize("case", _cases("kappas"))
@pytest.mark.parametrize("weights", ["unweighted", "linear", "quadratic"])
def test_cohen_kappa(case: dict[str, Any], weights: Any) -> None:
    kappa, se = map(or_nan, case[weights])
    categories = range(1, case["k"] + 1)
    ours = cohen_kappa(case["a"], case["b"], categories, weights=weights)
    assert_close(ours.coefficient, kappa, rel=1e-9, absolute=1e-12)
    assert_close(ours.se, se, rel=1e-8, absolute=1e-8)


@pytest.mark.parametrize("case", _cases("iccs"))
def test_intraclass_correlation(case: dict[str, Any]) -> None:
    ours = intraclass_correlation(case["x"])
    for i, name in enumerate(case["type"]):
        mine = ours[f"ICC({name[3]},{'k' if name.endswith('k') else 1})"]
        assert_close(mine.coefficient, case["icc"][i], rel=1e-9, absolute=1e-12)
        assert_close([mine.f, mine.p_value], [case["f"][i], case["p"][i]], rel=1e-8)
        assert_close(mine.df, [case["df1"][i], case["df2"][i]])
        limits = [case["lower"][i], case["upper"][i]]
        assert_close([mine.lower, mine.upper], limits, rel=1e-8, absolute=1e-10)


def test_fleiss_diagnoses() -> None:
    """Fleiss 1971: kappa 0.430, agreement 0.556 seen and 0.220 by chance; totals as printed."""
    rows = [[j for j, c in enumerate(row) for _ in range(int(c))] for row in DIAGNOSES.split()]
    totals = np.array([[int(c) for c in row] for row in DIAGNOSES.split()]).sum(axis=0)
    assert totals.tolist() == [26, 26, 30, 55, 43]
    found = fleiss_kappa(rows, range(5))
    assert round(found.coefficient, 3) == 0.430
    assert (round(found.observed, 3), round(found.expected, 3)) == (0.556, 0.220)


def test_gwet_four_raters() -> None:
    """irrCAC 1.0 overview: AC1 0.77544 (SE 0.14295), Fleiss 0.76117 (SE 0.15302)."""
    ac = gwet_ac(_units(), range(1, 6))
    assert (round(ac.coefficient, 5), round(ac.se, 5)) == (0.77544, 0.14295)
    assert (round(ac.observed, 7), round(ac.expected, 7)) == (0.8181818, 0.1903212)
    fleiss = fleiss_kappa(_units(), range(1, 6))
    assert (round(fleiss.coefficient, 5), round(fleiss.se, 5)) == (0.76117, 0.15302)
    assert round(fleiss.expected, 7) == 0.2387153
    percent = percent_agreement(_units(), range(1, 6))
    assert (round(percent.coefficient, 7), round(percent.se, 5)) == (0.8181818, 0.12561)


def test_abstractors() -> None:
    """irrCAC 1.0 overview: kappa 0.7964094 (SE 0.05891072), AC1 0.8493305 (SE 0.04321747).

    The table form divides by n where the form for several raters divides by n - 1.
    """
    a, b = zip(*_pairs(), strict=True)
    kappa = cohen_kappa(a, b, range(3))
    assert round(kappa.coefficient, 7) == 0.7964094
    assert kappa.se == pytest.approx(0.05891072, abs=2e-8)
    ac = gwet_ac(_pairs(), range(3))
    assert round(ac.coefficient, 7) == 0.8493305
    assert round(ac.se * np.sqrt(99 / 100), 8) == 0.04321747


def test_weighted_ac_by_hand() -> None:
    """AC2, linear weights of three categories: three subjects, two raters, by hand.

    pa = (1 + 1 + 1/2) / 3 = 5/6; weights sum to 5, k(k-1) = 6; shares of the categories 1/3, 1/2,
    1/6, so sum p(1-p) = 2/9 + 1/4 + 5/36 = 11/18; pe = 55/108; AC2 = (90 - 55) / (108 - 55).
    """
    found = gwet_ac([(0, 0), (1, 1), (1, 2)], range(3), weights="linear")
    shares = 2 / 6, 3 / 6, 1 / 6
    assert sum(p * (1 - p) for p in shares) == pytest.approx(11 / 18)
    assert found.coefficient == pytest.approx(35 / 53)


def test_high_agreement_with_a_rare_category() -> None:
    """Gwet 2008: kappa is near 0 where nearly all is one category, AC1 is near the agreement.

    118 both yes, 5 and 2 split, none both no: pa 0.944; kappa (0.944 - 0.9456) / (1 - 0.9456).
    """
    pairs = [(1, 1)] * 118 + [(1, 0)] * 5 + [(0, 1)] * 2
    a, b = zip(*pairs, strict=True)
    yes = 123 * 120 / 125**2 + 2 * 5 / 125**2
    kappa = cohen_kappa(a, b, (0, 1))
    assert kappa.coefficient == pytest.approx((0.944 - yes) / (1 - yes))
    share = (123 + 120) / 250
    chance = 2 * share * (1 - share)
    assert gwet_ac(pairs, (0, 1)).coefficient == pytest.approx((0.944 - chance) / (1 - chance))


def test_one_category_only() -> None:
    with pytest.raises(NotDefined):
        cohen_kappa([1, 1], [1, 1], (0, 1))
    with pytest.raises(NotDefined):
        fleiss_kappa([[1, 1], [1, 1]], (0, 1))
    assert gwet_ac([[1, 1], [1, 1]], (0, 1)).coefficient == 1


def test_bland_altman_by_hand() -> None:
    """Differences 1, 2, 3, 2: bias 2, s = sqrt(2/3); t(3 df, 0.975) = 3.182446, z = 1.959964."""
    found = bland_altman([11, 22, 33, 42], [10, 20, 30, 40])
    s = (2 / 3) ** 0.5
    assert (found.n, found.bias) == (4, 2)
    assert_close([found.sd, found.low, found.high], [s, 2 - 1.959964 * s, 2 + 1.959964 * s], 1e-6)
    half = 3.182446 * s / 2
    assert_close(found.bias_limits, [2 - half, 2 + half], rel=1e-6)
    wide = 3.182446 * s * (1 / 4 + 1.959964**2 / 6) ** 0.5
    assert_close(found.low_limits, [found.low - wide, found.low + wide], rel=1e-6)
    assert_close(found.high_limits, [found.high - wide, found.high + wide], rel=1e-6)
