"""The documents of BEVA-TACE: what stands in them, and that office programs open them."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import docx
import pytest

from hepatica.report.ledger import Ledger
from hepatica.report.narrative.section import narrative_section
from hepatica.report.number import rounded
from hepatica.report.table import Cell
from hepatica.workflow.workspace import Workspace

STUDY = Path(__file__).parents[2] / "examples" / "hard-courses"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents") / "report"
    command = [sys.executable, "-m", "hepatica", "report", str(STUDY), "-o", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def converted(source: Path, kind: str, folder: Path) -> Path:
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not here: apt-get install libreoffice-writer")
    folder.mkdir(exist_ok=True)
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = ["soffice", "--headless", profile, "--convert-to", kind, "--outdir", str(folder)]
    probe = folder / "probe.docx"
    docx.Document().save(str(probe))
    subprocess.run([*command, str(probe)], check=False, capture_output=True, timeout=300)
    if not (folder / f"probe.{kind}").is_file():
        pytest.skip("LibreOffice is here without Writer: apt-get install libreoffice-writer")
    subprocess.run([*command, str(source)], check=False, capture_output=True, timeout=300)
    return folder / f"{source.stem}.{kind}"


def test_the_files_are_there_and_in_the_manifest(out: Path) -> None:
    listed = {e["path"] for e in json.loads((out / "manifest.json").read_text())["outputs"]}
    for name in ("report.docx", "report.pdf", "profiles.pdf", "checklist.csv", "tables/t-ae.rtf"):
        assert (out / name).is_file() and name in listed
    for name in ("flow.svg", "flow.png", "flow.csv"):
        assert f"figures/{name}" in listed


def test_word_holds_every_table_of_the_page(out: Path) -> None:
    page = (out / "report.html").read_text(encoding="utf-8")
    made = docx.Document(str(out / "report.docx"))
    assert len(made.tables) == page.count("<table")
    heads = [p.text for p in made.paragraphs if p.style.name == "Heading 1"]
    assert heads == re.findall(r'<h2 id="[^"]+">([^<]+)</h2>', page)
    assert len(made.inline_shapes) == page.count("<figure id=")


def test_the_adverse_events_of_the_paper_stand_in_word(out: Path) -> None:
    made = docx.Document(str(out / "report.docx"))
    heads = ["Term", "Any grade, n (%)", "Grade 1", "Grade 2"]
    table = next(t for t in made.tables if [c.text for c in t.rows[0].cells[:4]] == heads)
    rows = {r.cells[0].text: [c.text for c in r.cells[1:]] for r in table.rows}
    # Table 2 of the paper
    assert rows["Elevated transaminase"][:3] == ["16 (80.0)", "12", "4"]
    assert rows["Hypertension"][:3] == ["1 (5.0)", "0", "1"]


def test_libreoffice_opens_word_and_keeps_the_tables(out: Path, tmp_path: Path) -> None:
    again = converted(out / "report.docx", "docx", tmp_path / "docx")
    with zipfile.ZipFile(again) as parts:
        root = ElementTree.fromstring(parts.read("word/document.xml"))
    made = docx.Document(str(out / "report.docx"))
    tables = root.findall(f".//{W}tbl")
    assert len(tables) == len(made.tables)
    assert [len(t.findall(f"{W}tr")) for t in tables] == [len(t.rows) for t in made.tables]


def test_libreoffice_prints_word(out: Path, tmp_path: Path) -> None:
    printed = converted(out / "report.docx", "pdf", tmp_path / "pdf")
    assert printed.read_bytes().startswith(b"%PDF")


def test_libreoffice_opens_the_rtf_tables(out: Path, tmp_path: Path) -> None:
    made = converted(out / "tables" / "t-ae.rtf", "docx", tmp_path / "rtf")
    (table,) = docx.Document(str(made)).tables
    texts = [[c.text for c in r.cells] for r in table.rows]
    assert texts[0][0] == "Term"
    assert ["Elevated transaminase", "16 (80.0)", "12", "4"] in [row[:4] for row in texts]


def test_there_is_a_profile_for_every_patient(out: Path) -> None:
    if shutil.which("pdfinfo") is None:
        pytest.skip("pdfinfo is not here: apt-get install poppler-utils")
    told = subprocess.run(
        ["pdfinfo", str(out / "profiles.pdf")], capture_output=True, check=True, text=True
    )
    assert re.search(r"Pages:\s+20\b", told.stdout)


def test_no_profile_bears_a_calendar_date(out: Path) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not here: apt-get install poppler-utils")
    told = subprocess.run(
        ["pdftotext", str(out / "profiles.pdf"), "-"], capture_output=True, check=True, text=True
    )
    assert "Patient 01 (001)" in told.stdout
    assert not re.search(r"\b20\d\d-\d\d", told.stdout)


def test_the_checklists_have_all_items(out: Path) -> None:
    rows = list(csv.DictReader(io.StringIO((out / "checklist.csv").read_text(encoding="utf-8"))))
    assert len(rows) == 44
    assert all(r["why"] for r in rows if r["status"] in ("N/A", "no", "partly"))
    assert all(r["where"] for r in rows if r["status"] == "yes")


def test_every_number_in_words_is_its_row_rounded() -> None:
    results = Workspace(STUDY).analysis.results
    section = narrative_section(Ledger(results), Workspace(STUDY).protocol, ())
    told = [c for p in section.paragraphs for c in p.pieces if c.rows]
    assert len(told) > 50
    for cell in told:
        values = [results[row - 2].value for row in cell.rows]
        for shown in numbers(cell):
            assert any(shown in forms(v) for v in values if v is not None), cell


def numbers(cell: Cell) -> Iterator[str]:
    if cell.text in ("none", "no"):
        yield "0"
    else:
        yield from NUMBER.findall(cell.text)


def forms(value: float) -> set[str]:
    """How a value may be printed: rounded, and in percent where it is a share."""
    size = abs(value)
    return {f"{rounded(v, digits):,f}" for v in (size, 100 * size) for digits in (0, 1, 2, 3)}


def test_only_one_document_is_written_where_only_one_is_asked_for(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hepatica", "report", str(STUDY), "-o", str(tmp_path / "r")]
    subprocess.run([*command, "--only", "rtf"], check=True, capture_output=True)
    assert (tmp_path / "r" / "report.html").is_file()
    assert (tmp_path / "r" / "tables" / "t-ae.rtf").is_file()
    subprocess.run([*command, "--only", "docx"], check=True, capture_output=True)
    made = {p.name for p in (tmp_path / "r").rglob("*") if p.is_file()}
    assert "report.docx" in made
    assert not made & {"report.pdf", "profiles.pdf", "t-ae.rtf"}


def test_one_profile_alone(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hepatica", "profile", str(STUDY), "003", "-o"]
    begins = {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF"}
    for ending, start in begins.items():
        path = tmp_path / f"p.{ending}"
        subprocess.run([*command, str(path)], check=True, capture_output=True)
        assert path.read_bytes().startswith(start)
    wrong = [*command, str(tmp_path / "p.gif")]
    made = subprocess.run(wrong, check=False, capture_output=True, text=True)
    assert made.returncode == 2 and ".svg" in made.stderr
