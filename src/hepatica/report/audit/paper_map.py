"""The map of the paper: its claims as words of a page, and the conflicts drawn between them.

Every text is escaped here, and every sign that cannot be shown is printed as its code point. The
drawing needs no script: a conflict that is pointed at or focused is brought out by the style sheet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape

from hepatica.audit.conflict import Audit
from hepatica.report.audit.entry import Entry, drawn_entries
from hepatica.report.audit.locus import paper_sections
from hepatica.report.audit.mark import Mark, plain
from hepatica.report.audit.page_layout import (
    PAGE_LEFT,
    PAGE_RIGHT,
    PageLayout,
    PlacedClaim,
    page_layout,
)
from hepatica.report.audit.sentence import counted
from hepatica.report.audit.standing import STANDINGS, WORDS, Standing, standings
from hepatica.report.legible import legible

WIDTH = 900
# More are listed below the map, and not drawn.
MOST_DRAWN = 40
_MOST_SPOKES = 60
_HUB = 462.0
_TEXT = _HUB + 20
_TITLE_SIGNS, _MESSAGE_SIGNS, _TOOLTIP_SIGNS = 58, 72, 160
_ROW, _FIRST_ROW, _GROUP = 40.0, 44.0, 26.0
_LEGEND = 46.0


def render_paper_map(audit: Audit) -> str:
    """The map as SVG text; the same audit gives the same text."""
    known = standings(audit)
    entries = drawn_entries(audit)[:MOST_DRAWN]
    rows = _rows(entries)
    layout = page_layout(paper_sections(known), wanted=rows[-1][0] if rows else 0.0)
    hubs = _spread(rows, layout.bottom)
    ends = (layout.bottom, *(y + _ROW for y, _ in hubs))
    bottom = max(ends)
    parts = [
        *_opening(audit, known, bottom + _LEGEND),
        *_page(layout),
        *_groups(hubs),
        *(line for y, entry in hubs for line in _tie(entry, y, layout)),
        *_legend(known, bottom + 24),
        "</svg>",
    ]
    return "\n".join(parts)


def map_words(audit: Audit) -> str:
    """What the map shows, for who does not see it."""
    states = Counter(s.state for s in standings(audit))
    drawn = drawn_entries(audit)
    counts = "; ".join(f"{states[s]} {WORDS[s]}" for s in STANDINGS)
    numbers = ", ".join(str(e.number) for e in drawn[:MOST_DRAWN])
    ties = f"Lines join the claims of entries {numbers}." if drawn else "No claims are joined."
    more = len(drawn) - MOST_DRAWN
    rest = f" {counted(more, 'entry' if more == 1 else 'further entrie')} not drawn." if more > 0 else ""
    return f"{counted(sum(states.values()), 'claim')}: {counts}. {ties}{rest}"


def _rows(entries: Sequence[Entry]) -> list[tuple[float, Entry]]:
    """Every entry with the least height of its row; a heading stands over each of two groups."""
    rows: list[tuple[float, Entry]] = []
    y, before = _FIRST_ROW, None
    for entry in entries:
        y += _GROUP if before is not None and before != entry.contradicts else 0.0
        rows.append((y, entry))
        y, before = y + _ROW, entry.contradicts
    return rows


def _spread(rows: list[tuple[float, Entry]], bottom: float) -> list[tuple[float, Entry]]:
    """The rows further apart, where the page beside them is longer."""
    if not rows:
        return []
    last = rows[-1][0]
    room = min(bottom - 30.0 - last, 26.0 * len(rows))
    if room <= 0 or last == _FIRST_ROW:
        return rows
    stretch = 1 + room / (last - _FIRST_ROW)
    return [(_FIRST_ROW + (y - _FIRST_ROW) * stretch, entry) for y, entry in rows]


def _opening(audit: Audit, known: Sequence[Standing], height: float) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="map" role="group" '
        f'viewBox="0 0 {WIDTH} {plain(height)}" aria-labelledby="map-title map-desc">'
    )
    yield f'<title id="map-title">{_shown("Map of the paper")}</title>'
    yield f'<desc id="map-desc">{_shown(map_words(audit))}</desc>'


def _page(layout: PageLayout) -> Iterator[str]:
    width, height = PAGE_RIGHT - PAGE_LEFT, layout.bottom - 4
    yield (
        f'<rect class="sheet" x="{plain(PAGE_LEFT)}" y="4" width="{plain(width)}" '
        f'height="{plain(height)}" rx="3"/>'
    )
    for name, count, y in layout.headings:
        yield f'<text class="sec" x="{plain(PAGE_LEFT + 18)}" y="{plain(y)}">{_shown(name)}</text>'
        x = plain(PAGE_RIGHT - 18)
        yield f'<text class="tally" x="{x}" y="{plain(y)}">{count}</text>'
    yield '<g class="words">'
    for one in layout.placed:
        claim = one.standing.claim
        quote = _clipped(claim.quote, _TOOLTIP_SIGNS)
        words = f"{claim.id}, {claim.place}: {quote} ({WORDS[one.standing.state]})"
        yield f"<g>{one.mark.svg()}<title>{_shown(words)}</title></g>"
    yield "</g>"


def _groups(hubs: Sequence[tuple[float, Entry]]) -> Iterator[str]:
    before: bool | None = None
    for y, entry in hubs:
        if entry.contradicts != before:
            words = "Cannot all be true" if entry.contradicts else "True only under another reading, or unusual"
            yield f'<text class="sec" x="{plain(_HUB - 8)}" y="{plain(y - 22)}">{words}</text>'
        before = entry.contradicts


def _tie(entry: Entry, y: float, layout: PageLayout) -> Iterator[str]:
    wanted = {claim.id for claim in entry.claims}
    placed = [one for one in layout.placed if one.standing.claim.id in wanted][:_MOST_SPOKES]
    kind = "bad" if entry.contradicts else "odd"
    label = f"{entry.number}. {entry.title}: {entry.message}"
    yield f'<a class="tie {kind}" href="#{entry.anchor}" aria-label="{_shown(_clipped(label, 300))}">'
    yield from (_spoke(one, y, entry.number) for one in placed)
    yield f'<g class="lit">{"".join(one.mark.svg() for one in placed)}</g>'
    yield f'<rect class="hit" x="{plain(_HUB - 14)}" y="{plain(y - 14)}" width="{plain(WIDTH - _HUB)}" height="34" rx="4"/>'
    yield _badge(entry, y)
    head = entry.title if entry.code else f"{entry.title} (solver)"
    yield f'<text class="head" x="{plain(_TEXT)}" y="{plain(y)}">{_shown(_clipped(head, _TITLE_SIGNS))}</text>'
    yield f'<text class="sub" x="{plain(_TEXT)}" y="{plain(y + 14)}">{_shown(_clipped(entry.message, _MESSAGE_SIGNS))}</text>'
    yield "</a>"


def _badge(entry: Entry, y: float) -> str:
    """A disc for a contradiction, a square for a reading, with the entry's number."""
    x = plain(_HUB)
    shape = (
        f'<circle class="hub" cx="{x}" cy="{plain(y)}" r="10"/>'
        if entry.contradicts
        else f'<rect class="hub" x="{plain(_HUB - 9)}" y="{plain(y - 9)}" width="18" height="18" rx="3"/>'
    )
    return f'{shape}<text class="no" x="{x}" y="{plain(y + 3.6)}">{entry.number}</text>'


def _spoke(one: PlacedClaim, y: float, number: int) -> str:
    """From the mark down between the lines, along to the page's edge, and over to the entry."""
    x, foot = one.mark.foot
    lane = foot + 1.4 + 1.1 * (number % 3)
    edge = PAGE_RIGHT - 6
    bend = min(x + 4, edge)
    far = (_HUB - edge) * 0.55
    return (
        f'<path class="spoke" d="M{plain(x)} {plain(foot)}Q{plain(x)} {plain(lane)} {plain(bend)} '
        f"{plain(lane)}H{plain(edge)}C{plain(edge + far)} {plain(lane)} {plain(_HUB - far)} {plain(y)} "
        f'{plain(_HUB - 10)} {plain(y)}"/>'
    )


def _legend(known: Sequence[Standing], y: float) -> Iterator[str]:
    states = Counter(s.state for s in known)
    x = PAGE_LEFT + 2
    for state in STANDINGS:
        words = f"{WORDS[state]} ({states[state]})"
        yield Mark(x, x + 24, y, state).svg()
        yield f'<text class="sub" x="{plain(x + 31)}" y="{plain(y + 4)}">{words}</text>'
        x += 46 + 6.1 * len(words)


def _clipped(text: str, signs: int) -> str:
    return text if len(text) <= signs else f"{text[: signs - 1].rstrip()}\u2026"


def _shown(text: str) -> str:
    return escape(legible(text))
