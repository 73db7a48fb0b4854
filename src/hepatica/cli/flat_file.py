"""One-file tools' input: a CSV, gzipped CSV or Parquet file as columns.

A small CSV is read by the standard library, since importing a database costs more than reading
twenty rows; everything else is read by DuckDB. Both give the same columns.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hepatica.core.errors import Unreadable, UsageError

if TYPE_CHECKING:
    import pyarrow as pa

SIZE_LIMIT = 4 << 30
SMALL = 1 << 20


@dataclass(frozen=True, slots=True)
class FlatFile:
    """Columns of a file by name; a missing value is None (text) or nan (numbers)."""

    path: Path
    names: tuple[str, ...]
    _read: Callable[[str], Sequence[Any]]

    def column(self, name: str) -> Sequence[Any]:
        """Values of a column, as text or as typed in the file.

        Raises      UsageError naming the columns there are.
        """
        if name not in self.names:
            raise UsageError(f"{self.path}: no column {name!r}; it has {', '.join(self.names)}")
        return self._read(name)

    def numbers(self, name: str) -> np.ndarray:
        """A column of finite numbers >= 0, (rows,).

        Raises      UsageError at the first row that has something else.
        """
        given = self.column(name)
        try:
            values = np.asarray(given, float)
        except (TypeError, ValueError):
            values = np.array([as_number(v) for v in given], float)
        wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
        if len(wrong):
            raise UsageError(
                f"{self.path}:{wrong[0] + 2} [{name}]: expected a number, 0 or more; "
                f"{len(wrong)} rows have something else"
            )
        return values


def as_number(value: object) -> float:
    """A value as a number; nan where it is none."""
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return math.nan


def read_flat_file(path: Path) -> FlatFile:
    """Open a flat file.

    Raises      UsageError where there is no such file; Unreadable where it cannot be read.
    """
    if not path.is_file():
        raise UsageError(f"{path}: expected a CSV, gzipped CSV or Parquet file")
    size = path.stat().st_size
    if size > SIZE_LIMIT:
        raise Unreadable(f"{path}: larger than {SIZE_LIMIT} bytes")
    with path.open("rb") as file:
        head = file.read(4)
    if size <= SMALL and head[:2] != b"\x1f\x8b" and head != b"PAR1":
        return _read_small(path)
    table = read_flat_table(path)
    return FlatFile(path, tuple(table.column_names), lambda name: _array(table[name]))


def _read_small(path: Path) -> FlatFile:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise Unreadable(f"{path}: not a text file")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = [row for row in csv.reader(text.splitlines(), delimiter=delimiter) if row]
    except csv.Error as error:
        raise Unreadable(f"{path}: not a readable table ({error})") from error
    if not rows:
        raise UsageError(f"{path}: is empty")
    names = tuple(name.strip() for name in rows[0])
    wrong = next((i for i, row in enumerate(rows, 1) if len(row) != len(names)), None)
    if wrong is not None:
        raise Unreadable(f"{path}:{wrong}: {len(rows[wrong - 1])} fields; expected {len(names)}")
    columns = {name: [row[i].strip() or None for row in rows[1:]] for i, name in enumerate(names)}
    return FlatFile(path, names, columns.__getitem__)


def _array(column: pa.ChunkedArray) -> Sequence[Any]:
    import pyarrow as pa

    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
        numbers: Sequence[Any] = column.to_numpy()
        return numbers
    if pa.types.is_boolean(column.type) or pa.types.is_decimal(column.type):
        return column.cast(pa.float64()).to_numpy()  # type: ignore[no-any-return]
    return column.to_pylist()  # type: ignore[no-any-return]


def read_flat_table(path: Path, *, all_text: bool = False) -> pa.Table:
    """Columns of a flat file as an Arrow table; with `all_text` every CSV value stays text.

    Raises      Unreadable where it cannot be read.
    """
    import duckdb

    connection = duckdb.connect(":memory:")
    connection.execute("SET memory_limit = '6GB'")
    try:
        with path.open("rb") as file:
            parquet = file.read(4) == b"PAR1"
        if parquet:
            return connection.sql(
                "SELECT * FROM read_parquet($1)", params=[str(path)]
            ).to_arrow_table()
        return connection.sql(
            "SELECT * FROM read_csv($1, header = true, all_varchar = $2, sample_size = -1)",
            params=[str(path), all_text],
        ).to_arrow_table()
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        raise Unreadable(f"{path}: not a readable table ({first[:200]})") from error
    finally:
        connection.close()
