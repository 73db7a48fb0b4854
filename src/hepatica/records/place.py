"""Places of typed records: where a row of a table stands in the user's own file."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from hepatica.core.finding import Place
from hepatica.records.sheet import Sheet
from hepatica.records.table import Table


class Places:
    """Headers and spreadsheet letters of the sheets that typed rows came from."""

    def __init__(self, sheets: Iterable[Sheet] = ()) -> None:
        self._sheets = {(s.table, s.file, s.sheet): s for s in sheets}

    def of(self, table: Table, rows: pa.Table, index: int, column: str = "") -> Place:
        """Place of a typed row, or of one of its cells; a column goes by the user's header."""
        file = rows["src_file"][index].as_py() or ""
        name = rows["src_sheet"][index].as_py() or ""
        row = rows["src_row"][index].as_py()
        sheet = self._sheets.get((table.name, file, name))
        label = table.column(column).label if column else ""
        header = sheet.headers.get(column, label) if sheet else label
        letter = sheet.letters.get(column, "") if sheet else ""
        return Place(file, name, row, header, f"{letter}{row}" if letter else "")
