"""P-values of counts and means, and limits of proportions, are R's."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from reference_folder import reference_file

from hepatica.audit.printed import parse_printed
from hepatica.audit.recomputation.p_value import (
    Summary,
    anova_p,
    least_p_values,
    mean_p_ranges,
    table_p_values,
    welch_p,
)
from hepatica.stats.proportion_limit import METHODS

FOLDER = Path(__file__).parent
P_VALUES = json.loads((FOLDER / "p_value.json").read_text(encoding="utf-8"))
INTERVALS = json.loads((FOLDER / "proportion_interval.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", P_VALUES["tables"], ids=lambda c: str(c["table"]))
def test_every_test_of_a_table(case: dict[str, object]) -> None:
    expected = {name: p for name, p in case.items() if name != "table"}
    assert table_p_values(case["table"]) == pytest.approx(expected, rel=1e-9)  # type: ignore[arg-type]


@pytest.mark.parametrize("case", P_VALUES["means"], ids=lambda c: str(c["mean"]))
def test_analysis_of_variance_and_welch(case: dict[str, list[float]]) -> None:
    figures = [np.array(case[k], dtype=np.float64) for k in ("n", "mean", "sd")]
    assert anova_p(*figures) == pytest.approx(case["anova"], rel=1e-9)
    assert welch_p(*figures) == pytest.approx(case["welch"], rel=1e-9)


def test_baseline_tables_of_reappraised() -> None:
    with reference_file("baseline_pvalues_reappraised.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            texts = [row[k].split(";") for k in ("n", "mean", "sd")]
            figures = [np.array(t, dtype=np.float64) for t in texts]
            p = anova_p(*figures)
            assert p == pytest.approx(float(row["p_closed_form_anova"]), rel=1e-12), row
            assert p == pytest.approx(float(row["p_reappraised_construction"]), rel=1e-10), row
            found = mean_p_ranges([summary(int(n), m, s) for n, m, s in zip(*texts, strict=True)])
            assert found[0].low <= p <= found[0].high, row


def summary(n: int, mean: str, sd: str) -> Summary:
    ends = [(float(x.low), float(x.high)) for x in (parse_printed(mean), parse_printed(sd)) if x]
    return Summary(n, ends[0], ends[1])


@pytest.mark.parametrize("seed", range(20))
def test_no_figures_within_the_rounding_leave_the_range(seed: int) -> None:
    rng = np.random.default_rng(seed)
    k = 2 + seed % 2
    n = rng.integers(3, 40, k)
    texts = [(f"{rng.uniform(3, 6):.1f}", f"{rng.uniform(0.6, 2):.1f}") for _ in range(k)]
    groups = [summary(int(m), *t) for m, t in zip(n, texts, strict=True)]
    ranges = {r.test: r for r in mean_p_ranges(groups)}
    for _ in range(200):
        mean = np.array([rng.uniform(*g.mean) for g in groups])
        sd = np.array([rng.uniform(*g.sd) for g in groups])
        for name, p_of in (("Student" if k == 2 else "ANOVA", anova_p), ("Welch", welch_p)):
            p = p_of(n.astype(float), mean, sd)
            assert ranges[name].low - 1e-9 <= p <= ranges[name].high + 1e-9


def test_fewer_patients_do_not_go_below_the_least_p() -> None:
    groups = [summary(14, "5.1", "1.2"), summary(9, "6.4", "2.9")]
    least = least_p_values(groups)
    for n1 in range(2, 15):
        for n2 in range(2, 10):
            fewer = [Summary(n, g.mean, g.sd) for n, g in zip((n1, n2), groups, strict=True)]
            for found in mean_p_ranges(fewer):
                assert least[found.test] <= found.low + 1e-12


@pytest.mark.parametrize("case", INTERVALS["cases"], ids=lambda c: f"{c['x']}/{c['n']}")
def test_every_method_of_a_proportion(case: dict[str, object]) -> None:
    count, n = int(str(case["x"])), int(str(case["n"]))
    names = [name for name in case if name not in {"x", "n"}]
    assert set(names) == set(METHODS) - (set() if 0 < count < n else {"logit", "log-log", "log"})
    for name in names:
        # Blaker's limits were stepped to in 1e-7, glm's converged to 1e-8.
        assert METHODS[name](count, n, 0.95) == pytest.approx(case[name], abs=3e-7), name
