"""What an audit's page and files are made from: the audit, its claims file and how it was run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from hepatica.audit.conflict import Audit
from hepatica.report.audit.standing import Standing, standings


@dataclass(frozen=True)
class AuditInput:
    """An audit with the claims file, the solver's budget and the rules left out."""

    audit: Audit
    path: Path
    budget_seconds: float
    without: tuple[str, ...] = ()

    @cached_property
    def standings(self) -> tuple[Standing, ...]:
        """How each claim stands, in the order of the claims file."""
        return standings(self.audit)

    @property
    def complete(self) -> bool:
        """Tell whether the search answered and found all conflicts and all optimal repairs."""
        search = self.audit.search
        return bool(search and search.decided and search.complete and search.optimal)
