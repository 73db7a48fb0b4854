"""Text that any document can hold: signs that cannot be shown become their code point in print.

A control sign would end a Word file or hide text, a sign that turns the direction of writing would
show other text than stands there. Neither is dropped: each is printed as ``[U+0007]``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

# Other, by the General_Category of the Unicode Character Database: control, format, surrogate,
# private use, unassigned.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
# Format signs that spelling needs: soft hyphen, zero-width non-joiner and joiner, word joiner.
_SPELLING = frozenset("\u00ad\u200c\u200d\u2060")
_BLANKS = re.compile(r"[\t\n\v\f\r\u0085\u2028\u2029]+")


def legible(text: str) -> str:
    """The text on one line, every sign that cannot be shown replaced by `code_point`."""
    # What is printable in Python is of none of the categories above.
    if text.isprintable():
        return text
    line = _BLANKS.sub(" ", text)
    return "".join(code_point(c) if _unseen(c) else c for c in line)


def legible_lines(text: str) -> str:
    """Lines of text, such as an SVG, every sign that cannot be shown replaced in each of them."""
    return "\n".join(map(legible, text.split("\n")))


def replaced(text: str, signs: Collection[str]) -> str:
    """The text with each of `signs` replaced by `code_point`."""
    return "".join(code_point(c) if c in signs else c for c in text) if signs else text


def code_point(sign: str) -> str:
    """A sign as its code point, such as [U+4E2D]."""
    return f"[U+{ord(sign):04X}]"


def _unseen(sign: str) -> bool:
    return sign not in _SPELLING and unicodedata.category(sign) in _UNSEEN
