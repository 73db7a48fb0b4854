"""XML elements as plain values: names with their prefix, text safe for XML 1.0."""

from __future__ import annotations

import re
from xml.etree import ElementTree

# Characters that XML 1.0 cannot hold, however written; they are replaced by U+FFFD.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Element = ElementTree.Element


def element(name: str, attributes: dict[str, str] | None = None, *parts: Element | None) -> Element:
    """An element with its attributes and those of `parts` that are not None."""
    made = Element(name, {key: safe(value) for key, value in (attributes or {}).items()})
    made.extend(part for part in parts if part is not None)
    return made


def described(text: str) -> Element:
    """A ``Description`` that holds `text` in English."""
    return element("Description", {}, translated(text))


def translated(text: str) -> Element:
    """A ``TranslatedText`` in English."""
    return worded("TranslatedText", text, {"xml:lang": "en"})


def worded(name: str, text: str, attributes: dict[str, str] | None = None) -> Element:
    """An element that holds `text`."""
    made = element(name, attributes)
    made.text = safe(text)
    return made


def safe(text: str) -> str:
    """`text` without the characters that XML cannot hold."""
    return _FORBIDDEN.sub("\ufffd", text)


def document(root: Element) -> str:
    """The whole document, indented, with its declaration."""
    ElementTree.indent(root, " ")
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'
