"""What was measured on a scan: rows of the records' tables, and the folder that holds them.

A quantity that cannot be measured is a row too: no value, and a reason. Codes, units and
meanings are those of `records/image_tests.toml`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from hepatica.imaging.origin import Origin
from hepatica.records.table import tables

TABLE = "image_quantities"
_MODALITIES = {"CT": "CT", "MR": "MRI", "PT": "PET-CT", "XA": "DSA", "US": "US"}


@dataclass(frozen=True, slots=True)
class Quantity:
    """One measured quantity of one region.

    `value` is None where it cannot be measured, and `reason` then says why. `lower` and `upper`
    are an interval of the measurement, where there is one; `method` names procedure and convention;
    `slice` and `endpoints` say where (index of the slice; "x y z; x y z" in mm of the patient);
    `flags` are words such as "at bound: kep".
    """

    test: str
    value: float | None
    unit: str
    region: str = ""
    method: str = ""
    reason: str = ""
    lower: float | None = None
    upper: float | None = None
    slice: str = ""
    endpoints: str = ""
    flags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        assert (self.value is None) == bool(self.reason), "a value, or why there is none"


def quantity_row(
    quantity: Quantity, origin: Origin, *, bolus_hu: float | None = None, reader: str = ""
) -> dict[str, Any]:
    """The row of the table `image_quantities`; `bolus_hu` is the aorta's mean on the same scan."""
    own = {f.name: getattr(quantity, f.name) for f in fields(quantity) if f.name != "flags"}
    return {
        **own,
        "flags": "; ".join(quantity.flags),
        "subject": origin.subject,
        "date": origin.day.isoformat() if origin.day else "",
        "modality": _MODALITIES.get(origin.modality, "other" if origin.modality else ""),
        "phase": origin.phase,
        "series": origin.series,
        "scanner": origin.scanner,
        "kernel": origin.kernel,
        "slice_mm": origin.slice_mm,
        "delay_s": origin.delay_s,
        "bolus_hu": bolus_hu,
        "reader": reader,
    }


def table_text(table: str, rows: Iterable[Mapping[str, Any]]) -> str:
    """CSV text of rows of a declared table, sorted by all their cells.

    Floats are written so that they are read back bit for bit; text that a spreadsheet would take
    for a formula gets an apostrophe before it.

    Raises      KeyError for a column that the table does not declare.
    """
    names = [column.name for column in tables()[table].columns]
    lines = []
    for row in rows:
        if strange := set(row) - set(names):
            raise KeyError(f"{table} has no column {sorted(strange)}")
        lines.append([_cell(row.get(name)) for name in names])
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(sorted(lines))
    return out.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value)
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "@", "\t", "\r") else text
