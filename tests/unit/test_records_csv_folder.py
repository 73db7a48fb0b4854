"""A folder of CSV files: encodings, delimiters, decimal commas and what is told of them."""

from pathlib import Path

import pytest
from records_book import one, read_files, told, write_files

from hepatica.core.errors import Unreadable
from hepatica.records.delimited import read_delimited
from hepatica.records.reader import read_records

FOLLOW_UP = "subject,date,status\na,2020-01-01,alive\n"


def test_one_file_a_table_by_name_or_title(tmp_path: Path) -> None:
    files = {"Subjects.CSV": "Subject,Age [years]\na,61\n", "follow-up.csv": FOLLOW_UP}
    records = read_files(tmp_path, files)
    assert records.findings == ()
    assert records["subjects"].to_pylist()[0]["age_years"] == 61.0
    assert records["subjects"]["src_file"].to_pylist() == ["Subjects.CSV"]
    assert sorted(path.name for path in records.inputs) == ["Subjects.CSV", "follow-up.csv"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf8_is_the_rule(tmp_path: Path, encoding: str) -> None:
    files = {"subjects.csv": "subject,site\na,Besançon\n", "follow_up.csv": FOLLOW_UP}
    records = read_files(tmp_path, files, encoding)
    assert records.findings == ()
    assert records["subjects"]["site"].to_pylist() == ["Besançon"]


def test_cp1252_is_read_and_told(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "records", {"follow_up.csv": FOLLOW_UP})
    write_files(folder, {"subjects.csv": "subject,site\na,Besançon’s\n"}, "cp1252")
    records = read_records(tmp_path, {"reader": "csv", "path": "records"})
    assert records["subjects"]["site"].to_pylist() == ["Besançon’s"]
    found = one(records, "R018")
    assert str(found.place) == "subjects.csv:2"
    assert found.found == "byte 0xE7"


def test_utf16_is_read_and_told(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "records", {"follow_up.csv": FOLLOW_UP})
    write_files(folder, {"subjects.csv": "subject\tsite\na\t北京\n"}, "utf-16")
    records = read_records(tmp_path, {"reader": "csv", "path": "records"})
    assert records["subjects"]["site"].to_pylist() == ["北京"]
    assert one(records, "R018").found == "UTF-16 text"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found_out(tmp_path: Path, delimiter: str) -> None:
    text = "subject,site,race\na,North,x\n".replace(",", delimiter)
    records = read_files(tmp_path, {"subjects.csv": text, "follow_up.csv": FOLLOW_UP})
    assert records["subjects"]["site"].to_pylist() == ["North"]


def test_decimal_comma_of_a_whole_file_settles_thousandths(tmp_path: Path) -> None:
    text = "subject;age_years\na;61,5\nb;61,125\n"
    records = read_files(tmp_path, {"subjects.csv": text, "follow_up.csv": FOLLOW_UP})
    assert records["subjects"]["age_years"].to_pylist() == [61.5, 61.125]
    assert [f.place.row for f in told(records, "R009")] == [2, 3]


def test_comma_before_three_digits_alone_is_never_guessed(tmp_path: Path) -> None:
    text = 'subject,date,test,value,unit\na,2020-01-01,AFP,"1,234",ng/mL\n'
    files = {"subjects.csv": "subject\na\n", "labs.csv": text, "follow_up.csv": FOLLOW_UP}
    records = read_files(tmp_path, files)
    assert "two ways" in one(records, "R001").hint
    assert records["labs"]["value"].to_pylist() == [None]


def test_rows_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    text = 'subject,site,age_years\na,"two\nlines",60\n\n,,\nb,x,200\n'
    records = read_files(tmp_path, {"subjects.csv": text, "follow_up.csv": FOLLOW_UP})
    assert records["subjects"]["src_row"].to_pylist() == [2, 5]
    assert str(one(records, "R005").place) == "subjects.csv:5 [age_years]"


def test_row_longer_than_its_header(tmp_path: Path) -> None:
    text = "subject,site\na,North, left,wing\nb,South,\n"
    records = read_files(tmp_path, {"subjects.csv": text, "follow_up.csv": FOLLOW_UP})
    assert str(one(records, "R019")).startswith("subjects.csv:2 error R019: found 4 cells")


def test_files_that_are_no_table(tmp_path: Path) -> None:
    files = {"subjects.csv": "subject\na\n", "follow_up.csv": FOLLOW_UP}
    records = read_files(tmp_path, files | {"lab.csv": "x\n1\n", "notes.docx": "x"})
    assert one(records, "R014").hint == "did you mean 'labs'?"
    assert one(records, "R044").found == "'notes.docx'"


def test_text_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"subject\0\x01\n")
    with pytest.raises(Unreadable, match="not a text file"):
        read_delimited(tmp_path / "x.csv")
    (tmp_path / "y.csv").write_text("a\n" + '"' + "x" * 200_000)
    with pytest.raises(Unreadable, match="y.csv:2: field larger"):
        read_delimited(tmp_path / "y.csv")
    (tmp_path / "z.csv").write_bytes("ä".encode("cp1252"))
    with pytest.raises(Unreadable, match="is not utf-8 text"):
        read_delimited(tmp_path / "z.csv", encoding="utf-8")
    with pytest.raises(Unreadable, match="no encoding 'klingon'"):
        read_delimited(tmp_path / "z.csv", encoding="klingon")


def test_a_whole_number_beyond_all_numbers_is_missing(tmp_path: Path) -> None:
    status = "subject,date,ecog\na,2020-01-01,99999999999999999999\n"
    files = {"subjects.csv": "subject\na\n", "follow_up.csv": FOLLOW_UP, "status.csv": status}
    records = read_files(tmp_path, files)
    assert one(records, "R001").place.column == "ecog"
    assert records["status"]["ecog"].to_pylist() == [None]


def test_a_header_longer_than_a_field_may_be_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("subject," + ",".join(f"c{i}" for i in range(30_000)) + "\na\n")
    content = read_delimited(path)
    assert (content.delimiter, len(content.header)) == (",", 30_001)


def test_a_byte_order_mark_before_other_text_is_no_part_of_it(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"\xef\xbb\xbfsubject\n\xe9\n")
    content = read_delimited(tmp_path / "x.csv")
    assert (content.header, content.rows) == (["subject"], [(2, ["é"])])
