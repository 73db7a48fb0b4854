"""report.pdf: PDF/A-2b from the document, the same bytes on every run.

The template is fixed and reads the values as JSON; nothing of the data is ever part of typst
source. The compiler gets its files in memory, knows no folder but those of the fonts, and its
date is the data cutoff.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, cast

import typst

from hepatica.report.block import Drawn, Leaf, document_leaves
from hepatica.report.document import Document
from hepatica.report.legible import code_point, legible_lines, replaced
from hepatica.report.pdf.data import document_data, every_text, figure_file
from hepatica.report.pdf.font import PDF_STANDARD, Fonts, fonts_for


@dataclass(frozen=True, slots=True)
class Pdf:
    """A finished PDF; `note` says which signs it could not show, '' where it shows all."""

    data: bytes
    note: str = ""


def render_pdf(document: Document) -> Pdf:
    """Render the document as PDF/A-2b."""
    leaves = document_leaves(document)
    figures = _figures(leaves)
    data = document_data(document, leaves)
    fonts = fonts_for([*_texts(data), *figures.values()])
    note = lost_note(fonts)
    if fonts.lost:
        data = every_text(data, lambda text: replaced(text, fonts.lost))
        figures = {name: replaced(svg, fonts.lost) for name, svg in figures.items()}
        data["leaves"][-1]["blocks"].append({"kind": "plain", "text": note, "quiet": False})
    beside = {name: svg.encode() for name, svg in figures.items()}
    return Pdf(compiled("report.typ", data, beside, fonts), note)


def compiled(template: str, data: Any, beside: dict[str, bytes], fonts: Fonts) -> bytes:
    """Bytes of a PDF from a template of this folder, its data and the files beside it."""
    source = files("hepatica.report").joinpath("pdf", template).read_bytes()
    values = json.dumps(data | {"families": list(fonts.families)}, ensure_ascii=False)
    # The stubs of typst do not know that the files may be given in memory.
    compile_files = cast(Any, typst.compile)
    made: bytes = compile_files(
        {"main": source, "data.json": values.encode(), **beside},
        format="pdf",
        font_paths=list(fonts.folders),
        ignore_system_fonts=True,
        pdf_standards=[PDF_STANDARD],
        timestamp=0,
    )
    return made


def lost_note(fonts: Fonts) -> str:
    """What the document says of signs that it prints as their code points."""
    if not fonts.lost:
        return ""
    shown = " ".join(sorted(map(code_point, fonts.lost)))
    return (
        "No font at hand has these signs, so this document prints each as its code point in "
        f"Unicode; report.html holds them as they are: {shown}."
    )


def _figures(leaves: tuple[Leaf, ...]) -> dict[str, str]:
    drawn = (b.drawing for leaf in leaves for b in leaf.blocks if isinstance(b, Drawn))
    return {figure_file(d.name): legible_lines(d.svg) for d in drawn}


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inside for text in _texts(one)]
