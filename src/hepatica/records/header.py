"""Headers: which declared column a header's text means, and which table a sheet's name means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.records.sheet import column_letter
from hepatica.records.table import Column, Table, tables

_UNIT = re.compile(r"\s*[\[(][^\])]*[\])]\s*\*?\s*$")


def header_text(column: Column) -> str:
    """Header of a column as the template writes it: the label, with the unit in brackets."""
    return f"{column.label} [{column.unit}]" if column.unit else column.label


def table_named(text: str) -> Table | None:
    """Declared table whose name or title `text` is, whatever its case; None where there is none."""
    wanted = _plain(text)
    for table in tables().values():
        if wanted in (_plain(table.name), _plain(table.title)):
            return table
    return None


def nearest(text: str, known: Sequence[str]) -> str:
    """Hint naming the known word most like `text`; '' where none is like it."""
    lowered = {word.lower(): word for word in reversed(known)}
    close = get_close_matches(text.lower(), lowered, n=1, cutoff=0.6)
    return f"did you mean '{lowered[close[0]]}'?" if close else ""


def check_headers(
    table: Table, texts: Sequence[str], *, file: str, sheet: str, lettered: bool
) -> tuple[dict[str, int], list[Finding]]:
    """Position of every declared column among the header texts, with what is wrong in them.

    Parameters
    ----------
    table : Table
    texts : sequence of str        The header row; '' where a header is blank.
    lettered : bool                Whether places carry spreadsheet letters.

    Returns     (column name -> position, findings R015, R016, R017).
    """
    known = {_plain(word): c.name for c in table.columns for word in (c.label, c.name)}
    at: dict[str, int] = {}
    findings = []
    for index, text in enumerate(texts):
        if not text:
            continue
        cell = f"{column_letter(index)}1" if lettered else ""
        place = Place(file, sheet, 1, text, cell)
        name = known.get(_plain(text)) or known.get(_plain(_UNIT.sub("", text)))
        if name is None:
            hint = nearest(text, [word for c in table.columns for word in (c.label, c.name)])
            expected = f"a column of {table.title}; it was not read"
            findings.append(
                finding_of("R015", place, found=f"'{text}'", expected=expected, hint=hint)
            )
        elif name in at:
            expected = "each column once; the first was read"
            findings.append(finding_of("R017", place, found=f"'{text}' again", expected=expected))
        else:
            at[name] = index
    return at, findings + _check_required(table, at, Place(file, sheet, 1))


def _check_required(table: Table, at: dict[str, int], place: Place) -> list[Finding]:
    missing = [c for c in table.columns if c.required and c.name not in at]
    return [
        finding_of("R016", place, found="no such column", expected=f"a column '{header_text(c)}'")
        for c in missing
    ]


def _plain(text: str) -> str:
    return re.sub(r"[\s_]+", " ", text.strip().rstrip("*").strip()).lower()
