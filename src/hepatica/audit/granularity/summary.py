"""What a paper prints of one variable in one population: means, medians, deviations, ranges.

The number of values is the printed denominator; where none is printed, the size of the population
is only presumed, because values may be missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from hepatica.audit.claim import Claim, Paper
from hepatica.audit.printed import Printed, parse_printed
from hepatica.audit.word import variables

MAX_TRIES = 500
_STATISTICS = frozenset({"mean", "median", "centre", "sd", "min", "max", "q1", "q3"})


@dataclass(frozen=True, slots=True)
class Number:
    """One printed number and the claim that prints it."""

    printed: Printed
    claim: Claim

    @property
    def text(self) -> str:
        """The number as printed, without spaces around it."""
        return self.printed.text.strip()


@dataclass(frozen=True, slots=True)
class Range:
    """Smallest and largest value; from two claims, or the bracket of one."""

    low: Number
    high: Number

    @property
    def claims(self) -> tuple[Claim, Claim]:
        """The claims that print the ends; twice the same where one bracket does."""
        return self.low.claim, self.high.claim

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the claims that print the ends."""
        return tuple(dict.fromkeys(claim.id for claim in self.claims))

    @property
    def text(self) -> str:
        """``2-9``."""
        return f"{self.low.text}-{self.high.text}"


@dataclass(slots=True)
class Summary:
    """Numbers of one variable (and level) in one population, each print once."""

    population: str
    variable: str
    level: str
    size: int | None
    means: list[Number] = field(default_factory=list)
    medians: list[Number] = field(default_factory=list)
    centres: list[Number] = field(default_factory=list)
    quartiles: list[Number] = field(default_factory=list)
    ends: list[Number] = field(default_factory=list)
    deviations: list[Number] = field(default_factory=list)
    ranges: list[Range] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Variable, level and population in words."""
        return f"{f'{self.variable} {self.level}'.strip()}, {self.population}"

    def sizes(self, claim: Claim) -> tuple[int, bool] | None:
        """Number of values, and whether it is printed; None where nothing tells it."""
        return number_of_values(claim, self.size)

    def deviations_of(self, mean: Number) -> list[Number]:
        """The deviations printed with a mean, else those of claims of their own."""
        own = [d for d in self.deviations if d.claim.id == mean.claim.id]
        return own or [
            d
            for d in self.deviations
            if d.claim.statistic == "sd" and self.of_same_values(mean.claim, d.claim)
        ]

    def of_same_values(self, *claims: Claim) -> bool:
        """Tell whether the claims say, or leave open alike, of how many values they are."""
        return len({self.size if claim.of is None else claim.of for claim in claims}) == 1


def number_of_values(claim: Claim, size: int | None) -> tuple[int, bool] | None:
    """The printed denominator, else the presumed one; with whether it is printed."""
    number = size if claim.of is None else claim.of
    return (number, claim.of is not None) if number is not None and number > 0 else None


def summaries(paper: Paper) -> Iterator[Summary]:
    """Every variable with a mean, median, deviation or range, by population and level."""
    found: dict[tuple[str, str, str], Summary] = {}
    for claim in paper.claims:
        if not claim.about_patients or claim.statistic not in _STATISTICS:
            continue
        if claim.between or claim.unit == "%":
            continue
        known = variables().get(claim.variable)
        if known and known.type == "time":
            continue
        key = (claim.population, claim.variable, claim.level)
        summary = found.setdefault(key, Summary(*key, paper.sizes.get(claim.population)))
        _add(summary, claim)
    yield from found.values()


def _add(summary: Summary, claim: Claim) -> None:
    lists = {
        "mean": summary.means,
        "median": summary.medians,
        "centre": summary.centres,
        "sd": summary.deviations,
        "min": summary.ends,
        "max": summary.ends,
        "q1": summary.quartiles,
        "q3": summary.quartiles,
    }
    _append(lists[claim.statistic], claim.value, claim)
    if claim.bracket is not None:
        _add_bracket(summary, claim)
    if claim.statistic in {"min", "max"}:
        lows = [n for n in summary.ends if n.claim.statistic == "min"]
        highs = [n for n in summary.ends if n.claim.statistic == "max"]
        if lows and highs:
            summary.ranges.append(Range(lows[-1], highs[-1]))


def _add_bracket(summary: Summary, claim: Claim) -> None:
    bracket = claim.bracket
    assert bracket is not None
    if bracket.declared_as == "sd" and not bracket.high:
        _append(summary.deviations, bracket.low, claim)
    elif bracket.declared_as == "iqr" and bracket.high:
        _append(summary.quartiles, bracket.low, claim)
        _append(summary.quartiles, bracket.high, claim)
    elif bracket.declared_as == "range" and bracket.high:
        low, high = parse_printed(bracket.low), parse_printed(bracket.high)
        if low and high and not low.comparator and not high.comparator:
            ends = Number(low, claim), Number(high, claim)
            summary.ends.extend(ends)
            summary.ranges.append(Range(*ends))


def _append(numbers: list[Number], text: str, claim: Claim) -> None:
    printed = parse_printed(text)
    if printed is not None and not printed.comparator:
        numbers.append(Number(printed, claim))


def largest_size(size: int, possible: Callable[[int], bool], *, least: int = 1) -> int | None:
    """The largest number of values up to `size` for which it is possible.

    Returns     None where there is none; 0 where the rest was not tried, so that there may be one.
    """
    last = max(least, size - MAX_TRIES)
    found = next((n for n in range(size, last - 1, -1) if possible(n)), None)
    return 0 if found is None and last > least else found


def missing_text(size: int, fewer: int) -> str:
    """The reading that `fewer` values of `size` are known; 0 of `largest_size` in words."""
    if fewer == 0:
        return f"more than {MAX_TRIES} of {size} missing, which was not tried"
    return f"{fewer} values: {size - fewer} of {size} missing"
