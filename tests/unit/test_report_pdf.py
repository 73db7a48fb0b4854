"""PDF/A: deterministic, nothing of the data is markup, no sign is silently lost."""

import shutil
import subprocess
from typing import Any

import pytest
import typst
from document_sample import HOSTILE, document, sample

from hepatica.report.block import document_leaves
from hepatica.report.passage import Section
from hepatica.report.pdf import font
from hepatica.report.pdf.compiled import render_pdf
from hepatica.report.pdf.data import document_data
from hepatica.report.pdf.font import fonts_for
from hepatica.report.table import Cell, Line, Table

HAN = "\u4e2d\u6587"
# U+1E900, Adlam: in none of the fonts that the writer asks for.
UNSHOWN = "\U0001e900"


def words(data: bytes) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not here: apt-get install poppler-utils")
    made = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=data, capture_output=True, check=True
    )
    return made.stdout.decode()


def test_the_same_document_gives_the_same_bytes() -> None:
    assert render_pdf(sample()).data == render_pdf(sample()).data


def test_it_is_pdf_a_2b_dated_by_the_cutoff() -> None:
    data = render_pdf(sample()).data
    assert data.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part>" in data.replace(b" ", b"")
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in data.replace(b" ", b"")
    assert b"D:20200101" in data


def test_hostile_text_is_text() -> None:
    shown = words(render_pdf(sample(HOSTILE)).data)
    for part in ("</w:t> & <b>", '#eval("1")', "$x$ *b*", "{\\rtf \\par}", "[U+0007]", "[U+202E]"):
        assert part in shown, part


def test_every_block_is_there() -> None:
    shown = words(render_pdf(sample()).data)
    for part in ("Main plain", "Table 1.", "Table 2.", "Figure 1.", "There is nothing.", "Page 1"):
        assert part in shown


def test_plain_text_needs_no_font_of_the_machine() -> None:
    found = fonts_for(["\u2265 \u2212 \u00b5 \u03b1 \u00e9"])
    assert found.families == () and not found.lost


def test_a_sign_without_a_font_is_printed_as_its_code_point_and_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(font, "FURTHER_FAMILIES", ())
    made = render_pdf(sample(f"name {HAN}"))
    assert "[U+4E2D]" in made.note and "[U+6587]" in made.note
    shown = words(made.data)
    assert "name [U+4E2D][U+6587]" in shown
    assert "No font at hand has these signs" in shown


def test_a_font_of_the_machine_is_taken_where_it_has_the_signs() -> None:
    families = set(typst.Fonts(include_system_fonts=True).families())
    if not families & {"Noto Sans CJK SC", "Noto Sans SC", "WenQuanYi Zen Hei"}:
        pytest.skip("no font with Chinese signs is here: apt-get install fonts-noto-cjk")
    made = render_pdf(sample(f"name {HAN}"))
    assert made.note == ""
    assert HAN in words(made.data)


def test_one_lost_sign_does_not_lose_the_others() -> None:
    found = fonts_for([f"a{UNSHOWN}\u2265"])
    assert found.lost == {UNSHOWN}


def test_the_data_lie_beside_the_template_as_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, bytes] = {}
    compile_files = typst.compile

    def spy(given: dict[str, bytes], **how: object) -> bytes:
        seen.update(given)
        return compile_files(given, **how)  # type: ignore[no-any-return,call-overload]

    monkeypatch.setattr(typst, "compile", spy)
    render_pdf(sample("a text of the data"))
    assert b"a text of the data" in seen["data.json"]
    assert b"a text of the data" not in seen["main"]
    assert set(seen) == {"main", "data.json", "f.svg"}


def test_a_word_that_its_column_holds_is_not_parted() -> None:
    lines = (
        Line("Alanine aminotransferase increased"),
        Line("Grade 1", (Cell("a4d7f50c7a34"), Cell("1")), depth=1),
    )
    one = Table("x", "X", "Base", ("Confirmation", "n"), lines, prose=True)
    made = document(Section("s", "S", "", tables=(one,)))
    data = document_data(made, document_leaves(made))
    assert "\u200b" not in "".join(_strings(data))


def test_a_word_longer_than_the_page_can_be_parted() -> None:
    one = Table("x", "X", "Base", ("A",), (Line("a", (Cell("x" * 400),)),), prose=True)
    made = document(Section("s", "S", "", tables=(one,)))
    data = document_data(made, document_leaves(made))
    (found,) = [t for t in _strings(data) if t.startswith("x")]
    assert "\u200b" in found and found.replace("\u200b", "") == "x" * 400


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inside for text in _strings(one)]
