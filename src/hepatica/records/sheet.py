"""One sheet as a reader found it: raw cells under our column names, with their places.

Every reader (workbook, CSV folder, SDTM, mapping) hands over sheets; `cell` types them. Cells
are untouched Python values: None or '' blank, str, int, float, bool, date, datetime, Broken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hepatica.core.finding import Place


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell that holds no value but a fault: a formula's error value or missing result."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Raw cells of one declared table from one place.

    `rows` gives the row of each record as the user's program shows it, `letters` the
    spreadsheet letters of the columns ('' names no spreadsheet), `headers` their header texts.
    """

    table: str
    file: str
    sheet: str
    columns: Mapping[str, Sequence[object]]
    rows: Sequence[int]
    headers: Mapping[str, str] = field(default_factory=dict)
    letters: Mapping[str, str] = field(default_factory=dict)
    seq: Sequence[int] | None = None
    decimal_comma: bool = False

    def place(self, index: int, column: str = "") -> Place:
        """Place of a cell (or a whole record) by its index in this sheet."""
        row = self.rows[index]
        letter = self.letters.get(column, "")
        header = self.headers.get(column, column)
        cell = f"{letter}{row}" if letter else ""
        return Place(self.file, self.sheet, row, header, cell)


def column_letter(index: int) -> str:
    """Spreadsheet letter of a column counted from 0: A, B, ... Z, AA."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text
