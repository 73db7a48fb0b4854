"""Spreadsheet packages (.xlsx, .ods) looked at before they are read: limits, and hidden faults.

A package is a zip of XML. Its parts are unpacked here under limits that do not trust the sizes
the zip declares: what a part unpacks to must be exactly what it says. A part with a DOCTYPE or
an entity is refused. The same look finds what calamine does not tell: formulas with an error
value, formulas without a result, merged cells.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from hepatica.core.errors import Unreadable
from hepatica.records.safety import WORKBOOK_BYTES, check_file
from hepatica.records.sheet import Broken

PARTS = 5000
PART_BYTES = 192 << 20
INDEX_BYTES = 8 << 20
TOTAL_BYTES = 256 << 20
RATIO = 400
RATIO_FROM = 8 << 20
CELLS = 8_000_000
LONG_TEXT_BYTES = 512 << 20
PIECE = 1 << 20

_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_OLE = b"\xd0\xcf\x11\xe0"
_XML = (".xml", ".rels", ".vml")


@dataclass(frozen=True, slots=True)
class Part:
    """What the package tells about one sheet; rows and columns are counted from 0.

    broken : (row, column, fault)      merged : (row, column, range as the spreadsheet names it)
    """

    broken: tuple[tuple[int, int, Broken], ...] = ()
    merged: tuple[tuple[int, int, str], ...] = ()


class Package:
    """An opened package whose parts are read within limits; use as a context manager.

    Parts go by their path in lower case, since spreadsheet programs do not mind the case.
    """

    def __init__(self, path: Path) -> None:
        check_file(path, limit=WORKBOOK_BYTES)
        self.name = path.name
        self._left = TOTAL_BYTES
        with path.open("rb") as file:
            if file.read(4) == _OLE:
                raise Unreadable(f"{self.name}: is encrypted, or an old .xls; save it as .xlsx")
        try:
            with ZipFile(path) as archive:
                infos = archive.infolist()
        except (BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise Unreadable(f"{self.name}: is not a readable workbook (bad zip)") from error
        if len(infos) > PARTS:
            raise self.refusal(f"has more than {PARTS} parts")
        self._infos = {_key(info.filename): info for info in infos}
        if len(self._infos) < len(infos):
            raise self.refusal("has two parts of one name")
        self._file = path.open("rb")

    def __enter__(self) -> Package:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._file.close()

    def __contains__(self, part: str) -> bool:
        return part in self._infos

    @property
    def parts(self) -> list[str]:
        """Paths of all parts, in lower case."""
        return list(self._infos)

    def refusal(self, why: str) -> Unreadable:
        """The exception to raise, naming the file."""
        return Unreadable(f"{self.name}: {why}; it is refused")

    def read(self, part: str, *, limit: int = PART_BYTES) -> bytes:
        """Content of a part, never longer than the limits; XML is checked for declarations.

        Raises      Unreadable for a part that is too large, encrypted, corrupt or hostile.
        """
        info = self._infos[part]
        self._check_info(info, limit)
        try:
            content = self._unpacked(info, limit)
        except (zlib.error, OSError, ValueError) as error:
            raise Unreadable(f"{self.name}: part {part} is corrupt") from error
        if len(content) != info.file_size or zlib.crc32(content) != info.CRC:
            raise Unreadable(f"{self.name}: part {part} is corrupt")
        self._left -= len(content)
        if part.endswith(_XML) or content.lstrip()[:1] == b"<":
            self._check_xml(part, content)
        return content

    def _unpacked(self, info: ZipInfo, limit: int) -> bytes:
        self._file.seek(info.header_offset)
        header = self._file.read(30)
        names = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        self._file.seek(info.header_offset + 30 + names)
        pieces, size, left = [], 0, info.compress_size
        inflate = zlib.decompressobj(-15) if info.compress_type == ZIP_DEFLATED else None
        while left > 0 and (raw := self._file.read(min(left, PIECE))):
            left -= len(raw)
            while raw:
                piece = inflate.decompress(raw, PIECE) if inflate else raw
                raw = inflate.unconsumed_tail if inflate else b""
                size += len(piece)
                self._check_size(info, size, limit)
                pieces.append(piece)
        if inflate and not inflate.eof:
            raise ValueError("cut short")
        return b"".join(pieces)

    def _check_size(self, info: ZipInfo, size: int, limit: int) -> None:
        if size > limit or size > self._left:
            raise self.refusal("unpacks to more than a workbook may hold")
        if size > RATIO_FROM and size > RATIO * max(info.compress_size, 1):
            raise self.refusal("unpacks to absurdly more than its size (zip bomb)")
        if size > info.file_size:
            raise self.refusal("unpacks to more than it declares (zip bomb)")

    def _check_info(self, info: ZipInfo, limit: int) -> None:
        if info.flag_bits & 1:
            raise self.refusal("is encrypted")
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise self.refusal("is packed in an unusual way")
        if info.filename.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", info.filename):
            raise self.refusal("has a part whose path leads out of it")
        if info.file_size > limit:
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


def _key(filename: str) -> str:
    return filename.replace("\\", "/").lower()
