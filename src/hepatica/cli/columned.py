"""Lines of words in columns, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence


def columned(rows: Sequence[Sequence[str]]) -> str:
    """Rows as aligned text; the last column is not padded."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ("  ".join(t.ljust(w) for t, w in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)
