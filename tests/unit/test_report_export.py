"""CSV, Parquet, manifest and the page's escapes."""

import csv
import io
import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hepatica.analysis.result import Result
from hepatica.core.finding import Finding, Level, Place
from hepatica.report.export import (
    FINDING_COLUMNS,
    csv_rows,
    csv_text,
    finding_rows,
    parquet_bytes,
    trace_table,
)
from hepatica.report.file import write_file
from hepatica.report.html import css_string, json_island
from hepatica.report.provenance import input_name, source


def test_csv_keeps_values_and_disarms_formulas() -> None:
    table = pa.table(
        {
            "text": ["=1+1", "-2.5", "@a", 'with "quotes", and comma', None, "+x", "-", "\tx"],
            "number": pa.array([-1.5, 35.0, None, 0.1, 1e-9, 4.0, 2.0, 3.0]),
            "day": pa.array([date(2016, 3, 1)] * 8),
        }
    )
    text = csv_text(table)
    assert "\r" not in text
    rows = list(csv.reader(io.StringIO(text)))
    assert [r[0] for r in rows] == [
        "text", "'=1+1", "-2.5", "'@a", 'with "quotes", and comma', "", "'+x", "'-", "'\tx",
    ]  # fmt: skip
    assert [r[1] for r in rows] == [
        "number", "-1.5", "35.0", "", "0.1", "1e-09", "4.0", "2.0", "3.0",
    ]  # fmt: skip
    assert rows[1][2] == "2016-03-01"


def test_a_missing_number_is_empty_and_never_nan() -> None:
    assert csv_rows(["a"], [(float("nan"),), (None,), (0.0,)]) == 'a\n""\n""\n0.0\n'


def test_parquet_bytes_repeat_and_carry_only_what_was_given() -> None:
    table = pa.table({"a": [1, 2]}).replace_schema_metadata({"secret": "x"})
    one = parquet_bytes(table, {"study": "T", "label": ""})
    assert one == parquet_bytes(table, {"study": "T", "label": ""})
    assert pq.read_table(io.BytesIO(one)).schema.metadata == {b"study": b"T"}


def test_findings_are_one_row_each() -> None:
    finding = Finding(
        Place("r.xlsx", "Labs", 4, "value", "D4"), Level.ERROR, "R001", "x", "a number", "h", "007"
    )
    assert len(FINDING_COLUMNS) == 11
    assert list(finding_rows([finding])) == [
        ("r.xlsx", "Labs", 4, "value", "D4", "error", "R001", "007", "x", "a number", "h")
    ]


def test_trace_numbers_the_rows_as_a_spreadsheet_does() -> None:
    results = [
        Result("ae", "safety", "Fever", "n", 2.0, subjects=("1", "2"), dataset="ADAE"),
        Result("ae", "safety", "Fever", "percent", 10.0),
    ]
    assert trace_table(results).to_pylist() == [
        {"row": 2, "dataset": "ADAE", "clause": "", "subjects": ["1", "2"]},
        {"row": 3, "dataset": "", "clause": "", "subjects": []},
    ]


def test_inputs_are_named_without_the_paths_of_this_machine(tmp_path: Path) -> None:
    folder, data, other = (tmp_path / name for name in ("study", "data", "other"))
    environment = {"HEPATICA_DATA": str(data)}
    assert input_name(folder / "sub" / "r.xlsx", folder, environment) == "sub/r.xlsx"
    assert input_name(data / "set" / "dm.xpt", folder, environment) == "${HEPATICA_DATA}/set/dm.xpt"
    assert input_name(other / "x.csv", folder, environment) == "x.csv"


def test_a_source_is_digested(tmp_path: Path) -> None:
    path = tmp_path / "abc"
    path.write_bytes(b"abc")
    found = source(path, "abc")
    # FIPS 180-2, appendix B.1
    assert found.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert found.size_bytes == 3


def test_a_file_is_written_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    write_file(tmp_path / "new" / "a.txt", b"1")
    write_file(tmp_path / "new" / "a.txt", b"2")
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["a.txt"]
    assert (tmp_path / "new" / "a.txt").read_bytes() == b"2"


@pytest.mark.parametrize("text", ["</script><script>alert(1)</script>", "<!--", "a&b", "\u2028"])
def test_json_in_the_page_cannot_leave_its_element(text: str) -> None:
    island = json_island({"x": text})
    assert not set(island) & set("<>&\u2028\u2029")
    assert json.loads(island) == {"x": text}


def test_css_text_cannot_leave_its_string() -> None:
    hostile = '"; } </style><script> \\ \n'
    assert not set(css_string(hostile)[1:-1]) & set('";}<>/\n')
    assert css_string("Not patient data") == '"Not patient data"'
