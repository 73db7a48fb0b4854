"""Medians, quartiles and ends of whole numbers.

The median of whole numbers ends in .0 or .5, of an odd number of them in .0; the ends of their
range are whole. A quartile is a whole number of quarters by most definitions, of twelfths or
sixteenths by two others [hyndman1996], and so never more than a warning.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from hepatica.audit.claim import Paper
from hepatica.audit.granularity.figure import decimal_text
from hepatica.audit.granularity.grim import grim
from hepatica.audit.granularity.rounding import NEAREST
from hepatica.audit.granularity.summary import Number, Summary, largest_size, summaries
from hepatica.audit.granularity.whole_number import is_mostly_whole, is_whole
from hepatica.audit.outcome import Discrepancy, Outcome, Passed
from hepatica.audit.printed import Printed

MEDIAN = "definition of the median: the middle value, or midway between the two in the middle"
ENDS = "smallest and largest are values of patients"
QUARTILE = "nine definitions of a quartile [hyndman1996]"
_QUARTERS = (4, 12, 16)


def check_whole_median(paper: Paper) -> Iterator[Outcome]:
    """Medians, quartiles and ends of every variable that is whole, by nature or mostly."""
    for summary in summaries(paper):
        if not (is_whole(summary.variable) or is_mostly_whole(summary.variable)):
            continue
        for median in summary.medians:
            yield from _median(median, summary)
        for centre in summary.centres:
            yield from _centre(centre, summary)
        for end in summary.ends:
            yield from _end(end, summary)
        for quartile in summary.quartiles:
            yield from _quartile(quartile, summary)


def _fits(printed: Printed, parts: int) -> bool:
    whole = NEAREST.stands_for(printed).wholes(parts)
    return whole.start < whole.stop


def _median(median: Number, summary: Summary) -> Iterator[Outcome]:
    told = summary.sizes(median.claim)
    odd = told is not None and told[0] % 2 == 1
    text = f"median {summary.name}: {median.text}"
    ids = (median.claim.id,)
    if not _fits(median.printed, 2):
        near = _near(median.printed, 2)
        yield _told("P206", f"{text}; of whole numbers it is {near}", ids, MEDIAN, summary)
    elif odd and not _fits(median.printed, 1):
        assert told is not None
        size, printed = told
        near = f"of {size}, an odd number, it is a value itself: {_near(median.printed, 1)}"
        if printed:
            yield _told("P206", f"{text}; {near}", ids, MEDIAN, summary)
        else:
            rescue = f"{size - 1} values: 1 of {size} missing"
            yield _told("P207", f"{text}; {near}", ids, MEDIAN, summary, rescue)
    else:
        code = "P206" if is_whole(summary.variable) else "P203"
        yield Passed(code, f"{text} can be the median of whole numbers", ids)


def _centre(centre: Number, summary: Summary) -> Iterator[Outcome]:
    """A centre whose statistic is not named: as a median, or as a mean of any number of values."""
    told = summary.sizes(centre.claim)
    if told is None:
        return
    size, printed = told
    text = f"centre {summary.name}: {centre.text}"
    ids = (centre.claim.id,)
    mean = grim(centre.printed, size)
    fewer = None if printed else largest_size(size, lambda n: grim(centre.printed, n).consistent)
    if _fits(centre.printed, 2) or mean.consistent or fewer is not None:
        code = "P206" if is_whole(summary.variable) else "P203"
        yield Passed(code, f"{text} can be a mean or a median of whole numbers", ids)
        return
    near = f"as a mean {mean.sentence}; as a median it is {_near(centre.printed, 2)}"
    yield _told("P206", f"{text}; {near}", ids, MEDIAN, summary)


def _end(end: Number, summary: Summary) -> Iterator[Outcome]:
    text = f"{summary.name}: {end.text} at an end of the range"
    ids = (end.claim.id,)
    if _fits(end.printed, 1):
        code = "P208" if is_whole(summary.variable) else "P203"
        yield Passed(code, f"{text} is whole", ids)
    else:
        near = f"a value is {_near(end.printed, 1)}"
        yield _told("P208", f"{text}; {near}", ids, ENDS, summary)


def _quartile(quartile: Number, summary: Summary) -> Iterator[Outcome]:
    text = f"quartile {summary.name}: {quartile.text}"
    ids = (quartile.claim.id,)
    if any(_fits(quartile.printed, parts) for parts in _QUARTERS):
        code = "P207" if is_whole(summary.variable) else "P203"
        yield Passed(code, f"{text} can be a quartile of whole numbers", ids)
    else:
        near = f"of whole numbers it is {_near(quartile.printed, 4)}"
        yield _told("P207", f"{text}; {near}", ids, QUARTILE, summary)


def _near(printed: Printed, parts: int) -> str:
    below, above = grim(printed, parts).neighbours
    places = 0 if parts == 1 else 1 if parts == 2 else 2
    shown = (decimal_text(Fraction(n, parts), places) for n in (below, above))
    return " or ".join(shown)


def _told(
    code: str, text: str, ids: tuple[str, ...], source: str, summary: Summary, rescue: str = ""
) -> Discrepancy:
    """The discrepancy; a note where the variable is only mostly whole."""
    rescued = (rescue,) if rescue else ()
    if not is_whole(summary.variable):
        code, rescued = "P203", (*rescued, f"{summary.variable} not recorded as whole numbers")
    return Discrepancy(code, text, ids, source, rescued_by=rescued)
