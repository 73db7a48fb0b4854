"""Every fault the response engine tells, each from rows that have it and no other of its kind."""

import pyarrow as pa
import pytest

from hepatica.clinic.response import ResponseOptions, derive_response
from hepatica.clinic.response_check import FAULTS
from hepatica.core.finding_code import finding_codes

COLUMNS = (
    "subject",
    "date",
    "lesion",
    "role",
    "site",
    "diameter_mm",
    "viable_mm",
    "short_axis_mm",
    "viable_perpendicular_mm",
    "status",
)
NUMBERS = COLUMNS[5:9]
BASE = "A 2020-01-01 T1 target liver 60 50 - 30 -"
NEXT = "A 2020-03-01 T1 target liver 60 40 - 25 -"
TOO_MANY = [f"A 2020-01-01 T{i} target liver 60 50 - 30 -" for i in range(2, 7)]

# code -> criterion, rows added to BASE and NEXT (or the whole, where the first word is "only")
CASES: dict[str, tuple[str, list[str]]] = {
    "L001": ("mRECIST", ["A 2020-03-01 - target liver 60 40 - 25 -"]),
    "L002": ("mRECIST", ["A 2020-03-01 T9 bystander liver 60 40 - 25 -"]),
    "L003": ("mRECIST", ["A 2020-03-01 X non-target liver - - - - confirmed"]),
    "L004": ("mRECIST", ["A 2020-03-01 X non-target liver 6000 - - - present"]),
    "L005": ("RECIST1.1", ["only", BASE, "A 2020-03-01 T1 target liver 60 0 - - absent"]),
    "L006": ("EASL", ["only", BASE, "A 2020-03-01 T1 target liver 60 40 - - -"]),
    "L007": ("mRECIST", ["A 2020-03-01 N1 new liver 6 - - - confirmed"]),
    "L008": ("mRECIST", ["only", BASE, "A 2020-03-01 T1 target liver 30 40 - 25 -"]),
    "L010": ("mRECIST", ["A 2020-03-01 T1 target liver 60 20 - 25 -"]),
    "L011": ("mRECIST", ["A 2020-03-01 T2 target liver 60 40 - 25 -"]),
    "L012": ("mRECIST", ["A 2020-03-01 X non-target liver - - - - present"]),
    "L013": ("mRECIST", ["A 2020-01-01 N1 new liver 20 - - - confirmed"]),
    "L020": ("mRECIST", ["only", "A 2020-01-01 T1 target liver 60 - - - -", NEXT]),
    "L021": ("mRECIST", ["only", "A 2020-01-01 T1 target liver 9 8 - 7 -", NEXT]),
    "L022": ("mRECIST", TOO_MANY),
    "L023": ("mRECIST", TOO_MANY[:2]),
    "L024": (
        "mRECIST",
        [
            "A 2020-01-01 X non-target liver - - - - present",
            "A 2020-03-01 X non-target liver - - - - absent",
            "A 2020-05-01 T1 target liver 60 0 - 0 absent",
            "A 2020-05-01 X non-target liver - - - - absent",
            "A 2020-07-01 T1 target liver 60 0 - 0 absent",
            "A 2020-07-01 X non-target liver - - - - present",
        ],
    ),
    "L025": ("mRECIST", []),
}


def _table(rows: list[str]) -> pa.Table:
    cells = [[None if c == "-" else c for c in row.split()] for row in rows]
    columns = dict(zip(COLUMNS, zip(*cells, strict=True), strict=True))
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    table = table.set_column(1, "date", table["date"].cast(pa.date32()))
    for name in NUMBERS:
        at = table.column_names.index(name)
        table = table.set_column(at, name, table[name].cast(pa.float64()))
    return table.append_column("row", pa.array(range(2, len(rows) + 2), pa.int64()))


@pytest.mark.parametrize("code", CASES)
def test_the_fault_is_told_at_its_row(code: str) -> None:
    criterion, rows = CASES[code]
    lesions = _table(rows[1:] if rows[:1] == ["only"] else [BASE, NEXT, *rows])
    subjects = None
    if code == "L025":
        early = pa.array(["2019-01-01"]).cast(pa.date32())
        subjects = pa.table({"subject": ["A"], "baseline_date": early})
    found = derive_response(lesions, ResponseOptions(criterion=criterion), subjects).findings
    assert code in {finding.code for finding in found}
    assert all(finding.subject in ("A", "") for finding in found)


def test_sound_rows_have_no_finding() -> None:
    assert derive_response(_table([BASE, NEXT]), ResponseOptions()).findings == ()


def test_a_necrotic_mass_may_keep_its_diameter() -> None:
    rows = [BASE, "A 2020-03-01 T1 target liver 60 0 - 0 absent"]
    assert derive_response(_table(rows), ResponseOptions()).findings == ()


def test_every_fault_has_the_weight_of_the_catalogue() -> None:
    for code, fault in FAULTS.items():
        assert fault.level is finding_codes()[code].level, code
    assert set(CASES) == set(FAULTS)
