"""Which levels of a variable exclude each other: categories, ranges of numbers, grades."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from hepatica.audit.claim import Claim
from hepatica.audit.condition import Span, parse_span
from hepatica.audit.word import joined_levels, variables

Part = frozenset[str] | Span
GRADES = frozenset("12345")
MISSING = frozenset(
    ("missing", "unknown", "not known", "not reported", "not available", "na", "n/a", "no data")
)
_SUMS = frozenset(("any", "all", "total", "overall", "subtotal", ""))


def is_missing(level: str) -> bool:
    """Tell whether the level says that the value is not known."""
    return level.strip().lower() in MISSING


def part_of(variable: str, level: str) -> Part | None:
    """The set of categories, or the span of numbers, that a level means; None where it is a sum.

    A level that joins categories of the variable (``A/B``, ``A-B``) is the set of them.
    """
    word = level.strip().lower()
    if word in _SUMS:
        return None
    if is_missing(level):
        return frozenset({"missing"})
    closed = _closed_levels(variable)
    if closed:
        return _joined(variable, level, closed) or frozenset({word})
    return parse_span(level) or frozenset({word})


def _joined(variable: str, level: str, closed: Sequence[str]) -> frozenset[str]:
    words = joined_levels(variable, level)
    return frozenset(words) if set(words) <= set(closed) else frozenset()


def _closed_levels(variable: str) -> tuple[str, ...]:
    known = variables().get(variable)
    return tuple(dict.fromkeys(known.levels.values())) if known else ()


def is_closed(variable: str, levels: Sequence[str]) -> bool:
    """Tell whether no patient can have two of the levels: known categories, or number ranges."""
    closed = set(_closed_levels(variable))
    parts = [part_of(variable, level) for level in levels if not is_missing(level)]
    if closed:
        return all(isinstance(p, frozenset) and p <= closed for p in parts)
    words = {level.strip().lower() for level in levels if not is_missing(level)}
    return words <= {"yes", "no"} or all(isinstance(p, Span) for p in parts)


def covers_all(variable: str, levels: Sequence[str]) -> bool:
    """Tell whether the levels are all there can be: every known category, or yes and no."""
    closed = set(_closed_levels(variable)) or {"yes", "no"}
    parts = [part_of(variable, level) for level in levels]
    return closed <= frozenset[str]().union(*(p for p in parts if isinstance(p, frozenset)))


def apart(first: Part, second: Part) -> bool:
    """Tell whether no category or number is in both."""
    if isinstance(first, Span) and isinstance(second, Span):
        return not first.meets(second)
    if isinstance(first, frozenset) and isinstance(second, frozenset):
        return not first & second
    return True


def disjoint_levels(variable: str, levels: Sequence[str]) -> list[str]:
    """The first levels of the list of which no patient can have two, whatever else they mean."""
    kept: list[tuple[Part, str]] = []
    for level in levels:
        part = part_of(variable, level)
        if (
            part is not None
            and is_closed(variable, [level])
            and all(apart(part, p) for p, _ in kept)
        ):
            kept.append((part, level))
    return [level for _, level in kept]


def separate(claims: Sequence[Claim], variable: str) -> list[Claim]:
    """The first claims of the list whose levels are pairwise apart; each level once."""
    kept: list[tuple[Part, Claim]] = []
    for claim in claims:
        part = part_of(variable, claim.level)
        if part is not None and all(apart(part, other) for other, _ in kept):
            kept.append((part, claim))
    return [claim for _, claim in kept]


def grades(level: str) -> frozenset[str]:
    """The grades 1 to 5 that a level of an adverse event means; none where it means none."""
    word = level.strip().lower()
    if word == "any":
        return GRADES
    span = parse_span(word)
    if span is None:
        return frozenset()
    if (match := re.fullmatch(r"([1-5])\s*[-–/]\s*([1-5])", word)) is not None:
        return frozenset(g for g in GRADES if match[1] <= g <= match[2])
    return frozenset(g for g in GRADES if span.holds(_number(g)))


def _number(grade: str) -> Fraction:
    return Fraction(int(grade))
