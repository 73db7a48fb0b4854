"""True papers, rounded as journals round: no check may tell an error, the solver no conflict.

The quick version of `bench/audit.py`, which measures 500 papers; a failing seed is run again by
`python bench/audit.py --seed N --papers 1 --slips 0 --show`.
"""

import pytest

from hepatica.audit.claim import Paper
from hepatica.audit.outcome import Discrepancy, Passed
from hepatica.audit.run import CHECKS, run_checks
from hepatica.audit.simulation.paper import true_paper
from hepatica.audit.simulation.slip import KINDS, slipped_paper
from hepatica.core.finding import Level

SOLVER_SEEDS = [s for s in range(40) if len(true_paper(s)[1].data_set) < 30][:6]


def errors(paper: Paper) -> list[tuple[str, tuple[str, ...], str]]:
    found = [outcome for check in CHECKS for outcome in check(paper)]
    told = [o for o in found if isinstance(o, Discrepancy) and o.level is Level.ERROR]
    assert any(isinstance(o, Passed) for o in found)
    return [(d.code, d.claims, d.message) for d in told]


@pytest.mark.parametrize("seed", range(40))
def test_no_check_tells_an_error_of_a_true_paper(seed: int) -> None:
    assert errors(true_paper(seed)[0]) == []


@pytest.mark.parametrize("seed", SOLVER_SEEDS)
def test_the_solver_finds_no_conflict_in_a_true_paper(seed: int) -> None:
    audit = run_checks(true_paper(seed)[0], budget_seconds=3)
    assert [d.message for d in audit.discrepancies if d.level is Level.ERROR] == []
    assert audit.verdict != "contradictory"


def test_most_slips_of_counts_are_found() -> None:
    tried = found = 0
    for kind in ("count off by one", "decimal point moved", "stale number in the abstract"):
        assert kind in KINDS
        for seed in range(10):
            slip = slipped_paper(true_paper(seed)[0], kind, seed)
            if slip is not None:
                tried += 1
                found += bool(errors(slip.paper))
    assert found > tried / 2
