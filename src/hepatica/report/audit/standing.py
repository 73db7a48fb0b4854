"""How each claim stands after an audit: contradicts, reading, agrees or unchecked, and why.

A claim contradicts where a discrepancy at error level or a minimal conflict names it; it is a
reading where only a warning does; it agrees where a check passed on it, or where the solver's data
set holds it; else it is unchecked, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hepatica.audit.claim import OUTSIDE, Claim
from hepatica.audit.conflict import Audit
from hepatica.audit.evaluation import holds
from hepatica.audit.outcome import Outcome
from hepatica.core.finding import Level
from hepatica.report.audit.order import conflict_level

CONTRADICTS, READING, AGREES, UNCHECKED = "contradicts", "reading", "agrees", "unchecked"
# Stands beside the codes of checks where the data set that was found holds the claim.
SOLVER = "solver"
STANDINGS = (CONTRADICTS, READING, AGREES, UNCHECKED)
WORDS = {
    CONTRADICTS: "in a contradiction",
    READING: "true only under another reading, or unusual",
    AGREES: "checked, in agreement",
    UNCHECKED: "not checked",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a claim stands, the codes of the checks that looked at it, and why it is unchecked."""

    claim: Claim
    state: str
    codes: tuple[str, ...] = ()
    reason: str = ""


def standings(audit: Audit) -> tuple[Standing, ...]:
    """The standing of every claim, in the order of the claims file."""
    levels = {level: _named(audit, level) for level in Level}
    for conflict in audit.search.conflicts if audit.search else ():
        levels[conflict_level(audit, conflict)].update(conflict.claims)
    agreeing = {name for p in audit.passed for name in p.claims}
    held, looked = set(_held(audit)), _codes(audit)

    def state(name: str) -> str:
        if name in levels[Level.ERROR]:
            return CONTRADICTS
        if name in levels[Level.WARNING]:
            return READING
        return AGREES if name in agreeing or name in held else UNCHECKED

    found = []
    for claim in audit.paper.claims:
        now, solver = state(claim.id), (SOLVER,) * (claim.id in held)
        reason = _reason(claim, audit) if now == UNCHECKED else ""
        found.append(Standing(claim, now, (*looked.get(claim.id, ()), *solver), reason))
    return tuple(found)


def _held(audit: Audit) -> Iterator[str]:
    """Claims that are true of the data set found, computed once more from its patients."""
    search = audit.search
    if search is None or search.data_set is None:
        return
    used = set(search.used)
    for claim in audit.paper.claims:
        if claim.id in used and holds(claim, search.data_set, audit.paper):
            yield claim.id


def _named(audit: Audit, level: Level) -> set[str]:
    return {name for d in audit.discrepancies if d.level is level for name in d.claims}


def _codes(audit: Audit) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    outcomes: Iterable[Outcome] = (*audit.discrepancies, *audit.passed)
    for outcome in outcomes:
        for name in outcome.claims:
            found.setdefault(name, {})[outcome.code] = None
    return {name: tuple(codes) for name, codes in found.items()}


_BY_STATISTIC = {
    "text": "words, which no other claim says again",
    "identifier": "an identifier, which no other claim says again",
    "definition": "a definition that no printed number can be held against",
    "criterion": "no printed baseline value can be held against this criterion",
    "exclusion": "no printed baseline value can be held against this criterion",
    "date": "a date that no other date has to precede or follow",
    "rank": "an order of frequencies, of which the frequencies are not claimed",
    "size": "a number of patients that no other claim divides",
}


def _reason(claim: Claim, audit: Audit) -> str:
    search = audit.search
    if claim.population == "literature":
        return "a number of another study"
    if search and claim.id in search.used and not search.decided:
        return "given to the solver, which had not answered when it ended"
    if claim.statistic in _BY_STATISTIC:
        return _BY_STATISTIC[claim.statistic]
    if claim.population in OUTSIDE:
        return "about the paper, not about its patients"
    if claim.statistic == "value":
        return "a number of one patient or of the treatment, printed once"
    return "printed once, and no check ties it to another claim"
