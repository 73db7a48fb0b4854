"""Text that may stay: words of closed lists; dates shifted; numbers that are numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from hepatica.core.disguise import Disguise, keyed_number
from hepatica.imaging.deidentification.profile import profile

OLDEST_YEARS = 89
_WORD = re.compile(r"[0-9]+(?:\.[0-9]+)?[A-Za-z]*|[^\W\d_]+[0-9]*[a-z]?", re.UNICODE)
_BARE = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,2})?")
_MEASURED = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,2})?(?:mm|cm|s|sec|ml|kv|kev|ms|d|deg|x)", re.I)
_KERNEL = re.compile(r"[BIQHUJT][rvqpuhfl]?[0-9]{2}[a-z]?|FC[0-9]{2}", re.ASCII)
_NUMBERED = re.compile(r"([a-z]+)([0-9]{1,2})")
_DAY = re.compile(r"(\d{4})[.]?(\d{2})[.]?(\d{2})", re.ASCII)
_MOMENT = re.compile(r"(\d{8})((?:\d{2}){0,3}(?:\.\d{1,6})?)(?:[+-]\d{4})?", re.ASCII)
_TIME = re.compile(r"(?:[01]\d|2[0-3])(?:[0-5]\d(?:[0-5]\d(?:\.\d{1,6})?)?)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_AGE = re.compile(r"(\d{3})([DWMY])", re.ASCII)


@dataclass(frozen=True)
class Person:
    """Whose file it is: the secret, the disguise it gives, and the subject."""

    key: bytes
    disguise: Disguise
    subject: str

    @property
    def pseudonym(self) -> str:
        """The subject's pseudonym, which is PatientID and PatientName of the copy."""
        return self.disguise.subjects[self.subject]

    def day(self, day: date) -> date | None:
        """The day, shifted as all of the subject's."""
        return self.disguise.day(self.subject, day)


def described(text: str) -> str:
    """The text where all of its words are known, otherwise ''; separators become spaces.

    At most one bare number of up to three figures stays (two could be a date), beside numbers with
    a unit.
    """
    words = _WORD.findall(text)
    if not words or sum(bool(_BARE.fullmatch(word)) for word in words) > 1:
        return ""
    return " ".join(words) if all(_known(word) for word in words) else ""


def token(key: bytes, text: str) -> str:
    """The text where its words are known, otherwise a letter and 12 figures by the key."""
    text = text.strip(" \0")
    if not text:
        return ""
    if text in profile().tracked:
        return text
    return described(text) or f"T{keyed_number(key, 'text', text) % 10**12:012d}"


def _known(word: str) -> bool:
    lower = word.lower()
    if lower in profile().words or _BARE.fullmatch(word) or _MEASURED.fullmatch(word):
        return True
    numbered = _NUMBERED.fullmatch(lower)
    return bool(_KERNEL.fullmatch(word) or (numbered and numbered[1] in profile().words))


def term(text: str, *, otherwise: str = "") -> str:
    """A defined term of the standard, or `otherwise`."""
    text = text.strip(" \0")
    return text if text in profile().terms else otherwise


def shifted_day(text: str, person: Person) -> str:
    """DICOM's date shifted; '' where it is no whole date or leaves the calendar."""
    found = _DAY.fullmatch(text.strip(" \0"))
    if not found:
        return ""
    try:
        day = person.day(date(int(found[1]), int(found[2]), int(found[3])))
    except ValueError:
        return ""
    return "" if day is None else day.strftime("%Y%m%d").rjust(8, "0")


def shifted_moment(text: str, person: Person) -> str:
    """DICOM's date and time with the date shifted; its offset from UTC is left out."""
    found = _MOMENT.fullmatch(text.strip(" \0"))
    if not found:
        return ""
    day = shifted_day(found[1], person)
    return day + clock(found[2]) if day else ""


def clock(text: str) -> str:
    """A time of day as it is, or '' where it is none."""
    text = text.strip(" \0")
    return text if _TIME.fullmatch(text) else ""


def number(text: str) -> str:
    """A decimal as it is, or '' where it is none."""
    text = text.strip(" \0")
    return text if _NUMBER.fullmatch(text) else ""


def capped_age(text: str) -> str:
    """An age with everyone over 89 told as 90 years; '' where it is none."""
    found = _AGE.fullmatch(text.strip(" \0"))
    if not found:
        return ""
    years = int(found[1]) / {"D": 365.25, "W": 52.18, "M": 12, "Y": 1}[found[2]]
    return "090Y" if years >= OLDEST_YEARS + 1 else found[0]
