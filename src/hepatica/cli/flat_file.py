"""One-file tools' input: a CSV, gzipped CSV or Parquet file as text or typed columns."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from hepatica.core.errors import Unreadable, UsageError

SIZE_LIMIT = 4 << 30


def read_flat_file(path: Path, *, all_text: bool = False) -> pa.Table:
    """Columns of one flat file; with `all_text` every CSV value stays text ('' is null).

    Raises      UsageError where there is no such file; Unreadable where it cannot be read.
    """
    if not path.is_file():
        raise UsageError(f"{path}: expected a CSV, gzipped CSV or Parquet file")
    if path.stat().st_size > SIZE_LIMIT:
        raise Unreadable(f"{path}: larger than {SIZE_LIMIT} bytes")
    connection = duckdb.connect(":memory:")
    connection.execute("SET memory_limit = '6GB'")
    try:
        if _is_parquet(path):
            return connection.execute("SELECT * FROM read_parquet($1)", [str(path)]).to_arrow_table()
        return connection.execute(
            "SELECT * FROM read_csv($1, header = true, all_varchar = $2, sample_size = -1)",
            [str(path), all_text],
        ).to_arrow_table()
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        raise Unreadable(f"{path}: not a readable table ({first[:200]})") from error
    finally:
        connection.close()


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def column(table: pa.Table, name: str, path: Path) -> pa.ChunkedArray:
    """A column by name.

    Raises      UsageError naming the columns there are.
    """
    if name not in table.column_names:
        raise UsageError(f"{path}: no column {name!r}; it has {', '.join(table.column_names)}")
    return table[name]
