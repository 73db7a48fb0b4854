"""What the page lists under a number: every discrepancy, then every minimal conflict.

The number is the same in the list and on the map of the paper.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hepatica.audit.claim import Claim
from hepatica.audit.conflict import Audit
from hepatica.audit.word import ADVERSE_EVENT
from hepatica.core.finding import Level
from hepatica.core.finding_code import finding_codes
from hepatica.report.audit.document import claims_by_id
from hepatica.report.audit.order import conflict_level, discrepancies_in_order
from hepatica.report.audit.sentence import joined


@dataclass(frozen=True, slots=True)
class Entry:
    """One numbered discrepancy, or a minimal conflict, which has no code."""

    number: int
    level: Level
    code: str
    title: str
    message: str
    claims: tuple[Claim, ...]
    source: str = ""
    tried: tuple[str, ...] = ()
    rescued_by: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """Its identifier in the page; never a text of the paper."""
        return f"e-{self.number}"

    @property
    def contradicts(self) -> bool:
        """Tell whether it stands under every reading that was tried."""
        return self.level is Level.ERROR


def discrepancy_entries(audit: Audit) -> tuple[Entry, ...]:
    """Discrepancies, errors first, numbered from 1."""
    known = claims_by_id(audit.paper)
    return tuple(
        Entry(
            number,
            one.level,
            one.code,
            finding_codes()[one.code].title,
            one.message,
            tuple(known[name] for name in one.claims if name in known),
            one.source,
            one.tried,
            one.rescued_by,
            one.rules,
        )
        for number, one in enumerate(discrepancies_in_order(audit), start=1)
    )


def conflict_entries(audit: Audit) -> tuple[Entry, ...]:
    """Minimal conflicts, numbered after the discrepancies."""
    known = claims_by_id(audit.paper)
    first = len(audit.discrepancies) + 1
    return tuple(
        Entry(
            number,
            conflict_level(audit, one),
            "",
            f"Minimal conflict of {_about(members)}",
            one.message,
            members,
            tried=one.unresolved_by,
            rescued_by=one.rescued_by,
            rules=one.rules,
        )
        for number, one in enumerate(audit.search.conflicts if audit.search else (), start=first)
        for members in [tuple(known[name] for name in one.claims if name in known)]
    )


def _about(claims: Iterable[Claim]) -> str:
    """What the claims are about, each thing once: BCLC and ECOG-PS."""
    names = dict.fromkeys(c.variable.removeprefix(ADVERSE_EVENT) for c in claims if c.variable)
    return joined(tuple(names)) or "rules"


def drawn_entries(audit: Audit) -> tuple[Entry, ...]:
    """Entries of the map: contradictions and readings, a conflict that repeats one but once."""
    listed = [e for e in discrepancy_entries(audit) if e.level is not Level.NOTE and e.claims]
    told = {frozenset(c.id for c in e.claims) for e in listed}
    further = [e for e in conflict_entries(audit) if frozenset(c.id for c in e.claims) not in told]
    return tuple(sorted((*listed, *further), key=lambda e: (not e.contradicts, e.number)))
