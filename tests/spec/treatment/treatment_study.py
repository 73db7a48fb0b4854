"""A small study of bevacizumab 5 mg/kg, made from rows of records."""

import tempfile
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from hepatica.clinic.dataset import Adam
from hepatica.clinic.derivation import derive_adam
from hepatica.clinic.treatment import derive_treatment
from hepatica.records.place import Places
from hepatica.records.record import Records
from hepatica.records.standard import derive_standard
from hepatica.records.table import tables
from hepatica.study import Study
from hepatica.study.protocol import protocol_text
from hepatica.study.reader import read_study

DAY = date(2020, 6, 1)
TREATMENT = """
[[treatment]]
id = "bevacizumab"
drug = "bevacizumab"
dose = 5.0
unit = "mg/kg"
route = "transarterial"
duration_min = 30
procedure = "BEVA-TACE"

[[treatment]]
id = "c-tace"
procedure = "BEVA-TACE"
technique = "cTACE"
"""
_DOSE = {"drug": "Bevacizumab", "unit": "mg", "route": "transarterial", "duration_min": 30.0}
_DEFAULTS: dict[str, dict[str, Any]] = {"dosing": _DOSE}


@cache
def study(more: str = "") -> Study:
    """The blank protocol with this treatment, and `more` TOML."""
    text = protocol_text("blank")
    kept, rest = text[: text.index("[[treatment]]")], text[text.index("[schedule]") :]
    folder = Path(tempfile.mkdtemp())
    whole = f"{kept}{TREATMENT}{more}\n{rest}"
    (folder / "study.toml").write_text(whole, encoding="utf-8")
    return read_study(folder)


def derived(rows: dict[str, list[dict[str, Any]]], more: str = "") -> Adam:
    """Datasets of these records; subjects are those that they name, row n+1 is the nth."""
    named = sorted({r["subject"] for values in rows.values() for r in values})
    given = {"subjects": [{"subject": name} for name in named], **rows}
    built = {}
    for name, values in given.items():
        names = tables()[name].schema().names
        base = dict.fromkeys(names) | {"src_file": "f", "src_sheet": name}
        base |= _DEFAULTS.get(name, {})
        table = pa.Table.from_pylist(
            [base | {"src_row": i + 1, "seq": i} | v for i, v in enumerate(values, start=1)],
            tables()[name].schema(),
        )
        tested = bool(tables()[name].standard_columns)
        built[name] = derive_standard(tables()[name], table, Places())[0] if tested else table
    return derive_adam(study(more), Records.of(built), steps=[derive_treatment])
