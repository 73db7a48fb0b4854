"""SAS transport files (XPT version 5) and CSV files of one SDTM domain, as columns of text.

A transport file's own counts are checked against its size before it is read. Text that is not
UTF-8 is read as Windows-1252 and told.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Collection, Sequence
from itertools import accumulate
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import pyreadstat

from hepatica.core.errors import Unreadable
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.records.delimited import read_delimited
from hepatica.records.safety import check_file

XPT_BYTES = 1 << 29
XPT_CELLS = 60_000_000
NAMESTR_BYTES = 140

_MEMBER = b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!"
_LIBRARY = b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!"
_NAMESTR = re.compile(rb"HEADER RECORD\*{7}NAMESTR HEADER RECORD!!!!!!!(\d{6})(\d{4})")

Columns = dict[str, Sequence[Any]]


def read_transport(
    path: Path, *, wanted: Collection[str] = ()
) -> tuple[Columns, list[int], list[Finding]]:
    """Columns of a transport file: name -> values (text or float), with the record numbers.

    Parameters
    ----------
    path : Path
    wanted : names     Columns to read, where the file has them; all of them where empty.

    Raises      Unreadable where the file is no transport file, is cut short or too large.
    """
    _check_claims(path)
    try:
        content, findings = _decoded(path, wanted)
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path.name}: the names of its variables are no text") from error
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, MemoryError) as error:
        raise Unreadable(f"{path.name}: cannot be read as a SAS transport file") from error
    columns = {name.upper(): values for name, values in content.items()}
    size = max((len(values) for values in columns.values()), default=0)
    return columns, list(range(1, size + 1)), findings


def _decoded(path: Path, wanted: Collection[str]) -> tuple[dict[str, Any], list[Finding]]:
    try:
        return _read(path, wanted, None), []
    except UnicodeDecodeError as error:
        note = finding_of(
            "R018",
            Place(path.name),
            found=f"byte 0x{error.object[error.start]:02X}",
            expected="UTF-8 text; the file was read as what it seems to be",
            hint="read as Windows-1252 (cp1252)",
        )
    try:
        return _read(path, wanted, "cp1252"), [note]
    except UnicodeDecodeError:
        return _read(path, wanted, "latin1"), [note]


def _read(path: Path, wanted: Collection[str], encoding: str | None) -> dict[str, Any]:
    options: dict[str, Any] = {"output_format": "dict", "encoding": encoding}
    names = pyreadstat.read_xport(path, metadataonly=True, **options)[1].column_names
    options["usecols"] = [name for name in names if not wanted or name.upper() in wanted]
    content: dict[str, Any] = pyreadstat.read_xport(path, **options)[0]
    return content


def _check_claims(path: Path) -> None:
    size = check_file(path, limit=XPT_BYTES)
    with path.open("rb") as file:
        head = file.read(1 << 21)
    if not head.startswith(_LIBRARY):
        raise Unreadable(f"{path.name}: is not a SAS transport file (version 5)")
    claim = _NAMESTR.search(head)
    if claim is None:
        raise Unreadable(f"{path.name}: is a SAS transport file without variables, or cut short")
    variables = int(claim[2])
    start = (claim.end() + 79) // 80 * 80
    if variables < 1 or start + variables * NAMESTR_BYTES > size:
        raise Unreadable(f"{path.name}: claims {variables} variables, more than it can hold")
    lengths = _lengths(path.name, head[start : start + variables * NAMESTR_BYTES])
    if (size - start) / sum(lengths) * variables > XPT_CELLS:
        raise Unreadable(f"{path.name}: holds more than {XPT_CELLS} values and is refused")
    records = start + (variables * NAMESTR_BYTES + 79) // 80 * 80 + 80
    if size % 80 or _rest(path, records, size, sum(lengths)).strip(b" \0"):
        raise Unreadable(f"{path.name}: is cut short, in the middle of a record")
    if _holds(path, _MEMBER, after=start):
        raise Unreadable(f"{path.name}: holds several datasets; give each a file of its own")


def _rest(path: Path, start: int, size: int, length: int) -> bytes:
    """Bytes after the last whole record; a sound file has blanks only, to fill 80."""
    with path.open("rb") as file:
        file.seek(start + max(size - start, 0) // length * length)
        return file.read()


def _lengths(file: str, described: bytes) -> list[int]:
    """Lengths of the variables of a file, whose descriptions must make sense together."""
    lengths: list[int] = []
    places: list[int] = []
    names: list[bytes] = []
    for at in range(0, len(described), NAMESTR_BYTES):
        kind, _, length, _, name = struct.unpack_from(">hhhh8s", described, at)
        # A number has 2 to 8 bytes (kind 1), a text at least one (kind 2).
        if kind not in (1, 2) or length < 1 or (kind == 1 and not 2 <= length <= 8):
            raise Unreadable(f"{file}: describes its variables wrongly")
        lengths.append(length)
        places.append(*struct.unpack_from(">l", described, at + 84))
        names.append(name.strip().upper())
    if len(set(names)) < len(names) or not all(names):
        raise Unreadable(f"{file}: has two variables of one name, or one without a name")
    expected = [0, *accumulate(lengths[:-1])]
    if any(places) and places != expected:
        raise Unreadable(f"{file}: has variables that overlap, or out of their order")
    return lengths


def _holds(path: Path, words: bytes, *, after: int) -> bool:
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
        return content.find(words, after) >= 0


def read_domain_csv(path: Path) -> tuple[Columns, list[int], list[Finding]]:
    """Columns of a domain given as CSV: name -> text, with the rows a spreadsheet shows."""
    content = read_delimited(path, known=("STUDYID", "DOMAIN", "USUBJID", "RDOMAIN"))
    columns: Columns = {
        name.upper(): [row[index] for _, row in content.rows]
        for index, name in enumerate(content.header)
        if name
    }
    return columns, [number for number, _ in content.rows], list(content.findings)
