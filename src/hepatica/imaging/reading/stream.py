"""Bytes of a file, plain or gzipped, unpacked no further than was promised."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from types import TracebackType
from typing import IO

from hepatica.core.errors import Unreadable

LARGEST_BYTES = 4 << 30
DEFLATE_RATIO = 1100  # deflate cannot pack better than 1032 to 1
PIECE = 4 << 20
_GZIP = b"\x1f\x8b"


class Stream:
    """A file read from its start, unpacked where it is gzipped; a context manager.

    Whatever is asked for is held against what the file can possibly hold before anything is
    allocated, so that neither a false header nor a gzip bomb costs memory.
    """

    def __init__(self, path: Path, *, skip: int = 0, packed: bool | None = None) -> None:
        self.name = path.name
        self._file: IO[bytes] = path.open("rb")
        self._file.seek(skip)
        is_packed = self._file.read(2) == _GZIP if packed is None else packed
        self._file.seek(skip)
        left = max(path.stat().st_size - skip, 0)
        self._room = left * DEFLATE_RATIO + 1024 if is_packed else left
        self._data: IO[bytes] | gzip.GzipFile = self._file
        if is_packed:
            self._data = gzip.GzipFile(fileobj=self._file)

    def __enter__(self) -> Stream:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._file.close()

    def check(self, count: int) -> None:
        """Refuse a number of bytes that the file cannot hold, or that is never read.

        Raises      Unreadable.
        """
        if not 0 <= count <= min(LARGEST_BYTES, self._room):
            raise Unreadable(
                f"{self.name}: its header promises {count} bytes, which the file cannot hold "
                f"(at most {LARGEST_BYTES} are read)"
            )

    def read(self, count: int) -> bytearray:
        """Exactly so many bytes.

        Raises      Unreadable where there are fewer, or the packing is damaged.
        """
        self.check(count)
        found = bytearray()
        try:
            while len(found) < count:
                piece = self._data.read(min(PIECE, count - len(found)))
                if not piece:
                    break
                found += piece
        except (OSError, EOFError, zlib.error) as error:
            raise Unreadable(f"{self.name}: damaged gzip ({type(error).__name__})") from error
        if len(found) < count:
            raise Unreadable(f"{self.name}: cut short, {len(found)} of {count} bytes")
        return found

    def line(self, longest: int) -> bytes:
        """The next line with its end; b"" at the end of the file.

        Raises      Unreadable for a longer line.
        """
        try:
            found = self._data.readline(longest + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise Unreadable(f"{self.name}: damaged gzip ({type(error).__name__})") from error
        if len(found) > longest:
            raise Unreadable(f"{self.name}: a line of more than {longest} bytes")
        return found
