"""Places of typed records: where a row of a table stands in the user's own file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa

from hepatica.core.finding import Place
from hepatica.records.sheet import Sheet
from hepatica.records.table import Table


class Places:
    """Headers and spreadsheet letters of the sheets that typed rows came from."""

    def __init__(self, sheets: Iterable[Sheet] = ()) -> None:
        self._headers: dict[tuple[str, str, str], dict[str, str]] = {}
        self._letters: dict[tuple[str, str, str], dict[str, str]] = {}
        for sheet in sheets:
            key = (sheet.table, sheet.file, sheet.sheet)
            _merge(self._headers.setdefault(key, {}), sheet.headers)
            _merge(self._letters.setdefault(key, {}), sheet.letters)

    def of(self, table: Table, rows: pa.Table, index: int, column: str = "") -> Place:
        """Place of a typed row, or of one of its cells; a column goes by the user's header."""
        file = rows["src_file"][index].as_py() or ""
        name = rows["src_sheet"][index].as_py() or ""
        row = rows["src_row"][index].as_py()
        key = (table.name, file, name)
        label = table.column(column).label if column else ""
        header = self._headers.get(key, {}).get(column, "") or label
        letter = self._letters.get(key, {}).get(column, "")
        return Place(file, name, row, header, f"{letter}{row}" if letter else "")


def _merge(known: dict[str, str], more: Mapping[str, str]) -> None:
    """Add names; a column that two sheets name differently has none."""
    for column, text in more.items():
        known[column] = text if known.get(column, text) == text else ""
