"""How many sets of whole numbers on a bounded scale have a printed mean and SD.

Distances d from a middle value are counted. Values with |d| >= 2 are dealt out by a table over
(how many, sum of d, sum of d^2); the numbers at -1, 0 and +1 then follow from n, the sum and the
sum of squares, so every entry of the table completes in one way or in none. The published programs
list the sets instead; this counts them, and gives one as an example.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import comb

import numpy as np
from numpy.typing import NDArray

from hepatica.audit.granularity.rounding import NEAREST, Interval, Rounding
from hepatica.audit.granularity.sample import most_squares, sample
from hepatica.audit.granularity.square_sum import Undecided, least_squares
from hepatica.audit.printed import Printed

MAX_CELLS = 60_000_000
MAX_PAIRS = 100_000
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SampleCount:
    """`samples` multisets over `pairs` of (sum, sum of squares) that occur; one as `example`."""

    samples: int
    pairs: int
    example: tuple[int, ...]


def sample_count(
    mean: Printed,
    sd: Printed,
    size: int,
    scale: tuple[int, int],
    *,
    rounding: Rounding = NEAREST,
) -> SampleCount:
    """Number of sets of `size` whole numbers between the ends of `scale` with these prints.

    Raises      Undecided where the table would be too large.
    """
    squares = rounding.stands_for(sd).squared
    return count_samples(rounding.stands_for(mean).wholes(size), squares, size, scale)


def count_samples(
    sums: range, variance: Interval, size: int, scale: tuple[int, int]
) -> SampleCount:
    """As `sample_count`, of whole sums and an interval of variances (n - 1)."""
    low, high = scale
    sums = range(max(sums.start, size * low), min(sums.stop, size * high + 1))
    if size < 2 or sums.start >= sums.stop:
        return SampleCount(0, 0, ())
    middle = min(max((sums.start + sums.stop) // (2 * size), low), high)
    pairs = _pairs(sums, variance, size, scale, middle)
    if not pairs:
        return SampleCount(0, 0, ())
    table = _Table(size, low - middle, high - middle, max(q for _, q in pairs))
    counts = [table.completions(total, squares) for total, squares in pairs]
    possible = [pair for pair, count in zip(pairs, counts, strict=True) if count]
    return SampleCount(sum(counts), len(possible), _example(possible, size, scale, middle))


def _example(pairs: list[Pair], size: int, scale: Pair, middle: int) -> tuple[int, ...]:
    if not pairs:
        return ()
    total, squares = pairs[len(pairs) // 2]
    found = sample(size, total, squares, (scale[0] - middle, scale[1] - middle))
    return tuple(value + middle for value in found or ())


def _pairs(sums: range, variance: Interval, size: int, scale: Pair, middle: int) -> list[Pair]:
    """Sums and sums of squares of distances that fit the prints, of one parity, within reach."""
    pairs: list[Pair] = []
    factor = size - 1
    limits = Interval(
        variance.low * factor, variance.high * factor, variance.low_in, variance.high_in
    )
    low, high = scale[0] - middle, scale[1] - middle
    for total in range(sums.start - size * middle, sums.stop - size * middle):
        whole = limits.wholes(1, Fraction(total**2, size))
        first = max(whole.start, least_squares(size, total))
        first += (first - total) % 2
        last = min(whole.stop, most_squares(size, total, low, high) + 1)
        if len(pairs) + (last - first) // 2 > MAX_PAIRS:
            raise Undecided
        pairs += [(total, squares) for squares in range(first, last, 2)]
    return pairs


class _Table:
    """Numbers of sets of distances |d| >= 2 by how many, their sum and their sum of squares."""

    def __init__(self, size: int, low: int, high: int, most: int) -> None:
        self.size, self.low, self.high, self.most = size, low, high, most
        self.reach = most // 2  # |d| <= d^2 / 2 where |d| >= 2
        many = min(size, most // 4)
        if (many + 1) * (2 * self.reach + 1) * (most + 1) > MAX_CELLS:
            raise Undecided
        if comb(size + high - low, size) >= 2**62:
            raise Undecided
        self.upto = np.cumsum(self._dealt(many), axis=0)

    def _dealt(self, many: int) -> NDArray[np.int64]:
        table = np.zeros((many + 1, 2 * self.reach + 1, self.most + 1), dtype=np.int64)
        table[0, self.reach, 0] = 1
        for distance in range(self.low, self.high + 1):
            square = distance**2
            if abs(distance) < 2 or square > self.most:
                continue
            for k in range(1, many + 1):
                source = table[k - 1, :, : self.most + 1 - square]
                target = table[k, :, square:]
                if distance > 0:
                    target[distance:] += source[:-distance]
                else:
                    target[:distance] += source[-distance:]
        return table

    def completions(self, total: int, squares: int) -> int:
        """Sets with this sum and sum of squares: -1s and +1s make up what the table leaves."""
        used = np.arange(squares + 1)
        ones = squares - used  # numbers at -1 and +1 together
        most = np.minimum(self.size - ones, self.upto.shape[0] - 1)
        fits = most >= 0
        used, ones, most = used[fits], ones[fits], most[fits]
        sums = np.arange(-self.reach, self.reach + 1)
        left = total - sums[:, None]  # (+1s) - (-1s)
        may = np.abs(left) <= ones[None, :]
        if self.low > -1:
            may &= left == ones[None, :]
        if self.high < 1:
            may &= -left == ones[None, :]
        rows, columns = np.nonzero(may)
        return int(self.upto[most[columns], rows, used[columns]].sum())
