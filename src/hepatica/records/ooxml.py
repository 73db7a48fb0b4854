"""What an .xlsx package tells beyond its values: extents, broken formulas, merged cells."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from itertools import pairwise
from xml.etree import ElementTree

from hepatica.records.package import (
    CELLS,
    INDEX_BYTES,
    LONG_TEXT_BYTES,
    Package,
    Part,
    check_extent,
)
from hepatica.records.sheet import Broken

_REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,3})(\d{1,7})["']""")
_PLACE = re.compile(
    rb"""\br\s*=\s*["'](?:([A-Za-z]{0,3})(\d{1,7})["']|([A-Za-z]*\d{8}|[A-Za-z]{4,}\d))"""
)
_CELL = re.compile(rb"<(?:\w+:)?c(\s[^>]*)>")
_TYPE = re.compile(rb"""\bt=["'](\w+)["']""")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>(.*?)</(?:\w+:)?v>", re.DOTALL)
_MERGED = re.compile(
    rb"""<(?:\w+:)?mergeCell\s[^>]*?ref=["'](([A-Za-z]{1,3})(\d{1,7})[^"']*)["']"""
)
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_SHARED = re.compile(rb"<(?:\w+:)?si[\s/>]")
_INDEX = re.compile(rb"""\bt=["']s["'][^>]*><(?:\w+:)?v>(\d{1,9})<""")
_CELL_TAGS = (b"<c ", b"<c>", b":c ", b":c>")
_LONG = 1000
_CELL_BYTES = 40_000
_BOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_STRINGS = "xl/sharedstrings.xml"


def workbook_parts(package: Package) -> dict[str, Part]:
    """Every worksheet of an .xlsx package by name; refuses one that is too large."""
    names = _sheet_names(package)
    long_texts = _long_texts(package)
    parts = {}
    for part in package.parts:
        if part in (_STRINGS, _BOOK, _RELATIONS):
            continue
        content = package.read(part)
        for name in names.get(part, ()):
            _check_size(package, name, content, long_texts)
            parts[name] = Part(_broken(content), _merged(content))
    return parts


def _sheet_names(package: Package) -> dict[str, list[str]]:
    if _BOOK not in package or _RELATIONS not in package:
        raise package.refusal("holds no workbook")
    try:
        book = ElementTree.fromstring(package.read(_BOOK, limit=INDEX_BYTES))
        rels = ElementTree.fromstring(package.read(_RELATIONS, limit=INDEX_BYTES))
    except ElementTree.ParseError as error:
        raise package.refusal("its list of sheets is not well-formed") from error
    targets = {r.get("Id"): r.get("Target", "") for r in rels}
    names: dict[str, list[str]] = {}
    for sheet in book.iter():
        if not sheet.tag.endswith("}sheet"):
            continue
        key = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), "")
        target = targets.get(key, "").replace("\\", "/").lower()
        path = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
        names.setdefault(posixpath.normpath(path), []).append(sheet.get("name", ""))
    return names


def _check_size(package: Package, name: str, content: bytes, long_texts: dict[int, int]) -> None:
    columns: set[bytes] = set()
    last = 0
    for match in _PLACE.finditer(content):
        if match[3]:
            raise package.refusal(f"sheet {name} has a cell where no spreadsheet has one")
        columns.add(match[1])
        last = max(last, int(match[2]))
    width = max((_column_index(letters) for letters in columns), default=-1) + 1
    check_extent(package, name, rows=last, columns=width)
    if sum(content.count(tag) for tag in _CELL_TAGS) > CELLS:
        raise package.refusal(f"sheet {name} holds more than {CELLS} cells")
    if long_texts:
        used = Counter(int(match[1]) for match in _INDEX.finditer(content))
        if sum(used[index] * size for index, size in long_texts.items()) > LONG_TEXT_BYTES:
            raise package.refusal(f"sheet {name} repeats a long text too often")


def _long_texts(package: Package) -> dict[int, int]:
    if _STRINGS not in package:
        return {}
    content = package.read(_STRINGS)
    starts = [match.start() for match in _SHARED.finditer(content)] + [len(content)]
    sizes = (after - before for before, after in pairwise(starts))
    return {index: size for index, size in enumerate(sizes) if size > _LONG}


def _broken(content: bytes) -> tuple[tuple[int, int, Broken], ...]:
    if b't="e"' not in content and b"t='e'" not in content and not _FORMULA.search(content):
        return ()
    found = []
    starts = [match.span(1) for match in _CELL.finditer(content)]
    for (start, end), (after, _) in pairwise([*starts, (len(content), 0)]):
        attributes, inside = content[start:end], content[end : min(after, end + _CELL_BYTES)]
        fault = _fault(attributes, inside)
        place = _REFERENCE.search(b" " + attributes)
        if fault and place:
            found.append((int(place[2]) - 1, _column_index(place[1]), fault))
    return tuple(found)


def _fault(attributes: bytes, content: bytes) -> Broken | None:
    kind = _TYPE.search(attributes)
    value = _VALUE.search(content)
    if kind and kind[1] == b"e":
        return Broken("R010", value[1].decode("utf-8", "replace") if value else "#ERROR")
    if kind and kind[1] == b"str":
        return None
    if _FORMULA.search(content) and not (value and value[1]):
        return Broken("R011", "a formula without a result")
    return None


def _merged(content: bytes) -> tuple[tuple[int, int, str], ...]:
    return tuple(
        (int(match[3]) - 1, _column_index(match[2]), match[1].decode("ascii", "replace"))
        for match in _MERGED.finditer(content)
    )


def _column_index(letters: bytes) -> int:
    index = 0
    for letter in letters.upper():
        index = index * 26 + letter - 64
    return index - 1
