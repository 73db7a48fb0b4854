"""Conformance rules as declared in `conformance.toml`, and the datasets each applies to."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from hepatica.clinic.dataset import Dataset

STUDY = "STUDY"
STRUCTURES = {
    "BDS": "BASIC DATA STRUCTURE",
    "OCCDS": "OCCURRENCE DATA STRUCTURE",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its sentence, where it applies, and the SELECT of the rows that break it."""

    id: str
    sentence: str
    scope: str
    level: str
    check: str
    needs: tuple[str, ...] = ()
    core: dict[str, Any] = field(default_factory=dict)

    def applies_to(self, dataset: Dataset) -> bool:
        """Whether the rule is about a dataset of this structure that has what it needs."""
        names = {variable.name for variable in dataset.variables}
        if not names.issuperset(self.needs):
            return False
        if self.scope == "TTE":
            return {"PARAMCD", "CNSR"} <= names
        if self.scope in STRUCTURES:
            return dataset.structure == STRUCTURES[self.scope]
        return self.scope in ("ALL", dataset.name)


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, in the order of the file."""
    text = files("hepatica.report.cdisc").joinpath("conformance.toml").read_text(encoding="utf-8")
    return tuple(
        Rule(**{**block, "needs": tuple(block.get("needs", ()))})
        for block in tomllib.loads(text)["rule"]
    )
