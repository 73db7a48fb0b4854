"""The declared tables: names, columns, words, units, codes and SDTM variables (`tables.toml`).

Besides its declared columns every table carries `SOURCE_COLUMNS`: the file, sheet and row (as
the spreadsheet shows it; the header is row 1) that a record came from, and `seq`, the record's
number within its subject and table, 1, 2, 3 (SDTM's --SEQ). A date column ``x_date`` is
followed by ``x_date_flag``: '' whole, 'D' day imputed, 'M' month and day imputed. Tables of tests
(labs, vitals) also carry their numbers in the test's standard unit: ``standard_value``, and
``standard_lower_limit``, ``standard_upper_limit`` for labs, with ``standard_unit``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import pyarrow as pa

Kind = Literal["id", "text", "integer", "number", "date", "code"]

SOURCE_COLUMNS = ("src_file", "src_sheet", "src_row", "seq")

_ARROW = {
    "id": pa.string(),
    "text": pa.string(),
    "code": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "date": pa.date32(),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One declared column; `expected` is the wording of findings, help and the manual."""

    name: str
    kind: Kind
    label: str
    expected: str
    sdtm: str
    required: bool = False
    unit: str = ""
    codes: tuple[str, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)
    catalogue: str = ""
    low: float | None = None
    high: float | None = None
    impute: Literal["first", "last"] = "last"
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One declared table; `key` names the columns that must be unique together ('' equals '')."""

    name: str
    title: str
    domain: str
    key: tuple[str, ...]
    help: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """The declared column of that name; KeyError where there is none."""
        return next(c for c in self.columns if c.name == name)

    @property
    def standard_columns(self) -> dict[str, str]:
        """Numbers of a table of tests -> their columns in the test's standard unit."""
        if not any(column.catalogue for column in self.columns):
            return {}
        names = [c.name for c in self.columns if c.kind == "number" and not c.unit]
        return {name: f"standard_{name}" for name in names}

    def schema(self) -> pa.Schema:
        """Arrow schema of the table as read: declared, date flag, standard and source columns."""
        fields = []
        for column in self.columns:
            fields.append(pa.field(column.name, _ARROW[column.kind]))
            if column.kind == "date":
                fields.append(pa.field(f"{column.name}_flag", pa.string()))
        if self.standard_columns:
            fields += [pa.field(name, pa.float64()) for name in self.standard_columns.values()]
            fields.append(pa.field("standard_unit", pa.string()))
        fields += [pa.field("src_file", pa.string()), pa.field("src_sheet", pa.string())]
        fields += [pa.field("src_row", pa.int64()), pa.field("seq", pa.int64())]
        return pa.schema(fields)


@cache
def tables() -> dict[str, Table]:
    """Every declared table by name, in the order of the file."""
    text = files("hepatica.records").joinpath("tables.toml").read_text(encoding="utf-8")
    return {name: _table(name, block) for name, block in tomllib.loads(text).items()}


def _table(name: str, block: dict[str, Any]) -> Table:
    return Table(
        name=name,
        title=block["title"],
        domain=block["domain"],
        key=tuple(block["key"]),
        help=block["help"],
        columns=tuple(_column(one) for one in block["columns"]),
    )


def _column(block: dict[str, Any]) -> Column:
    return Column(**{**block, "codes": tuple(block.get("codes", ()))})
