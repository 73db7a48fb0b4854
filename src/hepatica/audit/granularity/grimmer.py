"""GRIMMER: can whole numbers have this printed mean and SD [anaya2016] [allard2018]?

With items L every answer is T/L for a whole T. For a sum S of the T the printed SD allows the sums
of squares Q with sqrt((Q - S^2/n) / (n - 1)) / L inside the print. Q must be whole, at least that
of the evenest spread of S, and of S's parity. For n >= 5 this is exact (`square_sum.py`), for
n <= 4 the further gaps are known. Where the scale has ends, a data set is looked for.

Unlike the published programs every sum that fits the mean is tried, not only round(mean n).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import floor, isqrt

from hepatica.audit.granularity.figure import list_text, root_text
from hepatica.audit.granularity.grim import Grim, grim
from hepatica.audit.granularity.rounding import NEAREST, Interval, Rounding
from hepatica.audit.granularity.sample import most_squares, sample
from hepatica.audit.granularity.square_sum import MAX_STEPS, Undecided, least_squares, some_squares
from hepatica.audit.printed import Printed

MAX_SUMS = 20_000
MAX_SQUARES = 200
OK, NO_MEAN, NO_SQUARES = "ok", "GRIM", "no integer sum of squares"
PARITY, NO_DATA, UNDEFINED = "parity", "no data set", "undefined"
UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Grimmer:
    """The answer: `reason` is ok, or what no data can meet; `witness` is (S, Q) where ok."""

    grim: Grim
    sd: Printed
    reason: str
    witness: tuple[int, int] | None = None
    least_variance: Fraction | None = None

    @property
    def consistent(self) -> bool | None:
        """Whether such data exist; None where the test cannot say."""
        return None if self.reason in {UNDEFINED, UNDECIDED} else self.reason == OK

    @property
    def sentence(self) -> str:
        """What the test says, with numbers that a reader can work out again."""
        mean, size = self.grim, self.grim.size
        what = f"SD {self.sd.text.strip()} with mean {mean.mean.text.strip()} of {size}"
        if self.reason == NO_MEAN:
            return mean.sentence
        if self.reason == UNDEFINED:
            return f"{what}: one value has no standard deviation"
        if self.reason == UNDECIDED:
            return f"{what}: not decided within the limits of the search"
        if self.witness:
            return f"{what} is possible: {self._shown_witness()}"
        sums = f"sums {list_text(mean.sums)}{self._least()}"
        return f"{what} is impossible: {_WHY[self.reason]} ({sums})"

    def _shown_witness(self) -> str:
        assert self.witness is not None
        total, squares = self.witness
        deviation = root_text(self._variance(total, squares), self.sd.decimals + 2)
        return f"sum {total} and sum of squares {squares} give {deviation}"

    def _variance(self, total: int, squares: int) -> Fraction:
        size, items = self.grim.size, self.grim.items
        return Fraction(squares * size - total**2, size * (size - 1) * items**2)

    def _least(self) -> str:
        if self.least_variance is None or self.least_variance <= (self.sd.high**2):
            return ""
        return f"; the smallest SD is {root_text(self.least_variance, self.sd.decimals + 1)}"


_WHY = {
    NO_SQUARES: "no whole sum of squares gives it",
    PARITY: "sum and sum of squares would not be both odd or both even",
    NO_DATA: "no whole numbers have such a sum of squares",
}


def grimmer(
    mean: Printed,
    sd: Printed,
    size: int,
    *,
    items: int = 1,
    rounding: Rounding = NEAREST,
    scale: tuple[int, int] | None = None,
) -> Grimmer:
    """Tell whether `size` answers to `items` items can have this printed mean and SD.

    Parameters
    ----------
    scale : (low, high) or None     Ends of the scale of each item, both included.
    """
    sums = grim(mean, size, items=items, rounding=rounding)
    if not sums.consistent:
        return Grimmer(sums, sd, NO_MEAN)
    if size < 2:
        return Grimmer(sums, sd, UNDEFINED)
    spread = rounding.stands_for(sd).squared
    factor = (size - 1) * items**2
    search = _Search(sums, Interval(*_scaled(spread, factor)), scale)
    return search.answer(sd)


def _scaled(spread: Interval, factor: int) -> tuple[Fraction, Fraction, bool, bool]:
    return spread.low * factor, spread.high * factor, spread.low_in, spread.high_in


@dataclass(frozen=True, slots=True)
class _Search:
    """The sums that fit the mean, and the limits of Q - S^2/n that fit the deviation."""

    grim: Grim
    limits: Interval
    scale: tuple[int, int] | None

    def answer(self, sd: Printed) -> Grimmer:
        least = self._least()
        variance = least / ((self.grim.size - 1) * self.grim.items**2)
        reason, witness = self._reason(least)
        return Grimmer(self.grim, sd, reason, witness, variance)

    def _reason(self, least: Fraction) -> tuple[str, tuple[int, int] | None]:
        size = self.grim.size
        above = self.limits.high < least or (self.limits.high == least and not self.limits.high_in)
        if above:
            return NO_SQUARES, None
        found, undecided = NO_SQUARES, False
        most = MAX_SUMS if size != 3 else MAX_STEPS // (isqrt(floor(self.limits.high)) + 1) + 1
        rank = {NO_SQUARES: 0, PARITY: 1, NO_DATA: 2}
        for tried, total in enumerate(self._ordered()):
            if tried == most:
                undecided = True
                break
            try:
                reason, squares = self._of_sum(total, size)
            except Undecided:
                undecided = True
                continue
            if squares is not None:
                return OK, (total, squares)
            found = max(found, reason, key=lambda word: rank[word])
        return (UNDECIDED if undecided else found), None

    def _least(self) -> Fraction:
        """The least Q - S^2/n of any sum: at a multiple of n, else at an end of the sums."""
        sums, size = self.grim.sums, self.grim.size
        first, last = sums.start, sums.stop - 1
        if -(-first // size) * size <= last:
            return Fraction(0)
        return min(least_squares(size, s) - Fraction(s * s, size) for s in (first, last))

    def _ordered(self) -> Iterator[int]:
        """Every sum whose evenest spread is narrow enough, from the multiples of n outwards."""
        sums, size = self.grim.sums, self.grim.size
        first, last = sums.start, sums.stop - 1
        reach = self._reach()
        for multiple in range((first - reach) // size * size, last + reach + size, size):
            nearest = max(0, first - multiple, multiple - last)
            for away in range(nearest, reach + 1):
                both = away and 2 * away != size  # halfway to the next multiple counts once
                near = (multiple - away, multiple + away) if both else (multiple + away,)
                inside = [total for total in near if first <= total <= last]
                yield from inside
                if not inside and away > max(multiple - first, last - multiple):
                    break

    def _reach(self) -> int:
        """How far r from a multiple of n a sum may lie: r (n - r)/n is within the limits."""
        size = self.grim.size
        low, high = 0, size // 2
        while low < high:
            middle = (low + high + 1) // 2
            fits = middle * (size - middle) <= self.limits.high * size
            low, high = (middle, high) if fits else (low, middle - 1)
        return low

    def _of_sum(self, total: int, size: int) -> tuple[str, int | None]:
        whole = self.limits.wholes(1, Fraction(total**2, size))
        low, high = max(whole.start, least_squares(size, total)), whole.stop
        if self.scale is not None:
            high = min(high, most_squares(size, total, *self._ends()) + 1)
        if low >= high:
            return NO_SQUARES, None
        low += (low - total) % 2
        if low >= high:
            return PARITY, None
        found = self._among(size, total, range(low, high, 2))
        return (NO_DATA, None) if found is None else (OK, found)

    def _among(self, size: int, total: int, wanted: range) -> int | None:
        if self.scale is None:
            return some_squares(size, total, wanted)
        for squares in wanted[:MAX_SQUARES]:
            if sample(size, total, squares, self._ends()) is not None:
                return squares
        if len(wanted) > MAX_SQUARES:
            raise Undecided
        return None

    def _ends(self) -> tuple[int, int]:
        assert self.scale is not None
        return self.scale[0] * self.grim.items, self.scale[1] * self.grim.items
