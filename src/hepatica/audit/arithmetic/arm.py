"""Arms against the whole: their counts add to it, their means and shares lie about it.

Populations that the claims file says are within another are taken as its arms where their sizes
add to its size. That they share no patient is certain only where the paper compares them with
each other; else two overlapping groups may add to the whole by chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hepatica.audit.arithmetic.reading import decimal, ids, named, told
from hepatica.audit.claim import Claim, Paper
from hepatica.audit.outcome import Discrepancy, Outcome, Passed

SOURCE = "counting: every patient is in one arm"
_KEYS = ("variable", "level", "method", "unit")


def check_arm(paper: Paper) -> Iterator[Outcome]:
    """Every population with arms, variable by variable."""
    for whole in dict.fromkeys(paper.within.values()):
        arms = paper.arms(whole)
        sizes = [paper.sizes.get(arm) for arm in arms]
        if len(arms) < 2 or whole not in paper.sizes or None in sizes:
            continue
        together = sum(size for size in sizes if size is not None)
        if together > paper.sizes[whole] and _are_compared(arms, paper):
            yield from _too_many(whole, arms, paper)
        elif together < paper.sizes[whole] and _are_compared(arms, paper):
            yield from _too_few(whole, arms, paper)
        elif together == paper.sizes[whole]:
            yield from _sums(whole, arms, paper)
            yield from _between(whole, arms, paper)


def _are_compared(arms: Sequence[str], paper: Paper) -> bool:
    """Tell whether comparisons name every arm, so that no patient is in two."""
    return set(arms) <= {name for claim in paper.claims for name in claim.between}


def _too_many(whole: str, arms: Sequence[str], paper: Paper) -> Iterator[Outcome]:
    sizes = " + ".join(str(paper.sizes[arm]) for arm in arms)
    claims = [c for c in paper.claims if c.statistic == "size" and c.population in {whole, *arms}]
    text = f"patients by arm: {sizes}, more than {paper.sizes[whole]} of {whole}"
    yield Discrepancy("P112", text, ids(claims), SOURCE)


def _too_few(whole: str, arms: Sequence[str], paper: Paper) -> Iterator[Outcome]:
    sizes = " + ".join(str(paper.sizes[arm]) for arm in arms)
    together = sum(paper.sizes[arm] for arm in arms)
    claims = [c for c in paper.claims if c.statistic == "size" and c.population in {whole, *arms}]
    text = f"patients by arm: {sizes} = {together}, fewer than {paper.sizes[whole]} of {whole}"
    rescue = ("patients of no arm, or of another that the claims do not name",)
    yield Discrepancy("P113", text, ids(claims), SOURCE, rescued_by=rescue)


def _first(paper: Paper, whole: Claim, arm: str, statistics: Sequence[str]) -> Claim | None:
    """The arm's claim of the same variable and level."""
    key = tuple(getattr(whole, k) for k in _KEYS)
    return next(
        (
            c
            for c in paper.select(population=arm)
            if c.statistic in statistics and tuple(getattr(c, k) for k in _KEYS) == key
        ),
        None,
    )


def _sums(whole: str, arms: Sequence[str], paper: Paper) -> Iterator[Outcome]:
    """Counts of patients."""
    for claim in paper.select(population=whole):
        if claim.statistic not in {"percent", "count"} or claim.patients is None:
            continue
        parts = [p for arm in arms if (p := _first(paper, claim, arm, ("percent", "count")))]
        counts = [p.patients for p in parts if p.patients is not None]
        if len(counts) < len(arms):
            continue
        added = f"{' + '.join(map(str, counts))} = {sum(counts)}"
        text = f"{named(claim)}: arms {added}; {whole}: {told(claim)}"
        if sum(counts) == claim.patients:
            yield Passed("P112", text, ids([claim, *parts]))
        else:
            yield _differing(text, [claim, *parts], compared=_are_compared(arms, paper))


def _differing(text: str, claims: Sequence[Claim], *, compared: bool) -> Discrepancy:
    if compared:
        return Discrepancy("P112", text, ids(claims), SOURCE)
    rescue = ("the groups share patients, or are not all",)
    return Discrepancy("P113", text, ids(claims), SOURCE, rescued_by=rescue)


def _between(whole: str, arms: Sequence[str], paper: Paper) -> Iterator[Outcome]:
    """Means, and shares without counts: the whole is a weighted mean of its arms."""
    for claim in paper.select(population=whole):
        number = claim.number
        if claim.statistic not in {"percent", "mean"} or claim.patients is not None or not number:
            continue
        parts = [p for arm in arms if (p := _first(paper, claim, arm, (claim.statistic,)))]
        numbers = [p.number for p in parts if p.number and not p.number.comparator]
        if len(numbers) < len(arms) or number.comparator:
            continue
        low, high = min(n.low for n in numbers), max(n.high for n in numbers)
        text = (
            f"{named(claim)}: {told(claim)}; arms from {decimal(low, number.decimals)} "
            f"to {decimal(high, number.decimals)}"
        )
        if low <= number.high and number.low <= high:
            yield Passed("P112", text, ids([claim, *parts]))
        else:
            yield _differing(text, [claim, *parts], compared=_are_compared(arms, paper))
