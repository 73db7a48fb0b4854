"""Which method, if any, gives the printed limits of a proportion."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from hepatica.audit.printed import Printed, parse_printed
from hepatica.core.errors import NotDefined, UsageError
from hepatica.stats.proportion_limit import METHODS

_BETWEEN = re.compile(r"\s*(?:–|-|—|,|;|\bto\b|\.\.)\s*")
_NOISE = 1e-9


@dataclass(frozen=True, slots=True)
class ProportionInterval:
    """Limits of one method, as shares; None where the method has none for these counts.

    `agrees` tells whether they print as the paper prints, None where nothing was printed.
    """

    method: str
    low: float | None
    high: float | None
    agrees: bool | None = None


@dataclass(frozen=True, slots=True)
class PrintedInterval:
    """Two printed limits; `percent` where they are percentages, not shares."""

    low: Printed
    high: Printed
    percent: bool

    def admits(self, low: float, high: float) -> bool:
        """Tell whether limits, as shares, are printed so."""
        scale = 100 if self.percent else 1
        return _admits(self.low, low * scale) and _admits(self.high, high * scale)


def parse_interval(text: str) -> PrintedInterval:
    """Limits as printed: ``15.4-59.2``, ``0.154 to 0.592``, ``15%–59%``.

    Limits that are both at most 1 are shares, unless they have a percent sign.
    Raises      UsageError for anything that is not two numbers in order.
    """
    parts = _BETWEEN.split(text.strip().strip("[]()"))
    ends = [parse_printed(part) for part in parts]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        raise UsageError(f"limits {text[:60]!r}: expected two numbers, such as 15.4-59.2")
    if ends[0].value > ends[1].value:
        raise UsageError(f"limits {text[:60]!r}: the first is greater than the second")
    return printed_interval(ends[0], ends[1], percent="%" in text)


def printed_interval(low: Printed, high: Printed, *, percent: bool = False) -> PrintedInterval:
    """Two printed limits; percentages where told, or where one is above 1."""
    return PrintedInterval(low, high, percent or max(low.value, high.value) > 1)


def proportion_intervals(
    count: int, n: int, *, level: float = 0.95, printed: PrintedInterval | None = None
) -> tuple[ProportionInterval, ...]:
    """Limits of `count` of `n` by every usual method, and which are printed so.

    Raises      NotDefined for n < 1 or a count outside 0..n; UsageError for the level.
    """
    if n < 1 or not 0 <= count <= n:
        raise NotDefined(f"{count} of {n}: expected a count from 0 to n, and n of 1 or more")
    return tuple(_by_method(count, n, level, printed))


def first_agreeing(
    pairs: Iterable[tuple[int, int]],
    *,
    level: float,
    printed: PrintedInterval,
    first: str = "",
) -> tuple[int, int, ProportionInterval] | None:
    """The first (count, n) and method that give the printed limits, or None.

    Methods whose name begins with `first` are tried before others; Blaker's, which is slow, of the
    first count only.
    """
    for number, (count, n) in enumerate(pairs):
        names = [m for m in METHODS if number == 0 or not m.startswith("Blaker")]
        names.sort(key=lambda m: (not (first and m.startswith(first)), m.startswith("Blaker")))
        for found in _by_method(count, n, level, printed, names):
            if found.agrees:
                return count, n, found
    return None


def _by_method(
    count: int,
    n: int,
    level: float,
    printed: PrintedInterval | None,
    names: Iterable[str] = tuple(METHODS),
) -> Iterator[ProportionInterval]:
    for name in names:
        try:
            low, high = METHODS[name](count, n, level)
        except NotDefined:
            yield ProportionInterval(name, None, None, None if printed is None else False)
            continue
        agrees = None if printed is None else printed.admits(low, high)
        yield ProportionInterval(name, low, high, agrees)


def _admits(printed: Printed, value: float) -> bool:
    exact = Fraction(value)
    slack = Fraction(_NOISE)
    return printed.low - slack <= exact <= printed.high + slack
