"""RTF tables: ASCII with Unicode escapes, a repeated head, balanced groups, nothing injected."""

import re

from document_sample import HOSTILE, document, table

from hepatica.report.document_file import document_files
from hepatica.report.passage import Section
from hepatica.report.rtf.table import escaped, render_rtf, table_file
from hepatica.report.table import Cell, Line, Table


def rtf(one: Table) -> str:
    return render_rtf(one, 3, document(Section("a", "A", "", tables=(one,))))


def test_signs_are_escaped() -> None:
    assert escaped("a{b}\\") == "a\\{b\\}\\\\"
    # RTF 1.9.1: a signed 16-bit number; beyond the basic plane a surrogate pair
    assert escaped("\u2265") == "\\u8805?"
    assert escaped("\ufb01") == f"\\u{0xFB01 - 65536}?"
    assert escaped("\U0001f600") == f"\\u{0xD83D - 65536}?\\u{0xDE00 - 65536}?"
    assert escaped("\x07") == "[U+0007]"


def test_groups_balance_whatever_the_text() -> None:
    text = rtf(table("a", text=HOSTILE))
    bare = re.sub(r"\\[\\{}]", "", text)
    assert bare.count("{") == bare.count("}")
    assert text.isascii() and text.startswith("{\\rtf1")


def test_the_head_repeats_and_rows_end() -> None:
    text = rtf(table("a", lines=4))
    assert text.count("\\trhdr") == 1
    assert text.count("\\row") == 1 + 1 + 4
    assert text.count("\\cell\\row") == 6
    assert "Table 3. " in text and "A footnote." in text


def test_a_wide_table_is_turned() -> None:
    assert "\\landscape" in rtf(table("a", columns=14, text="17/20; 85.0 (62.1)"))
    assert "\\landscape" not in rtf(table("a"))


def test_every_row_has_the_cells_it_declares() -> None:
    text = rtf(Table("t", "T", "S", ("A", "B"), (Line("x", (Cell("1"), Cell("2"))),)))
    for row in text.split("\\row")[:-1]:
        assert row.count("\\cellx") == len(re.findall(r"\\cell(?![a-z])", row))


def test_names_of_files_are_plain() -> None:
    assert table_file(table("survival-OS-ARM = X")) == "t-survival-os-arm-x.rtf"
    assert table_file(table("\u4e2d")) == "t-table.rtf"


def test_names_of_files_are_short_and_each_is_there_once() -> None:
    keys = ["a" * 300, "a" * 299, "\u4e2d", "\u6587", "x", "x-2", "X"]
    one = document(Section("s", "S", "", tables=tuple(map(table, keys))))
    names = [name for name, _ in document_files(one, ("rtf",), {})]
    assert len(set(names)) == len(keys)
    assert all(len(name) < 100 for name in names)
