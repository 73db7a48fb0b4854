"""How wide the columns of a printed table are, in signs of its type, and whether it turns the page.

One rule for every document, so that a table looks alike in each of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hepatica.report.legible import legible
from hepatica.report.table import Table

# Signs of 9 point type on the text width of an A4 page, upright and turned.
UPRIGHT_SIGNS = 96
TURNED_SIGNS = 146
# What a column takes beside its text.
_PAD = 3
_LONGEST_PROSE = 46
_STUB_LONGEST = 42
_LEAST = 5
_BREAK = re.compile(r"[\s/,;:_\-\u2013]+")


@dataclass(frozen=True, slots=True)
class Layout:
    """Widths of stub and columns in signs; `turned` on a landscape page, `small` in small type."""

    widths: tuple[float, ...]
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

    A table turns the page where upright its words would break, or most of its cells would wrap.
    """
    texts = _columns(table)
    least = [_longest_word(column) + _PAD for column in texts]
    whole = [_whole(column, i, table.prose) + _PAD for i, column in enumerate(texts)]
    turned = sum(least) > UPRIGHT_SIGNS or (not table.prose and sum(whole) > UPRIGHT_SIGNS)
    turned = turned or (table.prose and sum(whole) > UPRIGHT_SIGNS * 1.75)
    room = TURNED_SIGNS if turned else UPRIGHT_SIGNS
    small = sum(least) > room
    if sum(whole) <= room:
        return Layout(tuple(map(float, whole)), turned)
    if small:
        total = sum(least)
        return Layout(tuple(x * room / total for x in least), turned, small)
    free = room - sum(least)
    wanted = [max(w - m, 0) for w, m in zip(whole, least, strict=True)]
    total = sum(wanted) or 1
    widths = (m + free * w / total for m, w in zip(least, wanted, strict=True))
    return Layout(tuple(widths), turned)


def _columns(table: Table) -> list[list[str]]:
    rows = [line for line in table.lines if not line.heading]
    stub = [table.stub, *("  " * line.depth + line.stub for line in rows)]
    columns = [stub]
    for i, head in enumerate(table.columns):
        cells = [line.cells[i].text for line in rows if i < len(line.cells)]
        columns.append([head, *cells])
    return [[legible(t) for t in column] for column in columns]


def _longest_word(texts: Sequence[str]) -> int:
    words = (len(w) + 1 for t in texts for w in _BREAK.split(t))
    return min(max(max(words, default=0), _LEAST), _LONGEST_PROSE)


def _whole(texts: Sequence[str], index: int, prose: bool) -> int:
    # A head may wrap, so it asks for no more than its longest word; a cell of numbers may not.
    longest = max((len(t) for t in texts[1:]), default=0)
    if index == 0:
        longest = min(longest, _STUB_LONGEST)
    elif prose:
        longest = min(longest, _LONGEST_PROSE)
    return max(longest, _longest_word(texts[:1]), _LEAST)
