"""Times to event in the solver: medians, survival, intervals, ranks against counts, units."""

import pytest
from audit_paper import paper_of, share

from hepatica.audit.claim import EVERYONE, Bracket
from hepatica.audit.solver import curve_block
from hepatica.audit.solver.component import components, model_of
from hepatica.audit.solver.model import run_model
from hepatica.audit.solver.population import populations_of
from hepatica.audit.solver.search import run_search
from hepatica.audit.solver.statement import statements


def told(variable, statistic, value, **more):
    return {"variable": variable, "statistic": statistic, "value": value, **more}


def search_of(*rows, n=20, **options):
    return run_search(paper_of(*rows, sizes={EVERYONE: n}), budget_seconds=20, **options)


def conflicts(*rows, n=20):
    return [(c.claims, c.rules) for c in search_of(*rows, n=n).conflicts]


def satisfiable(*rows, n=20):
    """Whether the claims of one group can be true together, without a data set."""
    paper = paper_of(*rows, sizes={EVERYONE: n})
    populations = populations_of(paper)
    for group in components(statements(paper, populations)):
        model = model_of(group, populations, frozenset({"time.pfs-os"}))
        answer = run_model(model, frozenset(model.literals), 10).satisfiable
        assert answer is not None
        if not answer:
            return False
    return True


def at(months, percent, variable="OS"):
    return told(variable, "survival", percent, level=str(months), unit="%")


# Deaths at 1, 2, ... 20 months and nobody lost: 5 % fewer with each.
EACH_MONTH = [at(m, f"{100 - 5 * m}.0") for m in range(1, 20)]
EACH_MONTH += [at(f"{m}.99", f"{100 - 5 * m}.0") for m in range(8, 12)]


@pytest.mark.parametrize("median", ["10.0", "10.5"])
def test_median_on_a_plateau_at_one_half_by_either_convention(median: str) -> None:
    search = search_of(*EACH_MONTH, told("OS", "median", median, unit="months"))
    assert (search.conflicts, search.decided) == ((), True)


def test_median_after_the_plateau_is_never_called_consistent() -> None:
    """11 is what a program prints that takes S at exactly one half for above it."""
    search = search_of(*EACH_MONTH, told("OS", "median", "11.0", unit="months"))
    assert (search.decided, search.data_set) == (False, None)


def test_median_off_the_plateau_is_a_conflict() -> None:
    search = search_of(*EACH_MONTH, told("OS", "median", "12.0", unit="months"))
    assert [c.claims[-1] for c in search.conflicts] == ["C24"] * len(search.conflicts)
    assert search.conflicts


def scanned(kind: str) -> list[dict[str, object]]:
    bracket = Bracket("1.0", "10.5", kind)
    return [
        told("PFS", "median", "4.0", unit="months", bracket=bracket),
        share("best response", "PD", "3", "15.0", "20"),
        share("DCR", count="17", value="85.0", of="20"),
        told("PFS", "definition", "time to progression"),
        {
            "variable": "imaging interval",
            "statistic": "median",
            "value": "5",
            "unit": "weeks",
            "bracket": Bracket("4", "6", "range"),
        },
    ]


def test_interval_of_progression_against_scans_and_disease_control() -> None:
    rules = ("response.dcr", "time.second-scan", "time.follow-up")
    search = search_of(*scanned("ci"))
    assert [(c.claims, c.rules) for c in search.conflicts] == [(("C1", "C3", "C5"), rules)]
    assert any("not as an interval" in text for text in search.conflicts[0].rescued_by)


def test_the_same_as_a_range_can_be_true() -> None:
    assert search_of(*scanned("range")).conflicts == ()


def test_interval_of_survival_alone_can_be_true() -> None:
    bracket = Bracket("2.5", "22.5", "ci")
    assert satisfiable(told("OS", "median", "10.7", unit="months", bracket=bracket))


@pytest.mark.parametrize("n", [3, 4, 8])
def test_lower_limit_alone_claims_nothing(n: int) -> None:
    bracket = Bracket("5.0", "NR", "ci")
    assert satisfiable(told("OS", "median", "10.0", unit="months", bracket=bracket), n=n)


def test_both_limits_of_four_patients_do_not_exist() -> None:
    bracket = Bracket("5.0", "20.0", "ci")
    rows = [told("OS", "median", "10.0", unit="months", bracket=bracket)]
    assert not satisfiable(*rows, told("OS", "events", "0"), n=4)


TIMED = [
    [at(6, "80"), at(12, "50"), at(24, "20")],
    [at(6, "80"), at(12, "85")],
    [at(6, "50"), told("OS", "at_risk", "30", level="6"), at(12, "10")],
    [told("OS", "median", "9.0", unit="months"), at(6, "40")],
    [told("OS", "median", "9.0", unit="months"), at(12, "60")],
    [told("OS", "at_risk", "20", level="6"), told("OS", "at_risk", "25", level="12")],
    [told("OS", "at_risk", "50", level="6"), at(6, "50")],
    [told("OS", "min", "3", unit="months"), at(2, "95")],
    [told("OS", "max", "10", unit="months"), told("OS", "at_risk", "2", level="12")],
    [told("OS", "events", "10"), told("OS", "median", "5.0", unit="months"), at(6, "49")],
    [told("OS", "median", "5.0", unit="months"), told("PFS", "min", "7", unit="months")],
    [told("OS", "median", "not reached"), at(24, "40")],
]


@pytest.mark.parametrize("rows", TIMED)
@pytest.mark.parametrize("n", [60, 61])
def test_ranks_and_counts_agree_near_their_border(rows, n, monkeypatch) -> None:
    monkeypatch.setattr(curve_block, "RANKED", 100)
    by_rank = satisfiable(*rows, n=n)
    monkeypatch.setattr(curve_block, "RANKED", 10)
    assert satisfiable(*rows, n=n) == by_rank


def test_both_answers_are_among_those() -> None:
    assert {satisfiable(*rows, n=61) for rows in TIMED} == {True, False}


def test_years_and_months_are_one_scale() -> None:
    rows = told("OS", "max", "2.0", unit="years"), told("OS", "min", "30.0", unit="months")
    assert conflicts(*rows) == [(("C1", "C2"), ())]
    rows = told("OS", "max", "2.0", unit="years"), told("OS", "min", "20.0", unit="months")
    search = search_of(*rows)
    assert (search.conflicts, search.decided) == ((), True)


@pytest.mark.parametrize("level", ["1 year", "12 months", "12"])
def test_survival_at_one_year_is_at_twelve_months(level: str) -> None:
    first = told("OS", "median", "9.0", unit="months")
    assert conflicts(first, at("6 months", "55"), at(level, "45")) == []
    assert conflicts(at("13 months", "55"), at(level, "45")) == [(("C1", "C2"), ())]


def test_events_above_a_number_are_not_that_number() -> None:
    assert conflicts(told("OS", "events", ">5"), told("OS", "events", "9")) == []


def test_fewer_at_risk_at_the_start_than_patients() -> None:
    rows = told("OS", "at_risk", "18", level="0"), told("OS", "min", "2", unit="months")
    assert conflicts(*rows) == []


NONSENSE = [
    at(12, "140"),
    told("OS", "median", "-5"),
    told("OS", "median", "0"),
    told("OS", "median", "99999999999"),
    told("OS", "max", "9.123456789"),
    told("OS", "at_risk", "12.5", level="12"),
    told("OS", "at_risk", "40", level="12"),
    told("OS", "events", "-3"),
    told("OS", "survival", "50", level="nonsense"),
    told("age", "mean", "9999999999999999999999"),
    told("age", "mean", "54.123456789012345"),
]


@pytest.mark.parametrize("row", NONSENSE)
def test_nonsense_is_answered_or_undecided(row) -> None:
    search = search_of(
        row, share("best response", "CR", "3", of="20"), at(6, "50"), told("age", "median", "50")
    )
    assert all("C1" in c.claims for c in search.conflicts)
    assert search.decided or search.note
