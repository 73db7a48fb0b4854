"""WordprocessingML in small pieces: runs, fields, bookmarks, paragraphs; every text is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape

from hepatica.report.legible import legible

MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_LONGEST_BOOKMARK = 36


class Bookmarks:
    """Bookmark names and numbers by anchor; the same anchor always has the same ones."""

    def __init__(self, anchors: Iterable[str]) -> None:
        self._order = {anchor: i for i, anchor in enumerate(sorted(anchors), 1)}

    def name(self, anchor: str) -> str:
        """Name of the bookmark of an anchor; '' where there is no such anchor."""
        if anchor not in self._order:
            return ""
        clean = re.sub(r"\W", "_", anchor, flags=re.ASCII)[: _LONGEST_BOOKMARK - 4]
        return f"_{clean}_{self._order[anchor]}"

    def around(self, anchor: str, inner: str) -> str:
        """The markup within the bookmark of the anchor."""
        name, index = self.name(anchor), self._order.get(anchor)
        if not name:
            return inner
        start = f'<w:bookmarkStart w:id="{index}" w:name="{name}"/>'
        return f'{start}{inner}<w:bookmarkEnd w:id="{index}"/>'


def run(text: str, properties: str = "") -> str:
    """A run of text; `properties` is the inside of its w:rPr."""
    shown = escape(legible(text))
    about = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{about}<w:t xml:space="preserve">{shown}</w:t></w:r>'


def tab() -> str:
    """A run that goes to the next tab stop."""
    return "<w:r><w:tab/></w:r>"


def field(instruction: str, shown: str, properties: str = "") -> str:
    """A field with the result it has now."""
    return f"{field_start(instruction, properties)}{run(shown, properties)}{field_end(properties)}"


def field_start(instruction: str, properties: str = "") -> str:
    """The beginning of a field, up to its result."""
    about = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return (
        f'<w:r>{about}<w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r>{about}<w:instrText xml:space="preserve"> {escape(instruction)} </w:instrText></w:r>'
        f'<w:r>{about}<w:fldChar w:fldCharType="separate"/></w:r>'
    )


def field_end(properties: str = "") -> str:
    """The end of a field."""
    about = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{about}<w:fldChar w:fldCharType="end"/></w:r>'


def hop(bookmark: str, inner: str) -> str:
    """A link to a place in the same document."""
    return f'<w:hyperlink w:anchor="{bookmark}" w:history="1">{inner}</w:hyperlink>'


def paragraph(inner: str, style: str = "", properties: str = "") -> str:
    """A paragraph; `properties` is the inside of its w:pPr after the style."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    about = f"<w:pPr>{named}{properties}</w:pPr>" if named or properties else ""
    return f"<w:p>{about}{inner}</w:p>"


def rooted(inner: str) -> str:
    """The markup in a root element that declares its namespace, ready to be parsed."""
    return f'<w:body xmlns:w="{MAIN}">{inner}</w:body>'
