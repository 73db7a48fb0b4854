"""DEBIT: can a share of n yes-or-no answers have this printed standard deviation [heathers2019]?

Of k ones among n the mean is k/n and the SD sqrt(k (n - k) / (n (n - 1))). The test looks for whole
k that give both prints; the published programs compare the ends of the intervals instead and let
pass prints that no k gives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from hepatica.audit.granularity.figure import decimal_text, list_text, root_text
from hepatica.audit.granularity.rounding import NEAREST, Rounding
from hepatica.audit.printed import Printed


@dataclass(frozen=True, slots=True)
class Debit:
    """A printed share and SD of `size` answers; `counts` are at most two runs of possible k."""

    share: Printed
    sd: Printed
    size: int
    percent: bool
    near: range
    counts: tuple[range, ...]

    @property
    def consistent(self) -> bool | None:
        """Whether any count gives both prints; None for one answer, which has no deviation."""
        if self.counts:
            return True
        return None if self.size < 2 and self.near.start < self.near.stop else False

    @property
    def sentence(self) -> str:
        """What the test says, with the counts that a reader can work out again."""
        unit = " %" if self.percent else ""
        what = (
            f"share {self.share.text.strip().rstrip('%')}{unit} with SD {self.sd.text.strip()} "
            f"of {self.size}"
        )
        if self.counts:
            runs = ", ".join(list_text(run) for run in self.counts)
            return f"{what} is possible: count {runs}"
        if self.near.start >= self.near.stop:
            below = (self.share.value / (100 if self.percent else 1) * self.size).__floor__()
            sums = ", ".join(self._quotient(k) for k in (below, below + 1))
            return f"{what} is impossible: no count gives the share: {sums}"
        if self.size < 2:
            return f"{what}: one answer has no standard deviation"
        shown = range(self.near.start, min(self.near.stop, self.near.start + 3))
        told = ", ".join(f"count {k} gives {self._deviation(k)}" for k in shown)
        more = ", ..." if shown.stop < self.near.stop else ""
        return f"{what} is impossible: {told}{more}"

    def _quotient(self, count: int) -> str:
        exact = Fraction(count * (100 if self.percent else 1), self.size)
        return f"{count}/{self.size} = {decimal_text(exact, self.share.decimals)}"

    def _deviation(self, count: int) -> str:
        factor = 10_000 if self.percent else 1
        square = Fraction(count * (self.size - count) * factor, self.size * (self.size - 1))
        return root_text(square, self.sd.decimals + 1)


def debit(
    share: Printed,
    sd: Printed,
    size: int,
    *,
    percent: bool = False,
    rounding: Rounding = NEAREST,
) -> Debit:
    """Every whole count of `size` answers that gives both the printed share and its SD.

    Parameters
    ----------
    percent : bool     Share and SD are printed in percent.
    """
    wholes = rounding.stands_for(share, percent=percent).wholes(size)
    near = range(max(wholes.start, 0), max(min(wholes.stop, size + 1), wholes.start, 0))
    if size < 2:
        return Debit(share, sd, size, percent, near, ())
    squares = rounding.stands_for(sd, percent=percent).squared.wholes(size * (size - 1))
    counts = tuple(run for run in _runs(near, squares, size) if run.start < run.stop)
    return Debit(share, sd, size, percent, near, counts)


def _runs(near: range, squares: range, size: int) -> tuple[range, ...]:
    """Counts k of `near` with k (size - k) in `squares`: it rises up to the middle, then falls."""
    middle = size // 2 + 1
    rising = range(near.start, max(near.start, min(near.stop, middle)))
    falling = range(max(near.start, middle), max(near.start, near.stop, middle))
    lowest, beyond = squares.start, squares.stop
    first = range(
        _first(rising, lambda k: k * (size - k) >= lowest),
        _first(rising, lambda k: k * (size - k) >= beyond),
    )
    second = range(
        _first(falling, lambda k: k * (size - k) < beyond),
        _first(falling, lambda k: k * (size - k) < lowest),
    )
    if first.start < first.stop == second.start < second.stop:
        return (range(first.start, second.stop),)
    return first, second


def _first(run: range, holds: Callable[[int], bool]) -> int:
    """The first number of the run from which on `holds` is true; its stop where it never is."""
    low, high = run.start, run.stop
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low
