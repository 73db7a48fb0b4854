"""Standard units: labs and vitals converted once, beside the numbers as the laboratory gave them.

A unit not known for its test is told and the standard value stays missing; a test outside the
catalogue is carried over in its own unit.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyarrow as pa

from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.core.unit import factor_of, known_units
from hepatica.records.place import Places
from hepatica.records.table import Table


def derive_standard(table: Table, rows: pa.Table, places: Places) -> tuple[pa.Table, list[Finding]]:
    """Table of tests with its standard columns filled, and a finding R008 for each unknown unit.

    Equal pairs of test and unit are looked up once. Rows without a result need no unit.
    """
    pairs = defaultdict(list)
    units = [unit or "" for unit in rows["unit"].to_pylist()]
    for index, pair in enumerate(zip(rows["test"].to_pylist(), units, strict=True)):
        pairs[pair].append(index)
    scale, shift = np.full(rows.num_rows, np.nan), np.zeros(rows.num_rows)
    names: list[str | None] = [None] * rows.num_rows
    findings: list[Finding] = []
    present = rows["value"].is_valid().to_numpy()
    for (test, unit), indices in pairs.items():
        known = known_units().get(test or "")
        factor = factor_of(test, unit) if known else None
        if known and not factor:
            told = [places.of(table, rows, i, "unit") for i in indices if present[i]]
            findings += _unknown(told, test, unit)
            continue
        scale[indices] = factor.scale if factor else 1.0
        shift[indices] = factor.shift if factor else 0.0
        for index in indices:
            names[index] = known.unit if known else unit
    for name, standard in table.standard_columns.items():
        value = rows[name].to_numpy(zero_copy_only=False).astype(float)
        rows = _with(rows, standard, pa.array((value + shift) * scale, from_pandas=True))
    return _with(rows, "standard_unit", pa.array(names, pa.string())), findings


def _unknown(places: list[Place], test: str, unit: str) -> list[Finding]:
    known = ", ".join(dict.fromkeys(f.unit for f in known_units()[test].factors.values() if f.unit))
    found = f"{test} in '{unit}'" if unit else f"{test} without a unit"
    return [finding_of("R008", place, found=found, expected=f"one of {known}") for place in places]


def _with(rows: pa.Table, name: str, values: pa.Array) -> pa.Table:
    return rows.set_column(rows.schema.get_field_index(name), name, values)
