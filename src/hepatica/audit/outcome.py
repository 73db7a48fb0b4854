"""What a check of a paper found: a discrepancy, or that something agrees.

A discrepancy says that numbers cannot stand together, never why. It shows its arithmetic in one
line that a reader can check by hand; `tried` names the readings that were tried and did not help.
"""

from __future__ import annotations

from dataclasses import dataclass

from hepatica.core.finding import Level
from hepatica.core.finding_code import finding_codes


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Claims that disagree. `rules` are ids of `rules.toml`, `source` the citation or method."""

    code: str
    message: str
    claims: tuple[str, ...]
    source: str = ""
    tried: tuple[str, ...] = ()
    rescued_by: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        """The weight that the catalogue gives the code."""
        return finding_codes()[self.code].level


@dataclass(frozen=True, slots=True)
class Passed:
    """Claims that a check of this code was made on and found in agreement; `message` how."""

    code: str
    message: str
    claims: tuple[str, ...]


Outcome = Discrepancy | Passed
