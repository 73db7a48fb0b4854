"""Values of a DICOM data set, taken so that a damaged one is None and nothing is raised."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from hepatica.imaging.reading.fault import plain

LONGEST_TEXT = 128
LARGEST_NUMBER = 1e15  # seconds, mm and slopes are smaller
MOST_ITEMS = 100_000  # of a sequence; a frame each, in an enhanced object

_DATE = re.compile(r"(\d{4})[.-]?(\d{2})[.-]?(\d{2})")
_TIME = re.compile(r"(\d{2}):?(\d{2})?:?(\d{2})?(\.\d{1,6})?")


@contextmanager
def quiet() -> Iterator[None]:
    """Let pydicom neither warn nor log: what it says of damaged values quotes names of patients."""
    log = logging.getLogger("pydicom")
    before = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(before)


def raw(data: Any, name: str) -> Any:
    """The value of that keyword, or None; whatever the parser raises means that there is none."""
    try:
        return data.get(name)
    except Exception:  # a damaged value may raise anything inside pydicom
        return None


def text(data: Any, name: str) -> str:
    """Text of at most LONGEST_TEXT characters, without control characters; '' where there is none.

    Several values are joined with a backslash, as DICOM writes them.
    """
    value = raw(data, name)
    if value is None:
        return ""
    try:
        if not isinstance(value, str | int | float) and hasattr(value, "__iter__"):
            value = "\\".join(str(one) for one in value)
        return plain(str(value).strip(" \0"), LONGEST_TEXT)
    except Exception:  # as above
        return ""


def words(data: Any, name: str) -> tuple[str, ...]:
    """The values of a multi-valued text."""
    joined = text(data, name)
    return tuple(joined.split("\\")) if joined else ()


def numbers(data: Any, name: str, count: int) -> tuple[float, ...] | None:
    """So many finite numbers below LARGEST_NUMBER, or None."""
    value = raw(data, name)
    if value is None:
        return None
    try:
        parts = [value] if isinstance(value, str | int | float) else list(value)
        found = tuple(float(one) for one in parts)
    except Exception:  # as above
        return None
    fits = len(found) == count and all(abs(one) < LARGEST_NUMBER for one in found)  # nan is not
    return found if fits else None


def number(data: Any, name: str) -> float | None:
    """One finite number, or None."""
    found = numbers(data, name, 1)
    return found[0] if found else None


def whole(data: Any, name: str) -> int | None:
    """One whole number, or None."""
    found = number(data, name)
    return int(found) if found is not None and found == int(found) else None


def items(data: Any, name: str) -> Iterator[Any]:
    """Items of a sequence, at most MOST_ITEMS."""
    value = raw(data, name)
    if value is None or isinstance(value, str | bytes | int | float):
        return
    try:
        for index, item in enumerate(value):
            if index >= MOST_ITEMS:
                return
            yield item
    except Exception:  # as above
        return


def item(data: Any, name: str) -> Any:
    """First item of a sequence, or None."""
    return next(items(data, name), None) if data is not None else None


def day(given: str) -> date | None:
    """Day of a DICOM date or date and time; None where there is no such day."""
    match = _DATE.match(given)
    if not match:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def clock_s(given: str) -> float | None:
    """Seconds since midnight of a DICOM time; None where it is none."""
    match = _TIME.match(given)
    if not match:
        return None
    hour, minute, second = (int(match[i] or 0) for i in (1, 2, 3))
    if hour > 23 or minute > 59 or second > 60:
        return None
    return hour * 3600 + minute * 60 + second + float(match[4] or 0)


def moment_s(given: str) -> float | None:
    """Seconds of a DICOM date and time, counted from a fixed day; None where it is none."""
    on, at = day(given[:8]), clock_s(given[8:])
    return None if on is None or at is None else (on.toordinal() - 700_000) * 86400.0 + at
