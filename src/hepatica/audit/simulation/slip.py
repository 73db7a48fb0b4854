"""Slips of the pen: one claim of a true paper made wrong in a way that papers really are.

Each kind is a function of the paper and the dice that gives the changed claims, or None where the
paper has no place for it. A slip always changes what is printed; whether the changed paper can
still be true of other patients is not asked, so no check can find every slip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random

from hepatica.audit.claim import EVERYONE, Bracket, Claim, Paper
from hepatica.audit.printed import Printed, parse_printed
from hepatica.audit.simulation.rounding import ROUNDINGS, printed_number, printed_root

Change = tuple[Claim, ...]
Kind = Callable[[Paper, Random], Change | None]


@dataclass(frozen=True, slots=True)
class Slip:
    """A paper with one slip: its kind, and the claims before and after."""

    kind: str
    paper: Paper
    before: Change
    after: Change


def slipped_paper(paper: Paper, kind: str, seed: int) -> Slip | None:
    """The paper with one slip of a kind; None where it has no place for one."""
    rng = Random(f"slip {kind} {seed}")
    for _ in range(20):
        after = KINDS[kind](paper, rng)
        new = {claim.id: claim for claim in after or ()}
        before = tuple(c for c in paper.claims if c.id in new)
        if any(c != new[c.id] for c in before):
            claims = tuple(new.get(c.id, c) for c in paper.claims)
            sizes = paper.sizes | _sizes(claims)
            return Slip(kind, replace(paper, claims=claims, sizes=sizes), before, after or ())
    return None


def _sizes(claims: Change) -> dict[str, int]:
    """The size of each population as its first claim says it, as a reader takes it."""
    told = [c for c in claims if c.statistic == "size"]
    return {c.population: int(c.value) for c in reversed(told)}


def _pick(paper: Paper, rng: Random, *statistics: str, **where: str) -> Claim | None:
    found = [c for c in paper.select(**where) if c.statistic in statistics]
    return rng.choice(found) if found else None


def _numeric_field(claim: Claim, rng: Random) -> str:
    return rng.choice([name for name in ("value", "count") if parse_printed(getattr(claim, name))])


def _digits_changed(
    paper: Paper, rng: Random, change: Callable[[str], str | None]
) -> Change | None:
    """One number of one claim with its digits changed; a percentage or its count."""
    statistics = ("percent", "count", "mean", "median", "survival", "at_risk", "events")
    found = [
        c for c in paper.claims if c.statistic in statistics and parse_printed(c.value or c.count)
    ]
    for claim in rng.sample(found, min(len(found), 30)):
        name = _numeric_field(claim, rng)
        changed = change(getattr(claim, name))
        if changed is not None:
            in_count = name == "count"
            return (replace(claim, count=changed) if in_count else replace(claim, value=changed),)
    return None


def _transposed(paper: Paper, rng: Random) -> Change | None:
    def change(text: str) -> str | None:
        places = [i for i in range(len(text) - 1) if _swaps(text, i)]
        if not places:
            return None
        i = rng.choice(places)
        return text[:i] + text[i + 1] + text[i] + text[i + 2 :]

    return _digits_changed(paper, rng, change)


def _swaps(text: str, i: int) -> bool:
    pair = text[i : i + 2]
    return pair.isdecimal() and pair[0] != pair[1] and (i > 0 or pair[1] != "0")


def _digit_changed(paper: Paper, rng: Random) -> Change | None:
    def change(text: str) -> str | None:
        places = [i for i, letter in enumerate(text) if letter.isdecimal()]
        i = rng.choice(places)
        others = [d for d in "0123456789" if d != text[i] and (d != "0" or i > 0)]
        return text[:i] + rng.choice(others) + text[i + 1 :]

    return _digits_changed(paper, rng, change)


def _off_by_one(paper: Paper, rng: Random) -> Change | None:
    found = [c for c in paper.claims if c.statistic in {"percent", "count"} and c.patients]
    if not found:
        return None
    claim = rng.choice(found)
    return (replace(claim, count=str((claim.patients or 0) + rng.choice((-1, 1)))),)


def _wrong_denominator(paper: Paper, rng: Random) -> Change | None:
    """A percentage of another population's size, its count kept."""
    found = [c for c in paper.claims if c.statistic == "percent" and c.patients]
    for claim in rng.sample(found, len(found)):
        own = claim.of or paper.sizes.get(claim.population, 0)
        sizes = {*paper.sizes.values(), *_evaluable(paper, claim.population)}
        others = sorted(n for n in sizes if n != own and n >= (claim.patients or 0))
        if others:
            return (_with_percent(claim, claim.patients or 0, rng.choice(others)),)
    return None


def _evaluable(paper: Paper, population: str) -> Iterator[int]:
    for claim in paper.select(variable="best response", level="NE", population=population):
        yield paper.sizes.get(population, 0) - (claim.patients or 0)


def _with_percent(claim: Claim, count: int, of: int) -> Claim:
    printed = claim.number
    decimals = printed.decimals if printed else 1
    value = printed_number(Fraction(100 * count, of), decimals, ROUNDINGS[0])
    return replace(claim, value=value)


def _swapped_rows(paper: Paper, rng: Random) -> Change | None:
    """Numbers of two rows of one table and column exchanged."""
    for first in _shuffled_shares(paper, rng):
        others = _neighbours(paper, first)
        if others:
            second = rng.choice(others)
            numbers = [(c.value, c.count, c.denominator) for c in (first, second)]
            if numbers[0] != numbers[1]:
                return _with_numbers(first, second), _with_numbers(second, first)
    return None


def _copied(paper: Paper, rng: Random) -> Change | None:
    """The numbers of the row above or below typed twice."""
    for claim in _shuffled_shares(paper, rng):
        others = [c for c in _neighbours(paper, claim) if abs(c.line - claim.line) <= 2]
        others = [c for c in others if (c.value, c.count) != (claim.value, claim.count)]
        if others:
            return (_with_numbers(claim, rng.choice(others)),)
    return None


def _with_numbers(claim: Claim, other: Claim) -> Claim:
    return replace(claim, value=other.value, count=other.count, denominator=other.denominator)


def _shuffled_shares(paper: Paper, rng: Random) -> list[Claim]:
    found = [c for c in paper.claims if c.statistic == "percent" and c.place != "Abstract"]
    return rng.sample(found, len(found))


def _neighbours(paper: Paper, claim: Claim) -> list[Claim]:
    same = paper.select(place=claim.place, population=claim.population, statistic="percent")
    return [c for c in same if c.id != claim.id]


def _decimal_moved(paper: Paper, rng: Random) -> Change | None:
    statistics = ("percent", "mean", "median", "survival", "hazard_ratio", "sd")
    found = [c for c in paper.claims if c.statistic in statistics and _movable(c)]
    if not found:
        return None
    claim = rng.choice(found)
    printed = claim.number
    if printed is None:
        return None
    factor = rng.choice((Fraction(10), Fraction(1, 10)))
    return (replace(claim, value=_same_places(printed.value * factor, printed)),)


def _movable(claim: Claim) -> bool:
    return claim.number is not None and claim.number.value != 0


def _same_places(value: Fraction, printed: Printed) -> str:
    return printed_number(value, printed.decimals, ROUNDINGS[0])


def _sd_as_se(paper: Paper, rng: Random) -> Change | None:
    """The standard error printed where the standard deviation is said to stand."""
    found = [c for c in paper.claims if c.bracket and c.bracket.declared_as == "sd"]
    if not found:
        return None
    claim = rng.choice(found)
    size = claim.of or paper.sizes.get(claim.population, 0)
    bracket = claim.bracket
    printed = parse_printed(bracket.low) if bracket else None
    if bracket is None or printed is None or size < 2:
        return None
    se = printed_root(printed.value**2 / size, printed.decimals, ROUNDINGS[0])
    return (replace(claim, bracket=replace(bracket, low=se)),)


def _range_called_ci(paper: Paper, rng: Random) -> Change | None:
    found = [c for c in paper.claims if c.bracket and c.bracket.declared_as == "range"]
    times = [c for c in found if c.variable in {"OS", "PFS"}]
    if not found:
        return None
    claim = rng.choice(times or found)
    bracket = claim.bracket
    return (replace(claim, bracket=replace(bracket, declared_as="ci")),) if bracket else None


def _stale_abstract(paper: Paper, rng: Random) -> Change | None:
    """A number of the abstract from an earlier cut of the data: a few patients fewer."""
    claim = _pick(paper, rng, "percent", "count", "size", "median", "survival", place="Abstract")
    if claim is None:
        return None
    if claim.statistic == "size":
        return (replace(claim, value=str(int(claim.value) - rng.randint(1, 3))),)
    if claim.patients:
        fewer = max(0, claim.patients - rng.randint(1, 3))
        of = claim.of or paper.sizes.get(claim.population, 0)
        stale = replace(claim, count=str(fewer))
        return (_with_percent(stale, fewer, of) if claim.value else stale,)
    printed = claim.number
    if printed is None:
        return None
    return (replace(claim, value=_same_places(printed.value * Fraction(9, 10), printed)),)


def _sum_off(paper: Paper, rng: Random) -> Change | None:
    """A row of a partition, or a grade of an adverse event, with another true-looking count."""
    rows = [
        c
        for c in paper.claims
        if c.patients is not None and c.level and c.level != "any" and c.place != "Abstract"
    ]
    if not rows:
        return None
    claim = rng.choice(rows)
    of = claim.of or paper.sizes.get(claim.population, 0)
    count = (claim.patients or 0) + rng.choice((-2, -1, 1, 2))
    if not 0 <= count <= of:
        return None
    changed = replace(claim, count=str(count))
    return (_with_percent(changed, count, of) if claim.value else changed,)


def _median_shifted(paper: Paper, rng: Random) -> Change | None:
    """A median or mean moved by up to a third, or its bracket, as from another table."""
    found = [c for c in paper.claims if c.statistic in {"median", "mean"} and _movable(c)]
    if not found:
        return None
    claim = rng.choice(found)
    factor = rng.choice((Fraction(2, 3), Fraction(9, 10), Fraction(11, 10), Fraction(4, 3)))
    bracket, printed = claim.bracket, claim.number
    if printed is None:
        return None
    ends = [parse_printed(e) for e in (bracket.low, bracket.high)] if bracket else []
    if bracket and all(ends) and rng.random() < 0.5:
        low, high = (_same_places(e.value * factor, e) for e in ends if e)
        return (replace(claim, bracket=Bracket(low, high, bracket.declared_as)),)
    return (replace(claim, value=_same_places(printed.value * factor, printed)),)


def _size_wrong(paper: Paper, rng: Random) -> Change | None:
    """The number of all patients, or of an arm, one or two off."""
    claim = _pick(paper, rng, "size", place="Results", population=EVERYONE)
    if claim is None:
        return None
    return (replace(claim, value=str(int(claim.value) + rng.choice((-2, -1, 1, 2)))),)


KINDS: dict[str, Kind] = {
    "digits transposed": _transposed,
    "one digit changed": _digit_changed,
    "count off by one": _off_by_one,
    "percentage of the wrong denominator": _wrong_denominator,
    "rows swapped": _swapped_rows,
    "copied from the neighbour": _copied,
    "decimal point moved": _decimal_moved,
    "standard error called SD": _sd_as_se,
    "range called confidence interval": _range_called_ci,
    "stale number in the abstract": _stale_abstract,
    "column sum off": _sum_off,
    "median or interval shifted": _median_shifted,
    "number of patients wrong": _size_wrong,
}
