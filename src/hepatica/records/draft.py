"""Records typed but not yet checked: the tables with the places their rows came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from hepatica.core.finding import Finding
from hepatica.core.finding_code import finding_of
from hepatica.records.place import Places
from hepatica.records.table import tables

GATHERED_FROM = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one row: its index in the table, and the finding's words."""

    index: int
    found: str
    expected: str
    hint: str = ""
    column: str = ""


@dataclass(slots=True)
class Draft:
    """Typed tables with their places; columns are unpacked to Python once, when first asked for."""

    tables: Mapping[str, pa.Table]
    places: Places
    _lists: dict[tuple[str, str], list[Any]] = field(default_factory=dict)

    def size(self, table: str) -> int:
        """Number of rows of a table; 0 where it was not given."""
        return self.tables[table].num_rows if table in self.tables else 0

    def values(self, table: str, column: str) -> list[Any]:
        """Values of a column as Python objects, None where missing; [] for a table not given."""
        if table not in self.tables:
            return []
        key = (table, column)
        if key not in self._lists:
            self._lists[key] = self.tables[table][column].to_pylist()
        return self._lists[key]

    def columns(self, table: str, *names: str) -> Iterable[tuple[Any, ...]]:
        """Rows of a table as tuples of the named columns."""
        return zip(*(self.values(table, name) for name in names), strict=True)

    def findings(
        self, code: str, table: str, faults: Iterable[Fault], *, gather: bool = False
    ) -> list[Finding]:
        """Findings of one code; above `GATHERED_FROM`, one for all where `gather` is set."""
        listed = list(faults)
        if gather and len(listed) > GATHERED_FROM:
            more = f" and {len(listed) - 1} more such rows"
            return [self._finding(code, table, listed[0], more)]
        return [self._finding(code, table, fault) for fault in listed]

    def _finding(self, code: str, table: str, fault: Fault, more: str = "") -> Finding:
        rows = self.tables[table]
        return finding_of(
            code,
            self.places.of(tables()[table], rows, fault.index, fault.column),
            found=fault.found + more,
            expected=fault.expected,
            hint=fault.hint,
            subject="" if more else rows["subject"][fault.index].as_py() or "",
        )
