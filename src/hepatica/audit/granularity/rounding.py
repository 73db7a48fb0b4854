"""Ways to round, each as the interval of exact values that a printed number may stand for.

| rounding | value X printed in units u stands for |
|---|---|
| up_or_down | [X - u/2, X + u/2]: halves went either way; the default, as papers seldom say |
| up, down | [X - u/2, X + u/2), (X - u/2, X + u/2] |
| even | as up_or_down where the last digit is even, without both ends where it is odd |
| ceiling, floor, ceiling_or_floor | (X - u, X], [X, X + u), (X - u, X + u) |
| trunc, anti_trunc | floor and ceiling of the size; the sign is kept |
| up_from | [X - u + tu/10, X + tu/10): up from the threshold digit t on |
| down_from | (X - tu/10, X + u - tu/10] |
| up_from_or_down_from | either of the two |

The names are those of the R package scrutiny 0.6.1; the intervals are exact, without its tolerance.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from hepatica.audit.printed import Printed

ROUNDINGS = (
    *("up_or_down", "up", "down", "even", "ceiling", "floor", "ceiling_or_floor"),
    *("trunc", "anti_trunc", "up_from", "down_from", "up_from_or_down_from"),
)


@dataclass(frozen=True, slots=True)
class Interval:
    """Exact values from `low` to `high`, each end included or not."""

    low: Fraction
    high: Fraction
    low_in: bool = True
    high_in: bool = True

    def admits(self, exact: Fraction) -> bool:
        """Tell whether `exact` lies in the interval."""
        above = exact > self.low or (self.low_in and exact == self.low)
        return above and (exact < self.high or (self.high_in and exact == self.high))

    def wholes(self, scale: Fraction | int = 1, shift: Fraction | int = 0) -> range:
        """The whole numbers k for which (k - shift) / scale lies in the interval; scale > 0."""
        low, high = self.low * scale + shift, self.high * scale + shift
        first = ceil(low) if self.low_in else floor(low) + 1
        last = floor(high) if self.high_in else ceil(high) - 1
        return range(first, max(first, last + 1))

    @property
    def squared(self) -> Interval:
        """The squares of the values that are not negative; empty where there are none."""
        if self.high < 0:
            return Interval(Fraction(1), Fraction(0))
        if self.low < 0:
            return Interval(Fraction(0), self.high**2, True, self.high_in)
        return Interval(self.low**2, self.high**2, self.low_in, self.high_in)


@dataclass(frozen=True, slots=True)
class Rounding:
    """A way to round: a name of `ROUNDINGS`, and the digit where up_from and down_from turn."""

    name: str = "up_or_down"
    threshold: Fraction = Fraction(5)

    def stands_for(self, printed: Printed, *, percent: bool = False) -> Interval:
        """Exact values that are printed so; of a percentage the share that it says."""
        digits = printed.decimals + 2 * percent
        unit = Fraction(1, 10**digits)
        value = printed.value / 100 if percent else printed.value
        below, above, low_in, high_in = self._offsets(value, unit)
        return Interval(value - below * unit, value + above * unit, low_in, high_in)

    def _offsets(self, value: Fraction, unit: Fraction) -> tuple[Fraction, Fraction, bool, bool]:
        """Units below and above the print, and whether each end is included."""
        whole, none, half = Fraction(1), Fraction(0), Fraction(1, 2)
        turn = self.threshold / 10
        even = (value / unit) % 2 == 0
        away = (whole, none, False, True)
        down = (none, whole, True, False)
        outward, inward = (away, down) if value >= 0 else (down, away)
        at_zero = value == 0
        return {
            "up_or_down": (half, half, True, True),
            "up": (half, half, True, False),
            "down": (half, half, False, True),
            "even": (half, half, even, even),
            "ceiling": away,
            "floor": down,
            "ceiling_or_floor": (whole, whole, False, False),
            "trunc": (whole, whole, False, False) if at_zero else inward,
            "anti_trunc": (none, none, True, True) if at_zero else outward,
            "up_from": (whole - turn, turn, True, False),
            "down_from": (turn, whole - turn, False, True),
            "up_from_or_down_from": _either(turn),
        }[self.name]


def _either(turn: Fraction) -> tuple[Fraction, Fraction, bool, bool]:
    wide = max(turn, 1 - turn)
    closed_below, closed_above = 1 - turn >= turn, 1 - turn >= turn
    return wide, wide, closed_below, closed_above


NEAREST = Rounding()
