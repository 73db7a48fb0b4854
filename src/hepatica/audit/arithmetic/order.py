"""Numbers that must lie in an order: quartiles within a range, a centre within its bracket.

Also what the range leaves possible for mean and standard deviation of n patients, parts against
their whole, and curves that can only fall. A printed number is an interval: an order is broken
only where no value within the prints keeps it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from hepatica.audit.arithmetic.reading import (
    by_key,
    certainly_more,
    decimal,
    ids,
    named,
    section,
    told,
)
from hepatica.audit.claim import ABOUT_PATIENTS, Claim, Paper
from hepatica.audit.outcome import Discrepancy, Outcome, Passed
from hepatica.audit.printed import Printed, parse_printed

SOURCE = "order of the sample"
_CENTRES = ("mean", "median", "centre")
_RANKS = {"min": 0, "q1": 1, "median": 2, "q3": 3, "max": 4}
_ENDS = {"range": ("min", "max"), "iqr": ("q1", "q3")}


class Point(NamedTuple):
    """One order statistic as printed, and the claim that prints it."""

    name: str
    value: Printed
    claim: Claim


def check_order(paper: Paper) -> Iterator[Outcome]:
    """Brackets around their centre, and the order of quartiles, means and ranges."""
    described = [c for c in paper.claims if c.statistic in ABOUT_PATIENTS and c.about_patients]
    for claim in described:
        if claim.bracket:
            yield from _bracketed(claim)
    for claims in by_key(described, "population", "variable", "method", "unit").values():
        yield from _ordered(claims)
    yield from _sub(described, paper)


def points(claims: Sequence[Claim]) -> list[Point]:
    """Every order statistic that the claims print, brackets by what they are declared to be."""
    found = []
    for claim in claims:
        pairs = [(claim.statistic, claim.value)] if claim.statistic in _RANKS else []
        if claim.bracket and claim.bracket.declared_as in _ENDS:
            low, high = _ENDS[claim.bracket.declared_as]
            pairs += [(low, claim.bracket.low), (high, claim.bracket.high)]
        for name, text in pairs:
            value = parse_printed(text)
            if value is not None and not value.comparator:
                found.append(Point(name, value, claim))
    return found


def _bracketed(claim: Claim) -> Iterator[Outcome]:
    bracket, number = claim.bracket, claim.number
    low = parse_printed(bracket.low) if bracket else None
    high = parse_printed(bracket.high) if bracket else None
    if bracket is None or low is None or high is None or low.comparator or high.comparator:
        return
    text = f"{claim.statistic} of {named(claim)}: {told(claim)}"
    if certainly_more(low, high, alike=True):
        yield Discrepancy("P124", f"{text}: {bracket.low} > {bracket.high}", (claim.id,), SOURCE)
    elif number is None or number.comparator:
        return
    elif certainly_more(low, number, alike=True) or certainly_more(number, high, alike=True):
        yield _outside(claim, text)
    else:
        yield Passed("P124", text, (claim.id,))


def _outside(claim: Claim, text: str) -> Discrepancy:
    """Only a range holds every centre, and a pair of quartiles the median, for certain."""
    assert claim.bracket is not None
    declared = claim.bracket.declared_as
    certain = (declared == "range" and claim.statistic in _CENTRES) or (
        declared == "iqr" and claim.statistic == "median"
    )
    words = f"{text}: {claim.value} is not between {claim.bracket.low} and {claim.bracket.high}"
    if certain:
        return Discrepancy("P124", words, (claim.id,), SOURCE)
    rescue = ("a skewed variable, or limits by an unusual method",)
    return Discrepancy("P125", words, (claim.id,), SOURCE, rescued_by=rescue)


def _ordered(claims: Sequence[Claim]) -> Iterator[Outcome]:
    """The order statistics of one variable, each pair from different claims."""
    by_level: dict[str, list[Claim]] = {}
    for claim in claims:
        by_level.setdefault(claim.level, []).append(claim)
    for group in by_level.values():
        found = points(group)
        broken = [
            (a, b)
            for a in found
            for b in found
            if _RANKS[a.name] < _RANKS[b.name] and a.claim.id != b.claim.id
            if certainly_more(a.value, b.value, alike=section(a.claim) == section(b.claim))
        ]
        for a, b in broken[:1]:
            text = (
                f"{a.claim.variable}: {a.name} {a.value.text} ({a.claim.place}) is more than "
                f"{b.name} {b.value.text} ({b.claim.place})"
            )
            yield Discrepancy("P124", text, ids([a.claim, b.claim]), SOURCE)
        sources = {p.claim.id: p.claim for p in found}
        if len({p.name for p in found}) > 1 and len(sources) > 1 and not broken:
            text = ", ".join(f"{p.name} {p.value.text}" for p in found)
            yield Passed("P124", f"{group[0].variable}: {text}", tuple(sources))


def _sub(claims: Sequence[Claim], paper: Paper) -> Iterator[Outcome]:
    """A part of a population has no wider range and no more patients than the whole."""
    for claim in claims:
        whole = paper.within.get(claim.population)
        for other in paper.select(population=whole) if whole else ():
            same = all(getattr(claim, k) == getattr(other, k) for k in _SAME)
            if same and claim.statistic in {"count", "percent", "size", "events"}:
                yield from _more(claim, other)
            elif same and claim.bracket and claim.bracket.declared_as == "range":
                yield from _wider(claim, other)


_SAME = ("variable", "level", "method", "unit")


def _number_of(claim: Claim) -> int | None:
    number = claim.number
    if claim.statistic in {"size", "events"} and number and not number.comparator:
        return int(number.value) if number.value.denominator == 1 else None
    return claim.patients


def _more(part: Claim, whole: Claim) -> Iterator[Outcome]:
    a, b = _number_of(part), _number_of(whole)
    if a is not None and b is not None and a > b and _comparable(part, whole):
        text = f"{named(part)}: {told(part)} of {part.population}, {told(whole)} of all"
        yield Discrepancy("P104", text, ids([part, whole]), "counting")


def _comparable(part: Claim, whole: Claim) -> bool:
    shares = {"count", "percent"}
    return part.statistic == whole.statistic or {part.statistic, whole.statistic} <= shares


def _wider(part: Claim, whole: Claim) -> Iterator[Outcome]:
    ends = {p.name: p.value for p in points([part])}
    outer = {p.name: p.value for p in points([whole])}
    if not {"min", "max"} <= set(ends) & set(outer):
        return
    if ends["min"].high < outer["min"].low or ends["max"].low > outer["max"].high:
        text = f"{named(part)}: {told(part)} of {part.population} reaches beyond {told(whole)}"
        yield Discrepancy("P124", text, ids([part, whole]), SOURCE)


def check_spread(paper: Paper) -> Iterator[Outcome]:
    """Mean and standard deviation against the range, and each other, for n patients."""
    described = [c for c in paper.claims if c.about_patients]
    groups = by_key(described, "population", "variable", "level", "method", "unit")
    for (population, *_), claims in groups.items():
        size = paper.sizes.get(population)
        ends = {p.name: p for p in points(claims) if p.name in {"min", "median", "max"}}
        means = [c for c in claims if c.statistic == "mean" and _plain(c.number)]
        for claim in means:
            yield from _mean_in_range(claim, ends, size)
        for deviation, claim in _deviations(claims):
            yield from _sd_in_range(deviation, claim, ends, size)


def _plain(number: Printed | None) -> bool:
    return number is not None and not number.comparator


def _deviations(claims: Sequence[Claim]) -> Iterator[tuple[Printed, Claim]]:
    for claim in claims:
        text = claim.value if claim.statistic == "sd" else ""
        if claim.bracket and claim.bracket.declared_as == "sd":
            text = claim.bracket.low
        number = parse_printed(text) if text else None
        if number is not None and not number.comparator:
            yield number, claim


def _mean_in_range(claim: Claim, ends: dict[str, Point], size: int | None) -> Iterator[Outcome]:
    """One patient has the smallest value and one the largest; the others are between.

    More patients leave the mean more room, so the size of the population is the safe choice
    where values may be missing.
    """
    n, number = claim.of if claim.of is not None else size, claim.number
    if number is None or not n or not {"min", "max"} <= set(ends):
        return
    low, high = ends["min"].value.low, ends["max"].value.high
    least = (low * (n - 1) + max(low, ends["max"].value.low)) / n if n > 1 else low
    most = (high * (n - 1) + min(high, ends["min"].value.high)) / n if n > 1 else high
    first, last = ends["min"].value, ends["max"].value
    text = (
        f"{claim.variable}: mean {claim.value}; {n} values from {first.text} to {last.text} have a "
        f"mean of at least ({first.text} x {n - 1} + {last.text}) / {n} and at most "
        f"({last.text} x {n - 1} + {first.text}) / {n}, each within its rounding "
        f"{decimal(least, 2)} to {decimal(most, 2)}"
    )
    everyone = ids([claim, ends["min"].claim, ends["max"].claim])
    if number.high < least or number.low > most:
        yield Discrepancy("P126", text, everyone, "counting: one patient at each end")
    else:
        yield Passed("P126", text, everyone)


def _sd_in_range(
    sd: Printed, claim: Claim, ends: dict[str, Point], size: int | None
) -> Iterator[Outcome]:
    """Popoviciu [popoviciu1935]: the variance is at most a quarter of the squared range.

    With n - 1 in the denominator the bound grows by n / (n - 1), which is largest for few
    patients; the extremes alone give at least the squared range / (2 (n - 1)).
    """
    n = claim.of if claim.of is not None else size
    if not n or n < 2 or not {"min", "max"} <= set(ends):
        return
    low, high = ends["min"].value, ends["max"].value
    widest, narrowest = high.high - low.low, max(Fraction(0), high.low - low.high)
    fewest = n if claim.of is not None else 2
    most = widest**2 / 4 * Fraction(fewest, fewest - 1)
    least = narrowest**2 / (2 * (n - 1))
    text = (
        f"{claim.variable}: SD {sd.text}, n {n}, range {low.text} to {high.text} ("
        f"{section(ends['min'].claim)}): SD² from {decimal(least, 2)} to {decimal(most, 2)}"
    )
    everyone = ids([claim, ends["min"].claim, ends["max"].claim])
    if max(sd.low, Fraction(0)) ** 2 > most or sd.high**2 < least:
        yield Discrepancy("P126", text, everyone, "[popoviciu1935]")
    else:
        yield Passed("P126", text, everyone)
