"""Run every check on a paper: arithmetic, granularity and statistics, then the solver."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from hepatica.audit.claim import Paper
from hepatica.audit.claim_file import read_claims
from hepatica.audit.conflict import Audit, Search
from hepatica.audit.granularity.check_deviation import check_deviation
from hepatica.audit.granularity.check_mean import check_whole_mean
from hepatica.audit.granularity.check_median import check_whole_median
from hepatica.audit.granularity.check_percent import check_percent, check_share_deviation
from hepatica.audit.outcome import Discrepancy, Outcome, Passed
from hepatica.audit.watch import UNWATCHED, Watch
from hepatica.core.finding import Finding

Check = Callable[[Paper], Iterable[Outcome]]

# In the order of the report. A check yields what disagrees and what agrees; it never raises for
# what a paper says.
CHECKS: tuple[Check, ...] = (
    check_percent,
    check_share_deviation,
    check_whole_mean,
    check_whole_median,
    check_deviation,
)


BUDGET_SECONDS = 30.0
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
    outcomes = tuple(_outcomes(paper, watch))
    discrepancies = tuple(o for o in outcomes if isinstance(o, Discrepancy))
    passed = tuple(o for o in outcomes if isinstance(o, Passed))
    search = _stopped() if watch.is_stopped() else None
    return Audit(paper, faults, discrepancies, passed, search)


def _outcomes(paper: Paper, watch: Watch) -> Iterator[Outcome]:
    for check in CHECKS:
        if watch.is_stopped():
            return
        watch.tell(f"Checking: {check.__name__.removeprefix('check_').replace('_', ' ')}")
        yield from check(paper)


def _stopped() -> Search:
    return Search(decided=False, complete=False, optimal=False, note=STOPPED)
