"""Means and deviations of whole numbers: GRIM [brown2017] and GRIMMER [anaya2016] [allard2018].

Errors are told of variables that are whole by nature (`whole_number.toml`) and only where no number
of values will do: the printed denominator, else every number up to the size of the population. A
print that needs missing values is a warning; of variables that are mostly whole a note.
"""

from __future__ import annotations

from collections.abc import Iterator

from hepatica.audit.claim import Paper
from hepatica.audit.granularity.grim import grim
from hepatica.audit.granularity.grimmer import Grimmer, grimmer
from hepatica.audit.granularity.summary import (
    Number,
    Summary,
    largest_size,
    missing_text,
    summaries,
)
from hepatica.audit.granularity.whole_number import is_mostly_whole, is_whole
from hepatica.audit.outcome import Discrepancy, Outcome, Passed

MAX_SUMS = 100
GRIM = "GRIM [brown2017]"
GRIMMER = "GRIMMER [anaya2016] [allard2018]"


def check_whole_mean(paper: Paper) -> Iterator[Outcome]:
    """Every mean of whole numbers, with its deviation where one is printed."""
    for summary in summaries(paper):
        if is_whole(summary.variable) or is_mostly_whole(summary.variable):
            for mean in summary.means:
                yield from _mean(mean, summary)


def _mean(mean: Number, summary: Summary) -> Iterator[Outcome]:
    told = summary.sizes(mean.claim)
    if told is None:
        return
    size, printed = told
    found = grim(mean.printed, size)
    text = f"mean {summary.name}: {found.sentence}"
    if not found.consistent:
        fewer = None if printed else largest_size(size, lambda n: grim(mean.printed, n).consistent)
        yield _outcome(("P201", "P202"), text, (mean.claim.id,), GRIM, (summary, size, fewer))
        return
    code = "P201" if is_whole(summary.variable) else "P203"
    yield Passed(code, text, (mean.claim.id,))
    for deviation in summary.deviations_of(mean):
        yield from _deviation(mean, deviation, summary, told)


def _deviation(
    mean: Number, deviation: Number, summary: Summary, told: tuple[int, bool]
) -> Iterator[Outcome]:
    size, printed = told
    ids = tuple(dict.fromkeys((mean.claim.id, deviation.claim.id)))

    def answer(n: int) -> Grimmer | None:
        sums = grim(mean.printed, n).sums
        if sums.stop - sums.start > MAX_SUMS:
            return None  # a mean so coarse leaves hardly any deviation out
        return grimmer(mean.printed, deviation.printed, n)

    def possible(n: int) -> bool:
        told = answer(n)
        return told is None or told.consistent is not False

    found = answer(size)
    if found is None:
        return
    text = f"{summary.name}: {found.sentence}"
    if found.consistent is False:
        fewer = None if printed else largest_size(size, possible, least=2)
        yield _outcome(("P204", "P205"), text, ids, GRIMMER, (summary, size, fewer))
    elif found.consistent:
        code = "P204" if is_whole(summary.variable) else "P203"
        yield Passed(code, text, ids)


def _outcome(
    codes: tuple[str, str],
    text: str,
    ids: tuple[str, ...],
    source: str,
    where: tuple[Summary, int, int | None],
) -> Discrepancy:
    """The discrepancy at the weight that it has: error, warning, or note of a mostly whole one."""
    summary, size, fewer = where
    rescue = () if fewer is None else (missing_text(size, fewer),)
    if not is_whole(summary.variable):
        rescue = (*rescue, f"{summary.variable} not recorded as whole numbers")
        return Discrepancy("P203", text, ids, source, rescued_by=rescue)
    code = codes[0] if fewer is None else codes[1]
    tried = ("rounding up, down and to even", "every whole sum that fits the mean")
    return Discrepancy(code, text, ids, source, tried=tried, rescued_by=rescue)
