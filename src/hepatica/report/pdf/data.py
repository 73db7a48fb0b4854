"""The document's values as plain data for the typst template."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from hepatica.report.block import (
    Block,
    Drawn,
    Heading,
    Leaf,
    Plain,
    Tabled,
    anchors,
    footnotes,
)
from hepatica.report.document import Document
from hepatica.report.legible import legible
from hepatica.report.passage import Paragraph
from hepatica.report.section.protocol import Chapter
from hepatica.report.table import Cell, Table
from hepatica.report.width import PAD_SIGNS, Layout, signs

Data = dict[str, Any]

WIDTH_CM = 17.0
_TALLEST_CM = 21.5
# A table of so few rows is kept on one page.
_SHORT = 18
_LONG_WORD = re.compile(r"\S{12,}")
# Widths are sums of decimal fractions.
_NOISE = 1e-6
_VIEW = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


def document_data(document: Document, leaves: tuple[Leaf, ...]) -> Data:
    """Everything that the template prints; a figure is named by its file."""
    known = anchors(leaves)
    cutoff = document.cutoff
    head = {
        name: legible(getattr(document, name))
        for name in ("title", "label", "kicker", "facts", "running")
    }
    pages = [
        {"turned": leaf.turned, "blocks": [_block(block, known) for block in leaf.blocks]}
        for leaf in leaves
    ]
    return {**head, "cutoff": [cutoff.year, cutoff.month, cutoff.day], "leaves": pages}


def every_text(value: Any, change: Callable[[str], str]) -> Any:
    """The data with `change` made to each text in it."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: every_text(one, change) for key, one in value.items()}
    if isinstance(value, list):
        return [every_text(one, change) for one in value]
    return value


def figure_file(name: str) -> str:
    """Name of a figure's file beside the template."""
    return f"{name}.svg"


def _block(block: Block, known: frozenset[str]) -> Data:
    match block:
        case Heading():
            return {"kind": "heading", "text": legible(block.text), "anchor": block.anchor}
        case Plain():
            return {"kind": "plain", "text": legible(block.text), "quiet": block.quiet}
        case Paragraph():
            pieces = [_piece(piece, known) for piece in block.pieces]
            return {"kind": "paragraph", "heading": legible(block.heading), "pieces": pieces}
        case Chapter():
            return _chapter(block)
        case Tabled():
            return _table(block, known)
        case Drawn():
            return _figure(block)


def _piece(cell: Cell, known: frozenset[str]) -> Data:
    target = cell.target if cell.target in known else ""
    return {"text": legible(cell.text), "target": target}


def _chapter(chapter: Chapter) -> Data:
    names = ("term", "text", "source", "note", "rule")
    entries = [{n: legible(getattr(e, n)) for n in names} for e in chapter.entries]
    source = f" [{chapter.source}]" if chapter.source else ""
    return {
        "kind": "chapter",
        "heading": legible(chapter.heading + source),
        "entries": entries,
        "note": legible(chapter.note),
    }


def _table(block: Tabled, known: frozenset[str]) -> Data:
    table, layout = block.table, block.layout
    return {
        "kind": "table",
        "anchor": block.anchor,
        "number": block.number,
        "title": legible(table.title),
        "stub": legible(table.stub),
        "columns": [_breakable(c, layout.widths[i]) for i, c in enumerate(table.columns, 1)],
        "lines": _lines(table, layout, known),
        "notes": legible(footnotes(table)),
        "right": list(layout.right),
        "widths": list(layout.widths),
        "share": layout.share,
        "small": layout.small,
        "breakable": len(table.lines) > _SHORT or table.prose,
    }


def _lines(table: Table, layout: Layout, known: frozenset[str]) -> list[Data]:
    lines = []
    for line in table.lines:
        cells = [_piece(cell, known) for cell in line.cells]
        for i, cell in enumerate(cells, 1):
            cell["text"] = _breakable(cell["text"], layout.widths[i])
        # A heading stands across all columns.
        stub = _breakable(line.stub, sum(layout.widths) if line.heading else layout.widths[0])
        lines.append({"stub": stub, "depth": line.depth, "cells": cells})
    return lines


def _breakable(text: str, width: float) -> str:
    """The text with places to break a word that is longer than its column."""
    room = max(int(width) - 3, 4)

    def broken(match: re.Match[str]) -> str:
        word = match.group()
        if signs(word) + PAD_SIGNS <= width + _NOISE:
            return word
        parted = re.sub(r"(?<=[/_:.\-])", "\u200b", word)
        return re.sub(rf"([^\u200b]{{{room}}})(?=[^\u200b])", "\\1\u200b", parted)

    return _LONG_WORD.sub(broken, legible(text))


def _figure(block: Drawn) -> Data:
    drawing = block.drawing
    return {
        "kind": "figure",
        "anchor": block.anchor,
        "number": block.number,
        "title": legible(drawing.title),
        "caption": legible(drawing.caption),
        "alt": legible(drawing.alt),
        "file": figure_file(drawing.name),
        "width_cm": _width_cm(drawing.svg),
    }


def _width_cm(svg: str) -> float:
    """The text's width, or less for a figure that would then be taller than a page."""
    view = _VIEW.search(svg)
    if view is None:
        return WIDTH_CM
    width, height = map(float, view.groups())
    return min(WIDTH_CM, _TALLEST_CM * width / height)
