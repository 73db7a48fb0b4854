"""Claims computed from a data set hold of it; others do not, as plain floating point agrees."""

import statistics
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepatica.audit.claim import EVERYONE, Bracket, Claim, Paper
from hepatica.audit.claim_file import read_claims
from hepatica.audit.claim_text import write_claims
from hepatica.audit.data_set import DataSet, Duration, Patient
from hepatica.audit.evaluation import broken_claims, holds
from hepatica.audit.simulation.paper import true_paper
from hepatica.audit.simulation.slip import KINDS, slipped_paper
from hepatica.stats.kaplan_meier import kaplan_meier, median_survival, survival_at

NUMPY_METHODS = (
    *("inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf"),
    *("hazen", "weibull", "linear", "median_unbiased", "normal_unbiased"),
)
tenths = st.integers(0, 900).map(lambda n: Fraction(n, 10))
samples = st.lists(tenths, min_size=2, max_size=40)
printed = st.tuples(st.integers(0, 9500), st.integers(0, 2))


def one_claim(statistic: str, **fields: str | Bracket) -> Claim:
    return Claim("C1", "Results", "quote", fields.pop("variable", "age"), statistic, **fields)


def answer(data_set: DataSet, claim: Claim) -> bool | None:
    return holds(claim, data_set, Paper((claim,)))


def of_numbers(numbers: list[Fraction]) -> DataSet:
    return tuple(Patient(EVERYONE, {"age": n}) for n in numbers)


def of_times(times: list[tuple[int, bool]]) -> DataSet:
    return tuple(Patient(EVERYONE, {"OS": Duration(Fraction(t, 10), e)}) for t, e in times)


def agrees(value: str, decimals: int, exact: float) -> bool | None:
    """Whether `exact` may be printed so; None where floating point cannot tell."""
    distance = abs(float(value) - exact) - 0.5 * 10.0**-decimals
    return None if abs(distance) < 1e-9 else distance < 0


@given(samples, printed, st.sampled_from(["mean", "median", "sd"]))
def test_figures_agree_with_floating_point(
    numbers: list[Fraction], number: tuple[int, int], statistic: str
) -> None:
    figure = {"mean": statistics.mean, "median": statistics.median, "sd": statistics.stdev}
    exact = float(figure[statistic]([float(n) for n in numbers]))
    # Near the truth, so that both answers occur.
    decimals = number[1]
    value = f"{exact + (number[0] - 4750) / 4750 * 10.0**-decimals:.{decimals}f}"
    expected = agrees(value, decimals, exact)
    found = answer(of_numbers(numbers), one_claim(statistic, value=value))
    assert expected is None or found is expected


@given(samples, st.sampled_from(NUMPY_METHODS))
def test_quartiles_of_every_numpy_method_hold(numbers: list[Fraction], method: str) -> None:
    ends = np.quantile([float(n) for n in numbers], [0.25, 0.75], method=method)
    bracket = Bracket(f"{ends[0]:.6f}", f"{ends[1]:.6f}", "iqr")
    data_set = of_numbers(numbers)
    assert answer(data_set, one_claim("median", bracket=bracket)) is True
    shifted = replace(bracket, low=f"{ends[0] - 91:.6f}")
    assert answer(data_set, one_claim("median", bracket=shifted)) is False


times = st.lists(st.tuples(st.integers(1, 60), st.booleans()), min_size=1, max_size=40)


@given(times, st.sampled_from(["midpoint", "first"]))
def test_median_survival_agrees_with_the_statistics_library(
    rows: list[tuple[int, bool]], plateau: str
) -> None:
    curve = kaplan_meier([t / 10 for t, _ in rows], [e for _, e in rows])
    found = median_survival(curve, plateau).estimate
    value = "NR" if found is None else f"{found:.2f}"
    data_set = of_times(rows)
    assert answer(data_set, one_claim("median", variable="OS", value=value)) is True
    wrong = "1.00" if found is None else f"{found + 0.2:.2f}"
    both = {median_survival(curve, p).estimate for p in ("midpoint", "first")}
    near = any(x is not None and abs(float(wrong) - x) <= 0.005 + 1e-9 for x in both)
    assert near or answer(data_set, one_claim("median", variable="OS", value=wrong)) is False


@given(times, st.integers(0, 60))
def test_survival_and_risk_agree_with_the_statistics_library(
    rows: list[tuple[int, bool]], tenth: int
) -> None:
    curve = kaplan_meier([t / 10 for t, _ in rows], [e for _, e in rows])
    (point,) = survival_at(curve, [tenth / 10], extend=True)
    assert point.survival is not None
    data_set, where = of_times(rows), {"variable": "OS", "level": f"{tenth / 10}"}
    percent = 100 * point.survival
    rate = one_claim("survival", value=f"{percent:.4f}", **where)
    assert answer(data_set, rate) is True
    assert answer(data_set, replace(rate, value=f"{percent + 0.01:.4f}")) is False
    risk = one_claim("at_risk", value=str(point.at_risk), **where)
    assert answer(data_set, risk) is True
    assert answer(data_set, replace(risk, value=str(point.at_risk + 1))) is False


@given(st.integers(1, 60), st.data())
def test_shares_agree_with_floating_point(n: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, n))
    decimals = data.draw(st.integers(0, 2))
    data_set = tuple(Patient(EVERYONE, {"sex": "F" if i < count else "M"}) for i in range(n))
    value = f"{data.draw(st.floats(0, 100)):.{decimals}f}"
    share = f"{100 * count / n:.{decimals}f}"
    assert answer(data_set, one_claim("percent", variable="sex", level="F", value=share)) is True
    claim = one_claim("percent", variable="sex", level="F", value=value)
    expected = agrees(value, decimals, 100 * count / n)
    assert expected is None or answer(data_set, claim) is expected


SEEDS = range(900, 920)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_claim_of_a_simulated_paper_holds_of_its_trial(seed: int) -> None:
    paper, trial = true_paper(seed)
    assert broken_claims(paper, trial.data_set) == ()
    computed = [holds(claim, trial.data_set, paper) for claim in paper.claims]
    assert sum(answer is True for answer in computed) > 20


def test_a_slip_is_mostly_false_of_the_trial_and_always_changes_the_print() -> None:
    broken = tried = 0
    for seed in SEEDS:
        paper, trial = true_paper(seed)
        for kind in KINDS:
            slip = slipped_paper(paper, kind, seed)
            if slip is None:
                continue
            assert slip.before != slip.after
            assert len(slip.paper.claims) == len(paper.claims)
            tried += 1
            broken += bool(broken_claims(slip.paper, trial.data_set))
    assert tried > 150
    assert broken > 0.9 * tried


def test_a_simulated_paper_is_the_same_for_the_same_seed_and_survives_its_file(
    tmp_path: Path,
) -> None:
    for seed in SEEDS[:5]:
        paper, _ = true_paper(seed)
        assert paper == true_paper(seed)[0]
        write_claims(paper, tmp_path / "claims.toml")
        read, faults = read_claims(tmp_path / "claims.toml")
        assert not faults
        assert [replace(c, line=0) for c in read.claims] == [
            replace(c, line=0) for c in paper.claims
        ]
        assert (read.sizes, read.within) == (paper.sizes, paper.within)
