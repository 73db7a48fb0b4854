"""How wide the columns of a printed table are, in signs of its type, and whether it turns the page.

One rule for every document, so that a table looks alike in each of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil

from hepatica.report.legible import legible
from hepatica.report.table import Table

# Signs of 8.5 point type on the text width of an A4 page, upright and turned.
UPRIGHT_SIGNS = 112
TURNED_SIGNS = 168
# Lines of such type on a page.
_UPRIGHT_LINES, _TURNED_LINES = 66, 42
# What a column takes beside its text.
PAD_SIGNS = 2.5
_LONGEST_PROSE = 46.0
_STUB_LONGEST = 42.0
_HEAD_LONGEST = 13.0
# A column of longer texts gets no more room than one of these.
_LONGEST_TOLD = 150.0
# To this the first column of a table of numbers may wrap before the page is turned.
_STUB_WRAPPED = 26.0
_LEAST = 4.0
# Widths are sums of decimal fractions.
_NOISE = 1e-6
_BREAK = re.compile(r"[\s/,;]+")
_NARROW = frozenset("iljtfIr.,;:'|()[]/ -")


@dataclass(frozen=True, slots=True)
class Layout:
    """Widths of stub and columns in signs; `turned` on a landscape page, `small` in small type.

    `right` tells which of them are aligned to the right.
    """

    widths: tuple[float, ...]
    right: tuple[bool, ...]
    turned: bool = False
    small: bool = False

    @property
    def room(self) -> int:
        """Signs that the page has room for."""
        return TURNED_SIGNS if self.turned else UPRIGHT_SIGNS

    @property
    def share(self) -> float:
        """Part of the page's width that the table takes, at most 1."""
        return min(sum(self.widths) / self.room, 1.0)


def table_layout(table: Table) -> Layout:
    """Widths from the texts: whole cells where they fit, longest words where they do not.

    A table turns the page where upright its words would break, where most of its cells would wrap,
    or where a table of sentences then takes fewer pages.
    """
    texts = _columns(table)
    least = [_longest_word(column) + PAD_SIGNS for column in texts]
    whole = [_whole(column, i, table.prose) + PAD_SIGNS for i, column in enumerate(texts)]
    asked = [_told(column) for column in texts] if table.prose else whole
    asked = [max(a, m) for a, m in zip(asked, least, strict=True)]
    upright, turned = (_fitted(least, asked, table.sides, turned=way) for way in (False, True))
    if _turned(least, whole, prose=table.prose):
        return turned
    if table.prose and _pages(texts, turned) < _pages(texts, upright):
        return turned
    return upright


def _fitted(
    least: Sequence[float], asked: Sequence[float], right: tuple[bool, ...], *, turned: bool
) -> Layout:
    room = TURNED_SIGNS if turned else UPRIGHT_SIGNS
    if sum(least) > room:
        widths = [x * room / sum(least) for x in least]
        return Layout(tuple(widths), right, turned, small=True)
    if sum(asked) <= room:
        return Layout(tuple(asked), right, turned)
    part = (room - sum(least)) / (sum(asked) - sum(least))
    widths = [m + part * (a - m) for m, a in zip(least, asked, strict=True)]
    return Layout(tuple(widths), right, turned)


def _pages(texts: Sequence[Sequence[str]], layout: Layout) -> int:
    """Pages that the rows take, by the lines of their longest cells."""
    rooms = [max(width - PAD_SIGNS, 1.0) for width in layout.widths]
    rows = zip(*texts, strict=True)
    lines = sum(
        max(ceil(signs(t) / room - _NOISE) or 1 for t, room in zip(r, rooms, strict=True))
        for r in rows
    )
    return ceil(lines / (_TURNED_LINES if layout.turned else _UPRIGHT_LINES))


def _turned(least: Sequence[float], whole: Sequence[float], *, prose: bool) -> bool:
    if sum(least) > UPRIGHT_SIGNS:
        return True
    if prose:
        return sum(whole) > UPRIGHT_SIGNS * 1.5
    stub = max(least[0], min(whole[0], _STUB_WRAPPED))
    return stub + sum(whole[1:]) > UPRIGHT_SIGNS


def _columns(table: Table) -> list[list[str]]:
    rows = [line for line in table.lines if not line.heading]
    stub = [table.stub, *("  " * line.depth + line.stub for line in rows)]
    columns = [stub]
    for i, head in enumerate(table.columns):
        cells = [line.cells[i].text if i < len(line.cells) else "" for line in rows]
        columns.append([head, *cells])
    return [[legible(t) for t in column] for column in columns]


def _longest_word(texts: Sequence[str]) -> float:
    words = (signs(w) for t in texts for w in _BREAK.split(t))
    return min(max(max(words, default=0.0), _LEAST), _LONGEST_PROSE)


def _whole(texts: Sequence[str], index: int, prose: bool) -> float:
    # A head may wrap, so it asks for two lines and no more than a few words; a cell may not.
    longest = max(map(signs, texts[1:]), default=0.0)
    longest = max(longest, min(_two_lines(texts[0]), _HEAD_LONGEST))
    if index == 0:
        longest = min(longest, _STUB_LONGEST)
    elif prose:
        longest = min(longest, _LONGEST_PROSE)
    return max(longest, _longest_word(texts[:1]), _LEAST)


def _told(texts: Sequence[str]) -> float:
    """Room that a column of sentences asks for: its longest text, but no more than some lines."""
    head, *cells = texts
    longest = max(map(signs, cells), default=0.0)
    return min(max(longest, _longest_word([head])), _LONGEST_TOLD) + PAD_SIGNS


def _two_lines(head: str) -> float:
    """Width of a head on two lines, broken where that is least."""
    words = head.split(" ")
    ways = ((" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words) + 1))
    return min(max(map(signs, way)) for way in ways)


@lru_cache(maxsize=65536)
def signs(text: str) -> float:
    """Width of a text in signs of average width; capitals and wide scripts take more."""
    return sum(map(_sign, text))


def _sign(sign: str) -> float:
    if sign in _NARROW:
        return 0.7
    if sign.isupper() or sign in "mwMW%":
        return 1.45
    return 2.0 if ord(sign) > 0x2E80 else 1.05
