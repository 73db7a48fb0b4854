"""Signs beyond DejaVu Sans in pictures: a font of the machine has them, or their code point stands.

An SVG holds its text as text, so the reader's machine finds the font; a PNG holds what was drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

from hepatica.report.legible import replaced

# For other scripts, in the order they are tried; only those installed are.
FURTHER_FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "SimSun",
    "PingFang SC",
    "Noto Sans CJK JP",
    "Noto Sans CJK KR",
    "Droid Sans Fallback",
    "Noto Sans Arabic",
    "Noto Sans Hebrew",
    "Noto Sans Devanagari",
    "Noto Sans Thai",
    "Arial Unicode MS",
    "FreeSerif",
)
_OWN = "DejaVu Sans"


def font_folder() -> Path:
    """Folder of the fonts that come with matplotlib."""
    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"


@cache
def known_signs() -> frozenset[str]:
    """Signs of DejaVu Sans, which stands behind every text."""
    return _signs(str(font_folder() / "DejaVuSans.ttf"))


def show_signs(figure: Any) -> None:
    """Give every text of a figure a font that has its signs; those of none become code points."""
    lost: set[str] = set()
    for text in figure.findobj(Text):
        words = text.get_text()
        foreign = set() if words.isascii() else set(words) - known_signs() - {"\n"}
        if not foreign:
            continue
        families = []
        for name, signs in _installed():
            if foreign & signs:
                families.append(name)
                foreign -= signs
        lost |= foreign
        text.set_fontfamily([_OWN, *families])
    if lost:
        change_words(figure, lambda words: replaced(words, lost))


def change_words(figure: Any, change: Callable[[str], str]) -> None:
    """Make a change to every text of a figure; those of ticks are numbers and stay."""
    for text in figure.findobj(Text):
        text.set_text(change(text.get_text()))


def _installed() -> Iterator[tuple[str, frozenset[str]]]:
    places = {f.name: f.fname for f in font_manager.fontManager.ttflist}
    for family in FURTHER_FAMILIES:
        if family in places:
            yield family, _signs(places[family])


@cache
def _signs(path: str) -> frozenset[str]:
    return frozenset(map(chr, FT2Font(path).get_charmap()))
