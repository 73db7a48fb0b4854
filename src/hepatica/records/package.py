"""Spreadsheet packages (.xlsx, .ods) looked at before they are read: limits, and hidden faults.

A package is a zip of XML. Its parts are unpacked under limits that do not trust the sizes the
zip declares; a part with a DOCTYPE or an entity is refused. The same look finds what calamine
does not tell: formulas with an error value, formulas without a result, merged cells.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from hepatica.core.errors import Unreadable
from hepatica.records.safety import WORKBOOK_BYTES, check_file
from hepatica.records.sheet import Broken

PARTS = 5000
PART_BYTES = 192 << 20
TOTAL_BYTES = 256 << 20
RATIO = 400
RATIO_FROM = 8 << 20
CELLS = 8_000_000
TEXT_BYTES = 512 << 20

_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_OLE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Part:
    """What the package tells about one sheet; rows and columns are counted from 0.

    broken : (row, column, fault)      merged : (row, column, range as the spreadsheet names it)
    """

    broken: tuple[tuple[int, int, Broken], ...] = ()
    merged: tuple[tuple[int, int, str], ...] = ()


class Package:
    """An opened package whose parts are read within limits; use as a context manager."""

    def __init__(self, path: Path) -> None:
        check_file(path, limit=WORKBOOK_BYTES)
        self.name = path.name
        self._left = TOTAL_BYTES
        with path.open("rb") as file:
            head = file.read(4)
        if head == _OLE:
            raise Unreadable(f"{self.name}: is encrypted, or an old .xls; save it as .xlsx")
        try:
            self._zip = ZipFile(path)
        except (BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise Unreadable(f"{self.name}: is not a readable workbook (bad zip)") from error
        self._infos = {info.filename: info for info in self._zip.infolist()}
        if len(self._zip.infolist()) > PARTS:
            raise self.refusal(f"has more than {PARTS} parts")

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def __contains__(self, part: str) -> bool:
        return part in self._infos

    @property
    def parts(self) -> list[str]:
        """Names of all parts."""
        return list(self._infos)

    def refusal(self, why: str) -> Unreadable:
        """The exception to raise, naming the file."""
        return Unreadable(f"{self.name}: {why}; it is refused")

    def read(self, part: str) -> bytes:
        """Content of a part, never longer than the limits; checked for DOCTYPE and entities."""
        info = self._infos[part]
        self._check_info(info)
        pieces, size = [], 0
        try:
            with self._zip.open(info) as stream:
                while piece := stream.read(1 << 20):
                    size += len(piece)
                    self._left -= len(piece)
                    if size > PART_BYTES or self._left < 0:
                        raise self.refusal("unpacks to more than a workbook may hold")
                    if size > RATIO_FROM and size > RATIO * max(info.compress_size, 1):
                        raise self.refusal("unpacks to absurdly more than its size (zip bomb)")
                    pieces.append(piece)
        except (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
            raise Unreadable(f"{self.name}: part {part} is corrupt") from error
        content = b"".join(pieces)
        if part.lower().endswith((".xml", ".rels", ".vml")):
            self._check_xml(part, content)
        return content

    def _check_info(self, info: ZipInfo) -> None:
        if info.flag_bits & 1:
            raise self.refusal("is encrypted")
        if info.filename.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", info.filename):
            raise self.refusal("has a part whose path leads out of it")
        if info.file_size > PART_BYTES:
            raise self.refusal("declares a part larger than a workbook may hold")

    def _check_xml(self, part: str, content: bytes) -> None:
        if b"\0" in content[:200] or content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise self.refusal(f"part {part} is not UTF-8")
        if _DECLARATION.search(content):
            raise self.refusal(f"part {part} declares a DOCTYPE or an entity")


def check_extent(package: Package, sheet: str, *, rows: int, columns: int) -> None:
    """Refuse a sheet whose used area is larger than `CELLS` cells."""
    if rows > 1_048_576 or rows * max(columns, 1) > CELLS:
        raise package.refusal(f"sheet {sheet} spans {rows} rows and {columns} columns")
