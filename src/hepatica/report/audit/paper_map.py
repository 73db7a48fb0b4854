"""The map of the paper: its claims as words of a page, and the conflicts drawn between them.

Every text is escaped here, and every sign that cannot be shown is printed as its code point. The
drawing needs no script: a conflict that is pointed at or focused is brought out by the style sheet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from unicodedata import east_asian_width

from hepatica.report.audit.entry import Entry, drawn_entries
from hepatica.report.audit.given import AuditInput
from hepatica.report.audit.locus import paper_sections
from hepatica.report.audit.mark import Mark, plain
from hepatica.report.audit.page_layout import (
    PAGE_LEFT,
    PAGE_RIGHT,
    PageLayout,
    PlacedClaim,
    page_layout,
)
from hepatica.report.audit.sentence import counted, joined
from hepatica.report.audit.standing import STANDINGS, WORDS, Standing
from hepatica.report.legible import legible

WIDTH = 900
# More are listed below the map, and not drawn.
MOST_DRAWN = 40
_MOST_SPOKES = 60
_HUB = 462.0
_TEXT = _HUB + 20
_TITLE_SIGNS, _MESSAGE_SIGNS, _TOOLTIP_SIGNS, _LABEL_SIGNS = 60, 80, 160, 300
_GROUPS = {
    True: "Cannot all be true as printed",
    False: "True only under another reading, or unusual",
}
_ROW, _FIRST_ROW, _GROUP = 40.0, 44.0, 26.0
_LEGEND = 46.0
# With more entries their rows stand closer.
_MANY, _CLOSE_ROW = 16, 34.0
# How every message of the solver begins; there is no room for it here.
_OPENING = "No patients satisfy all of this at once: "


def render_paper_map(given: AuditInput) -> str:
    """The map as SVG text; the same audit gives the same text."""
    known = given.standings
    entries = drawn_entries(given.audit)[:MOST_DRAWN]
    rows = _rows(entries)
    layout = page_layout(paper_sections(known), wanted=rows[-1][0] if rows else 0.0)
    hubs = _spread(rows, layout.bottom)
    ends = (layout.bottom, *(y + _ROW for y, _ in hubs))
    bottom = max(ends)
    parts = [
        *_opening(map_words(given), bottom + _LEGEND),
        *_page(layout),
        *_groups(hubs),
        *(line for y, entry in hubs for line in _tie(entry, y, layout)),
        *_legend(known, bottom + 24),
        "</svg>",
    ]
    return "\n".join(parts)


def map_words(given: AuditInput) -> str:
    """What the map shows, for who does not see it."""
    states = Counter(s.state for s in given.standings)
    drawn = drawn_entries(given.audit)
    counts = "; ".join(f"{states[s]} {WORDS[s]}" for s in STANDINGS)
    numbers = joined([str(e.number) for e in drawn[:MOST_DRAWN]])
    ties = f"Lines join the claims of {numbers}." if drawn else "No claims are joined."
    more = len(drawn) - MOST_DRAWN
    rest = f" {more} more of the list are not drawn." if more > 0 else ""
    return f"{counted(sum(states.values()), 'claim')}: {counts}. {ties}{rest}"


def _rows(entries: Sequence[Entry]) -> list[tuple[float, Entry]]:
    """Every entry with the least height of its row; a heading stands over each of two groups."""
    rows: list[tuple[float, Entry]] = []
    y, before = _FIRST_ROW, None
    row = _ROW if len(entries) <= _MANY else _CLOSE_ROW
    for entry in entries:
        y += _GROUP if before is not None and before != entry.contradicts else 0.0
        rows.append((y, entry))
        y, before = y + row, entry.contradicts
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


def _opening(words: str, height: float) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="map" role="group" '
        f'viewBox="0 0 {WIDTH} {plain(height)}" aria-labelledby="map-title map-desc">'
    )
    yield f'<title id="map-title">{_shown("Map of the paper")}</title>'
    yield f'<desc id="map-desc">{_shown(words)}</desc>'


def _page(layout: PageLayout) -> Iterator[str]:
    yield _box("sheet", (PAGE_LEFT, 4, PAGE_RIGHT - PAGE_LEFT, layout.bottom - 4), 3)
    for name, count, y in layout.headings:
        yield _text("sec", PAGE_LEFT + 18, y, name)
        yield _text("tally", PAGE_RIGHT - 18, y, str(count))
    yield '<g class="words">'
    for one in layout.placed:
        claim = one.standing.claim
        quote = _clipped(claim.quote, _TOOLTIP_SIGNS)
        words = f"{claim.id}, {claim.place}: {quote} ({WORDS[one.standing.state]})"
        yield f"<g>{one.mark.svg()}<title>{_shown(_clipped(words, 2 * _TOOLTIP_SIGNS))}</title></g>"
    yield "</g>"


def _groups(hubs: Sequence[tuple[float, Entry]]) -> Iterator[str]:
    before: bool | None = None
    for y, entry in hubs:
        if entry.contradicts != before:
            yield _text("sec", _HUB - 8, y - 22, _GROUPS[entry.contradicts])
        before = entry.contradicts


def _tie(entry: Entry, y: float, layout: PageLayout) -> Iterator[str]:
    wanted = {claim.id for claim in entry.claims}
    placed = [one for one in layout.placed if one.standing.claim.id in wanted][:_MOST_SPOKES]
    kind = "bad" if entry.contradicts else "odd"
    message = entry.sentence.removeprefix(_OPENING)
    label = _shown(_clipped(f"{entry.number}. {entry.title}: {entry.message}", _LABEL_SIGNS))
    yield f'<a class="tie {kind}" href="#{entry.anchor}" aria-label="{label}">'
    yield from (_spoke(one, y, entry.number) for one in placed)
    yield f'<g class="lit">{"".join(one.mark.svg() for one in placed)}</g>'
    yield _box("hit", (_HUB - 14, y - 14, WIDTH - _HUB, 34), 4)
    yield _badge(entry, y)
    yield _text("head", _TEXT, y, _clipped(entry.short, _TITLE_SIGNS))
    yield _text("sub", _TEXT, y + 14, _clipped(message, _MESSAGE_SIGNS))
    yield "</a>"


def _badge(entry: Entry, y: float) -> str:
    """A disc for a contradiction, a square for a reading, with the entry's number."""
    disc = f'<circle class="hub" cx="{plain(_HUB)}" cy="{plain(y)}" r="10"/>'
    shape = disc if entry.contradicts else _box("hub", (_HUB - 9, y - 9, 18, 18), 3)
    return shape + _text("no", _HUB, y + 3.6, str(entry.number))


def _spoke(one: PlacedClaim, y: float, number: int) -> str:
    """From the mark down between the lines, along to the page's edge, and over to the entry."""
    x, foot = one.mark.foot
    lane = foot + 1.4 + 1.1 * (number % 3)
    edge = PAGE_RIGHT - 6
    far = (_HUB - edge) * 0.55
    bend, near, end = min(x + 4, edge), edge + far, _HUB - far
    along = f"M{plain(x)} {plain(foot)}Q{plain(x)} {plain(lane)} {plain(bend)} {plain(lane)}"
    over = f"H{plain(edge)}C{plain(near)} {plain(lane)} {plain(end)} {plain(y)}"
    return f'<path class="spoke" d="{along}{over} {plain(_HUB - 10)} {plain(y)}"/>'


def _legend(known: Sequence[Standing], y: float) -> Iterator[str]:
    states = Counter(s.state for s in known)
    x = PAGE_LEFT + 2
    for state in STANDINGS:
        words = f"{WORDS[state]} ({states[state]})"
        yield Mark(x, x + 24, y, state).svg()
        yield _text("sub", x + 31, y + 4, words)
        x += 46 + 6.1 * len(words)


def _text(kind: str, x: float, y: float, words: str) -> str:
    return f'<text class="{kind}" x="{plain(x)}" y="{plain(y)}">{_shown(words)}</text>'


def _box(kind: str, box: tuple[float, float, float, float], radius: int) -> str:
    x, y, width, height = map(plain, box)
    place = f'x="{x}" y="{y}" width="{width}" height="{height}"'
    return f'<rect class="{kind}" {place} rx="{radius}"/>'


def _clipped(text: str, signs: int) -> str:
    """The text cut to a width of so many signs; a sign of East Asian writing counts twice."""
    room = signs
    for index, sign in enumerate(text):
        room -= 2 if east_asian_width(sign) in {"W", "F"} else 1
        if room < 0:
            return f"{text[: max(index - 1, 0)].rstrip()}\u2026"
    return text


def _shown(text: str) -> str:
    return escape(legible(text))
