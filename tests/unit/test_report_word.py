"""Word: real tables with repeated heads, fields and bookmarks, alternative text, fixed bytes."""

import io
import re
import zipfile
from dataclasses import replace
from xml.etree import ElementTree

import docx
import pytest
from document_sample import HOSTILE, document, sample, table

from hepatica.report.block import Tabled
from hepatica.report.passage import Section
from hepatica.report.width import table_layout
from hepatica.report.word.markup import Bookmarks
from hepatica.report.word.table import render_table
from hepatica.report.word.written import render_docx

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def data() -> bytes:
    return render_docx(sample())


def body(data: bytes) -> ElementTree.Element:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        return ElementTree.fromstring(parts.read("word/document.xml"))


def test_the_same_document_gives_the_same_bytes(data: bytes) -> None:
    assert data == render_docx(sample())


def test_no_part_bears_the_day_it_was_written(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert {p.date_time for p in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = parts.read("docProps/core.xml").decode()
    assert set(re.findall(r">(\d{4}-[^<]*)<", core)) == {"2020-01-01T00:00:00Z"}


def test_tables_are_tables_and_their_heads_repeat(data: bytes) -> None:
    tables = body(data).findall(f".//{W}tbl")
    assert len(tables) == 3
    for one in tables:
        rows = one.findall(f"{W}tr")
        assert rows[0].find(f"{W}trPr/{W}tblHeader") is not None
        assert all(r.find(f"{W}trPr/{W}tblHeader") is None for r in rows[1:])


def test_numbers_are_fields_and_references_meet_a_bookmark(data: bytes) -> None:
    root = body(data)
    fields = ["".join(e.itertext()).strip() for e in root.iter(f"{W}instrText")]
    assert sum(f.startswith("SEQ Table") for f in fields) == 2
    assert sum(f.startswith("SEQ Figure") for f in fields) == 1
    marks = {e.get(f"{W}name") for e in root.iter(f"{W}bookmarkStart")}
    asked = {f.split()[1] for f in fields if f.startswith("REF")}
    asked |= {e.get(f"{W}anchor") for e in root.iter(f"{W}hyperlink")}
    assert asked and asked <= marks
    starts = [e.get(f"{W}id") for e in root.iter(f"{W}bookmarkStart")]
    assert len(starts) == len(set(starts)) == len(list(root.iter(f"{W}bookmarkEnd")))


def test_a_wide_table_stands_on_a_turned_page(data: bytes) -> None:
    ways = [e.get(f"{W}orient") for e in body(data).iter(f"{W}pgSz")]
    assert "landscape" in ways and ways[-1] != "landscape"


def test_a_figure_has_its_alternative_text(data: bytes) -> None:
    (about,) = (e for e in body(data).iter() if e.tag.endswith("}docPr"))
    assert about.get("descr") == "Its alt text"


def test_nothing_leads_out_and_nothing_runs(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        names = parts.namelist()
        links = b"".join(parts.read(n) for n in names if n.endswith(".rels"))
    assert not [n for n in names if "vba" in n.lower() or "activeX" in n]
    assert b'TargetMode="External"' not in links


def test_hostile_text_is_text() -> None:
    made = docx.Document(io.BytesIO(render_docx(sample(HOSTILE))))
    cell = made.tables[0].rows[2].cells[1].text
    assert cell == HOSTILE.replace("\x07", "[U+0007]").replace("\x1b", "[U+001B]").replace(
        "\u202e", "[U+202E]"
    ).replace("\ufffe", "[U+FFFE]")
    assert made.sections[0].header.paragraphs[0].text.startswith("T \u00b7 Data cutoff 2020-01-01")


def test_a_document_with_no_section_but_an_empty_one_opens() -> None:
    made = docx.Document(io.BytesIO(render_docx(document(Section("a", "A", "Nothing here.")))))
    assert "Nothing here." in [p.text for p in made.paragraphs]


def test_the_last_row_stays_with_the_footnotes_however_long_the_table() -> None:
    for lines in (3, 60):
        for given in (table("t", lines), replace(table("t", lines), footnotes=())):
            block = Tabled(given, 1, table_layout(given), "t-1")
            rows = render_table(block, Bookmarks(())).split("<w:tr>")
            assert ("<w:keepNext/>" in rows[-1].split("</w:tr>")[0]) is bool(given.footnotes)
