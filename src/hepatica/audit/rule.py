"""The rules that claims are held against (`rules.toml`): named, cited, each can be switched off."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

# A conflict weighs as much as the weakest rule in it; these are too weak for an error.
WEAK = frozenset({"plausible"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `strength` is identity, definition, guideline, protocol or plausible."""

    id: str
    pack: str
    strength: str
    text: str
    source: str


@cache
def _data() -> dict[str, dict[str, Any]]:
    text = files("hepatica.audit").joinpath("rules.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def rules() -> dict[str, Rule]:
    """Every rule by its id, in the order of the file."""
    blocks = {name: block for name, block in _data().items() if "pack" in block}
    return {name: Rule(name, **{k: str(v) for k, v in b.items()}) for name, b in blocks.items()}


@dataclass(frozen=True, slots=True)
class Cut:
    """Where an item of the Child-Pugh score has 2 and 3 points; `falls` where less is worse."""

    test: str
    unit: str
    two: Fraction
    three: Fraction

    @property
    def falls(self) -> bool:
        """Tell whether a smaller value has more points."""
        return self.three < self.two


@dataclass(frozen=True, slots=True)
class ChildPugh:
    """The items of the score, the cuts of its laboratory items, the points of its classes."""

    items: tuple[str, ...]
    cuts: dict[str, Cut]
    classes: dict[str, tuple[int, int]]


@cache
def child_pugh() -> ChildPugh:
    """The Child-Pugh score as the audit uses it [pugh1973]."""
    block: dict[str, Any] = _data()["child_pugh"]
    cuts = {
        name: Cut(c["test"], c["unit"], Fraction(c["two"]), Fraction(c["three"]))
        for name, c in block["cuts"].items()
    }
    classes = {name: (low, high) for name, (low, high) in block["classes"].items()}
    return ChildPugh(tuple(block["items"]), cuts, classes)
