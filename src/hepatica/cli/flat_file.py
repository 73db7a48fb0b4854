"""One-file tools' input: a CSV, gzipped CSV or Parquet file as columns.

Text is read by the standard library, since importing a database costs more than reading twenty
rows, and since what a column holds must not depend on how long the file is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hepatica.cli.flat_text import CELL_LIMIT, read_flat_text
from hepatica.core.errors import Unreadable, UsageError

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class FlatFile:
    """Chosen columns of a file; a missing value is None (text) or nan (numbers).

    `names` are all columns of the file, `rows` the row of each record as a spreadsheet shows it.
    """

    path: Path
    names: tuple[str, ...]
    rows: Sequence[int]
    columns: dict[str, Sequence[Any]]

    def numbers(self, name: str, expected: str = "a number, 0 or more") -> np.ndarray:
        """A column of finite numbers >= 0, (rows,).

        Raises      UsageError at the first row that has something else.
        """
        given = self.columns[name]
        if isinstance(given, np.ndarray) and given.dtype.kind in "iufb":
            values = given.astype(float)
        else:
            values = _floats(given)
        self.demand(name, np.isfinite(values) & (values >= 0), expected)
        return values

    def demand(self, name: str, good: np.ndarray, expected: str) -> None:
        """Raise UsageError, with the place and the cell, at the first row that is not good."""
        wrong = np.flatnonzero(~good)
        if not len(wrong):
            return
        value = self.columns[name][wrong[0]]
        found = "nothing" if value is None or value != value else f"'{str(value)[:60]}'"  # noqa: PLR0124 - nan is missing
        hint = decimal_hint(value)
        more = f"; {len(wrong) - 1} more such rows" if len(wrong) > 1 else ""
        raise UsageError(
            f"{self.path}:{self.rows[wrong[0]]} [{name}]: found {found}; "
            f"expected {expected}{hint and f' ({hint})'}{more}"
        )

    def texts(self, name: str) -> list[str | None]:
        """A column as text, None where blank; None throughout for a column that is not there."""
        given = self.columns.get(name)
        if given is None:
            return [None] * len(self.rows)
        return [None if v is None or v != v else _text(v) for v in given]  # noqa: PLR0124 - nan is missing


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _floats(given: Sequence[Any]) -> np.ndarray:
    try:
        if not any("_" in v for v in given):
            return np.asarray(given, float)
    except (TypeError, ValueError):
        pass
    return np.array([as_number(v) for v in given], float)


def as_number(value: object) -> float:
    """A value as a number; nan where it is none."""
    try:
        return math.nan if isinstance(value, str) and "_" in value else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return math.nan


def decimal_hint(value: object) -> str:
    """What to do about a number with a decimal comma; '' for anything else."""
    text = str(value)
    comma = text.count(",") == 1 and not math.isnan(as_number(text.replace(",", ".")))
    return "write decimals with a point" if comma else ""


def read_flat_file(path: Path, needed: Sequence[str], also: Sequence[str] = ()) -> FlatFile:
    """The columns `needed`, and those of `also` that are there, of a flat file.

    A column is found whatever its case where no column is spelled exactly so.

    Raises      UsageError where there is no such file or column; Unreadable where it cannot be
                read.
    """
    try:
        if not path.is_file():
            raise UsageError(f"{path}: expected a CSV, gzipped CSV or Parquet file")
        with path.open("rb") as file:
            parquet = file.read(4) == b"PAR1"

        def choose(header: Sequence[str]) -> dict[str, int]:
            return _positions(path, header, needed, also)

        if parquet:
            return _read_parquet(path, choose)
        header, columns, rows = read_flat_text(path, choose)
        return FlatFile(path, tuple(header), rows, dict(columns))
    except OSError as error:
        name = str(path) if len(str(path)) < 300 else f"{str(path)[:60]}..."
        raise Unreadable(f"{name}: cannot be read ({error.strerror or 'damaged'})") from error


def _positions(
    path: Path, header: Sequence[str], needed: Sequence[str], also: Sequence[str]
) -> dict[str, int]:
    lowered = [name.lower() for name in header]
    at: dict[str, int] = {}
    missing = []
    for name in dict.fromkeys((*needed, *also)):
        names, wanted = (header, name) if name in header else (lowered, name.lower())
        if names.count(wanted) > 1:
            raise UsageError(f"{path}: column {name!r} is there {names.count(wanted)} times")
        if wanted in names:
            at[name] = names.index(wanted)
        elif name in needed:
            missing.append(repr(name))
    if missing:
        has = ", ".join(n[:40] for n in header[:30] if n) or "no named column"
        raise UsageError(f"{path}: no column {', '.join(missing)}; it has {has}")
    return at


def _read_parquet(path: Path, choose: Any) -> FlatFile:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with path.open("rb") as handle:
            file = pq.ParquetFile(handle)
            names = [field.name for field in file.schema_arrow]
            at = choose(names)
            rows = file.metadata.num_rows
            if rows * max(len(at), 1) > CELL_LIMIT:
                raise Unreadable(f"{path}: holds more than {CELL_LIMIT} values")
            table = file.read(columns=[names[i] for i in at.values()])
        columns = {name: _values(path, name, table[names[i]]) for name, i in at.items()}
    except (pa.ArrowException, OSError) as error:
        raise Unreadable(f"{path}: is not a readable Parquet file") from error
    return FlatFile(path, tuple(names), range(2, rows + 2), columns)


def _values(path: Path, name: str, column: pa.ChunkedArray) -> Sequence[Any]:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    is_ = pa.types
    if is_.is_floating(kind) or is_.is_integer(kind):
        numbers: Sequence[Any] = column.to_numpy()
        return numbers
    if is_.is_boolean(kind) or is_.is_decimal(kind):
        return column.cast(pa.float64()).to_numpy()  # type: ignore[no-any-return]
    if is_.is_string(kind) or is_.is_large_string(kind) or is_.is_null(kind):
        return [v.strip() or None if v is not None else None for v in column.to_pylist()]
    if is_.is_date(kind) or is_.is_timestamp(kind):
        return column.cast(pa.string()).to_pylist()  # type: ignore[no-any-return]
    raise UsageError(f"{path}: column {name!r} holds {kind}; expected numbers, text or dates")
