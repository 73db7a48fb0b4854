"""Where the claims stand on the drawn page of the paper: words in lines under their sections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hepatica.report.audit.locus import PaperSection
from hepatica.report.audit.mark import Mark
from hepatica.report.audit.standing import Standing

# Units of the drawing, which is 900 wide.
PAGE_LEFT, PAGE_RIGHT = 8.0, 348.0
_MARGIN = 18.0
_TOP = 30.0
_GAP = 4.0
_HEADING = 15.0
_BETWEEN = 9.0
_LEAST_WORD, _LONGEST_WORD, _PER_SIGN = 11.0, 52.0, 0.34
# Above so many claims every word is as short as the shortest.
_DENSE = 400
LINE_LEAST, LINE_MOST = 13.5, 28.0


@dataclass(frozen=True, slots=True)
class PlacedClaim:
    """A claim's standing with its mark."""

    standing: Standing
    mark: Mark


@dataclass(frozen=True, slots=True)
class PageLayout:
    """Headings (name, number of claims, height) and marks; the page ends at `bottom`."""

    headings: tuple[tuple[str, int, float], ...]
    placed: tuple[PlacedClaim, ...]
    bottom: float


def page_layout(sections: Sequence[PaperSection], wanted: float = 0.0) -> PageLayout:
    """The layout; lines stand wider apart, within reason, where `wanted` height is to be filled."""
    tight = _laid(sections, LINE_LEAST)
    if tight.bottom >= wanted:
        return tight
    loose = _laid(sections, LINE_MOST)
    if loose.bottom <= wanted or loose.bottom == tight.bottom:
        return loose
    share = (wanted - tight.bottom) / (loose.bottom - tight.bottom)
    return _laid(sections, LINE_LEAST + share * (LINE_MOST - LINE_LEAST))


def _laid(sections: Sequence[PaperSection], line: float) -> PageLayout:
    dense = sum(len(s.standings) for s in sections) > _DENSE
    left, right = PAGE_LEFT + _MARGIN, PAGE_RIGHT - _MARGIN
    headings, placed = [], []
    y = _TOP
    for section in sections:
        headings.append((section.name, len(section.standings), y))
        x, y = left, y + _HEADING
        for standing in section.standings:
            width = _word(standing, dense=dense)
            if x + width > right:
                x, y = left, y + line
            mark = Mark(x, x + width, y, standing.state)
            placed.append(PlacedClaim(standing, mark))
            x += width + _GAP
        y += line + _BETWEEN
    return PageLayout(tuple(headings), tuple(placed), y)


def _word(standing: Standing, *, dense: bool) -> float:
    long = 0.0 if dense else _PER_SIGN * len(standing.claim.quote)
    return min(_LEAST_WORD + long, _LONGEST_WORD)
