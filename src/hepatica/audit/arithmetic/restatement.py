"""The same quantity in several places of a paper: printed alike, or as roundings of one value.

Two prints agree where some exact value may be printed as both: ``54.5`` and ``55``. Two prints of
the same number of decimals that touch only at a half (``3.4`` and ``3.5`` at 3.45) agree only if
that half was rounded up in one place and down in the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations

from hepatica.audit.arithmetic.reading import (
    by_key,
    ids,
    named,
    printed,
    section,
    share,
)
from hepatica.audit.claim import OUTSIDE, Claim, Paper
from hepatica.audit.outcome import Discrepancy, Outcome, Passed
from hepatica.audit.printed import Printed, parse_printed

SOURCE = "comparison of the places of the paper"
_DESCRIPTIVE = ("mean", "median", "centre", "sd", "min", "max", "q1", "q3")
_COMPARING = ("hazard_ratio", "odds_ratio", "risk_ratio", "p")
_NUMERIC = frozenset((*_DESCRIPTIVE, "size", "survival", "at_risk", "events", *_COMPARING))
_WHOLE = frozenset({"size", "at_risk", "events"})
_WORDS = frozenset({"value", "identifier", "criterion", "exclusion"})
_KEYS = ("population", "variable", "level", "statistic", "method", "between")
# What two statements of one quantity are to each other, from best to worst.
_AGREE, _TOUCH, _OTHERS, _DIFFER = range(4)
Relation = Callable[[Claim, Claim], int]
_CODE = {_TOUCH: "P118", _OTHERS: "P118", _DIFFER: "P117"}


def check_restatement(paper: Paper) -> Iterator[Outcome]:
    """Every quantity that the paper states more than once."""
    inside = [c for c in paper.claims if c.population not in OUTSIDE]
    shares = [c for c in inside if c.statistic in {"percent", "count"}]
    for claims in by_key(shares, "population", "variable", "level", "method").values():
        yield from _compared(claims, _shares)
    numbers = [c for c in inside if c.statistic in _NUMERIC]
    for claims in by_key(numbers, *_KEYS).values():
        yield from _compared(claims, _numbers)
    dates = [c for c in paper.claims if c.statistic == "date"]
    for claims in by_key(dates, "variable", "population").values():
        yield from _compared(claims, _dates)
    words = [c for c in paper.claims if c.statistic in _WORDS]
    for claims in by_key(words, *_KEYS, "unit").values():
        yield from _worded(claims)


def _compared(claims: Sequence[Claim], relation: Relation) -> Iterator[Outcome]:
    """The groups of places that agree, and what disagrees."""
    yield from _agreeing(claims, relation)
    pairs = [(relation(a, b), a, b) for a, b in combinations(claims, 2)]
    for worst in (_DIFFER, _OTHERS, _TOUCH):
        bad = [(a, b) for found, a, b in pairs if found == worst]
        if bad:
            everyone = [c for c in claims if any(c in pair for pair in bad)]
            yield _told(worst, everyone)
            return


def _agreeing(claims: Sequence[Claim], relation: Relation) -> Iterator[Passed]:
    groups: list[list[Claim]] = []
    for claim in claims:
        home = next((g for g in groups if all(relation(claim, c) == _AGREE for c in g)), None)
        if home is None:
            groups.append([claim])
        else:
            home.append(claim)
    for group in (g for g in groups if len(g) > 1):
        text = f"{_name(group[0])}: {_alike(group)}"
        yield Passed("P117", text, ids(group))


def _told(worst: int, claims: Sequence[Claim]) -> Discrepancy:
    text = f"{_name(claims[0])}: {_alike(claims)}"
    if worst == _TOUCH:
        rescue: tuple[str, ...] = ("the exact half, rounded up in one place and down in the other",)
    elif worst == _OTHERS:
        rescue = ("different denominators: not the same patients",)
    else:
        rescue = tuple(_denominator_mending(claims))
    tried = ("rounding up, down and to even",) if worst == _DIFFER else ()
    return Discrepancy(_CODE[worst], text, ids(claims), SOURCE, tried, rescue)


def _name(claim: Claim) -> str:
    statistic = "" if claim.statistic in {"percent", "count", "date"} else f"{claim.statistic} of "
    return f"{statistic}{named(claim)} ({claim.population})"


def _alike(claims: Sequence[Claim]) -> str:
    """Each print once, with the parts of the paper that have it."""
    where: dict[str, list[str]] = {}
    for claim in claims:
        where.setdefault(printed(claim), []).append(section(claim))
    return "; ".join(f"{text} ({', '.join(dict.fromkeys(s))})" for text, s in where.items())


def _denominator_mending(claims: Sequence[Claim]) -> Iterator[str]:
    """The denominators of which a count of one place is the percentage of another."""
    for one, other in combinations(claims, 2):
        for known, bare in ((one, other), (other, one)):
            count, number = known.patients, bare.number
            if not count or bare.count or bare.of is not None or number is None:
                continue
            if number.comparator or number.low <= 0 or known.of is None:
                continue
            of = round(100 * count / number.value)
            if count <= of < known.of and number.low <= 100 * count / of <= number.high:
                text = f"{share(count, of, number.decimals)}, if only {of} of {known.of}"
                yield f"{text} were counted"
                return


def _shares(first: Claim, second: Claim) -> int:
    """Counts equal, percentages of one share; other denominators make another quantity."""
    one, other = first.patients, second.patients
    same_of = None in {first.of, second.of} or first.of == second.of
    if one is not None and other is not None and one != other:
        return _DIFFER if same_of else _OTHERS
    if not same_of:
        return _OTHERS
    if first.number is None or second.number is None:
        return _bare(first, second)
    found = _prints(first.number, second.number)
    return _touching(first, second) if found == _TOUCH else found


def _touching(first: Claim, second: Claim) -> int:
    """Neighbouring percentages: a printed count tells which of the two is right."""
    count = first.patients if first.patients is not None else second.patients
    of = first.of or second.of
    if None not in {first.patients, second.patients}:
        return _AGREE
    if count is None or not of or first.number is None or second.number is None:
        return _TOUCH
    exact = Fraction(100 * count, of)
    both = first.number.admits(exact) and second.number.admits(exact)
    return _TOUCH if both else _DIFFER


def _bare(first: Claim, second: Claim) -> int:
    """A count without a percentage against a percentage without a count."""
    known, bare = (first, second) if first.patients is not None else (second, first)
    count, number = known.patients, bare.number
    of = known.of if known.of is not None else bare.of
    if count is None or number is None or not of or bare.patients is not None:
        return _AGREE
    return _AGREE if number.admits(Fraction(100 * count, of)) else _DIFFER


def _numbers(first: Claim, second: Claim) -> int:
    """Values, and the ends of brackets that are declared to be the same; whole numbers exactly."""
    if first.statistic in _WHOLE and first.number and second.number:
        return _AGREE if first.number.value == second.number.value else _DIFFER
    pairs = [(first.value, second.value)]
    one, other = first.bracket, second.bracket
    if one and other:
        pairs += [(one.low, other.low), (one.high, other.high)]
    found = max(_texts(a, b) for a, b in pairs)
    declared = {b.declared_as for b in (one, other) if b} - {"unknown"}
    if found == _DIFFER and len(declared) > 1 and _texts(first.value, second.value) == _AGREE:
        return _AGREE
    return found


def _texts(first: str, second: str) -> int:
    a, b = parse_printed(first), parse_printed(second)
    if a is None or b is None:
        return _AGREE if first.strip() == second.strip() or not (first and second) else _OTHERS
    return _prints(a, b)


def _prints(a: Printed, b: Printed) -> int:
    if a.comparator or b.comparator:
        return _AGREE if _meet(a, b) else _DIFFER
    if a.value == b.value:
        return _AGREE
    low, high = max(a.low, b.low), min(a.high, b.high)
    if low > high:
        return _DIFFER
    return _TOUCH if low == high and a.decimals == b.decimals else _AGREE


def _meet(a: Printed, b: Printed) -> bool:
    """Tell whether any value satisfies both prints, one of which is a bound."""
    bound, number = (a, b) if a.comparator else (b, a)
    if number.comparator and number.comparator[0] == bound.comparator[0]:
        return True
    if bound.comparator.startswith("<"):
        return number.low <= bound.high
    return number.high >= bound.low


def _dates(first: Claim, second: Claim) -> int:
    """A date is a shorter print of another that begins with it."""
    one, other = sorted((first.value.strip(), second.value.strip()), key=len)
    return _AGREE if other.startswith(one) else _DIFFER


def _worded(claims: Sequence[Claim]) -> Iterator[Outcome]:
    """Features of the study and identifiers, which a paper may give several of."""
    values = {" ".join(c.value.lower().split()) for c in claims if c.value}
    text = f"{_name(claims[0])}: {_alike(claims)}"
    if len(claims) > 1 and len(values) == 1:
        yield Passed("P120", text, ids(claims))
    elif len(values) > 1 and _texts_differ(claims):
        rescue = ("both are true of different patients or times",)
        yield Discrepancy("P120", text, ids(claims), SOURCE, rescued_by=rescue)


def _texts_differ(claims: Sequence[Claim]) -> bool:
    return any(_texts(a.value, b.value) != _AGREE for a, b in combinations(claims, 2))
