"""What the page lists under a number: every discrepancy, then every minimal conflict.

The number is the same in the list and on the map of the paper.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hepatica.audit.claim import Claim
from hepatica.audit.conflict import Audit
from hepatica.audit.outcome import Discrepancy
from hepatica.audit.word import ADVERSE_EVENT
from hepatica.core.finding import Level
from hepatica.core.finding_code import finding_codes
from hepatica.report.audit.document import claims_by_id
from hepatica.report.audit.order import conflict_level, discrepancies_in_order
from hepatica.report.audit.sentence import joined

_NAME = 40
# How the solver's message goes on after the claims.
_RULES = ". Rules: "
SOLVER_CODES = frozenset({"P301", "P302", "P303"})


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
    def short(self) -> str:
        """The title where there is little room; of the solver's what the claims are about."""
        if not self.by_solver or not self.claims:
            return self.title
        opening = "No patients" if self.contradicts else "Unusual patients only"
        return f"{opening}: {_about(self.claims)}"

    @property
    def sentence(self) -> str:
        """The message without the rules, which the page lists in words of their own."""
        return self.message.partition(_RULES)[0] if self.by_solver and self.rules else self.message

    @property
    def by_solver(self) -> bool:
        """Tell whether the solver told it."""
        return not self.code or self.code in SOLVER_CODES

    @property
    def contradicts(self) -> bool:
        """Tell whether the claims cannot all be true as printed."""
        return self.level is Level.ERROR


def discrepancy_entries(audit: Audit) -> tuple[Entry, ...]:
    """Discrepancies, errors first, numbered from 1."""
    known = claims_by_id(audit.paper)
    return tuple(
        Entry(
            number,
            one.level,
            one.code,
            _title(finding_codes()[one.code].title, one, members),
            one.message,
            members,
            one.source,
            one.tried,
            one.rescued_by,
            one.rules,
        )
        for number, one in enumerate(discrepancies_in_order(audit), start=1)
        for members in [_members(one.claims, known)]
    )


def conflict_entries(audit: Audit) -> tuple[Entry, ...]:
    """Minimal conflicts: the discrepancy that tells of one, else an entry numbered after them."""
    known, listed = claims_by_id(audit.paper), discrepancy_entries(audit)
    told = {(_names(e), e.rules): e for e in reversed(listed)}
    found: list[Entry] = []
    number = len(listed)
    for one in audit.search.conflicts if audit.search else ():
        members = _members(one.claims, known)
        twin = told.get((frozenset(c.id for c in members), one.rules))
        if twin is None:
            number += 1
            title, level = f"Minimal conflict: {_about(members)}", conflict_level(audit, one)
            twin = Entry(
                number, level, "", title, one.message, members,
                tried=one.unresolved_by, rescued_by=one.rescued_by, rules=one.rules,
            )  # fmt: skip
        found.append(twin)
    return tuple(found)


def every_entry(audit: Audit) -> tuple[Entry, ...]:
    """Every number of the page once."""
    entries = {e.number: e for e in (*discrepancy_entries(audit), *conflict_entries(audit))}
    return tuple(entries.values())


def drawn_entries(audit: Audit) -> tuple[Entry, ...]:
    """Entries of the map, contradictions first; not a conflict within the claims of another."""
    listed = [e for e in every_entry(audit) if e.level is not Level.NOTE and e.claims]
    told = [(e.level, _names(e)) for e in listed if not e.by_solver]
    drawn = [e for e in listed if not (e.by_solver and _is_told(e, told))]
    return tuple(sorted(drawn, key=lambda e: (not e.contradicts, e.number)))


def _is_told(conflict: Entry, told: Iterable[tuple[Level, frozenset[str]]]) -> bool:
    """Tell whether a check's discrepancy of the same weight has the conflict's claims."""
    names = _names(conflict)
    return any(level is conflict.level and names <= claims for level, claims in told)


def _names(entry: Entry) -> frozenset[str]:
    return frozenset(claim.id for claim in entry.claims)


def _members(names: Iterable[str], known: Mapping[str, Claim]) -> tuple[Claim, ...]:
    return tuple(known[name] for name in names if name in known)


def _title(title: str, one: Discrepancy, members: tuple[Claim, ...]) -> str:
    """The title of the code; of the solver's also what the claims are about."""
    return f"{title}: {_about(members)}" if one.code in SOLVER_CODES and members else title


def _about(claims: Iterable[Claim]) -> str:
    """What the claims are about, each thing once: BCLC and ECOG-PS."""
    variables = (c.variable.removeprefix(ADVERSE_EVENT)[:_NAME] for c in claims if c.variable)
    return joined(tuple(dict.fromkeys(variables))) or "rules"
