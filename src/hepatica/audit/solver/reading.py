"""Other readings of a claim or rule under which a conflict would go away.

A reading changes one claim and nothing else. It rescues a conflict where the other members, with
the claim read so, can be satisfied.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hepatica.audit.claim import Claim, Paper
from hepatica.audit.solver.statement import is_time

_LENIENT = "treatment"


@dataclass(frozen=True, slots=True)
class Reading:
    """The claim as read, and the reading in words."""

    claim: Claim
    text: str


def readings_of(claim: Claim) -> Iterator[Reading]:
    """Every other reading of one claim that this module knows."""
    bracket = claim.bracket
    if bracket and bracket.declared_as == "ci":
        ends = f"{bracket.low} to {bracket.high}"
        ranged = replace(claim, bracket=replace(bracket, declared_as="range"))
        yield Reading(ranged, f"{ends} read as the smallest and largest value, not as an interval")
        quartiles = replace(claim, bracket=replace(bracket, declared_as="iqr"))
        yield Reading(quartiles, f"{ends} read as quartiles, not as a confidence interval")
    if claim.statistic in {"mean", "median", "centre"} and not is_time(claim.variable):
        for other in ("mean", "median"):
            if other != claim.statistic:
                text = f"{claim.value} read as the {other}"
                yield Reading(replace(claim, statistic=other), text)
    if claim.variable == "ORR" and claim.statistic in {"percent", "count"}:
        partial = replace(claim, variable="best response", level="PR")
        yield Reading(
            partial, f"ORR of {claim.value or claim.count} read as partial response alone"
        )
    if claim.statistic == "criterion" and claim.value.lower() in {"none", "no", "absent"}:
        lenient = replace(claim, variable=f"need of {_LENIENT}: {claim.variable}")
        yield Reading(lenient, f"no {claim.variable} read as none that needs {_LENIENT}")


def reread(paper: Paper, reading: Reading) -> Paper:
    """The paper with one claim read otherwise."""
    claims = tuple(reading.claim if c.id == reading.claim.id else c for c in paper.claims)
    return replace(paper, claims=claims)


def read_as_ranges(paper: Paper) -> Paper:
    """The paper with every bracket of a time to event that is called an interval read as range."""
    claims = tuple(
        replace(c, bracket=replace(c.bracket, declared_as="range"))
        if c.bracket and c.bracket.declared_as == "ci" and c.statistic == "median"
        else c
        for c in paper.claims
    )
    return replace(paper, claims=claims)
