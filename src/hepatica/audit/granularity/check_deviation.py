"""Deviation, mean and median against the range, for any numbers, whole or not.

n values from a to b with mean m, both a and b among them, n - 1 in the denominator of the SD:

* SD^2 <= n/(n - 1) (b - m)(m - a) [bhatia2000]; SD^2 >= (b - a)^2 / (2 (n - 1)), from the two ends
  alone, which is smallest for the largest n.
* |mean - median| <= SD: the median is the point of least mean absolute distance, and that is at
  most the root of the mean squared distance.
* a + (b - a)/n <= m <= b - (b - a)/n, from n - 1 values at one end and one at the other.
* With a median M the sum is at least (n - 1)/2 (a + M) + b for odd n, (n/2 - 1) a + n/2 M + b for
  even n >= 4; with a and b exchanged it is at most that.

Every bound takes the ends of the printed intervals that make it widest. Where n is not printed, an
error is told only if no number of values up to the population's size will do.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from hepatica.audit.claim import Paper
from hepatica.audit.granularity.figure import decimal_text, root_text
from hepatica.audit.granularity.summary import (
    Number,
    Range,
    Summary,
    largest_size,
    missing_text,
    summaries,
)
from hepatica.audit.outcome import Discrepancy, Outcome, Passed
from hepatica.audit.printed import Printed

MOST = "largest variance between two ends [bhatia2000]"
LEAST = "the two ends alone make so much variance"
MEDIAN = "mean and median are at most one SD apart"
ENDS = "the smallest and the largest value are among the values"
STANDARD_ERROR = "a standard error printed as SD"


def check_deviation(paper: Paper) -> Iterator[Outcome]:
    """Every deviation, mean and median against the range that is printed of the same variable."""
    for summary in summaries(paper):
        for mean in summary.means:
            ranges = [r for r in summary.ranges if summary.of_same_values(mean.claim, *r.claims)]
            for deviation in summary.deviations_of(mean):
                yield from _against_medians(mean, deviation, summary)
                for ends in ranges:
                    yield from _within_range(mean, deviation, ends, summary)
            for ends in ranges:
                yield from _mean_in_range(mean, ends, summary)


def _ids(*numbers: Number) -> tuple[str, ...]:
    return tuple(dict.fromkeys(number.claim.id for number in numbers))


def _medians(mean: Number, summary: Summary) -> list[Number]:
    return [m for m in summary.medians if summary.of_same_values(mean.claim, m.claim)]


def _against_medians(mean: Number, deviation: Number, summary: Summary) -> Iterator[Outcome]:
    for median in _medians(mean, summary):
        ids = _ids(mean, median, deviation)
        a, b = mean.printed, median.printed
        apart = max(a.low - b.high, b.low - a.high, Fraction(0))
        gap = decimal_text(abs(a.value - b.value), max(a.decimals, b.decimals))
        text = (
            f"{summary.name}: mean {mean.text} and median {median.text} are {gap} apart, "
            f"SD {deviation.text}"
        )
        if apart > deviation.printed.high:
            rescue = (STANDARD_ERROR,)
            yield Discrepancy("P211", text, ids, MEDIAN, rescued_by=rescue)
        else:
            yield Passed("P211", text, ids)


def most_variance(mean: Printed, low: Printed, high: Printed, size: int) -> Fraction:
    """Largest variance that `size` values between the printed ends can have at the printed mean."""
    a, b = low.low, high.high
    middle = min(max((a + b) / 2, mean.low), mean.high)
    return max((b - middle) * (middle - a), Fraction(0)) * Fraction(size, size - 1)


def least_variance(low: Printed, high: Printed, size: int) -> Fraction:
    """Smallest variance of `size` values of which two are the printed ends."""
    apart = max(high.low - low.high, Fraction(0))
    return apart**2 / (2 * (size - 1))


def _within_range(
    mean: Number, deviation: Number, ends: Range, summary: Summary
) -> Iterator[Outcome]:
    told = summary.sizes(mean.claim)
    if told is None or told[0] < 2:
        return
    size, printed = told
    low, high, sd = ends.low.printed, ends.high.printed, deviation.printed
    ids = tuple(dict.fromkeys((*_ids(mean, deviation), *ends.ids)))
    least, smallest = least_variance(low, high, size), max(sd.low, Fraction(0)) ** 2
    what = f"{summary.name}: SD {deviation.text}, mean {mean.text}, range {ends.text}, n = {size}"
    if sd.high < 0 or least > sd.high**2:
        text = f"{what}; the ends alone give at least {root_text(least, sd.decimals + 1)}"
        yield Discrepancy("P209", text, ids, LEAST, rescued_by=_as_error(sd, least, size))
        return
    most = most_variance(mean.printed, low, high, size)
    if smallest <= most:
        limits = f"{root_text(least, sd.decimals)} to {root_text(most, sd.decimals)}"
        yield Passed("P209", f"{what}; possible {limits}", ids)
        return

    def possible(n: int) -> bool:
        return smallest <= most_variance(mean.printed, low, high, n)

    fewer = None if printed else largest_size(size, possible, least=2)
    text = f"{what}; it is at most {root_text(most, sd.decimals + 1)}"
    if fewer is None:
        yield Discrepancy("P209", text, ids, MOST)
    else:
        rescue = (missing_text(size, fewer),)
        yield Discrepancy("P210", text, ids, MOST, rescued_by=rescue)


def _as_error(sd: Printed, least: Fraction, size: int) -> tuple[str, ...]:
    """The reading as a standard error, where it would be large enough."""
    if sd.high <= 0 or sd.high**2 * size < least:
        return ()
    deviation = root_text(sd.value**2 * size, sd.decimals)
    return (f"{STANDARD_ERROR}: {sd.text.strip()} x sqrt({size}) = {deviation}",)


def _mean_in_range(mean: Number, ends: Range, summary: Summary) -> Iterator[Outcome]:
    told = summary.sizes(mean.claim)
    if told is None or told[0] < 2:
        return
    size = told[0]
    m, a, b = mean.printed, ends.low.printed, ends.high.printed
    if m.high < a.low or m.low > b.high or a.value > b.value:
        return  # outside the range altogether: a matter of order
    lowest = a.low + (b.low - a.low) / size
    highest = b.high - (b.high - a.high) / size
    ids = tuple(dict.fromkeys((mean.claim.id, *ends.ids)))
    what = f"mean {summary.name}: {mean.text}, range {ends.text}, n = {size}"
    if m.high < lowest or m.low > highest:
        limit = _limit(m.high < lowest, a, b, size)
        yield Discrepancy("P212", f"{what}; {limit}", ids, ENDS)
        return
    yield Passed("P212", f"{what}", ids)
    for median in _medians(mean, summary):
        if median.printed.low <= b.high and median.printed.high >= a.low:
            yield from _mean_with_median(mean, median, ends, summary)


def _limit(below: bool, a: Printed, b: Printed, size: int) -> str:
    x, y = (a, b) if below else (b, a)
    exact = x.value + (y.value - x.value) / size
    word = "at least" if below else "at most"
    first, second = x.text.strip(), y.text.strip()
    shown = decimal_text(exact, max(a.decimals, b.decimals) + 1)
    return f"{word} ({size - 1} x {first} + {second})/{size} = {shown}"


def mean_limits(ends: Range, median: Printed, size: int) -> tuple[Fraction, Fraction]:
    """Smallest and largest mean of `size` >= 3 values with the printed ends and median."""
    a, b = ends.low.printed, ends.high.printed
    half, odd = divmod(size, 2)
    outer = half if odd else half - 1
    low = outer * a.low + half * median.low + b.low
    high = outer * b.high + half * median.high + a.high
    return low / size, high / size


def _mean_with_median(
    mean: Number, median: Number, ends: Range, summary: Summary
) -> Iterator[Outcome]:
    told = summary.sizes(mean.claim)
    assert told is not None
    size, printed = told

    def possible(n: int) -> bool:
        if n < 3:
            return True
        low, high = mean_limits(ends, median.printed, n)
        return low <= mean.printed.high and mean.printed.low <= high

    ids = tuple(dict.fromkeys((*_ids(mean, median), *ends.ids)))
    what = f"{summary.name}: mean {mean.text}, median {median.text}, range {ends.text}, n = {size}"
    if possible(size):
        yield Passed("P217", what, ids)
        return
    fewer = None if printed else largest_size(size, possible, least=3)
    low, high = mean_limits(ends, median.printed, size)
    places = mean.printed.decimals + 1
    text = f"{what}; the mean lies from {decimal_text(low, places)} to {decimal_text(high, places)}"
    rescue = () if fewer is None else (missing_text(size, fewer),)
    code = "P217" if fewer is None else "P210"
    yield Discrepancy(code, text, ids, ENDS, rescued_by=rescue)
