"""The records of a study, as read: one Arrow table for each declared table, and the findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from hepatica.core.finding import Finding
from hepatica.records.table import tables


@dataclass(frozen=True, slots=True)
class Records:
    """All declared tables (an empty one where nothing was given) with their findings.

    `inputs` are the files that were read, for the manifest.
    """

    tables: Mapping[str, pa.Table]
    findings: tuple[Finding, ...]
    inputs: tuple[Path, ...] = ()

    def __getitem__(self, name: str) -> pa.Table:
        return self.tables[name]

    @classmethod
    def of(
        cls,
        given: Mapping[str, pa.Table],
        findings: tuple[Finding, ...] = (),
        inputs: tuple[Path, ...] = (),
    ) -> Records:
        """Records with an empty table for every declared table not given."""
        full = {
            name: given.get(name, table.schema().empty_table()) for name, table in tables().items()
        }
        return cls(full, findings, inputs)
