"""A section of the report as a frozen value, whatever it is printed to."""

from __future__ import annotations

from dataclasses import dataclass

from hepatica.report.figure.drawing import Drawing
from hepatica.report.section.disposition import Flow
from hepatica.report.section.protocol import Chapter
from hepatica.report.table import Cell, Table


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences in pieces, each with the results it prints, under an optional heading."""

    pieces: tuple[Cell, ...]
    heading: str = ""

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Section:
    """One section; `absent` is the sentence printed where it holds nothing.

    `flow` holds the numbers that a flow figure among the drawings shows.
    """

    key: str
    title: str
    absent: str
    tables: tuple[Table, ...] = ()
    drawings: tuple[Drawing, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    flow: Flow | None = None
    texts: tuple[str, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (
            self.tables
            or self.drawings
            or self.chapters
            or self.flow
            or self.texts
            or self.paragraphs
        )
