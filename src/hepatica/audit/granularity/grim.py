"""GRIM: can the mean of whole numbers be printed so [brown2017]?

The mean of n answers to L items, each a whole number, is S / (nL) for a whole sum S. The test asks
for every S whose mean rounds to the print; where there is none, no such data exist. A percentage
of n is the same question with k / n. With nL >= 10^D (D decimals) every print is possible.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor

from hepatica.audit.granularity.figure import decimal_text, list_text
from hepatica.audit.granularity.rounding import NEAREST, Rounding
from hepatica.audit.printed import Printed


@dataclass(frozen=True, slots=True)
class Grim:
    """A printed mean (or percentage) of `size` times `items` whole numbers, and its sums."""

    mean: Printed
    size: int
    items: int
    percent: bool
    sums: range

    @property
    def consistent(self) -> bool:
        """Tell whether any whole sum gives the print."""
        return self.sums.start < self.sums.stop

    @property
    def parts(self) -> int:
        """How many whole numbers the sum is of: n times items."""
        return self.size * self.items

    @property
    def neighbours(self) -> tuple[int, int]:
        """The sums whose exact means lie next below and above the printed one."""
        below = floor(self._value * self.parts)
        return below, below + 1

    @property
    def total_inconsistent(self) -> int:
        """Of 10^D prints in a unit how many no sum gives; negative where there are more sums."""
        return int(10**self._decimals) - self.parts

    @property
    def ratio(self) -> Fraction:
        """`total_inconsistent` as a share of all prints; may be negative."""
        return Fraction(self.total_inconsistent, 10**self._decimals)

    @property
    def probability(self) -> Fraction:
        """How likely a print that is taken at random is impossible."""
        return max(Fraction(0), self.ratio)

    @property
    def sentence(self) -> str:
        """What the test says, with the sums that a reader can divide by hand."""
        unit = " %" if self.percent else ""
        of = str(self.size) if self.items == 1 else f"{self.size} x {self.items} = {self.parts}"
        what = f"{self.mean.text.strip().rstrip('%')}{unit} of {of}"
        if not self.consistent:
            sums = ", ".join(self._quotient(s) for s in self.neighbours)
            return f"{what} is impossible: {sums}"
        if self.sums.stop - self.sums.start > 5:
            return f"{what} is possible: sums {list_text(self.sums)}"
        return f"{what} is possible: {', '.join(self._quotient(s) for s in self.sums)}"

    @property
    def _value(self) -> Fraction:
        return self.mean.value / 100 if self.percent else self.mean.value

    @property
    def _decimals(self) -> int:
        return self.mean.decimals + 2 * self.percent

    def _quotient(self, total: int) -> str:
        exact = Fraction(total * (100 if self.percent else 1), self.parts)
        unit = " %" if self.percent else ""
        return f"{total}/{self.parts} = {decimal_text(exact, self.mean.decimals)}{unit}"


def grim(
    mean: Printed,
    size: int,
    *,
    items: int = 1,
    percent: bool = False,
    rounding: Rounding = NEAREST,
) -> Grim:
    """Every whole sum of `size` times `items` whole numbers whose mean is printed as `mean`.

    Parameters
    ----------
    mean : printed number    As text it was printed: 5.20 and 5.2 are different questions.
    size : int >= 1          Numbers of answers.
    items : int >= 1         Items that each answer is the mean of.
    percent : bool           The print is a percentage of `size`.
    """
    sums = rounding.stands_for(mean, percent=percent).wholes(size * items)
    return Grim(mean, size, items, percent, sums)
