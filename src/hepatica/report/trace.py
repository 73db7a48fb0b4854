"""What stands behind the printed numbers, packed once for the page.

Each set of subjects is stored once and numbered; a row of results.csv refers to it. Of a large
set the page holds the count and the first subjects only; all of them are in
results_trace.parquet.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hepatica.report.ledger import FIRST_ROW, Ledger
from hepatica.report.legible import legible
from hepatica.report.table import Table

MOST_NAMED = 50


def trace_island(ledger: Ledger, tables: Iterable[Table]) -> dict[str, Any]:
    """Rows printed by `tables` with statistic, dataset, clause, method, note and set of subjects.

    Returns     {"texts": [...], "sets": [[count, subject, ...], ...], "rows": {row: [text, set]}},
                a row naming its text and its set by their positions
    """
    texts: dict[str, int] = {}
    sets: dict[tuple[str, ...], int] = {}
    rows: dict[str, list[int]] = {}
    for row in _printed(tables):
        result = ledger.results[row - FIRST_ROW]
        index = sets.setdefault(result.subjects, len(sets))
        parts = (result.statistic, result.dataset, result.clause, result.method, result.note)
        text = " \u00b7 ".join(p for p in parts if p)
        rows[str(row)] = [texts.setdefault(text, len(texts)), index]
    named = [[len(s), *map(legible, s[:MOST_NAMED])] for s in sets]
    return {"texts": list(texts), "sets": named, "rows": rows}


def _printed(tables: Iterable[Table]) -> list[int]:
    return sorted(
        {
            row
            for table in tables
            for line in table.lines
            for cell in line.cells
            for row in cell.rows
        }
    )
