"""Widths of printed columns: whole cells where they fit, a turned page where they do not."""

from document_sample import table

from hepatica.report.table import Cell, Line, Table
from hepatica.report.width import TURNED_SIGNS, UPRIGHT_SIGNS, table_layout


def test_a_small_table_is_no_wider_than_its_texts() -> None:
    layout = table_layout(table("a"))
    assert not layout.turned
    assert sum(layout.widths) < UPRIGHT_SIGNS / 2
    assert layout.share < 0.5


def test_a_table_too_wide_for_the_page_is_turned() -> None:
    layout = table_layout(table("a", columns=8, text="17/20; 85.0 (62.1)"))
    assert layout.turned
    assert sum(layout.widths) <= TURNED_SIGNS + 1e-6


def test_beyond_a_turned_page_the_type_is_small_and_the_page_still_holds_it() -> None:
    layout = table_layout(table("a", columns=30, text="unbreakable"))
    assert layout.turned and layout.small
    assert layout.share <= 1
    assert abs(sum(layout.widths) - TURNED_SIGNS) < 1e-6


def test_a_column_of_sentences_gets_more_room_than_one_of_words() -> None:
    sentence = "A sentence that goes on for quite a while, " * 3
    cells = (Cell("short"), Cell(sentence), Cell(sentence[:60]))
    layout = table_layout(Table("p", "P", "Stub", ("A", "B", "C"), (Line("1", cells),), prose=True))
    assert layout.widths[2] > layout.widths[3] > layout.widths[1]


def test_wide_scripts_count_double() -> None:
    narrow = table_layout(table("a", text="a" * 10)).widths[1]
    wide = table_layout(table("a", text="\u4e2d" * 10)).widths[1]
    assert wide > 1.6 * narrow
