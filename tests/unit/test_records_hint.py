"""Hints say how a cell would be written."""

import pytest

from hepatica.records.hint import date_hint, number_hint, subject_hint
from hepatica.records.table import tables

VIABLE = tables()["measurements"].column("viable_mm")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("03/04/2014", "write 2014-04-03 or 2014-03-04"),
        ("25/04/2014", "write 2014-04-25"),
        ("3.4.2014", "write 2014-04-03"),
        ("2014/4/3", "write 2014-04-03"),
        ("20140403", "write 2014-04-03"),
        ("3 Apr 2014", "write 2014-04-03"),
        ("April 2014", "write 2014-04"),
        ("unknown", "leave the cell blank where it is not known"),
        ("03-04-14", ""),
        ("20149999", ""),
        ("soon", ""),
    ],
)
def test_a_date(text: str, hint: str) -> None:
    assert date_hint(text) == hint


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("52 mm", "write the number alone, in mm"),
        ("3.5cm", "write the number alone, in mm"),
        ("<10", "write the number alone, in mm"),
        ("n.e.", "leave the cell blank where it is not known"),
        ("6l", "write the number alone, in mm"),
        ("five", ""),
    ],
)
def test_a_number(text: str, hint: str) -> None:
    assert number_hint(VIABLE, text) == hint


def test_a_subject_that_lost_its_zeros() -> None:
    assert subject_hint("002", ["1", "2"]) == "the subjects table has '2'; write both alike"
    assert subject_hint("pat 7", ["PAT-7"]) == "the subjects table has 'PAT-7'; write both alike"
    assert subject_hint("002", ["2", "02"]) == ""
    assert subject_hint("9", ["2"]) == ""
