"""The order of findings: by severity, discrepancies before faults of the file, then by place."""

from __future__ import annotations

from hepatica.audit.conflict import Audit, Conflict
from hepatica.audit.outcome import Discrepancy
from hepatica.core.finding import Finding, Level

SEVERITIES = tuple(Level)


def in_order(audit: Audit) -> tuple[Discrepancy | Finding, ...]:
    """Discrepancies and faults, errors first; the same audit gives the same order."""
    places = {claim.id: number for number, claim in enumerate(audit.paper.claims)}

    def key(one: Discrepancy | Finding) -> tuple[int, int, int, str]:
        severity = SEVERITIES.index(one.level)
        if isinstance(one, Discrepancy):
            first = min((places.get(name, len(places)) for name in one.claims), default=-1)
            return severity, 0, first, one.code
        return severity, 1, one.place.row or 0, one.code

    return tuple(sorted((*audit.discrepancies, *audit.faults), key=key))


def discrepancies_in_order(audit: Audit) -> tuple[Discrepancy, ...]:
    """Discrepancies alone."""
    return tuple(one for one in in_order(audit) if isinstance(one, Discrepancy))


def conflict_level(audit: Audit, conflict: Conflict) -> Level:
    """The weight of the discrepancy that tells of the same claims; an error where none does."""
    claims = set(conflict.claims)
    found = [d.level for d in audit.discrepancies if set(d.claims) == claims]
    return min(found, key=SEVERITIES.index, default=Level.ERROR)
