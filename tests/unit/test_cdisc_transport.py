"""Transport files: exact to the bit and to the byte, and nothing cut that does not fit."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepatica.clinic.dataset import Dataset, Variable
from hepatica.core.errors import NotReady
from hepatica.records.transport import read_transport
from hepatica.report.cdisc.ibm_float import ibm_bytes, unwritable
from hepatica.report.cdisc.transport import (
    MOST_EACH,
    MOST_VARIABLES,
    check_transport,
    transport_bytes,
)

STAMP = date(2019, 12, 31)
DATASET = Dataset(
    "ADLB",
    "Laboratory Test Results",
    (
        Variable("USUBJID", "text", "Unique Subject Identifier", ""),
        Variable("ADT", "date", "Analysis Date", ""),
        Variable("AVAL", "number", "Analysis Value", ""),
        Variable("ASEQ", "integer", "Analysis Sequence Number", ""),
    ),
)


def table(*rows: tuple[object, ...]) -> pa.Table:
    names = [v.name for v in DATASET.variables]
    return pa.Table.from_pylist(
        [dict(zip(names, row, strict=True)) for row in rows], DATASET.schema()
    )


def ibm_value(code: bytes) -> Fraction:
    """A number as the technical note defines it: sign, power of 16 less 64, 56 bits of fraction."""
    fraction = Fraction(int.from_bytes(code[1:], "big"), 2**56)
    size = fraction * Fraction(16) ** ((code[0] & 127) - 64)
    return -size if code[0] & 128 else size


@pytest.mark.parametrize(
    ("value", "code"),
    [
        # The note's own table, and hand arithmetic: 1 = 1/16 x 16^1, -118.625 = -76.A0 hex.
        (1.0, "4110000000000000"),
        (2.0, "4120000000000000"),
        (-118.625, "C276A00000000000"),
        (0.0, "0000000000000000"),
        (-0.0, "0000000000000000"),
        (float("nan"), "2E00000000000000"),
        (0.1, "401999999999999A"),
    ],
)
def test_ibm_form_of_known_numbers(value: float, code: str) -> None:
    assert ibm_bytes(np.array([value])).tobytes().hex().upper() == code


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_within_the_range_keeps_its_value(value: float) -> None:
    size = abs(Fraction(value))
    inside = size == 0 or Fraction(16) ** -65 <= size < Fraction(16) ** 63
    numbers = np.array([value])
    assert bool(unwritable(numbers)[0]) is not inside
    if inside:
        assert ibm_value(ibm_bytes(numbers).tobytes()) == Fraction(value)


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        (16.0**63, False),
        (float(np.nextafter(16.0**63, 0)), True),
        (16.0**-65, True),
        (float(np.nextafter(16.0**-65, 0)), False),
        (float("inf"), False),
        (5e-324, False),
        (1e80, False),
    ],
)
def test_range_of_the_ibm_form(value: float, fits: bool) -> None:
    assert bool(unwritable(np.array([value, -value])).any()) is not fits
    faults = check_transport(DATASET, table(("S1", None, value, 1)))
    assert [f.code for f in faults] == ([] if fits else ["A012"])


def written(tmp_path: Path, rows: pa.Table) -> Path:
    path = tmp_path / "adlb.xpt"
    path.write_bytes(transport_bytes(DATASET, rows, STAMP))
    return path


def test_a_file_is_read_back_bit_by_bit(tmp_path: Path) -> None:
    rows = table(
        ("S1", date(2016, 2, 29), 0.1 + 0.2, 1),
        ("S2 with a longer name", date(1959, 12, 31), -7.2e75, 2**53),
        ("S3", None, None, None),
        ("", date(1582, 1, 1), 5.4e-79, 0),
        ("=1+1", date(9999, 12, 31), 0.0, -5),
    )
    frame, meta = pyreadstat.read_xport(written(tmp_path, rows), output_format="dict")
    assert frame["USUBJID"] == [text or "" for text in rows["USUBJID"].to_pylist()]
    assert list(frame["ADT"]) == rows["ADT"].to_pylist()
    for name in ("AVAL", "ASEQ"):
        back = [None if v is None or np.isnan(v) else float(v) for v in frame[name]]
        assert back == rows[name].to_pylist()
    assert meta.table_name == "ADLB"
    assert meta.file_label == "Laboratory Test Results"
    assert meta.column_labels == [v.label for v in DATASET.variables]
    assert meta.original_variable_types["ADT"].startswith("DATE")
    assert (meta.creation_time.date(), meta.modification_time.date()) == (STAMP, STAMP)


def test_our_own_reader_reads_it(tmp_path: Path) -> None:
    columns, numbers, findings = read_transport(
        written(tmp_path, table(("S1", date(2016, 2, 29), 1.5, 1), ("S2", None, 2.5, 2)))
    )
    assert columns["USUBJID"] == ["S1", "S2"]
    assert list(columns["AVAL"]) == [1.5, 2.5]
    assert (numbers, findings) == ([1, 2], [])


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 80])
def test_records_fill_whole_lines_of_80(tmp_path: Path, count: int) -> None:
    path = written(tmp_path, table(*[("S1", None, float(i), i) for i in range(count)]))
    assert path.stat().st_size % 80 == 0
    assert len(pyreadstat.read_xport(path, output_format="dict")[0]["AVAL"]) == count


def test_layout_of_the_headers() -> None:
    data = transport_bytes(DATASET, table(("S1", None, 1.0, 1)), STAMP)
    lines = [data[i : i + 80].decode("latin-1") for i in range(0, len(data), 80)]
    assert lines[0].rstrip() == "HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!" + "0" * 30
    assert lines[1] == "SAS     SAS     SASLIB  9.4     HEPATICA" + " " * 24 + "31DEC19:00:00:00"
    assert lines[3].rstrip().endswith("MEMBER  HEADER RECORD!!!!!!!000000000000000001600000000140")
    assert lines[5][8:16] == "ADLB    "
    assert lines[7].rstrip().endswith("NAMESTR HEADER RECORD!!!!!!!000000000400000000000000000000")
    assert lines[15].startswith("HEADER RECORD*******OBS     HEADER RECORD!!!!!!!")


def test_the_same_rows_are_the_same_bytes() -> None:
    rows = table(("S1", date(2016, 2, 29), 1.5, 1))
    assert transport_bytes(DATASET, rows, STAMP) == transport_bytes(DATASET, rows, STAMP)


def test_what_does_not_fit_is_told_by_cell_and_never_cut() -> None:
    rows = table(
        ("x" * 200, None, 1.0, 1),
        ("x" * 201, None, 1.0, 2),
        ("Müller ≥ 3", date(1581, 12, 31), float("inf"), 2**53 + 1),
        ("tab\there", None, None, 3),
        ("end ", None, None, 3),
    )
    with pytest.raises(NotReady) as stop:
        transport_bytes(DATASET, rows, STAMP)
    assert {f.code for f in stop.value.findings} == {"A010", "A011", "A012"}
    told = [str(f) for f in stop.value.findings]
    assert told == [
        "ADLB:2 [USUBJID] error A010: found 201 characters; expected at most 200 characters",
        "ADLB:3 [USUBJID] error A011: found 'ü' (U+00FC), '≥' (U+2265); "
        "expected printable ASCII characters",
        "ADLB:4 [USUBJID] error A011: found U+0009; expected printable ASCII characters",
        "ADLB:5 [USUBJID] error A011: found blanks at the end; "
        "expected text that ends in a character",
        "ADLB:3 [ADT] error A012: found 1581-12-31; expected a date from 1582-01-01 on",
        "ADLB:3 [AVAL] error A012: found inf; "
        "expected 0 or a number whose size lies between 16^-65 and 16^63",
        "ADLB:3 [ASEQ] error A012: found 9007199254740993; expected a whole number of at most 2^53",
    ]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("TOOLONGNM", "Label"),
        ("lower", "Label"),
        ("1ST", "Label"),
        ("A_B", "Label"),
        ("", "Label"),
        ("GOOD", "x" * 41),
        ("GOOD", "Größe"),
        ("STUDYID", "Twice"),
    ],
)
def test_names_and_labels_are_never_cut(name: str, label: str) -> None:
    first = Variable("STUDYID", "text", "Study Identifier", "")
    dataset = Dataset("ADSL", "Label", (first, Variable(name, "text", label, "")))
    columns = [pa.array(["S"], pa.string())] * 2
    faults = check_transport(dataset, pa.Table.from_arrays(columns, names=["STUDYID", name]))
    assert {f.code for f in faults} == {"A013"}


def test_a_blank_last_record_of_text_is_told() -> None:
    dataset = Dataset("ADSL", "Label", (Variable("STUDYID", "text", "Study Identifier", ""),))
    faults = check_transport(dataset, pa.table({"STUDYID": ["S", None]}))
    assert [(f.code, f.place.row) for f in faults] == [("A014", 2)]
    assert not check_transport(dataset, pa.table({"STUDYID": [None, "S"]}))


def test_many_faults_of_a_kind_are_counted() -> None:
    rows = table(*[("é", None, None, i) for i in range(MOST_EACH + 5)])
    faults = check_transport(DATASET, rows)
    assert len(faults) == MOST_EACH
    assert faults[-1].found == "'é' (U+00E9), and 5 more such values in this variable"


def test_more_variables_than_the_header_counts_are_told() -> None:
    variables = tuple(Variable(f"V{i}", "text", "x", "") for i in range(MOST_VARIABLES + 1))
    rows = pa.table({variable.name: ["x"] for variable in variables})
    assert not check_transport(Dataset("AD", "x", variables[:-1]), rows.drop_columns(["V9999"]))
    faults = check_transport(Dataset("AD", "x", variables), rows)
    assert [(f.code, f.found) for f in faults] == [("A013", "10000 variables")]
