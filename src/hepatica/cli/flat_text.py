"""Delimited text of the one-file tools: plain or gzipped, read strictly and within limits.

Only the columns asked for are kept. A quotation mark that is never closed, a row of another
length than the header and a byte that is no text stop the reading, since each would shift cells
without a word. Rows are numbered as a spreadsheet shows them; blank ones are counted and left out.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from hepatica.core.errors import Unreadable, UsageError

TEXT_LIMIT = 2 << 30
LINE_LIMIT = 1 << 20
CELL_LIMIT = 40_000_000
CHUNK = 20_000
DELIMITERS = ",;\t|"

Columns = dict[str, list[str | None]]
Choose = Callable[[Sequence[str]], dict[str, int]]


def read_flat_text(path: Path, choose: Choose) -> tuple[list[str], Columns, list[int]]:
    """Header, chosen columns (blank as None) and row numbers of a delimited file.

    Parameters
    ----------
    choose : callable     Takes the header, gives the position of every column to keep by name.

    Raises      UsageError where the file is empty; Unreadable where it is no table.
    """
    try:
        try:
            return _read(path, choose, "utf-8-sig")
        except UnicodeDecodeError:
            return _read(path, choose, "cp1252")
    except UnicodeError as error:
        raise Unreadable(f"{path}: is not text") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Unreadable(f"{path}: its compression is damaged") from error


def _read(path: Path, choose: Choose, encoding: str) -> tuple[list[str], Columns, list[int]]:
    with path.open("rb") as raw:
        file: BinaryIO = raw
        if raw.read(2) == b"\x1f\x8b":
            file = gzip.GzipFile(fileobj=raw, mode="rb")  # type: ignore[assignment]
        raw.seek(0)
        if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
            encoding = "utf-16"
        file.seek(0)
        stream = io.TextIOWrapper(file, encoding=encoding, newline="")
        return _columns(path, stream, choose)


def _columns(
    path: Path, stream: io.TextIOWrapper, choose: Choose
) -> tuple[list[str], Columns, list[int]]:
    reader, first = _opened(path, stream)
    header = [name.strip() for name in next(_sound(path, reader, first), [])]
    at = choose(header)
    columns: Columns = {name: [] for name in at}
    numbers: list[int] = []
    memo: dict[str, str | None] = {}
    for start, rows in _chunks(_sound(path, reader, first + 1), first + 1):
        kept = [i for i, row in enumerate(rows) if any(row)]
        used = rows if len(kept) == len(rows) else [rows[i] for i in kept]
        for i, row in zip(kept, used, strict=True):
            if len(row) != len(header) and (len(row) < len(header) or any(row[len(header) :])):
                raise Unreadable(
                    f"{path}:{start + i}: a row of {len(row)} fields; expected {len(header)}"
                )
        numbers += [start + i for i in kept]
        if len(numbers) * max(len(at), 1) > CELL_LIMIT:
            raise Unreadable(f"{path}: holds more than {CELL_LIMIT} values")
        for name, position in at.items():
            columns[name] += [
                memo.setdefault(text, text.strip() or None)
                for text in (row[position] for row in used)
            ]
    return header, columns, numbers


def _chunks(reader: Iterator[list[str]], start: int) -> Iterator[tuple[int, list[list[str]]]]:
    while rows := list(islice(reader, CHUNK)):
        yield start, rows
        start += len(rows)


def _sound(path: Path, reader: Iterator[list[str]], row: int) -> Iterator[list[str]]:
    try:
        for record in reader:
            yield record
            row += 1
    except csv.Error as error:
        told = "a quotation mark is never closed" if "end of data" in str(error) else str(error)
        raise Unreadable(f"{path}:{row}: {told}") from error


def _opened(path: Path, stream: io.TextIOWrapper) -> tuple[Iterator[list[str]], int]:
    """A reader that stands at the header, and the header's row."""
    lines = _lines(path, stream)
    head = next(lines, "")
    if not head.strip():
        raise UsageError(f"{path}: is empty, or begins with a blank line")
    first = 1
    if head.lower().startswith("sep=") and len(head.strip()) == 5:
        delimiter, head, first = head[4], next(lines, ""), 2
    else:
        delimiter = max(DELIMITERS, key=head.count)

    def rest() -> Iterator[str]:
        yield head
        yield from lines

    return csv.reader(rest(), delimiter=delimiter, strict=True), first


def _lines(path: Path, stream: io.TextIOWrapper) -> Iterator[str]:
    size = 0
    while line := stream.readline(LINE_LIMIT):
        size += len(line)
        if len(line) == LINE_LIMIT:
            raise Unreadable(f"{path}: has a line of more than {LINE_LIMIT} characters")
        if size > TEXT_LIMIT:
            raise Unreadable(f"{path}: unpacks to more than {TEXT_LIMIT} characters")
        if "\0" in line:
            raise Unreadable(f"{path}: is not a text file")
        yield line
