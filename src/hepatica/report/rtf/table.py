r"""One table as an RTF file: repeated head, page numbers, Unicode as escapes.

RTF 1.9.1 (Microsoft, 2008): ``\trhdr`` repeats a row, ``\u`` takes a signed 16-bit number and one
sign for readers that know no Unicode (``\uc1``), beyond the basic plane a surrogate pair.
"""

from __future__ import annotations

import re

from hepatica.report.block import footnotes
from hepatica.report.document import Document
from hepatica.report.legible import legible
from hepatica.report.table import Line, Table
from hepatica.report.width import Layout, table_layout

_UPRIGHT = (11906, 16838)
_MARGIN_TWIPS = 1134
_HALF_POINTS, _SMALL_HALF_POINTS = 17, 13
_INDENT_TWIPS = 200
_THICK, _THIN = 15, 8
# File systems hold names of 255 bytes.
_LONGEST_NAME = 80
_HEAD = (
    r"{\rtf1\ansi\ansicpg1252\deff0\deflang1033\uc1"
    r"{\fonttbl{\f0\froman\fcharset0 Times New Roman;}}"
    r"{\colortbl;\red92\green96\blue102;}"
)


def render_rtf(table: Table, number: int, document: Document) -> str:
    """The table with caption, footnotes and running lines; ASCII only.

    Parameters
    ----------
    number : the table's number in the report; 0 for none
    """
    layout = table_layout(table)
    size = _SMALL_HALF_POINTS if layout.small else _HALF_POINTS
    counted = rf"{{\b Table {number}. }}" if number else ""
    notes = footnotes(table)
    parts = [
        _HEAD,
        _page(layout),
        _running(document),
        rf"\pard\keepn\sb60\sa80\fs20 {counted}{{\b {escaped(table.title)}}}\par",
        rf"\fs{size}",
        _head(table, layout),
        *(
            _row(line, table, layout, last=i == len(table.lines))
            for i, line in enumerate(table.lines, 1)
        ),
        rf"\pard\sb60\fs16\cf1 {escaped(notes)}\par" if notes else r"\pard\par",
        "}",
    ]
    return "\n".join(p for p in parts if p) + "\n"


def table_file(table: Table) -> str:
    """Name of a table's file, from its key."""
    slug = re.sub(r"[^a-z0-9]+", "-", table.key.lower()).strip("-")
    return f"t-{slug[:_LONGEST_NAME].rstrip('-') or 'table'}.rtf"


def escaped(text: str) -> str:
    r"""The text with every sign of RTF's own and every sign beyond ASCII escaped."""
    return "".join(map(_sign, legible(text)))


def _sign(sign: str) -> str:
    if sign in "\\{}":
        return f"\\{sign}"
    if ord(sign) < 128:
        return sign
    pairs = sign.encode("utf-16-le")
    units = (int.from_bytes(pairs[i : i + 2], "little", signed=True) for i in (0, 2) if pairs[i:])
    return "".join(rf"\u{unit}?" for unit in units)


def _page(layout: Layout) -> str:
    width, height = reversed(_UPRIGHT) if layout.turned else _UPRIGHT
    turned = r"\landscape\lndscpsxn" if layout.turned else ""
    margins = "".join(rf"\marg{side}{_MARGIN_TWIPS}" for side in "lrtb")
    return rf"\paperw{width}\paperh{height}{turned}{margins}"


def _running(document: Document) -> str:
    head = rf"{{\header\pard\fs16\cf1 {escaped(document.running)}\par}}"
    page = r"{\field{\*\fldinst PAGE}{\fldrslt 1}}"
    pages = r"{\field{\*\fldinst NUMPAGES}{\fldrslt 1}}"
    return rf"{head}{{\footer\pard\qr\fs16\cf1 Page {page} of {pages}\par}}"


def _head(table: Table, layout: Layout) -> str:
    edges = _edges(layout)
    start = rf"\trowd\trhdr\trkeep\trgaph40{_cells(edges, top=_THICK, bottom=_THIN)}"
    texts = (table.stub, *table.columns)
    cells = "".join(
        rf"\pard\intbl{_align(layout, i)} {{\b {escaped(text)}}}\cell"
        for i, text in enumerate(texts)
    )
    return f"{start}\n{cells}\\row"


def _row(line: Line, table: Table, layout: Layout, *, last: bool) -> str:
    edges = _edges(layout)
    bottom = _THICK if last else 0
    if line.heading:
        cells = _cells(edges[-1:], bottom=bottom)
        return rf"\trowd\trkeep\trgaph40{cells}" + (
            f"\n\\pard\\intbl\\keepn {{\\b {escaped(line.stub)}}}\\cell\\row"
        )
    indent = rf"\li{_INDENT_TWIPS}" if line.depth else ""
    texts = [rf"\pard\intbl{indent} {escaped(line.stub)}\cell"]
    texts += [
        rf"\pard\intbl{_align(layout, i)} {escaped(cell.text)}\cell"
        for i, cell in enumerate(line.cells, 1)
    ]
    return rf"\trowd\trkeep\trgaph40{_cells(edges, bottom=bottom)}" + f"\n{''.join(texts)}\\row"


def _edges(layout: Layout) -> list[int]:
    """Right edge of every column."""
    page = _UPRIGHT[int(layout.turned)] - 2 * _MARGIN_TWIPS
    total, edge, edges = sum(layout.widths), 0.0, []
    for width in layout.widths:
        edge += page * layout.share * width / total
        edges.append(int(edge))
    return edges


def _cells(edges: list[int], top: int = 0, bottom: int = 0) -> str:
    above = rf"\clbrdrt\brdrs\brdrw{top}" if top else ""
    below = rf"\clbrdrb\brdrs\brdrw{bottom}" if bottom else ""
    return "".join(rf"\clvertalb{above}{below}\cellx{edge}" for edge in edges)


def _align(layout: Layout, column: int) -> str:
    return r"\qr" if layout.right[column] else r"\ql"
