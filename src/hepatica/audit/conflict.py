"""Claims that cannot stand together, what would mend them, and the whole result of an audit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hepatica.audit.claim import Paper
from hepatica.audit.data_set import DataSet
from hepatica.audit.outcome import Discrepancy, Outcome, Passed
from hepatica.audit.rule import WEAK, rules
from hepatica.core.finding import Finding, Level


@dataclass(frozen=True, slots=True)
class Conflict:
    """A minimal set: no patients satisfy all of it; without any one member there are some.

    `rules` are ids of `rules.toml` that take part. `rescued_by` are sentences, each a reading of
    one claim or rule under which the rest can stand; `unresolved_by` readings tried in vain.
    """

    claims: tuple[str, ...]
    rules: tuple[str, ...]
    message: str
    rescued_by: tuple[str, ...] = ()
    unresolved_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Repair:
    """Claims of least total weight without which everything else can be true of some patients."""

    claims: tuple[str, ...]
    rules: tuple[str, ...]
    weight: int


@dataclass(frozen=True, slots=True)
class Search:
    """What the solver found. `decided` is False where the budget ended before an answer.

    `complete` tells whether `conflicts` are all there are; `optimal` whether `repairs` are all
    optima. `data_set` satisfies every claim but those of the first repair. `agreed` are groups of
    claims that can all be true together.
    """

    conflicts: tuple[Conflict, ...] = ()
    repairs: tuple[Repair, ...] = ()
    data_set: DataSet | None = None
    used: tuple[str, ...] = ()
    decided: bool = True
    complete: bool = True
    optimal: bool = True
    agreed: tuple[tuple[str, ...], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Audit:
    """Everything an audit says about a paper; `faults` are the claims file's own."""

    paper: Paper
    faults: tuple[Finding, ...]
    discrepancies: tuple[Discrepancy, ...]
    passed: tuple[Passed, ...]
    search: Search | None

    @property
    def verdict(self) -> str:
        """`contradictory`, `consistent` or `unknown`; unknown is never consistent."""
        if any(d.level is Level.ERROR for d in self.discrepancies):
            return "contradictory"
        if self.search is None or not self.search.decided or not self.paper.claims:
            return "unknown"
        return "unknown" if any(f.level is Level.ERROR for f in self.faults) else "consistent"


def search_outcomes(search: Search) -> Iterator[Outcome]:
    """The solver's answers among the findings: a conflict weighs as its weakest rule (P301, P302).

    Claims that can all be true together have passed; without an answer nothing passes (P303).
    """
    for conflict in search.conflicts:
        weak = any(rules()[name].strength in WEAK for name in conflict.rules)
        sources = dict.fromkeys(rules()[name].source for name in conflict.rules)
        yield Discrepancy(
            "P302" if weak else "P301",
            conflict.message,
            conflict.claims,
            source="; ".join(sources) or "counting",
            tried=conflict.unresolved_by,
            rescued_by=conflict.rescued_by,
            rules=conflict.rules,
        )
    for claims in search.agreed:
        yield Passed("P301", "there are patients of whom all of these claims are true", claims)
    if not search.decided or not search.complete:
        note = search.note or "the solver's budget ended"
        yield Discrepancy("P303", f"Not every question was answered: {note}", ())
