"""Limits of the standard deviation of whole numbers on a scale, given their printed mean.

Over every sum that fits the print: the least spread has each number at the mean rounded down or
up, the greatest has all numbers at the two ends of the scale but one. Both are exact. As a function
of the sum the least is concave between multiples of n, and the greatest is convex between sums with
no odd number out and concave over those, so that a few sums decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from hepatica.audit.granularity.figure import root_text
from hepatica.audit.granularity.rounding import NEAREST, Rounding
from hepatica.audit.granularity.sample import most_squares
from hepatica.audit.granularity.square_sum import least_squares
from hepatica.audit.printed import Printed


@dataclass(frozen=True, slots=True)
class SpreadLimits:
    """Smallest and largest variance (n - 1) that such data can have, exact."""

    least: Fraction
    most: Fraction

    def sd_text(self, places: int) -> tuple[str, str]:
        """Both as standard deviations with so many decimals."""
        return root_text(self.least, places), root_text(self.most, places)


def spread_limits(
    mean: Printed,
    size: int,
    scale: tuple[int, int],
    *,
    items: int = 1,
    rounding: Rounding = NEAREST,
) -> SpreadLimits | None:
    """Limits of the variance of `size` answers between the ends of `scale`.

    Returns     None where no data on the scale have this mean, or where `size` is below 2.
    """
    low, high = scale[0] * items, scale[1] * items
    fitting = rounding.stands_for(mean).wholes(size * items)
    sums = range(max(fitting.start, size * low), min(fitting.stop, size * high + 1))
    if size < 2 or sums.start >= sums.stop:
        return None
    factor = (size - 1) * items**2
    deciding = _deciding(sums, size, (low, high))
    least = min(least_squares(size, s) - Fraction(s * s, size) for s in deciding)
    most = max(most_squares(size, s, low, high) - Fraction(s * s, size) for s in deciding)
    return SpreadLimits(least / factor, most / factor)


def _deciding(sums: range, size: int, ends: tuple[int, int]) -> list[int]:
    """The sums at which the least or the greatest spread can be met."""
    low, high = ends
    first, last = sums.start, sums.stop - 1
    chosen = [first, last, -(-first // size) * size]
    reach = high - low
    if reach:  # sums of numbers all at the ends: size * low + tops * reach
        fewest = -((size * low - first) // reach)
        largest = (last - size * low) // reach
        middle = size // 2
        tops = {min(max(t, fewest), largest) for t in (middle, middle + 1)}
        chosen += [size * low + t * reach for t in tops]
    return [s for s in dict.fromkeys(chosen) if first <= s <= last]
