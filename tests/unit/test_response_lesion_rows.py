"""What `lesion_assessment.sql` hands the response engine, for records with gaps and readers."""

from __future__ import annotations

from importlib import resources
from typing import Any

import duckdb
import pytest

STATEMENT = (
    resources.files("hepatica.clinic").joinpath("derive/lesion_assessment.sql").read_text("utf-8")
)
SOURCE = "src_file text default 'f', src_sheet text default 's', src_row int default 2"
SCHEMA = f"""
create table protocol (cutoff date);
insert into protocol values ('2030-01-01');
create table lesions (
    subject text default 'S', lesion text, role text, site text, reader text, {SOURCE});
create table measurements (
    subject text default 'S', date date, lesion text, diameter_mm double, viable_mm double,
    short_axis_mm double, viable_perpendicular_mm double, status text, lipiodol_obscured text,
    reader text, {SOURCE});
create table scans (subject text default 'S', date date, modality text, {SOURCE});
create table new_lesions (
    subject text default 'S', date date, lesion text, status text, site text, diameter_mm double,
    reader text, {SOURCE});
"""


class Records:
    """Records of one subject in an empty database, and what becomes of them."""

    def __init__(self) -> None:
        self.base = duckdb.connect()
        for statement in duckdb.extract_statements(SCHEMA):
            self.base.execute(statement)

    def add(self, table: str, **row: Any) -> None:
        marks = ", ".join("?" * len(row))
        self.base.execute(
            f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values())
        )

    def rows(self, columns: str) -> list[tuple[Any, ...]]:
        return self.base.sql(STATEMENT).project(columns).fetchall()


@pytest.fixture
def records() -> Records:
    return Records()


def test_lesion_without_reader_is_read_by_those_who_measure_it(records: Records) -> None:
    records.add("lesions", lesion="T1", role="target")
    for reader, size in (("A", 30), ("B", 31)):
        records.add("measurements", date="2020-01-01", lesion="T1", diameter_mm=size, reader=reader)
    records.add("scans", date="2020-02-12", modality="CT")
    assert records.rows("reader, date::text, diameter_mm, status") == [
        ("A", "2020-01-01", 30, ""),
        ("A", "2020-02-12", None, "not evaluable"),
        ("B", "2020-01-01", 31, ""),
        ("B", "2020-02-12", None, "not evaluable"),
    ]


def test_two_unread_examinations_of_a_day_are_one_visit(records: Records) -> None:
    records.add("lesions", lesion="T1", role="target")
    records.add("scans", date="2020-02-12", modality="CT", src_row=3)
    records.add("scans", date="2020-02-12", modality="MRI", src_row=4)
    assert records.rows("lesion, status, src_row") == [("T1", "not evaluable", 3)]


def test_resolved_new_lesion_is_absent(records: Records) -> None:
    records.add("lesions", lesion="T1", role="target")
    records.add("new_lesions", date="2020-02-12", lesion="N1", status="equivocal")
    records.add("new_lesions", date="2020-03-25", lesion="N1", status="resolved")
    assert records.rows("role, date::text, status") == [
        ("new", "2020-02-12", "equivocal"),
        ("new", "2020-03-25", "absent"),
    ]


def test_no_viable_part_behind_lipiodol_is_not_seen(records: Records) -> None:
    records.add("lesions", lesion="T1", role="target")
    for date, viable, hidden in (
        ("2020-01-01", 0, "Y"),
        ("2020-02-12", 8, "Y"),
        ("2020-03-25", 0, ""),
    ):
        records.add(
            "measurements", date=date, lesion="T1", viable_mm=viable, lipiodol_obscured=hidden
        )
    assert records.rows("viable_mm") == [(None,), (8,), (0,)]


def test_non_target_with_a_size_and_no_status_is_left_to_the_engine(records: Records) -> None:
    records.add("lesions", lesion="P1", role="non-target")
    records.add("measurements", date="2020-01-01", lesion="P1", diameter_mm=30)
    assert records.rows("role, diameter_mm, status") == [("non-target", 30, "")]
