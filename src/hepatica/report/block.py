"""The document as a stream of blocks on upright and turned pages, for formats that have pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from hepatica.report.document import Document
from hepatica.report.figure.drawing import Drawing
from hepatica.report.numbering import Numbering
from hepatica.report.passage import Paragraph, Section
from hepatica.report.section.protocol import Chapter
from hepatica.report.table import Cell, Table
from hepatica.report.width import Layout, table_layout


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a section; `anchor` is what a reference goes to."""

    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Plain:
    """A paragraph of text; `quiet` where it says that there is nothing."""

    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Tabled:
    """A table with its number (0 for none), layout and anchor."""

    table: Table
    number: int
    layout: Layout
    anchor: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure with its number and anchor."""

    drawing: Drawing
    number: int
    anchor: str


Block = Heading | Plain | Paragraph | Chapter | Tabled | Drawn


@dataclass(frozen=True, slots=True)
class Leaf:
    """Blocks that follow each other on pages of one direction."""

    turned: bool
    blocks: tuple[Block, ...]


def document_leaves(document: Document) -> tuple[Leaf, ...]:
    """All blocks of a document, by the direction of their pages, in order.

    A heading or a text before a turned table goes with it; a text after one opens upright pages.
    """
    blocks = [b for s in document.sections for b in section_blocks(s, document.numbering)]
    turned = _directions(blocks)
    pairs = zip(turned, blocks, strict=True)
    return tuple(
        Leaf(way, tuple(block for _, block in found))
        for way, found in groupby(pairs, key=lambda pair: pair[0])
    )


def section_blocks(section: Section, numbering: Numbering) -> Iterator[Block]:
    """The blocks of one section, in the order of the page."""
    yield Heading(section.title, section.key)
    if section.empty:
        yield Plain(section.absent, quiet=True)
    for text in section.texts:
        yield Plain(text)
    yield from section.paragraphs
    yield from section.chapters
    for table in section.tables:
        index = numbering.table(table.key)
        yield Tabled(table, index, table_layout(table), f"t-{index or table.key}")
    for drawing in section.drawings:
        index = numbering.figures[drawing.name]
        yield Drawn(drawing, index, f"f-{index}")


def anchors(leaves: Iterable[Leaf]) -> frozenset[str]:
    """Everything that a reference can go to."""
    blocks = [b for leaf in leaves for b in leaf.blocks]
    return frozenset(b.anchor for b in blocks if isinstance(b, Heading | Tabled | Drawn))


def footnotes(table: Table) -> str:
    """The footnotes of a table as one text; '' without any."""
    return " ".join(text for text in table.footnotes if text)


def cells_of(blocks: Iterable[Block]) -> Iterator[Cell]:
    """Every cell of some blocks, those of paragraphs included."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield from block.pieces
        elif isinstance(block, Tabled):
            yield from (cell for line in block.table.lines for cell in line.cells)


def _directions(blocks: list[Block]) -> list[bool]:
    """Whether each block stands on a turned page: from the table that it goes with."""
    turned = [isinstance(b, Tabled) and b.layout.turned for b in blocks]
    for i in reversed(range(len(blocks) - 1)):
        if turned[i + 1] and isinstance(blocks[i], Heading | Plain):
            turned[i] = True
    return turned
