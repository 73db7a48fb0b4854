"""A table of the report as a Word table: repeated head, rules above and below, widths in twips."""

from __future__ import annotations

from hepatica.report.block import Tabled, footnotes
from hepatica.report.table import Cell, Line
from hepatica.report.word.markup import Bookmarks, field, hop, paragraph, run

# Text widths of an A4 page with margins of 2 cm, upright and turned, in twentieths of a point.
UPRIGHT_TWIPS = 9638
TURNED_TWIPS = 14570
# A table of so few rows is kept on one page.
_SHORT = 18
_BOLD = "<w:b/>"
_INDENT_TWIPS = 200
_THICK, _THIN = 8, 4


def render_table(block: Tabled, bookmarks: Bookmarks) -> str:
    """Caption, table and footnotes."""
    table = block.table
    short = len(table.lines) <= _SHORT
    rows = [_head(block)]
    rows += [
        _row(block, line, bookmarks, last=i == len(table.lines), together=short)
        for i, line in enumerate(table.lines, 1)
    ]
    widths = column_twips(block)
    grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in widths)
    about = (
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="40" w:type="dxa"/><w:right w:w="80" w:type="dxa"/>'
        '</w:tblCellMar><w:tblLook w:val="0420" w:firstRow="1" w:lastRow="0"'
        ' w:firstColumn="0" w:lastColumn="0" w:noHBand="0" w:noVBand="1"/>'
    )
    text = f"<w:tbl><w:tblPr>{about}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    notes = footnotes(table)
    return render_caption("Table", block.number, table.title, block.anchor, bookmarks) + (
        text + paragraph(run(notes) if notes else "", "TableNote")
    )


def render_caption(
    kind: str, number: int, title: str, anchor: str, bookmarks: Bookmarks, more: str = ""
) -> str:
    """The caption of a table or figure, its number a field that references print."""
    about = "<w:keepNext/>" if kind == "Table" else ""
    if not number:
        name = bookmarks.around(anchor, run(title, _BOLD))
        return paragraph(name, "Caption", about)
    counted = run(f"{kind} ", _BOLD) + field(f"SEQ {kind} \\* ARABIC", str(number), _BOLD)
    text = bookmarks.around(anchor, counted) + run(f". {title}", _BOLD)
    return paragraph(text + (run(f". {more}") if more else ""), "Caption", about)


def render_piece(cell: Cell, bookmarks: Bookmarks, properties: str = "") -> str:
    """A text; a reference where it refers to something that the document holds."""
    name = bookmarks.name(cell.target) if cell.target else ""
    if not name:
        return run(cell.text, properties)
    if cell.target[:2] in ("t-", "f-") and cell.text.split(" ")[-1] == cell.target[2:]:
        return field(f"REF {name} \\h", cell.text, properties)
    return hop(name, run(cell.text, properties))


def column_twips(block: Tabled) -> list[int]:
    """Width of every column."""
    page = TURNED_TWIPS if block.layout.turned else UPRIGHT_TWIPS
    whole = page * block.layout.share
    total = sum(block.layout.widths)
    return [max(int(whole * w / total), 1) for w in block.layout.widths]


def _head(block: Tabled) -> str:
    table, widths = block.table, column_twips(block)
    cells = "".join(
        _cell(
            run(text, _BOLD + _small(block)),
            widths[i],
            about=_borders(top=_THICK, bottom=_THIN) + '<w:vAlign w:val="bottom"/>',
            align=_align(block, i),
            together=True,
        )
        for i, text in enumerate((table.stub, *table.columns))
    )
    return f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{cells}</w:tr>"


def _row(block: Tabled, line: Line, bookmarks: Bookmarks, *, last: bool, together: bool) -> str:
    widths, small = column_twips(block), _small(block)
    below = _borders(bottom=_THICK) if last else ""
    # The last row stays with the footnotes.
    keep = line.heading or (bool(footnotes(block.table)) if last else together)
    if line.heading:
        span = f'<w:gridSpan w:val="{len(widths)}"/>'
        inner = run(line.stub, _BOLD + small)
        cells = _cell(inner, sum(widths), about=span + below, together=keep)
    else:
        indent = _INDENT_TWIPS if line.depth else 0
        stub = run(line.stub, small)
        cells = _cell(stub, widths[0], about=below, together=keep, indent=indent)
        for i, cell in enumerate(line.cells, 1):
            inner = render_piece(cell, bookmarks, small)
            cells += _cell(inner, widths[i], about=below, align=_align(block, i), together=keep)
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"


def _cell(
    inner: str, width: int, *, about: str, align: str = "", together: bool, indent: int = 0
) -> str:
    keep = "<w:keepNext/>" if together else ""
    left = f'<w:ind w:left="{indent}"/>' if indent else ""
    side = f'<w:jc w:val="{align}"/>' if align else ""
    size = f'<w:tcW w:w="{width}" w:type="dxa"/>'
    return (
        f"<w:tc><w:tcPr>{size}{about}</w:tcPr>"
        f"{paragraph(inner, 'TableText', keep + left + side)}</w:tc>"
    )


def _align(block: Tabled, column: int) -> str:
    return "right" if block.layout.right[column] else ""


def _small(block: Tabled) -> str:
    return '<w:sz w:val="13"/>' if block.layout.small else ""


def _borders(top: int = 0, bottom: int = 0) -> str:
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="1D1D1F"/>'
        for side, size in (("top", top), ("bottom", bottom))
        if size
    )
    return f"<w:tcBorders>{sides}</w:tcBorders>"
