"""What an .ods package tells beyond its values: extents, broken formulas, merged cells.

OpenDocument repeats rows and cells by a number, so a small file can span a huge sheet; the
walk below counts what the repetition would come to without unpacking it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

from hepatica.records.package import LONG_TEXT_BYTES, Package, Part, check_extent
from hepatica.records.sheet import Broken, column_letter

_ERRORS = ("#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#N/A", "#NUM!", "#NULL!", "Err:")


@dataclass(slots=True)
class _Walk:
    parts: dict[str, Part] = field(default_factory=dict)
    name: str = ""
    row: int = 0
    row_repeat: int = 1
    column: int = 0
    cell: dict[str, str] = field(default_factory=dict)
    text: list[str] = field(default_factory=list)
    in_cell: bool = False
    last_row: int = 0
    last_column: int = 0
    row_used: bool = False
    row_texts: int = 0
    texts: int = 0
    broken: list[tuple[int, int, Broken]] = field(default_factory=list)
    merged: list[tuple[int, int, str]] = field(default_factory=list)


def document_parts(package: Package) -> dict[str, Part]:
    """Every sheet of an .ods package by name; refuses one that is too large."""
    for part in package.parts:
        if part != "content.xml":
            package.read(part)
    if "content.xml" not in package:
        raise package.refusal("holds no spreadsheet")
    walk = _Walk()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, attributes: _start(walk, tag, attributes)
    parser.EndElementHandler = lambda tag: _end(walk, tag, package)
    parser.CharacterDataHandler = lambda text: _characters(walk, text)
    try:
        parser.Parse(package.read("content.xml"), True)
    except expat.ExpatError as error:
        raise package.refusal("its content is not well-formed") from error
    return walk.parts


def _start(walk: _Walk, tag: str, attributes: dict[str, str]) -> None:
    if tag == "table:table":
        walk.name = attributes.get("table:name", "")
        walk.row = walk.last_row = walk.last_column = walk.texts = 0
        walk.broken, walk.merged = [], []
    elif tag == "table:table-row":
        walk.row_repeat = _count(attributes.get("table:number-rows-repeated"))
        walk.column, walk.row_used, walk.row_texts = 0, False, 0
    elif tag in ("table:table-cell", "table:covered-table-cell"):
        walk.cell, walk.text, walk.in_cell = attributes, [], True


def _characters(walk: _Walk, text: str) -> None:
    if walk.in_cell:
        walk.text.append(text)


def _end(walk: _Walk, tag: str, package: Package) -> None:
    if tag in ("table:table-cell", "table:covered-table-cell"):
        _end_cell(walk)
    elif tag == "table:table-row":
        if walk.row_used:
            walk.last_row = walk.row + walk.row_repeat
            walk.texts += walk.row_texts * walk.row_repeat
        walk.row += walk.row_repeat
    elif tag == "table:table":
        check_extent(package, walk.name, rows=walk.last_row, columns=walk.last_column)
        if walk.texts > LONG_TEXT_BYTES:
            raise package.refusal(f"sheet {walk.name} repeats a long text too often")
        walk.parts[walk.name] = Part(tuple(walk.broken), tuple(walk.merged))


def _end_cell(walk: _Walk) -> None:
    repeat = _count(walk.cell.get("table:number-columns-repeated"))
    text = "".join(walk.text)
    formula = "table:formula" in walk.cell
    if text or formula or "office:value-type" in walk.cell:
        walk.row_used = True
        walk.last_column = max(walk.last_column, walk.column + repeat)
        walk.row_texts += len(text) * repeat
        if fault := _fault(walk.cell, text, formula):
            walk.broken.append((walk.row, walk.column, fault))
    across = _count(walk.cell.get("table:number-columns-spanned"))
    down = _count(walk.cell.get("table:number-rows-spanned"))
    if across > 1 or down > 1:
        first = f"{column_letter(walk.column)}{walk.row + 1}"
        last = f"{column_letter(walk.column + across - 1)}{walk.row + down}"
        walk.merged.append((walk.row, walk.column, f"{first}:{last}"))
    walk.column += repeat
    walk.in_cell = False


def _fault(cell: dict[str, str], text: str, formula: bool) -> Broken | None:
    if cell.get("calcext:value-type") == "error" or (formula and text.startswith(_ERRORS)):
        return Broken("R010", text or "#ERROR")
    if formula and not text and "office:value-type" not in cell:
        return Broken("R011", "a formula without a result")
    return None


def _count(text: str | None) -> int:
    return max(int(text), 1) if text and text.isdecimal() and len(text) < 12 else 1
