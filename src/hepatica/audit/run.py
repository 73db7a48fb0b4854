"""Run every check on a paper: arithmetic, granularity and statistics, then the solver."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from hepatica.audit.arithmetic.arm import check_arm
from hepatica.audit.arithmetic.centre import check_centre
from hepatica.audit.arithmetic.chronology import check_chronology
from hepatica.audit.arithmetic.curve import check_curve
from hepatica.audit.arithmetic.definition import check_convention, check_definition
from hepatica.audit.arithmetic.design import check_design
from hepatica.audit.arithmetic.eligibility import check_eligibility, check_index_patient
from hepatica.audit.arithmetic.grade import check_grade
from hepatica.audit.arithmetic.identity import check_identity
from hepatica.audit.arithmetic.liver import check_liver
from hepatica.audit.arithmetic.order import check_order, check_spread
from hepatica.audit.arithmetic.partition import check_partition
from hepatica.audit.arithmetic.rank import check_rank
from hepatica.audit.arithmetic.restatement import check_restatement
from hepatica.audit.arithmetic.share import check_share
from hepatica.audit.arithmetic.stage import check_stage
from hepatica.audit.arithmetic.toxicity import check_toxicity
from hepatica.audit.claim import Paper
from hepatica.audit.claim_file import read_claims
from hepatica.audit.conflict import Audit, Search, search_outcomes
from hepatica.audit.granularity.check_deviation import check_deviation
from hepatica.audit.granularity.check_mean import check_whole_mean
from hepatica.audit.granularity.check_median import check_whole_median
from hepatica.audit.granularity.check_percent import check_percent, check_share_deviation
from hepatica.audit.outcome import Discrepancy, Outcome, Passed
from hepatica.audit.recomputation.check_interval import (
    check_bracket,
    check_median_interval,
    check_proportion_interval,
    check_ratio,
)
from hepatica.audit.recomputation.check_p import check_mean_p, check_table_p, check_test
from hepatica.audit.watch import UNWATCHED, Watch
from hepatica.core.finding import Finding

Check = Callable[[Paper], Iterable[Outcome]]

# In the order of the report. A check yields what disagrees and what agrees; it never raises for
# what a paper says.
CHECKS: tuple[Check, ...] = (
    check_share,
    check_partition,
    check_grade,
    check_arm,
    check_identity,
    check_restatement,
    check_centre,
    check_rank,
    check_order,
    check_spread,
    check_curve,
    check_chronology,
    check_design,
    check_definition,
    check_convention,
    check_eligibility,
    check_index_patient,
    check_liver,
    check_stage,
    check_toxicity,
    check_percent,
    check_share_deviation,
    check_whole_mean,
    check_whole_median,
    check_deviation,
    check_bracket,
    check_proportion_interval,
    check_median_interval,
    check_ratio,
    check_test,
    check_table_p,
    check_mean_p,
)


BUDGET_SECONDS = 30.0
ABSENT = "OR-tools is not installed: pip install 'hepatica[audit]'"
STOPPED = "stopped by the user before every check was made"


def run_audit(
    path: Path,
    *,
    budget_seconds: float = BUDGET_SECONDS,
    without: Collection[str] = (),
    watch: Watch = UNWATCHED,
) -> Audit:
    """Audit the claims of a file.

    Parameters
    ----------
    budget_seconds : for the solver; the checks before it take what they need
    without : ids of rules that the solver leaves out

    Raises      Unreadable where the file cannot be read at all.
    """
    watch.tell("Reading the claims")
    paper, faults = read_claims(path)
    return run_checks(paper, faults, budget_seconds=budget_seconds, without=without, watch=watch)


def run_checks(
    paper: Paper,
    faults: tuple[Finding, ...] = (),
    *,
    budget_seconds: float = BUDGET_SECONDS,
    without: Collection[str] = (),
    watch: Watch = UNWATCHED,
) -> Audit:
    """Audit claims that were read already; `faults` are those of their file, options as above."""
    outcomes = list(_outcomes(paper, watch))
    search = _stopped()
    if not watch.is_stopped():
        search = _search(paper, without, budget_seconds, watch)
        outcomes += search_outcomes(search)
    discrepancies = tuple(o for o in outcomes if isinstance(o, Discrepancy))
    passed = tuple(o for o in outcomes if isinstance(o, Passed))
    return Audit(paper, faults, discrepancies, passed, search)


def _outcomes(paper: Paper, watch: Watch) -> Iterator[Outcome]:
    for check in CHECKS:
        if watch.is_stopped():
            return
        watch.tell(f"Checking: {check.__name__.removeprefix('check_').replace('_', ' ')}")
        yield from check(paper)


def _search(paper: Paper, without: Collection[str], budget_seconds: float, watch: Watch) -> Search:
    """The solver's answer; without OR-tools the other checks stand and the solver's is unknown."""
    try:
        from hepatica.audit.solver.search import run_search  # noqa: PLC0415 (optional extra)
    except ImportError:
        return replace(_stopped(), note=ABSENT)
    return run_search(paper, without=without, budget_seconds=budget_seconds, watch=watch)


def _stopped() -> Search:
    return Search(decided=False, complete=False, optimal=False, note=STOPPED)
