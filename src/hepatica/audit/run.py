"""Run every check on a paper: arithmetic, granularity and statistics, then the solver."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from hepatica.audit.claim import Paper
from hepatica.audit.claim_file import read_claims
from hepatica.audit.conflict import Audit
from hepatica.audit.outcome import Discrepancy, Outcome, Passed

Check = Callable[[Paper], Iterable[Outcome]]

# In the order of the report. A check yields what disagrees and what agrees; it never raises for
# what a paper says.
CHECKS: tuple[Check, ...] = ()


def run_audit(path: Path) -> Audit:
    """Audit the claims of a file.

    Raises      Unreadable where the file cannot be read at all.
    """
    paper, faults = read_claims(path)
    outcomes = [outcome for check in CHECKS for outcome in check(paper)]
    discrepancies = tuple(o for o in outcomes if isinstance(o, Discrepancy))
    passed = tuple(o for o in outcomes if isinstance(o, Passed))
    return Audit(paper, faults, discrepancies, passed, None)
