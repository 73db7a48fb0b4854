"""Widths of printed columns: whole cells where they fit, a turned page where they do not."""

from dataclasses import replace

import pytest
from document_sample import table

from hepatica.report.table import Cell, Line, Table
from hepatica.report.width import PAD_SIGNS, TURNED_SIGNS, UPRIGHT_SIGNS, signs, table_layout


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


def test_sentences_turn_the_page_where_they_then_take_fewer_pages() -> None:
    cells = (
        Cell("2014-06-18"),
        Cell("INDEPENDENT ASSESSOR:RADIOLOGIST 1"),
        Cell("PD: 49.7 mm is +44.1 % and +15.2 mm over the nadir of 34.5 mm on 2014-03-26"),
    )
    heads = ("Date", "Reader", "Why")
    few = Table("p", "P", "Subject", heads, (Line("01-701-1015", cells),) * 8, prose=True)
    many = Table("p", "P", "Subject", heads, (Line("01-701-1015", cells),) * 200, prose=True)
    assert not table_layout(few).turned
    assert table_layout(many).turned


def test_a_head_on_two_lines_breaks_where_it_is_narrowest() -> None:
    lines = (Line("a", (Cell("1"),)),)
    layout = table_layout(Table("t", "T", "Term", ("Any grade, n (%)",), lines))
    assert layout.widths[1] == pytest.approx(signs("Any grade,") + PAD_SIGNS)


def test_numbers_stand_right_in_a_table_of_sentences_and_dates_do_not() -> None:
    cells = [
        ("20", "1,291", "9.2 (7.3\u2013NE)", "2014-06-18", "001", "72 h"),
        ("0", "", "\u22121.8 [\u22122.8\u2013NE]", "2014-06-19", "<1", "5"),
    ]
    lines = tuple(Line("x", tuple(map(Cell, texts))) for texts in cells)
    table = Table("t", "T", "S", ("A", "B", "C", "D", "E", "F"), lines, prose=True)
    assert table.sides == (False, True, True, True, False, True, False)
    assert table_layout(table).right == table.sides
    assert replace(table, prose=False).sides == (False, *[True] * 6)


def test_a_long_listing_that_fits_upright_stays_upright() -> None:
    cells = (Cell("contrast CT or MRI"), Cell("Missed"), Cell("2012-09-09 to 2012-09-23"))
    lines = tuple(Line(f"01-701-{i}", cells) for i in range(1000, 1200))
    listing = Table("p", "P", "Patient", ("Assessment", "Status", "Window"), lines, prose=True)
    assert not table_layout(listing).turned
