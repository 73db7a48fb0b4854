"""True papers, rounded as journals round: no check may tell an error, the solver no conflict.

The quick version of `bench/audit.py`, which measures 500 papers; a failing seed is run again by
`python bench/audit.py --seed N --papers 1 --slips 0 --show`.
"""

import pytest

from hepatica.audit.run import run_checks
from hepatica.audit.simulation.paper import true_paper
from hepatica.core.finding import Level

BUDGET_SECONDS = 1.0


@pytest.mark.parametrize("seed", range(40))
def test_nothing_contradicts_in_a_true_paper(seed: int) -> None:
    paper, _ = true_paper(seed)
    audit = run_checks(paper, budget_seconds=BUDGET_SECONDS)
    errors = [(d.code, d.claims, d.message) for d in audit.discrepancies if d.level is Level.ERROR]
    assert errors == []
    assert audit.verdict != "contradictory"
    assert audit.search is None or audit.search.conflicts == ()
