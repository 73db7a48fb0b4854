"""Styles, page and running lines of the Word report, on python-docx's own empty document."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from hepatica.report.document import Document
from hepatica.report.legible import legible
from hepatica.report.word.markup import field, rooted, run

FONT = "Times New Roman"
INK = RGBColor(0x1D, 0x1D, 0x1F)
QUIET = RGBColor(0x5C, 0x60, 0x66)

_PAGE_CM = (21.0, 29.7)
_MARGIN_CM = 2.0
_THEMES = ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme")
_LONGEST_PROPERTY = 255
# style: size, bold, space before and after in points, grey
_EXISTING = {
    "Normal": (10, False, 0, 6, False),
    "Title": (20, True, 10, 8, False),
    "Heading 1": (14, True, 18, 6, False),
    "Heading 2": (11, True, 10, 4, False),
    "Caption": (9, False, 10, 4, False),
    "Header": (8, False, 0, 0, True),
    "Footer": (8, False, 0, 0, True),
}
_OWN = {
    "Table Text": (8.5, False, 1.2, 1.2, False),
    "Table Note": (8, False, 3, 10, True),
    "Entry": (9.5, False, 0, 3, False),
    "Entry Note": (8, False, 0, 3, True),
    "Label": (10, True, 0, 8, False),
    "Quiet": (9.5, False, 0, 6, True),
    "toc 1": (10, False, 0, 2, False),
}


def styled_document(document: Document) -> Any:
    """An empty Word document with our styles, page, running lines and fixed properties."""
    made = docx.Document()
    for name, look in {**_EXISTING, **_OWN}.items():
        own = name in _OWN
        style = made.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH) if own else made.styles[name]
        _set_style(style, *look)
    _set_entry(made)
    _set_page(made, document)
    _set_properties(made, document)
    return made


def turn(section: Any, *, turned: bool) -> None:
    """Set a section's paper upright or turned."""
    width, height = reversed(_PAGE_CM) if turned else _PAGE_CM
    section.page_width, section.page_height = Cm(width), Cm(height)
    section.orientation = docx.enum.section.WD_ORIENT(int(turned))


def _set_style(
    style: Any, size: float, bold: bool, before: float, after: float, grey: bool
) -> None:
    font = style.font
    font.name, font.size, font.bold, font.italic = FONT, Pt(size), bold, False
    font.color.rgb = QUIET if grey else INK
    fonts = style.element.rPr.rFonts
    for theme in _THEMES:
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), "SimSun")
    layout = style.paragraph_format
    layout.space_before, layout.space_after = Pt(before), Pt(after)
    layout.line_spacing = 1.0 if size < 10 else 1.08
    borders = style.element.pPr.find(qn("w:pBdr"))
    if borders is not None:
        style.element.pPr.remove(borders)


def _set_entry(made: Any) -> None:
    indent = Cm(3.6)
    for name in ("Entry", "Entry Note"):
        layout = made.styles[name].paragraph_format
        layout.left_indent = indent
        if name == "Entry":
            layout.first_line_indent = -indent
            layout.tab_stops.add_tab_stop(indent)


def _set_page(made: Any, document: Document) -> None:
    section = made.sections[0]
    turn(section, turned=False)
    for side in ("left", "right", "top", "bottom"):
        setattr(section, f"{side}_margin", Cm(_MARGIN_CM))
    section.header_distance = section.footer_distance = Cm(1.0)
    section.header.paragraphs[0].text = legible(document.running)
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    inner = run("Page ") + field("PAGE", "1") + run(" of ") + field("NUMPAGES", "1")
    for piece in docx.oxml.parse_xml(rooted(inner)):
        foot._p.append(piece)


def _set_properties(made: Any, document: Document) -> None:
    about = made.core_properties
    day = datetime(document.cutoff.year, document.cutoff.month, document.cutoff.day, tzinfo=UTC)
    about.created = about.modified = day.replace(tzinfo=None)
    about.title = legible(document.title)[:_LONGEST_PROPERTY]
    about.subject = legible(document.running)[:_LONGEST_PROPERTY]
    about.author = about.last_modified_by = "Hepatica"
    about.comments = about.keywords = about.category = ""
    about.language = "en"
    about.revision = 1
    relations = made.part.package.rels
    for key in [k for k, r in relations.items() if r.reltype.endswith("/thumbnail")]:
        del relations[key]
