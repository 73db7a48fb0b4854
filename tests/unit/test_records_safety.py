"""Hostile and broken input is refused with a sentence, in bounded memory, never a traceback."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import hostile_file as hostile
import pytest

from hepatica.core.errors import Unreadable
from hepatica.records import safety
from hepatica.records.reader import read_records
from hepatica.records.safety import check_file, folder_files, source_path
from hepatica.records.template import write_template

ENTITY = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
CELL = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'


def xlsx(sheet: str, strings: str = "") -> Callable[[Path], Path]:
    return lambda folder: hostile.package(folder / "x.xlsx", hostile.parts(sheet, strings))


def doubled(folder: Path) -> Path:
    path = hostile.package(folder / "x.xlsx", hostile.parts(""))
    with zipfile.ZipFile(path, "a") as made:
        made.writestr("XL/worksheets/SHEET1.xml", hostile.SHEET.format(""))
    return path


def torn(folder: Path) -> Path:
    path = folder / "x.xlsx"
    write_template(path)
    content = bytearray(path.read_bytes())
    content[2000:2100] = b"\xff" * 100
    path.write_bytes(content)
    return path


def cut(folder: Path) -> Path:
    path = folder / "x.xlsx"
    write_template(path)
    path.write_bytes(path.read_bytes()[:20_000])
    return path


def many(folder: Path) -> Path:
    return hostile.package(folder / "x.xlsx", {f"p{i}.xml": "<x/>" for i in range(5001)})


def encrypted(folder: Path) -> Path:
    path = hostile.package(folder / "x.xlsx", hostile.parts(""))
    content = bytearray(path.read_bytes())
    at = content.find(b"PK\1\2")
    while at >= 0:
        content[at + 8] |= 1
        at = content.find(b"PK\1\2", at + 4)
    path.write_bytes(content)
    return path


def repeated_text(folder: Path) -> Path:
    text = f"<si><t>{'x' * 32_000}</t></si>"
    cells = "".join(f'<c r="A{i}" t="s"><v>0</v></c>' for i in range(1, 40_000))
    return hostile.package(folder / "x.xlsx", hostile.parts(f"<row>{cells}</row>", text))


REFUSED = {
    "zip bomb": (lambda folder: hostile.bomb(folder / "x.xlsx", 150), "zip bomb"),
    "larger than a workbook": (lambda folder: hostile.bomb(folder / "x.xlsx", 260), "larger than"),
    "declared size lies": (lambda folder: hostile.liar(folder / "x.xlsx", 200), "zip bomb"),
    "far cell": (xlsx('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "spans 1048576"),
    "row beyond any sheet": (xlsx('<row><c r="A99999999"><v>1</v></c></row>'), "no spreadsheet"),
    "cells without places": (xlsx("<row>" + "<c><v>1</v></c>" * 8_000_001 + "</row>"), "more than"),
    "a long text many times": (repeated_text, "repeats a long text"),
    "entity in a sheet": (
        lambda folder: hostile.package(
            folder / "x.xlsx",
            {**hostile.parts(""), "xl/worksheets/sheet1.xml": ENTITY + hostile.SHEET.format("")},
        ),
        "DOCTYPE",
    ),
    "entity in the styles": (
        lambda folder: hostile.package(
            folder / "x.xlsx", {**hostile.parts(""), "xl/styles.xml": ENTITY + "<x/>"}
        ),
        "DOCTYPE",
    ),
    "utf-16 hides an entity": (
        lambda folder: hostile.package(
            folder / "x.xlsx", {**hostile.parts(""), "xl/styles.xml": "\ufeff<\0x\0/\0>\0"}
        ),
        "not UTF-8",
    ),
    "path that leads out": (
        lambda folder: hostile.package(
            folder / "x.xlsx", {**hostile.parts(""), "../../evil.xml": "<x/>"}
        ),
        "leads out",
    ),
    "two parts of one name": (doubled, "two parts of one name"),
    "corrupt": (torn, "corrupt|bad zip|read as a workbook"),
    "cut short": (cut, "bad zip"),
    "too many parts": (many, "more than 5000 parts"),
    "encrypted parts": (encrypted, "encrypted"),
    "repeated rows of a document": (
        lambda folder: hostile.spread_document(
            folder / "x.ods",
            f'<table:table-row table:number-rows-repeated="1000000">{CELL * 20}</table:table-row>',
        ),
        "spans 1000000 rows and 20 columns",
    ),
    "repeated text of a document": (
        lambda folder: hostile.spread_document(
            folder / "x.ods",
            '<table:table-row table:number-rows-repeated="100000">'
            f"{CELL.replace('x', 'y' * 20_000)}</table:table-row>",
        ),
        "repeats a long text",
    ),
    "entity in a document": (
        lambda folder: hostile.package(folder / "x.ods", {"content.xml": ENTITY + "<x/>"}),
        "DOCTYPE",
    ),
    "document that is not well-formed": (
        lambda folder: hostile.package(folder / "x.ods", {"content.xml": "<a><b></a>"}),
        "not well-formed",
    ),
    "no workbook at all": (
        lambda folder: hostile.package(folder / "x.xlsx", {"a.txt": "x"}),
        "no workbook",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_workbook_is_refused(tmp_path: Path, kind: str) -> None:
    make, words = REFUSED[kind]
    path = make(tmp_path)
    with pytest.raises(Unreadable, match=words) as refused:
        read_records(tmp_path, {"reader": "workbook", "path": path.name})
    assert path.name in str(refused.value)
    assert refused.value.exit_code == 3


def test_old_or_encrypted_workbook_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    with pytest.raises(Unreadable, match="save it as"):
        read_records(tmp_path, {"reader": "workbook", "path": "x.xlsx"})


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip at all", b"PK\5\6" + b"\0" * 18])
def test_files_that_are_no_workbook(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.xlsx").write_bytes(content)
    with pytest.raises(Unreadable):
        read_records(tmp_path, {"reader": "workbook", "path": "x.xlsx"})


MEMORY = """
import sys
from pathlib import Path
from hepatica.core.errors import Unreadable
from hepatica.records.reader import read_records
for name in sys.argv[2:]:
    try:
        read_records(Path(sys.argv[1]), {"reader": "workbook", "path": name})
    except Unreadable:
        continue
    sys.exit(f"{name} was read")
status = Path("/proc/self/status").read_text().splitlines()
print(next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM")))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")
def test_refusal_stays_within_its_memory(tmp_path: Path) -> None:
    hostile.bomb(tmp_path / "bomb.xlsx", 190)
    hostile.liar(tmp_path / "liar.xlsx", 400)
    sheet = '<row><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>'
    hostile.package(tmp_path / "far.xlsx", hostile.parts(sheet))
    row = f'<table:table-row table:number-rows-repeated="1000000">{CELL * 99}</table:table-row>'
    hostile.spread_document(tmp_path / "wide.ods", row)
    names = ["bomb.xlsx", "liar.xlsx", "far.xlsx", "wide.ods"]
    command = [sys.executable, "-c", MEMORY, str(tmp_path), *names]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 500, "megabytes at the highest"


def test_paths_that_leave_the_study_folder(tmp_path: Path) -> None:
    study = tmp_path / "study"
    study.mkdir()
    (tmp_path / "secret.csv").write_text("x")
    for text in ("../secret.csv", "a/../../secret.csv"):
        with pytest.raises(Unreadable, match="leads out"):
            source_path(study, text)
    for text in (str(tmp_path / "secret.csv"), "C:\\secret.csv", "\\\\host\\secret.csv"):
        with pytest.raises(Unreadable, match="absolute"):
            source_path(study, text)
    with pytest.raises(Unreadable, match="blank"):
        source_path(study, "")
    with pytest.raises(Unreadable, match="no such file"):
        source_path(study, "records.xlsx")


def test_links_that_leave_the_folder(tmp_path: Path) -> None:
    study = tmp_path / "study"
    (study / "records").mkdir(parents=True)
    (tmp_path / "secret.csv").write_text("subject\na\n")
    (study / "records.xlsx").symlink_to(tmp_path / "secret.csv")
    (study / "records" / "subjects.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(Unreadable, match="leads out"):
        read_records(study, {"reader": "workbook", "path": "records.xlsx"})
    with pytest.raises(Unreadable, match="leads out"):
        read_records(study, {"reader": "csv", "path": "records"})
    (study / "loop").symlink_to(study / "loop")
    with pytest.raises(Unreadable):
        source_path(study, "loop")


def test_files_that_are_no_regular_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "subjects.csv")
    with pytest.raises(Unreadable, match="not a regular file"):
        read_records(tmp_path, {"reader": "workbook", "path": "subjects.csv"})
    with pytest.raises(Unreadable, match="not a regular file"):
        folder_files(tmp_path)
    with pytest.raises(Unreadable, match="not a regular file"):
        check_file(tmp_path)
    with pytest.raises(Unreadable, match="cannot be opened"):
        check_file(tmp_path / "missing")
    (tmp_path / "plain.txt").write_text("x")
    with pytest.raises(Unreadable, match="as a folder"):
        folder_files(tmp_path / "plain.txt")


def test_files_larger_than_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "subjects.csv").write_bytes(b"")
    os.truncate(tmp_path / "subjects.csv", safety.TEXT_BYTES + 1)
    with pytest.raises(Unreadable, match="larger than 128 MB"):
        read_records(tmp_path, {"reader": "csv", "path": "."})


def test_data_folder_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data" / "sub").mkdir(parents=True)
    monkeypatch.delenv("HEPATICA_DATA", raising=False)
    with pytest.raises(Unreadable, match="set the environment variable HEPATICA_DATA"):
        source_path(tmp_path, "${HEPATICA_DATA}/sub")
    monkeypatch.setenv("HEPATICA_DATA", str(tmp_path / "data"))
    assert source_path(tmp_path, "${HEPATICA_DATA}/sub") == tmp_path / "data" / "sub"
    with pytest.raises(Unreadable, match="leads out"):
        source_path(tmp_path, "${HEPATICA_DATA}/../data2")


@pytest.mark.parametrize(
    ("variables", "length", "words"),
    [(9999, 8, "claims 9999 variables"), (0, 8, "claims 0"), (1, -5, "wrongly"), (1, 0, "wrongly")],
)
def test_transport_file_with_absurd_claims(
    tmp_path: Path, variables: int, length: int, words: str
) -> None:
    hostile.transport(tmp_path / "dm.xpt", variables, length)
    with pytest.raises(Unreadable, match=words):
        read_records(tmp_path, {"reader": "sdtm", "path": "."})


@pytest.mark.parametrize("content", [b"", b"HEADER RECORD*******LIBRARY", b"x" * 5000])
def test_files_that_are_no_transport_files(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "dm.xpt").write_bytes(content)
    with pytest.raises(Unreadable, match="not a SAS transport file"):
        read_records(tmp_path, {"reader": "sdtm", "path": "."})
