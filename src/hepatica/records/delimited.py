"""Delimited text: encoding, delimiter and rows of a CSV file, whoever wrote it.

Understood and told: UTF-8 with or without a byte order mark, UTF-16, Windows-1252; comma,
semicolon, tab and bar as delimiters. A row's number is the row a spreadsheet would show.
"""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from hepatica.core.errors import Unreadable
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.records.package import CELLS
from hepatica.records.safety import TEXT_BYTES, check_file

DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Delimited:
    """Header and rows of a delimited file; `rows` pairs each with its row number.

    Every row is as long as the header; blank rows are left out. `short` are the numbers of the
    rows that had fewer cells in the file.
    """

    header: list[str]
    rows: list[tuple[int, list[str]]]
    delimiter: str
    findings: tuple[Finding, ...]
    short: tuple[int, ...] = ()


def read_delimited(
    path: Path,
    *,
    name: str = "",
    known: Collection[str] = (),
    delimiter: str = "",
    encoding: str = "",
) -> Delimited:
    """Rows of a delimited text file.

    Parameters
    ----------
    path : Path
    name : str               What findings call the file; its own name where ''.
    known : words            Headers that settle which delimiter it is.
    delimiter, encoding      Given by the user; found out where ''.

    Raises      Unreadable where the file is not text, too large, or not as declared.
    """
    name = name or path.name
    check_file(path, limit=TEXT_BYTES)
    text, findings = _decoded(path.read_bytes(), name, encoding)
    header: list[str] = []
    rows: list[tuple[int, list[str]]] = []
    short: list[int] = []
    cells = number = 0
    try:
        delimiter = delimiter or _delimiter(text, known)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for number, row in enumerate(reader, start=1):
            cells += len(row)
            if cells > CELLS:
                raise Unreadable(f"{name}: holds more than {CELLS} cells and is refused")
            if number == 1:
                header = [cell.strip() for cell in row]
            elif any(cell and not cell.isspace() for cell in row):
                if len(row) > len(header) and any(row[len(header) :]):
                    findings.append(_surplus(name, number, len(row), len(header)))
                if len(row) < len(header):
                    short.append(number)
                rows.append((number, (row + [""] * len(header))[: len(header)]))
    except csv.Error as error:
        told = "a quotation mark is never closed" if "end of data" in str(error) else str(error)
        raise Unreadable(f"{name}:{number + 1}: {told}") from error
    return Delimited(header, rows, delimiter, tuple(findings), tuple(short))


def _decoded(content: bytes, name: str, encoding: str) -> tuple[str, list[Finding]]:
    try:
        if encoding:
            return content.decode(encoding), []
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return content.decode("utf-16"), [_encoding_note(name, "UTF-16 text")]
        if b"\0" in content:
            raise Unreadable(f"{name}: is not a text file")
        return content.decode("utf-8-sig"), []
    except LookupError as error:
        raise Unreadable(f"{name}: there is no encoding '{encoding[:40]}'") from error
    except ValueError as error:
        if not isinstance(error, UnicodeDecodeError):
            raise Unreadable(f"{name}: cannot be read as '{encoding[:40]}' text") from error
        if encoding or content.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise Unreadable(f"{name}: is not {encoding or 'UTF-16'} text") from error
        row = content[: error.start].count(b"\n") + 1
        note = _encoding_note(name, f"byte 0x{content[error.start]:02X}", row)
        return content.removeprefix(BOM_UTF8).decode("cp1252", "replace"), [note]


def _encoding_note(name: str, found: str, row: int | None = None) -> Finding:
    expected = "UTF-8 text; the file was read as what it seems to be"
    hint = "" if row is None else "read as Windows-1252 (cp1252)"
    return finding_of("R018", Place(name, row=row), found=found, expected=expected, hint=hint)


def _delimiter(text: str, known: Collection[str]) -> str:
    first = text[: text.find("\n")] if "\n" in text else text
    wanted = {word.lower() for word in known}

    def merit(delimiter: str) -> tuple[int, int]:
        try:
            cells = next(csv.reader([first], delimiter=delimiter), [])
        except csv.Error:
            return -1, 0
        return sum(cell.strip().lower() in wanted for cell in cells), len(cells)

    return max(DELIMITERS, key=merit)


def _surplus(name: str, row: int, size: int, width: int) -> Finding:
    return finding_of(
        "R019", Place(name, row=row), found=f"{size} cells", expected=f"at most {width}"
    )
