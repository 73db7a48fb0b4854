"""A printed table as a frozen value: text in cells, and behind each cell the results it prints.

The same value is rendered to HTML now and to other documents later; nothing here knows a format.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# A number as printed, with its share, limits or whole; a date is none.
_NUMBER = re.compile(r"[<>]?[0-9.,\u2212]+%?([ /(\[][0-9.,\u2212\u2013%/()\[\]NE ]*)?|NE")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text, and the rows of results.csv that it prints.

    `subjects` are those behind a cell that prints no result, such as a listed record; `target` is
    the anchor of what the text refers to: a section, a table ("t-3") or a figure ("f-1"), or a file
    beside the page ("profiles.pdf#page=3").
    """

    text: str
    rows: tuple[int, ...] = ()
    subjects: tuple[str, ...] = ()
    target: str = ""


EMPTY = Cell("")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table; a heading has no cells and a depth of 1 is indented."""

    stub: str
    cells: tuple[Cell, ...] = ()
    depth: int = 0

    @property
    def heading(self) -> bool:
        """Whether the row only heads those that follow."""
        return not self.cells


@dataclass(frozen=True, slots=True)
class Table:
    """A table with title, columns, rows and footnotes; `prose` aligns its cells as text."""

    key: str
    title: str
    stub: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    footnotes: tuple[str, ...] = ()
    prose: bool = False

    @property
    def sides(self) -> tuple[bool, ...]:
        """Whether the stub and each column is aligned to the right, as numbers are."""
        return (False, *(not self.prose or self._numeric(i) for i in range(len(self.columns))))

    def _numeric(self, column: int) -> bool:
        cells = [line.cells[column].text for line in self.lines if len(line.cells) > column]
        shown = [text for text in cells if text]
        return bool(shown) and all(map(_NUMBER.fullmatch, shown))

    @property
    def empty(self) -> bool:
        """Whether there is no row with cells."""
        return not any(line.cells for line in self.lines)
