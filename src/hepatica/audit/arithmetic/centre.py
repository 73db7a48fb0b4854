"""Mean and median of one variable: two numbers that may differ, unless they are one statistic.

Papers write "on average" or no statistic at all. Where such a centre differs from a mean or a
median elsewhere, both can be true as a mean and a median; as one statistic they cannot.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from hepatica.audit.arithmetic.reading import by_key, decimal, ids, told
from hepatica.audit.claim import OUTSIDE, Claim, Paper
from hepatica.audit.outcome import Discrepancy, Outcome, Passed
from hepatica.audit.printed import Printed

SOURCE = "comparison of the places of the paper"
_CENTRES = ("mean", "median", "centre")


def check_centre(paper: Paper) -> Iterator[Outcome]:
    """Centres whose statistic is not named, or named by guess, against the others."""
    centres = [c for c in paper.claims if c.statistic in _CENTRES and c.population not in OUTSIDE]
    for claims in by_key(centres, "population", "variable", "level").values():
        for claim in (c for c in claims if c.statistic == "centre"):
            for other in (c for c in claims if c.statistic != "centre"):
                yield from _against(claim, other, paper)


def _against(claim: Claim, other: Claim, paper: Paper) -> Iterator[Outcome]:
    a, b = claim.number, other.number
    if a is None or b is None or a.comparator or b.comparator:
        return
    text = f"{claim.variable}: {told(claim)}, statistic not named; {told(other)}, {other.statistic}"
    if a.value == b.value or (a.decimals != b.decimals and a.low <= b.high and b.low <= a.high):
        yield Passed("P119", text, ids([claim, other]))
        return
    kind = "median" if other.statistic == "mean" else "mean"
    rescue = [f"{a.text} read as the {kind}: both can be true"]
    tried = [f"{a.text} read as the {other.statistic}"]
    tie = _tie(a, b, claim.of if claim.of is not None else paper.sizes.get(claim.population))
    if tie and other.statistic == "mean":
        rescue.append(f"both the mean of whole numbers, only as {tie}, rounded up and down")
        tried = []
    yield Discrepancy(
        "P119", text, ids([claim, other]), SOURCE, tried=tuple(tried), rescued_by=tuple(rescue)
    )


def _tie(a: Printed, b: Printed, n: int | None) -> str:
    """The one value that both print, where it is a mean of `n` whole numbers; '' where none is."""
    low, high = max(a.low, b.low), min(a.high, b.high)
    if low != high or n is None or (low * n).denominator != 1:
        return ""
    return f"{int(low * n)}/{n} = {decimal(Fraction(low), max(a.decimals, b.decimals) + 1)}"
