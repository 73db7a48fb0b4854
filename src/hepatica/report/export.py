"""Tables as CSV and Parquet with the same bytes for the same values.

CSV follows RFC 4180 but for its line ends, which are a single line feed. A text that a spreadsheet
would run as a formula is preceded by an apostrophe; numbers are numbers, negative ones too.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hepatica.analysis.result import Result
from hepatica.core.finding import Finding
from hepatica.report.ledger import FIRST_ROW

_FORMULA = ("=", "+", "-", "@", "\t", "\r")

FINDING_COLUMNS = (
    "file",
    "sheet",
    "row",
    "column",
    "cell",
    "level",
    "code",
    "subject",
    "found",
    "expected",
    "hint",
)


def csv_text(table: pa.Table) -> str:
    """The table as CSV: a header, then one line a row; missing is empty, dates are ISO."""
    return _csv(table.column_names, zip(*map(_texts, table.columns), strict=True))


def csv_rows(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Rows of plain values as CSV under a header."""
    return _csv(header, ([_cell(value) for value in row] for row in rows))


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue()


def _texts(column: pa.ChunkedArray) -> list[str]:
    """Cells of a column; a value that repeats, as most do, is put into words once."""
    if pa.types.is_floating(column.type) or not len(column):
        return [_cell(value) for value in column.to_pylist()]
    coded = pc.dictionary_encode(column, null_encoding="encode").combine_chunks()
    words = [_cell(value) for value in coded.dictionary.to_pylist()]
    return [words[index] for index in coded.indices.to_numpy(zero_copy_only=False)]


def parquet_bytes(table: pa.Table, about: Mapping[str, str]) -> bytes:
    """The table as Parquet; `about` (study, label, cutoff) is its only metadata."""
    plain = table.replace_schema_metadata({k: v for k, v in sorted(about.items()) if v})
    sink = io.BytesIO()
    pq.write_table(plain, sink, compression="zstd", version="2.6")
    return sink.getvalue()


def finding_rows(findings: Iterable[Finding]) -> Iterable[tuple[Any, ...]]:
    """Findings in the order of `FINDING_COLUMNS`."""
    for f in findings:
        p = f.place
        place = (p.file, p.sheet, p.row, p.column, p.cell)
        yield (*place, str(f.level), f.code, f.subject, f.found, f.expected, f.hint)


def trace_table(results: Sequence[Result]) -> pa.Table:
    """What stands behind each row of results.csv: dataset, clause and every subject."""
    return pa.table(
        {
            "row": pa.array(range(FIRST_ROW, FIRST_ROW + len(results)), pa.int64()),
            "dataset": pa.array([r.dataset for r in results], pa.string()),
            "clause": pa.array([r.clause for r in results], pa.string()),
            "subjects": pa.array([list(r.subjects) for r in results], pa.list_(pa.string())),
        }
    )


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return "" if value != value else repr(float(value))  # noqa: PLR0124 - nan is missing
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) and not _is_number(value) else value
    return str(value)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.isascii() and text.strip() == text and not text.endswith(("f", "n", "y"))
