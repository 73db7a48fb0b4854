"""The index as a table for other programs: CSV text and JSON document."""

from __future__ import annotations

import csv
import io
from typing import Any

from hepatica.imaging.reading.entry import Entry
from hepatica.imaging.reading.index import Index

COLUMNS = (
    "subject", "date", "phase", "modality", "role", "description", "images", "times", "slices",
    "rows", "columns", "slice_mm", "row_mm", "column_mm", "readable", "findings", "series",
    "refers", "path",
)  # fmt: skip


def index_rows(index: Index) -> list[dict[str, Any]]:
    """One row an entry; paths relative to the folder of the index; None where not known.

    Spacing is None where the pixels are not calibrated.
    """
    return [_row(index, entry) for entry in index.entries]


def _row(index: Index, entry: Entry) -> dict[str, Any]:
    size = entry.size or (None, None, None)
    known = entry.spacing_mm if entry.is_calibrated else None
    spacing = known or (None, None, None)
    values = (
        entry.subject,
        entry.day.isoformat() if entry.day else None,
        entry.phase,
        entry.modality,
        entry.role,
        entry.description,
        entry.images,
        entry.times,
        *size,
        *spacing,
        entry.is_readable,
        sorted({one.code for one in entry.findings}),
        entry.series,
        list(entry.refers),
        entry.path.relative_to(index.root).as_posix(),
    )
    return dict(zip(COLUMNS, values, strict=True))


def index_text(index: Index) -> str:
    """CSV text of the index; what a spreadsheet would take for a formula gets an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in index_rows(index):
        writer.writerow([_cell(value) for value in row.values()])
    return out.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Y" if value else "N"
    text = " ".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
