"""What a sentence can refer to: the tables, figures and sections that this report holds."""

from __future__ import annotations

from collections.abc import Iterable

from hepatica.report.narrative.sentence import Pieces, pieces, series
from hepatica.report.numbering import numbering_of
from hepatica.report.passage import Section
from hepatica.report.table import Cell


class References:
    """References by key; one to what is not in the report is empty."""

    def __init__(self, sections: Iterable[Section]) -> None:
        self._sections = {s.key: s for s in sections}
        self._numbering = numbering_of(self._sections.values())

    def table(self, key: str) -> Pieces:
        """A table by its key."""
        index = self._numbering.table(key)
        return pieces(Cell(f"Table {index}", target=f"t-{index}")) if index else ()

    def figure(self, name: str) -> Pieces:
        """A figure by its name."""
        index = self._numbering.figures.get(name, 0)
        return pieces(Cell(f"Figure {index}", target=f"f-{index}")) if index else ()

    def section(self, key: str) -> Pieces:
        """A section by its title, where it holds anything."""
        section = self._sections.get(key)
        if section is None or section.empty:
            return ()
        return pieces(Cell(f"section \u201c{section.title}\u201d", target=key))

    def tables_of(self, key: str, column: str = "") -> Pieces:
        """The first numbered table of a section; that with such a column where one is named."""
        section = self._sections.get(key)
        found = section.tables if section else ()
        named = (t.key for t in found if not column or column in t.columns)
        return next((self.table(k) for k in named if self._numbering.table(k)), ())


def bracketed(*found: Pieces) -> Pieces:
    """The references that there are in brackets, such as " (Table 3; Figure 1)"."""
    inner = series(found, last="; ", between="; ")
    return pieces(" (", inner, ")") if inner else ()
