"""A condition that a paper prints on one variable: ``>=28``, ``0-2``, ``A/B/C``, ``none``.

Conditions are compared exactly as written (``<2`` is not met by 2), unlike printed results, which
stand for an interval. A level of a category may itself be an interval (``>=200 ng/mL``); of such a
level a condition is met unless no value of it can meet it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from hepatica.audit.data_set import Duration, Value
from hepatica.audit.word import known_level, variables

NONE = frozenset({"none", "no", "absent", "0", "without", "nil"})
_NUMBER = r"\d+(?:[.·]\d+)?"
_BOUND = re.compile(rf"(<=|>=|<|>|=|≤|≥)?\s*(-?{_NUMBER})\s*(?:[^\d\s\-–.,/].*)?")
_RANGE = re.compile(rf"({_NUMBER})\s*(?:-|–|to)\s*({_NUMBER})\s*(?:[^\d\s\-–].*)?")
# Classes by letters, with points or a substage: B, B7, A-B7, A5-6.
_CLASSES = re.compile(r"([A-Z])\s*(\d{0,2})(?:\s*([-–])\s*([A-Z]?)(\d{0,2}))?")
_SIGNS = {"≤": "<=", "≥": ">=", "": "=", None: "="}


@dataclass(frozen=True, slots=True)
class Span:
    """The numbers from `low` to `high`; None is no bound, `open` ends are not part of it."""

    low: Fraction | None
    high: Fraction | None
    low_open: bool = False
    high_open: bool = False

    def holds(self, number: Fraction) -> bool:
        """Tell whether the number is inside."""
        above = self.low is None or number > self.low or (number == self.low and not self.low_open)
        below = (
            self.high is None or number < self.high or (number == self.high and not self.high_open)
        )
        return above and below

    def meets(self, other: Span) -> bool:
        """Tell whether any number is inside both."""
        lows = [(s.low, s.low_open) for s in (self, other) if s.low is not None]
        highs = [(s.high, not s.high_open) for s in (self, other) if s.high is not None]
        if not lows or not highs:
            return True
        (low, low_open), (high, high_closed) = max(lows), min(highs)
        return low < high or (low == high and not low_open and high_closed)


def parse_span(text: str) -> Span | None:
    """The interval that `text` writes, with or without a unit; None where it writes none."""
    plain = text.strip()
    if match := _RANGE.fullmatch(plain):
        return Span(_fraction(match[1]), _fraction(match[2]))
    if not (match := _BOUND.fullmatch(plain)):
        return None
    sign, number = _SIGNS.get(match[1], match[1]), _fraction(match[2])
    if sign in {"<", "<="}:
        return Span(None, number, high_open=sign == "<")
    if sign in {">", ">="}:
        return Span(number, None, low_open=sign == ">")
    return Span(number, number)


def satisfies(value: Value, text: str, variable: str) -> bool | None:
    """Tell whether a patient's value meets the condition; None where the two cannot be compared."""
    if isinstance(value, Duration):
        return None
    if isinstance(value, str) and same_level(value, text, variable):
        return True
    if text.strip().lower() in NONE:
        return value == 0 if isinstance(value, Fraction) else value.strip().lower() in NONE
    parts = [p.strip() for p in re.split(r"/|,|\bor\b|\band\b", text) if p.strip()]
    if parse_span(text) is None and len(parts) > 1:
        answers = [satisfies(value, part, variable) for part in parts]
        return True if True in answers else None if None in answers else False
    return _meets_one(value, text, variable)


@lru_cache(maxsize=65536)
def same_level(value: str, level: str, variable: str) -> bool:
    """Tell whether two words name one level of the variable."""
    plain = known_level(variable, value).casefold()
    return plain == known_level(variable, level).casefold()


def _meets_one(value: str | Fraction, text: str, variable: str) -> bool | None:
    span = parse_span(text)
    if isinstance(value, Fraction):
        return span.holds(value) if span else None
    if span:
        own = parse_span(value)
        return own.meets(span) if own else None
    own_class, asked = _class_span(value), _class_span(text)
    if own_class and asked:
        return own_class[0] <= asked[1] and asked[0] <= own_class[1]
    # Words that the rules do not know may mean the same, or one a part of the other.
    known = variables().get(variable)
    closed = {*known.levels.values(), "yes", "no"} if known else {"yes", "no"}
    told = {known_level(variable, value), known_level(variable, text)}
    told = {word.lower() if word.lower() in {"yes", "no"} else word for word in told}
    return False if told <= closed else None


def _class_span(text: str) -> tuple[tuple[str, int], tuple[str, int]] | None:
    """First and last of the classes that ``B``, ``B7``, ``A-B7`` or ``A5-6`` means."""
    match = _CLASSES.fullmatch(text.strip().upper())
    if not match:
        return None
    letter, digit, ranged, last, last_digit = match.groups()
    end = last or letter
    end_digit = last_digit if ranged else digit
    return (letter, int(digit or 0)), (end, int(end_digit or 99))


def _fraction(digits: str) -> Fraction:
    return Fraction(digits.replace("·", "."))
