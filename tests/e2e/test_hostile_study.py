"""A study folder that was made to break something: a sentence and an exit code, no traceback."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from command import hepatica

from hepatica.records.template import write_template
from hepatica.study.protocol import protocol_text

ROW = "</sheetData>"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """An empty study folder."""
    (tmp_path / "study.toml").write_text(protocol_text("beva-tace"), encoding="utf-8")
    write_template(tmp_path / "records.xlsx")
    return tmp_path


def _checked(folder: Path) -> tuple[int, str, str]:
    done = hepatica("check", folder, "--json")
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def _changed(path: Path, part: str, change: Callable[[str], str]) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    parts[part] = change(parts[part].decode()).encode()
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    path.write_bytes(content.getvalue())


@pytest.mark.parametrize(
    "row",
    [
        '<row r="4000000000"><c><v>1</v></c></row>',
        '<row r="9"><c r="A99999999999999999999"><v>1</v></c></row>',
        '<row r="9"><c r="ZZZZZZZZZZZZZZ9"><v>1</v></c></row>',
        '<row r="7"><c r = "A99999999999999999"><v>1</v></c></row>',
    ],
)
def test_a_cell_beyond_any_sheet_is_refused(study: Path, row: str) -> None:
    path = study / "records.xlsx"
    _changed(path, "xl/worksheets/sheet2.xml", lambda text: text.replace(ROW, row + ROW))
    code, _, told = _checked(study)
    assert code == 3
    assert "a cell where no spreadsheet has one" in told


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("x = " + "9" * 5000, 2, "S005"),
        ("x = " + "[" * 3000 + "]" * 3000, 2, "nested too deep"),
    ],
)
def test_a_hostile_protocol_is_told(study: Path, line: str, code: int, words: str) -> None:
    path = study / "study.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n" + line + "\n", encoding="utf-8")
    done = _checked(study)
    assert done[0] == code
    assert words in done[2]
    assert json.loads(done[1])["findings"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a = " + b"[" * 100_000, "nest too deep"),
        (b"\xff\xfe", "not UTF-8"),
        (b'[[accept]]\ncode = "R999"\nreason = "x"', "no finding code 'R999'"),
        (b'[[accept]]\ncode = "R001"\nreason = "x"\nrow = true', "row is not a whole number"),
        (b'[[accept]]\ncode = "R001"\nreason = "x"\nby = [1]', "by is not text"),
        (b"x = " + b"9" * 5000, "accepted.toml"),
    ],
)
def test_a_wrong_acceptance_is_exit_2(study: Path, content: bytes, words: str) -> None:
    (study / "accepted.toml").write_bytes(content)
    code, _, told = _checked(study)
    assert code == 2
    assert words in told


def test_an_acceptance_that_is_a_folder_is_exit_2(study: Path) -> None:
    (study / "accepted.toml").mkdir()
    assert _checked(study)[0] == 2


def _mapped(
    study: Path, entry: str, table: str = "Id,Date\n1,2015-01-01\n"
) -> tuple[int, str, str]:
    (study / "recs").mkdir()
    (study / "recs" / "t.csv").write_text(table, encoding="utf-8")
    text = protocol_text("beva-tace").replace('reader = "workbook"', 'reader = "mapping"')
    text = text.replace('path = "records.xlsx"', 'path = "recs"')
    head = '\n[records.mapping.subjects]\nfile = "t.csv"\n'
    (study / "study.toml").write_text(text + head + entry + "\n", encoding="utf-8")
    return _checked(study)


@pytest.mark.parametrize(
    "line",
    [
        "tests = 5",
        "tests = [5]",
        "tests = [[1]]",
        'tests = [{test = "AFP", column = 7}]',
        'scale = {age_years = "x"}',
        "scale = {age_years = nan}",
        "codes = {sex = {a = [1]}}",
        "codes = {sex = {a = 1}}",
        "constants = {sex = {a = 1}}",
        "when = 5",
    ],
)
def test_a_mapping_of_another_shape_is_a_finding(study: Path, line: str) -> None:
    code, out, _ = _mapped(study, 'columns = {subject = "Id"}\n' + line)
    assert code == 1
    assert "R043" in [f["code"] for f in json.loads(out)["findings"]]


def test_a_column_that_is_no_name_is_a_finding(study: Path) -> None:
    code, out, _ = _mapped(study, 'columns = {subject = ["Id"]}')
    assert code == 1
    assert "R043" in [f["code"] for f in json.loads(out)["findings"]]


@pytest.mark.parametrize("encoding", ["undefined", "a\\u0000b", "hex", "punycode"])
def test_an_absurd_encoding_is_exit_3(study: Path, encoding: str) -> None:
    entry = f'columns = {{subject = "Id"}}\nencoding = "{encoding}"'
    assert _mapped(study, entry)[0] == 3


def test_their_column_given_twice_is_a_finding(study: Path) -> None:
    _, out, _ = _mapped(study, 'columns = {subject = "Id"}', "Id,Id\n1,2\n")
    assert "R017" in [f["code"] for f in json.loads(out)["findings"]]


@pytest.mark.parametrize(
    ("table", "code", "words"),
    [
        ('Id,Date\n1,"2015-01-01\n2,2015-01-01\n', 3, "t.csv:2: a quotation mark"),
        ("Id," + "z" * 200_000 + "\n1,2\n", 3, "t.csv:1: field larger"),
    ],
)
def test_a_hostile_table_is_exit_3(study: Path, table: str, code: int, words: str) -> None:
    done = _mapped(study, 'columns = {subject = "Id"}', table)
    assert done[0] == code
    assert words in done[2]


def test_marks_that_no_eye_sees_make_no_second_subject(study: Path) -> None:
    table = "Id,Date\n001,2015-01-01\n001\u200b,2015-01-01\n"
    _, out, _ = _mapped(study, 'columns = {subject = "Id"}', table)
    assert {"R020", "R029"} & {f["code"] for f in json.loads(out)["findings"]}


def test_an_output_that_cannot_be_written_is_exit_2(study: Path) -> None:
    path = study / "afile"
    path.write_text("mine")
    for output in (path, path / "under"):
        done = hepatica("report", study, "-o", output)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
    assert hepatica("init", path / "under").returncode == 2
    assert path.read_text() == "mine"
