"""profiles.pdf: drawings as whole pages of a PDF/A-2b, and one drawing as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import typst

from hepatica.report.legible import legible, legible_lines, replaced
from hepatica.report.pdf.compiled import Pdf, compiled, lost_note
from hepatica.report.pdf.font import fonts_for

_PICTURE = b'#set page(width: auto, height: auto, margin: 0pt)\n#image("page.svg")'
_PICTURE_DPI = 200


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page: its title in the outline, alternative text, and its drawing as SVG."""

    title: str
    alt: str
    svg: str


def render_pages(sheets: Sequence[Sheet], title: str, running: str, cutoff: date) -> Pdf:
    """The sheets as one PDF, a page each.

    Parameters
    ----------
    running : the line at the head of every page
    cutoff : the date of the document
    """
    fonts = fonts_for([text for s in sheets for text in (s.svg, s.title)] + [title, running])

    def shown(text: str) -> str:
        return replaced(legible(text), fonts.lost)

    files = {f"p{i}.svg": replaced(legible_lines(s.svg), fonts.lost) for i, s in enumerate(sheets)}
    data = {
        "title": shown(title),
        "running": shown(running),
        "cutoff": [cutoff.year, cutoff.month, cutoff.day],
        "pages": [
            {"title": shown(s.title), "alt": shown(s.alt), "file": f"p{i}.svg"}
            for i, s in enumerate(sheets)
        ],
    }
    beside = {name: svg.encode() for name, svg in files.items()}
    return Pdf(compiled("pages.typ", data, beside, fonts), lost_note(fonts))


def render_picture(svg: str) -> bytes:
    """One drawing as PNG."""
    fonts = fonts_for([svg])
    shown = replaced(legible_lines(svg), fonts.lost).encode()
    # The stubs of typst do not know that the files may be given in memory.
    compile_files = cast(Any, typst.compile)
    made: bytes = compile_files(
        {"main": _PICTURE, "page.svg": shown},
        format="png",
        ppi=_PICTURE_DPI,
        font_paths=list(fonts.folders),
        ignore_system_fonts=True,
    )
    return made
