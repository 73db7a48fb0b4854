"""A workbook: what a cell means, and every fault of its form, by sheet, row and column."""

import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from records_book import alive, one, read_book, subjects, told, write_book

from hepatica.core.finding import Level
from hepatica.records.grid import read_grid
from hepatica.records.reader import read_records

BOOK = {"reader": "workbook", "path": "records.xlsx"}


def test_titles_names_labels_and_units_are_found_whatever_their_case(tmp_path: Path) -> None:
    records = read_book(
        tmp_path,
        {
            "SUBJECTS": [["subject", "AGE [years]", "Sex *"], ["a", 61, "male"]],
            "follow_up": [["Subject", "date", "STATUS"], ["a", date(2020, 1, 1), "ALIVE"]],
        },
    )
    assert records.findings == ()
    row = records["subjects"].to_pylist()[0]
    assert (row["subject"], row["age_years"], row["sex"]) == ("a", 61.0, "M")
    assert records["follow_up"]["status"].to_pylist() == ["alive"]


def test_identifiers_stay_text_and_whole_numbers_lose_their_point(tmp_path: Path) -> None:
    records = read_book(
        tmp_path,
        {"Subjects": subjects("007"), "Follow-up": alive("007", "8")}
        | {"Subjects": [["Subject"], ["007"], [8]]},
    )
    assert records["subjects"]["subject"].to_pylist() == ["007", "8"]
    assert records.findings == ()


def test_rows_keep_the_number_that_the_spreadsheet_shows(tmp_path: Path) -> None:
    rows = [["Subject", "Age"], ["a", 50], [None, None], ["b", 200]]
    records = read_book(tmp_path, {"Subjects": rows, "Follow-up": alive("a", "b")})
    assert records["subjects"]["src_row"].to_pylist() == [2, 4]
    found = one(records, "R005")
    assert str(found.place) == "records.xlsx:Subjects!B4 [Age]"
    assert found.subject == "b"


def test_dates_real_text_serial_and_partial(tmp_path: Path) -> None:
    rows = [
        ["Subject", "Consent"],
        ["a", date(2016, 3, 2)],
        ["b", "2016-03-02"],
        ["c", 42431],
        ["d", "2016-02"],
        ["e", 2016],
        ["f", "2016-03-02T14:30"],
        ["g", datetime(2016, 3, 2, 12, 30)],
    ]
    records = read_book(tmp_path, {"Subjects": rows, "Follow-up": alive(*"abcdefg")})
    assert records["subjects"]["consent_date"].to_pylist() == [
        date(2016, 3, 2),
        date(2016, 3, 2),
        date(2016, 3, 2),
        date(2016, 2, 29),
        date(2016, 12, 31),
        date(2016, 3, 2),
        date(2016, 3, 2),
    ]
    assert records["subjects"]["consent_date_flag"].to_pylist() == ["", "", "", "D", "M", "", ""]
    assert [f.hint for f in told(records, "R004")] == [
        "imputed as 2016-02-29",
        "imputed as 2016-12-31",
    ]


def test_column_says_which_day_a_partial_date_takes(tmp_path: Path) -> None:
    rows = [["Subject", "Term", "Start", "End"], ["a", "Fever", "2016-02", "2016-02"]]
    sheets = {"Subjects": subjects("a"), "Adverse events": rows, "Follow-up": alive("a")}
    event = read_book(tmp_path, sheets)["adverse_events"].to_pylist()[0]
    assert (event["start_date"], event["end_date"]) == (date(2016, 2, 1), date(2016, 2, 29))


@pytest.mark.parametrize(
    ("label", "cell", "code", "hint"),
    [
        ("Age", "sixty", "R001", ""),
        ("Age", "1,234", "R001", "two ways"),
        ("Consent", "soon", "R001", ""),
        ("Consent", "2016/3/2", "R001", "write 2016-03-02"),
        ("Consent", "2016-02-30", "R003", ""),
        ("Consent", "2016-13", "R003", ""),
        ("Sex", "femal", "R006", "did you mean 'female'?"),
    ],
)
def test_cell_that_fails_its_type_is_missing_and_told(
    tmp_path: Path, label: str, cell: str, code: str, hint: str
) -> None:
    sheets = {"Subjects": [["Subject", label], ["a", cell]], "Follow-up": alive("a")}
    records = read_book(tmp_path, sheets)
    found = one(records, code)
    assert found.level is Level.ERROR
    assert found.found == f"'{cell}'"
    assert str(found.place).startswith("records.xlsx:Subjects!B2")
    assert hint in found.hint
    assert records["subjects"].num_rows == 1
    name = {"Age": "age_years", "Consent": "consent_date", "Sex": "sex"}[label]
    assert records["subjects"][name].to_pylist() == [None]


def test_whole_number_with_a_fraction_is_no_whole_number(tmp_path: Path) -> None:
    rows = [["Subject", "Date", "ECOG-PS"], ["a", date(2016, 1, 1), 1.5]]
    sheets = {"Subjects": subjects("a"), "Status": rows, "Follow-up": alive("a")}
    assert one(read_book(tmp_path, sheets), "R001").found == "'1.5'"


def test_required_cell_that_is_blank(tmp_path: Path) -> None:
    rows = [["Subject", "Date", "Status"], ["a", None, "alive"]]
    records = read_book(tmp_path, {"Subjects": subjects("a"), "Follow-up": rows})
    assert one(records, "R002").place.cell == "B2"


def test_decimal_comma_is_understood_and_told(tmp_path: Path) -> None:
    sheets = {"Subjects": [["Subject", "Age"], ["a", "61,5"]], "Follow-up": alive("a")}
    records = read_book(tmp_path, sheets)
    assert records["subjects"]["age_years"].to_pylist() == [61.5]
    assert one(records, "R009").hint == "read as 61.5"


def test_many_like_notes_are_one_with_a_count(tmp_path: Path) -> None:
    names = [f"s{i}" for i in range(30)]
    rows = [["Subject", "Age"], *[[name, "61,5"] for name in names]]
    found = one(read_book(tmp_path, {"Subjects": rows, "Follow-up": alive(*names)}), "R009")
    assert found.found == "'61,5' and 29 more such cells in this column"


def test_formula_errors_and_formulas_never_calculated(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "records.xlsx"))
    sheet = book.add_worksheet("Subjects")
    sheet.write_row(0, 0, ["Subject", "Age", "Site"])
    sheet.write_string(1, 0, "a")
    sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
    sheet.write_formula(1, 2, '="x"', None, "x")
    sheet.write_formula(2, 1, "=X1", None, "#REF!")
    book.close()
    records = read_records(tmp_path, BOOK)
    errors = told(records, "R010")
    assert [(f.found, f.place.cell) for f in errors] == [("'#DIV/0!'", "B2"), ("'#REF!'", "B3")]
    assert records["subjects"]["site"].to_pylist() == ["x", None]
    assert records["subjects"].num_rows == 2

    made = openpyxl.Workbook()
    made.active.title = "Subjects"
    made.active.append(["Subject", "Age"])
    made.active.append(["a", "=30+31"])
    made.save(tmp_path / "records.xlsx")
    assert one(read_records(tmp_path, BOOK), "R011").place.cell == "B2"


def test_merged_cells_and_hidden_sheets_are_told(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "records.xlsx"))
    sheet = book.add_worksheet("Subjects")
    sheet.write_row(0, 0, ["Subject", "Site"])
    sheet.write_column(1, 0, ["a", "b"])
    sheet.merge_range("B2:B3", "North")
    book.add_worksheet("Labs").hide()
    book.add_worksheet("Vitals").very_hidden()
    book.close()
    records = read_records(tmp_path, BOOK)
    merged = one(records, "R012")
    assert (merged.found, merged.place.cell) == ("merged cells B2:B3", "B2")
    assert [f.place.sheet for f in told(records, "R013")] == ["Labs", "Vitals"]
    assert records["subjects"]["site"].to_pylist() == ["North", None]


def test_unknown_sheets_and_columns_are_told_with_the_nearest(tmp_path: Path) -> None:
    sheets = {"Subjects": [["Subject", "Cosent", "Age", "age_years"], ["a", "", 60, 61]]}
    records = read_book(tmp_path, sheets | {"Vitels": [["x"]], "Follow-up": alive("a")})
    assert one(records, "R014").hint == "did you mean 'Vitals'?"
    assert one(records, "R015").hint == "did you mean 'Consent'?"
    assert one(records, "R017").place.cell == "D1"
    assert records["subjects"]["age_years"].to_pylist() == [60.0]


def test_required_column_that_is_missing(tmp_path: Path) -> None:
    records = read_book(tmp_path, {"Subjects": subjects("a"), "Follow-up": [["Subject"], ["a"]]})
    assert [f.expected for f in told(records, "R016")] == [
        "a column 'Date'",
        "a column 'Status'",
    ]


def test_result_below_a_limit_fills_the_operator(tmp_path: Path) -> None:
    rows = [
        ["Subject", "Date", "Test", "Result", "Unit"],
        ["a", date(2016, 1, 1), "AFP", "<1.3", "ng/mL"],
        ["a", date(2016, 1, 2), "AFP", "≥ 60500", "ng/mL"],
    ]
    sheets = {"Subjects": subjects("a"), "Labs": rows, "Follow-up": alive("a")}
    labs = read_book(tmp_path, sheets)["labs"]
    assert labs["operator"].to_pylist() == ["<", ">"]
    assert labs["value"].to_pylist() == [1.3, 60500.0]


def test_units_are_converted_beside_the_laboratorys_own(tmp_path: Path) -> None:
    rows = [
        ["Subject", "Date", "Test", "Result", "Unit", "Upper limit"],
        ["a", date(2016, 1, 1), "Bilirubin", 1.0, "mg/dL", 1.2],
        ["a", date(2016, 1, 1), "PLAT", 120, "x10E9/L", None],
        ["a", date(2016, 1, 1), "ALB", 40, "stone", None],
        ["a", date(2016, 1, 1), "XYZ", 4, "odd", None],
    ]
    sheets = {"Subjects": subjects("a"), "Labs": rows, "Follow-up": alive("a")}
    records = read_book(tmp_path, sheets)
    labs = records["labs"]
    assert labs["test"].to_pylist() == ["BILI", "PLAT", "ALB", "XYZ"]
    assert labs["value"].to_pylist() == [1.0, 120.0, 40.0, 4.0]
    assert labs["standard_value"].to_pylist() == pytest.approx([17.104, 120, None, 4])
    assert labs["standard_upper_limit"].to_pylist()[0] == pytest.approx(20.5248)
    assert labs["standard_unit"].to_pylist() == ["umol/L", "10^9/L", None, "odd"]
    assert one(records, "R008").found == "ALB in 'stone'"
    assert one(records, "R040").found == "'XYZ' in 1 row"


def test_numbers_within_subject_and_table(tmp_path: Path) -> None:
    rows = [["Subject", "Date", "Status"]] + [
        [name, date(2020, 1, day), "alive"] for day, name in enumerate("abab", start=1)
    ]
    records = read_book(tmp_path, {"Subjects": subjects("a", "b"), "Follow-up": rows})
    assert records["follow_up"]["seq"].to_pylist() == [1, 1, 2, 2]


def test_open_document_is_read_like_a_workbook(tmp_path: Path) -> None:
    write_ods(tmp_path / "records.ods")
    records = read_records(tmp_path, {"reader": "workbook", "path": "records.ods"})
    assert records["subjects"]["subject"].to_pylist() == ["007", "8"]
    assert records["subjects"]["consent_date"].to_pylist() == [date(2016, 3, 2), None]
    assert one(records, "R010").place.cell == "C3"
    assert one(records, "R012").place.cell == "B3"
    assert one(records, "R013").place.sheet == "Labs"


def test_grid_of_a_foreign_workbook(tmp_path: Path) -> None:
    path = write_book(tmp_path / "theirs.xlsx", {"Tab": [["Id", "When"], ["x", 1], [None], ["y"]]})
    grid = read_grid(path)
    assert (grid.sheet, grid.header, grid.numbers) == ("Tab", ["Id", "When"], [2, 4])
    assert grid.cells("Id", [0, 1]) == ["x", "y"]


def write_ods(path: Path) -> None:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    day = (
        '<table:table-cell office:value-type="date" office:date-value="2016-03-02">'
        "<text:p>2016-03-02</text:p></table:table-cell>"
    )
    fault = (
        '<table:table-cell table:formula="of:=1/0" office:value-type="string" '
        'calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'
    )
    merged = '<table:table-cell table:number-columns-spanned="1" table:number-rows-spanned="2"/>'
    rows = [
        "".join(cell.format(text) for text in ("Subject", "Consent", "Site")),
        cell.format("007") + day,
        cell.format("8") + merged + fault,
    ]
    body = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    body += (
        '<table:table-row table:number-rows-repeated="1048573">'
        '<table:table-cell table:number-columns-repeated="1024"/></table:table-row>'
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "style")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} '
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
        '<office:automatic-styles><style:style style:name="ta2" style:family="table">'
        '<style:table-properties table:display="false"/></style:style></office:automatic-styles>'
        f'<office:body><office:spreadsheet><table:table table:name="Subjects">{body}</table:table>'
        '<table:table table:name="Labs" table:style-name="ta2"><table:table-row>'
        "<table:table-cell/></table:table-row></table:table>"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/" '
        'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", manifest)
        package.writestr("content.xml", content)
