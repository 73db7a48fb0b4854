"""Scans drawn as small tables, and the rows of ADVN that a protocol makes of them."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from hepatica.clinic.dataset import datasets
from hepatica.clinic.normalization import derive_normalization
from hepatica.clinic.query import Query
from hepatica.records.place import Places
from hepatica.records.record import Records
from hepatica.records.standard import derive_standard
from hepatica.records.table import tables
from hepatica.study import Study
from hepatica.study.protocol import protocol_text
from hepatica.study.reader import read_study

DAY_0 = date(2020, 3, 1)
UNITS = {"VSDIAM": "mm", "VSTORT": "1", "KTRANS": "/min", "LIVERHU": "HU", "LVOL": "mL", "AEF": "%"}
# What every drawn scan shares unless it says otherwise.
SCAN = {
    "region": "tumour T1", "modality": "CT", "phase": "arterial", "scanner": "A", "kernel": "B30f",
    "slice_mm": 1.0, "delay_s": 35.0, "bolus_hu": 300.0, "series": "1.2.3",
}  # fmt: skip

PLAN = """
[normalization]
target_day = 30
window_days = [21, 45]
baseline_days = 42
"""
DIAMETER = """
[[normalization.component]]
id = "diameter"
test = "VSDIAM"
region = "tumour"
direction = "decrease"
wcv_percent = 4.0
repeatability_source = "assumed"
in_score = true
"""
TORTUOSITY = """
[[normalization.component]]
id = "tortuosity"
test = "VSTORT"
region = "tumour"
direction = "decrease"
scale = "difference"
sd = 0.02
repeatability_source = "assumed"
in_score = true
"""
KTRANS = """
[[normalization.component]]
id = "ktrans"
test = "KTRANS"
region = "tumour"
direction = "decrease"
rc_percent = 38.8
repeatability_source = "assumed"
in_score = true
"""
ATTENUATION = """
[[normalization.component]]
id = "attenuation"
test = "LIVERHU"
region = "liver"
direction = "increase"
scale = "difference"
rc = 5.0
repeatability_source = "assumed"
"""


def study_of(folder: Path, *parts: str, plan: str = PLAN) -> Study:
    """The blank protocol with a table [normalization] and its components."""
    text = protocol_text("blank") + plan + "".join(parts)
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return read_study(folder)


def scan(day: int, test: str, value: float | None, **other: Any) -> dict[str, Any]:
    """A row of image_quantities on a day counted from the first treatment."""
    return SCAN | {
        "subject": "1", "date": DAY_0 + timedelta(day), "test": test, "value": value,
        "unit": UNITS[test], "reason": None if value is not None else "not seen",
    } | other  # fmt: skip


def records_of(
    scans: Sequence[dict[str, Any]], /, names: Sequence[str] = ("1",), **more: Any
) -> Records:
    """Records with one treatment on day 0 for everybody and the scans given."""
    given = {
        "subjects": [{"subject": s} for s in names],
        "procedures": [{"subject": s, "date": DAY_0, "procedure": "TACE"} for s in names],
        "image_quantities": list(scans),
        **more,
    }
    return Records.of({name: _table(name, rows) for name, rows in given.items()})


def rows_of(study: Study, records: Records, **where: str) -> list[dict[str, Any]]:
    """Rows of ADVN whose variables equal those named; day 0 is that of the first procedure."""
    with Query() as query:
        for name in ("image_quantities", "procedures", "scans"):
            query.write(name, records[name])
        query.write("protocol", pa.table({"cutoff": [study.study.cutoff]}))
        query.write("adsl", _adsl(records))
        rows = derive_normalization(study, query).tables["ADVN"].to_pylist()
    return [r for r in rows if all(r[k] == v for k, v in where.items())]


def _adsl(records: Records) -> pa.Table:
    sessions = records["procedures"].to_pylist()
    rows = [
        {
            "SUBJID": s["subject"],
            "USUBJID": f"S-{s['subject']}",
            "TRTSDT": min(
                (p["date"] for p in sessions if p["subject"] == s["subject"]), default=None
            ),
            "RFICDT": s["consent_date"],
            "ENRLFL": "Y",
        }
        for s in records["subjects"].to_pylist()
    ]
    schema = pa.schema([(f.name, f.type) for f in datasets()["ADSL"].schema() if f.name in rows[0]])
    return pa.Table.from_pylist(rows, schema)


def _table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    declared = tables()[name]
    base = dict.fromkeys(declared.schema().names) | {"src_file": f"{name}.csv", "src_sheet": ""}
    numbered = [base | {"src_row": i + 1, "seq": i} | r for i, r in enumerate(rows, start=1)]
    table = pa.Table.from_pylist(numbered, declared.schema())
    tested = bool(declared.standard_columns)
    return derive_standard(declared, table, Places())[0] if tested else table
