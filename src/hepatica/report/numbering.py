"""Numbers of tables and figures in the order of the report, and what a sentence calls them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hepatica.report.passage import Section

# Sections whose tables repeat or only list, and so bear no number.
_UNNUMBERED = {"summary", "provenance"}


@dataclass(frozen=True, slots=True)
class Numbering:
    """Numbers by table key and figure name."""

    tables: dict[str, int]
    figures: dict[str, int]

    def table(self, key: str) -> int:
        """The number of a table; 0 where it bears none."""
        return self.tables.get(key, 0)


def numbering_of(sections: Iterable[Section]) -> Numbering:
    """Number the tables and figures of some sections from 1."""
    listed = list(sections)
    tables = [t for s in listed if s.key not in _UNNUMBERED for t in s.tables]
    figures = [d for s in listed for d in s.drawings]
    return Numbering(
        {t.key: i for i, t in enumerate(tables, 1)},
        {d.name: i for i, d in enumerate(figures, 1)},
    )
