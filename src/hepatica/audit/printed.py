"""A number as a paper prints it: what the print says, and every exact value it may stand for.

A printed number is an interval. ``54.5`` stands for every value from 54.45 to 54.55, both ends
included, because papers round halves up, down or to even and seldom say which; ``<0.001`` stands
for everything below. All arithmetic of the audit is on these exact fractions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

_NUMBER = re.compile(r"(<=|>=|<|>|=|~)?([+-]?(?:\d+(?:\.\d*)?|\.\d+))%?")
_SIGNS = str.maketrans({"−": "-", "–": "-", "·": ".", "≤": "<=", "≥": ">=", "≈": "~"})
_THOUSANDS = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:[,\u202f\u2009\u00a0]\d{3})+(?![\d,])")
_LOOSE = re.compile(r"(?<=[<>=~])\s+|\s+(?=%)")
MAX_CHARACTERS = 40
# How papers print a median, or a limit of one, that the curve does not reach.
NOT_REACHED = frozenset(
    {"nr", "ne", "na", "n.r.", "not reached", "not estimable", "not evaluable", "-", "–", "—"}
)


@dataclass(frozen=True, slots=True)
class Printed:
    """`value` as printed with `decimals` places; `comparator` is '', '<', '<=', '>' or '>='."""

    text: str
    value: Fraction
    decimals: int
    comparator: str = ""

    @property
    def half_unit(self) -> Fraction:
        """Half a unit of the last printed place: 1/20 for ``54.5``."""
        return Fraction(1, 2 * 10**self.decimals)

    @property
    def low(self) -> Fraction:
        """The smallest exact value that this print may stand for (of the number, not of '<')."""
        return self.value - self.half_unit

    @property
    def high(self) -> Fraction:
        """The largest exact value that this print may stand for."""
        return self.value + self.half_unit

    def admits(self, exact: Fraction) -> bool:
        """Tell whether `exact`, rounded as papers round, may be printed so."""
        if self.comparator in {"<", "<="}:
            return exact <= self.high
        if self.comparator in {">", ">="}:
            return exact >= self.low
        return self.low <= exact <= self.high


def parse_printed(text: str) -> Printed | None:
    """The number in `text`, or None where it is not one number.

    Reads ``54.5``, ``.036``, ``1,000``, ``5·2`` (raised point), ``−3``, ``<0.001``, ``≥ 28``,
    ``45%``. Two numbers with a space between (``16 80``) are not one, nor is a decimal comma.
    """
    if len(text) > MAX_CHARACTERS:
        return None
    joined = _THOUSANDS.sub(lambda m: re.sub(r"\D", "", m[0]), text.strip())
    match = _NUMBER.fullmatch(_LOOSE.sub("", joined.translate(_SIGNS)))
    if not match:
        return None
    comparator, digits = match[1] or "", match[2]
    decimals = len(digits.partition(".")[2])
    return Printed(text, Fraction(digits), decimals, comparator.strip("=~") and comparator)


def is_not_reached(text: str) -> bool:
    """Tell whether the text says that a time is not reached: NR, NE, not reached, a dash."""
    return " ".join(text.lower().split()) in NOT_REACHED
