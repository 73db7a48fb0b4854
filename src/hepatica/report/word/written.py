"""report.docx: the document as a Word file, with the same bytes on every run."""

from __future__ import annotations

import io
import struct
from typing import Any

import docx
from docx.shared import Cm

from hepatica.report.block import (
    Block,
    Drawn,
    Heading,
    Leaf,
    Plain,
    Tabled,
    anchors,
    document_leaves,
)
from hepatica.report.document import Document
from hepatica.report.legible import legible
from hepatica.report.passage import Paragraph
from hepatica.report.section.protocol import Chapter, Entry
from hepatica.report.word.markup import (
    Bookmarks,
    field_end,
    field_start,
    hop,
    paragraph,
    rooted,
    run,
    tab,
)
from hepatica.report.word.package import fixed_zip
from hepatica.report.word.style import styled_document, turn
from hepatica.report.word.table import render_caption, render_piece, render_table

_WIDTH_CM = 17.0
_TALLEST_CM = 20.0
_TITLE_LONGEST = 250
_CONTENTS = 'TOC \\o "1-1" \\h \\n \\z'
_BOLD = "<w:b/>"
_QUIET = '<w:color w:val="5C6066"/><w:sz w:val="16"/>'
_TINY = '<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'


def render_docx(document: Document) -> bytes:
    """Render the document as a Word file."""
    leaves = document_leaves(document)
    bookmarks = Bookmarks(anchors(leaves))
    made = styled_document(document)
    _append(made, _front(document, leaves, bookmarks))
    for leaf in leaves:
        _begin(made, turned=leaf.turned)
        for block in leaf.blocks:
            if isinstance(block, Drawn):
                _append_figure(made, block, bookmarks)
            else:
                _append(made, _block(block, bookmarks))
    buffer = io.BytesIO()
    made.save(buffer)
    return fixed_zip(buffer.getvalue())


def _append(made: Any, markup: str) -> None:
    end = made.element.body.sectPr
    for element in docx.oxml.parse_xml(rooted(markup)):
        end.addprevious(element)


def _begin(made: Any, *, turned: bool) -> None:
    """Begin a page of this direction; the first leaf begins after the contents."""
    section = made.add_section(docx.enum.section.WD_SECTION.NEW_PAGE)
    turn(section, turned=turned)
    # The paragraph that holds the break takes no room.
    holder = made.element.body.sectPr.getprevious()
    holder.pPr.insert(0, docx.oxml.parse_xml(rooted(_TINY))[0])


def _front(document: Document, leaves: tuple[Leaf, ...], bookmarks: Bookmarks) -> str:
    heads = [b for leaf in leaves for b in leaf.blocks if isinstance(b, Heading)]
    parts = [
        paragraph(run(document.label), "Label") if document.label else "",
        paragraph(run(document.kicker), "Quiet"),
        paragraph(run(document.title), "Title"),
        paragraph(run(document.facts)),
        paragraph(run("Contents", _BOLD), properties="<w:keepNext/>"),
    ]
    for i, head in enumerate(heads):
        entry = hop(bookmarks.name(head.anchor), run(head.text))
        start = field_start(_CONTENTS) if i == 0 else ""
        end = field_end() if i == len(heads) - 1 else ""
        parts.append(paragraph(start + entry + end, "toc1"))
    return "".join(parts)


def _block(block: Block, bookmarks: Bookmarks) -> str:
    match block:
        case Heading():
            return paragraph(bookmarks.around(block.anchor, run(block.text)), "Heading1")
        case Plain():
            return paragraph(run(block.text), "Quiet" if block.quiet else "")
        case Paragraph():
            head = paragraph(run(block.heading), "Heading2") if block.heading else ""
            return head + paragraph("".join(render_piece(p, bookmarks) for p in block.pieces))
        case Chapter():
            return _chapter(block)
        case Tabled():
            return render_table(block, bookmarks)
        case Drawn():
            raise AssertionError("a figure is appended, not parsed")


def _chapter(chapter: Chapter) -> str:
    aside = run(f" [{chapter.source}]", _QUIET) if chapter.source else ""
    parts = [paragraph(run(chapter.heading) + aside, "Heading2")]
    parts += [_entry(entry) for entry in chapter.entries]
    if chapter.note:
        parts.append(paragraph(run(chapter.note), "Quiet"))
    return "".join(parts)


def _entry(entry: Entry) -> str:
    aside = run(f" [{entry.source}]", _QUIET) if entry.source else ""
    first = paragraph(run(entry.term, _BOLD) + tab() + run(entry.text) + aside, "Entry")
    rule = f"Read as: {entry.rule}" if entry.rule else ""
    return first + "".join(paragraph(run(t), "EntryNote") for t in (rule, entry.note) if t)


def _append_figure(made: Any, block: Drawn, bookmarks: Bookmarks) -> None:
    drawing = block.drawing
    holder = made.add_paragraph()
    holder.paragraph_format.keep_with_next = True
    width, height = _png_size(drawing.png)
    width_cm = min(_WIDTH_CM, _TALLEST_CM * width / height)
    picture = holder.add_run().add_picture(io.BytesIO(drawing.png), width=Cm(width_cm))
    about = picture._inline.docPr
    about.set("descr", legible(drawing.alt))
    about.set("title", legible(drawing.title)[:_TITLE_LONGEST])
    about.set("name", f"Figure {block.number}")
    _append(made, render_caption(
        "Figure", block.number, drawing.title, block.anchor, bookmarks, drawing.caption
    ))  # fmt: skip


def _png_size(png: bytes) -> tuple[int, int]:
    """Width and height in pixels, from the header of the file."""
    width, height = struct.unpack(">II", png[16:24])
    return width, height
