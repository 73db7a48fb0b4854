"""Records written as a REDCap project or an ODM file and read again are the same records."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from crf_project import KEYS, Row, mapping_of, odm_text, rows_of, write_redcap
from hypothesis import given, settings
from hypothesis import strategies as st

from hepatica.core.finding import Level
from hepatica.records.reader import read_records
from hepatica.records.record import Records
from hepatica.records.table import tables

EXAMPLE = Path(__file__).parents[2] / "examples" / "hard-courses"


@cache
def beva_tace() -> Records:
    return read_records(EXAMPLE, {"reader": "workbook", "path": "records.xlsx"})


def contents(records: Records) -> dict[str, list[tuple[Any, ...]]]:
    """Every declared column of every table, rows in one order whatever order they came in."""
    made = {}
    for name, table in tables().items():
        columns = [column.name for column in table.columns]
        rows = [tuple(row.values()) for row in records[name].select(columns).to_pylist()]
        made[name] = sorted(rows, key=repr)
    return made


def read_redcap(rows: list[Row], seed: int | None = None) -> Records:
    with TemporaryDirectory() as folder:
        write_redcap(Path(folder) / "redcap", rows, seed)
        source = {
            "reader": "redcap",
            "path": "redcap",
            "mapping": mapping_of("{}", "record_id"),
        }
        return read_records(Path(folder), source)


def read_odm(text: str) -> Records:
    with TemporaryDirectory() as folder:
        (Path(folder) / "export.xml").write_text(text, encoding="utf-8")
        mapping = mapping_of("Form.{}", "SubjectKey")
        return read_records(
            Path(folder), {"reader": "odm", "path": "export.xml", "mapping": mapping}
        )


def errors(records: Records) -> list[str]:
    return sorted(f"{f.code} {f.found}" for f in records.findings if f.level is Level.ERROR)


def test_the_example_has_records_of_every_kind_of_row() -> None:
    sizes = {name: len(rows) for name, rows in contents(beva_tace()).items()}
    assert sizes["subjects"] == 20
    assert all(sizes[name] for name in ("status", "labs", "measurements", "adverse_events"))


def test_a_redcap_project_gives_the_same_records() -> None:
    again = read_redcap(rows_of(beva_tace()))
    assert contents(again) == contents(beva_tace())
    assert errors(again) == errors(beva_tace())


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    assert contents(read_redcap(rows_of(beva_tace()), seed)) == contents(beva_tace())


@pytest.mark.parametrize("typed", [False, True])
def test_an_odm_file_gives_the_same_records(typed: bool) -> None:
    again = read_odm(odm_text(rows_of(beva_tace()), typed=typed))
    assert contents(again) == contents(beva_tace())
    assert errors(again) == errors(beva_tace())


def test_each_row_knows_where_it_stands() -> None:
    rows = rows_of(beva_tace())
    again = read_redcap(rows)
    for record in again["adverse_events"].to_pylist():
        row = rows[record["src_row"] - 2]
        assert row["record_id"] == record["subject"]
        assert row[KEYS[1]] == "adverse_events"
        assert row["adverse_events_term"] == record["term"]
