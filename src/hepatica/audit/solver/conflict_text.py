"""A minimal conflict in one sentence with the numbers that a reader can check."""

from __future__ import annotations

from hepatica.audit.claim import Claim, Paper
from hepatica.audit.rule import rules


def message_of(paper: Paper, claims: tuple[str, ...], names: tuple[str, ...]) -> str:
    """The claims in short, then the rules that tie them."""
    said = "; ".join(claim_text(paper.claim(c)) for c in claims)
    ties = "; ".join(rules()[n].text for n in names)
    return f"No patients satisfy all of this at once: {said}" + (f". Rules: {ties}" if ties else "")


def claim_text(claim: Claim) -> str:
    """A claim in short: ``ECOG-PS 3: 5 (25.0%) of 20``."""
    name = claim.variable + (f" {claim.level}" if claim.level else "")
    if claim.statistic in {"criterion", "definition", "exclusion"}:
        return f"{claim.statistic} {name} {claim.value} {claim.unit}".strip()
    share = f"{claim.value}{'%' if claim.statistic == 'percent' and claim.value else ''}"
    number = f"{claim.count} ({share})" if claim.count and share else claim.count or share
    of = f" of {claim.denominator}" if claim.denominator and claim.count else ""
    bracket = claim.bracket
    ends = (
        f" [{bracket.low}-{bracket.high}, called {bracket.declared_as}]"
        if bracket and bracket.high
        else ""
    )
    what = "" if claim.statistic in {"count", "percent", "value"} else f"{claim.statistic} "
    unit = "" if claim.unit in {"%", ""} else f" {claim.unit}"
    return f"{what}{name}: {number}{of}{unit}{ends}"
