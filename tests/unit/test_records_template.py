"""The workbook template: what it shows, what it refuses, and that its bytes do not change."""

import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from hepatica.core.errors import UsageError
from hepatica.records.reader import read_records
from hepatica.records.table import tables
from hepatica.records.template import write_template

SOURCE = {"reader": "workbook", "path": "records.xlsx"}


def test_blank_template_is_read_without_a_word(tmp_path: Path) -> None:
    write_template(tmp_path / "records.xlsx")
    records = read_records(tmp_path, SOURCE)
    assert records.findings == ()
    assert all(table.num_rows == 0 for table in records.tables.values())


def test_same_rows_same_bytes(tmp_path: Path) -> None:
    rows = {"subjects": [{"subject": "007", "consent_date": date(2016, 1, 2)}]}
    for name in ("a.xlsx", "b.xlsx"):
        write_template(tmp_path / name, rows)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_sheet_a_table_with_header_help_and_choices(tmp_path: Path) -> None:
    write_template(tmp_path / "records.xlsx")
    book = openpyxl.load_workbook(tmp_path / "records.xlsx")
    titles = [table.title for table in tables().values()]
    assert book.sheetnames == ["About", *titles, "Codes"]
    assert book["Codes"].sheet_state == "hidden"
    labs = book["Labs"]
    assert [cell.value for cell in labs[1]][:3] == ["Subject *", "Date *", "Test *"]
    assert labs.freeze_panes == "B2"
    assert labs.protection.sheet
    assert labs["A1"].protection.locked
    assert not labs.column_dimensions["B"].protection.locked
    assert "a test code of the list" in labs["C1"].comment.text
    assert book["Subjects"]["D1"].value == "Age [years]"
    rules = {str(rule.sqref).split(":")[0]: rule for rule in labs.data_validations.dataValidation}
    assert (rules["C2"].type, rules["C2"].formula1[:6]) == ("list", "Codes!")
    assert rules["B2"].prompt.startswith("date of sampling")


def test_a_row_can_be_deleted_as_its_cells_are_unlocked_to_the_last_column(tmp_path: Path) -> None:
    write_template(tmp_path / "records.xlsx")
    book = openpyxl.load_workbook(tmp_path / "records.xlsx")
    for table in tables().values():
        ranges = sorted((c.min, c.max) for c in book[table.title].column_dimensions.values())
        after = [high + 1 for _, high in ranges]
        assert [low for low, _ in ranges] == [1, *after[:-1]], table.name
        assert ranges[-1] == (len(table.columns) + 1, 16_384), table.name
        dimensions = book[table.title].column_dimensions.values()
        assert not any(c.protection.locked for c in dimensions), table.name


def test_text_is_never_a_formula(tmp_path: Path) -> None:
    texts = ["=1+1", "+49 89", "-", "@SUM(A1)", "http://x.org", "{=A1}"]
    rows = {"subjects": [{"subject": f"s{i}", "site": text} for i, text in enumerate(texts)]}
    write_template(tmp_path / "records.xlsx", rows)
    with zipfile.ZipFile(tmp_path / "records.xlsx") as package:
        sheets = [name for name in package.namelist() if name.startswith("xl/worksheets/sheet")]
        assert not any(b"<f>" in package.read(name) for name in sheets)
        assert not any(b"hyperlink" in package.read(name) for name in sheets)
    records = read_records(tmp_path, SOURCE)
    assert records["subjects"]["site"].to_pylist() == texts


def test_tables_and_columns_that_are_not_declared(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no table 'patients'"):
        write_template(tmp_path / "x.xlsx", {"patients": []})
    with pytest.raises(UsageError, match="has no column 'name'"):
        write_template(tmp_path / "x.xlsx", {"subjects": [{"name": "a"}]})
