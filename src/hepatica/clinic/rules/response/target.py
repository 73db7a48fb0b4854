"""Target response at one visit: the sum now against the baseline and the nadir.

Sources and choices stand in the package's heading. Every function here runs interpreted and
compiled; numbers are integers.
"""

from __future__ import annotations

from typing import NamedTuple

from hepatica.clinic.rules.response.criterion import Rule
from hepatica.clinic.rules.response.word import (
    BASELINE_CLEAR,
    BASELINE_UNMEASURED,
    CR,
    NE,
    NO_SIZE,
    NO_TARGETS,
    NONE,
    PD,
    PR,
    SD,
    TARGET_MISSING,
    TARGETS_GONE,
    TARGETS_GROWN,
    TARGETS_GROWN_IN_PART,
    TARGETS_REAPPEARED,
    TARGETS_SHRUNK,
    TARGETS_STABLE,
)

# Response that each clause of the target rule gives; the clauses' codes are the positions.
TARGET_RESPONSE = (NONE, PD, CR, PD, PD, NE, NE, NE, PR, SD)


class Scan(NamedTuple):
    """The targets at one visit; `total` is the sum of the evaluable ones."""

    targets: int
    total: int
    missing: int
    diseased: int


class Past(NamedTuple):
    """What earlier visits left behind: sums, and whether there was disease and a CR."""

    baseline: int
    nadir: int
    diseased_at_baseline: bool
    had_cr: bool


def has_grown(now: int, nadir: int, rule: Rule) -> bool:
    """Tell whether a sum is PD against the nadir: the relative and the absolute increase."""
    if nadir == 0:
        return now > 0
    if now - nadir < rule.pd_abs:
        return False
    if rule.pd_strict:
        return rule.pd_whole * now > rule.pd_part * nadir
    return rule.pd_whole * now >= rule.pd_part * nadir


def has_shrunk(now: int, baseline: int, rule: Rule) -> bool:
    """Tell whether a sum is PR against the baseline."""
    return rule.pr_whole * now <= rule.pr_part * baseline


def target_clause(scan: Scan, past: Past, rule: Rule) -> int:  # noqa: PLR0911 - a return a clause
    """Clause of the target rule that decides a visit; `TARGET_RESPONSE` gives its response."""
    if scan.targets == 0:
        return NO_TARGETS
    if past.baseline == NO_SIZE:
        return BASELINE_UNMEASURED
    if past.had_cr and scan.diseased > 0:
        return TARGETS_REAPPEARED
    if scan.missing == 0 and scan.diseased == 0:
        return TARGETS_GONE if past.diseased_at_baseline else BASELINE_CLEAR
    if scan.diseased > 0 and has_grown(scan.total, past.nadir, rule):
        if past.nadir == 0:
            return TARGETS_REAPPEARED
        return TARGETS_GROWN if scan.missing == 0 else TARGETS_GROWN_IN_PART
    if scan.missing > 0:
        return TARGET_MISSING
    if has_shrunk(scan.total, past.baseline, rule):
        return TARGETS_SHRUNK
    return TARGETS_STABLE
