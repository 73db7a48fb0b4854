"""Responses assessed in another way (confirmed, at 12 weeks, by RECIST 1.1) are other numbers.

A paper may print the confirmed rate beside the best one, mRECIST beside RECIST, the investigators
beside the central readers. The solver must not take them for the same patients' same feature; each
is a variable of its own there, which no rule ties to the first.
"""

from __future__ import annotations

import re
from dataclasses import replace

from hepatica.audit.claim import Claim, Paper

_RATES = frozenset({"ORR", "DCR", "tumour reduction"})
_ASSESSED = _RATES | {"best response", "PFS", "TTP"}
_PLAIN = frozenset({"", "yes", "no", "any", "all", "overall", "total"})
_WAY = re.compile(
    r"m?i?recist|\bwho\b|\beasl\b|\bchoi\b|investigator|central|independent|\bbicr\b|\bir[cf]\b|local",
    re.IGNORECASE,
)


def assessed_apart(paper: Paper) -> Paper:
    """The paper with each other way of assessing as a variable of its own; the first stays."""
    claims = [_rated(claim) for claim in paper.claims]
    first: dict[tuple[str, str], str] = {}
    for claim in claims:
        first.setdefault((claim.population, claim.variable), _way(claim))
    return replace(paper, claims=tuple(_assessed(c, first) for c in claims))


def _rated(claim: Claim) -> Claim:
    """A rate with words that are no yes or no: ``confirmed``, ``at 12 weeks``."""
    counted = claim.statistic in {"count", "percent"}
    if not counted or claim.variable not in _RATES or claim.level.lower() in _PLAIN:
        return claim
    return replace(claim, variable=f"{claim.variable} {claim.level}", level="")


def _way(claim: Claim) -> str:
    return claim.method.strip().lower() if _WAY.search(claim.method) else ""


def _assessed(claim: Claim, first: dict[tuple[str, str], str]) -> Claim:
    way = _way(claim)
    if claim.variable not in _ASSESSED or way == first[claim.population, claim.variable]:
        return claim
    return replace(claim, variable=f"{claim.variable} ({way or 'way not named'})")
