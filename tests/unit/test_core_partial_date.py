"""Partial dates: what is kept, imputed and refused."""

from datetime import date

import pytest

from hepatica.core.partial_date import PartialDate, from_excel_serial, parse_iso


@pytest.mark.parametrize(
    ("text", "first", "last", "flag"),
    [
        ("2016-02-10", date(2016, 2, 10), date(2016, 2, 10), ""),
        ("2016-2-1", date(2016, 2, 1), date(2016, 2, 1), ""),
        ("2016-02-10T14:30:00", date(2016, 2, 10), date(2016, 2, 10), ""),
        ("2016-02-10T14", date(2016, 2, 10), date(2016, 2, 10), ""),
        ("2016-02-10T14:30Z", date(2016, 2, 10), date(2016, 2, 10), ""),
        ("2016---10", date(2016, 1, 1), date(2016, 12, 31), "M"),
        ("2016-02", date(2016, 2, 1), date(2016, 2, 29), "D"),
        ("2015-02", date(2015, 2, 1), date(2015, 2, 28), "D"),
        ("2016", date(2016, 1, 1), date(2016, 12, 31), "M"),
    ],
)
def test_dates_that_exist(text: str, first: date, last: date, flag: str) -> None:
    assert parse_iso(text, rule="first") == PartialDate(first, flag)
    assert parse_iso(text, rule="last") == PartialDate(last, flag)


@pytest.mark.parametrize("text", ["", "2016-13", "2016-02-30", "0000", "16-02-01", "2016/02/01"])
def test_dates_that_do_not(text: str) -> None:
    assert parse_iso(text, rule="last") is None


def test_serial_numbers_of_excel() -> None:
    assert from_excel_serial(42431) == date(2016, 3, 2)
    assert from_excel_serial(42431.75) == date(2016, 3, 2)
    assert from_excel_serial(100) is None
