"""What the key decides: each subject's pseudonym and the days by which its dates are shifted.

Both are HMAC-SHA256 of the subject's identifier under the key, so that the same key gives the same
copy again and nobody without it can undo one. The key itself is written nowhere.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

from hepatica.core.errors import UsageError

MOST_DAYS = 365
KEY_BYTES = 16
# A key of fewer different bytes is a word typed over and over; a file of more bytes is no key.
KEY_DIFFERENT = 8
MOST_KEY_BYTES = 1 << 16
# Whole weeks are left out: they would keep the day of the week.
OFFSETS_DAYS = tuple(d for d in range(-MOST_DAYS, MOST_DAYS + 1) if d % 7)


def read_key(path: Path) -> bytes:
    """The secret of a key file, without line ends around it.

    Raises      UsageError where it is no regular file, cannot be read, is too large for a key, or
                holds fewer than 16 bytes or hardly any different ones.
    """
    try:
        if path.exists() and not path.is_file():
            raise UsageError(f"{path}: the key is no regular file")
        with path.open("rb") as file:
            secret = file.read(MOST_KEY_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: the key cannot be read ({error.strerror})") from error
    if len(secret) > MOST_KEY_BYTES:
        raise UsageError(f"{path}: is larger than {MOST_KEY_BYTES >> 10} kB; that is no key")
    secret = secret.strip()
    if len(secret) < KEY_BYTES:
        raise UsageError(f"{path}: holds fewer than {KEY_BYTES} bytes; a key needs at least that")
    if len(set(secret)) < KEY_DIFFERENT:
        raise UsageError(f"{path}: holds fewer than {KEY_DIFFERENT} different bytes; draw a key")
    return secret


def is_open_to_others(path: Path) -> bool:
    """Whether other users of this machine may read the file, as far as modes tell."""
    return os.name == "posix" and bool(path.stat().st_mode & 0o044)


@dataclass(frozen=True, slots=True)
class Disguise:
    """Pseudonym and shift of every subject of a study, and pseudonyms of its readers."""

    subjects: dict[str, str]
    offsets_days: dict[str, int]
    readers: dict[str, str]

    def day(self, subject: str, day: date | None) -> date | None:
        """The shifted day; None where it is missing or leaves the calendar."""
        if day is None:
            return None
        try:
            return day + timedelta(days=self.offsets_days[subject])
        except OverflowError:
            return None


def disguise(key: bytes, subjects: Iterable[str], readers: Iterable[str]) -> Disguise:
    """The disguise that a key gives to subjects and readers."""
    names = sorted(set(subjects))
    return Disguise(
        subjects=_pseudonyms(key, "subject", "P", names),
        offsets_days={
            name: OFFSETS_DAYS[_number(key, "date", name) % len(OFFSETS_DAYS)] for name in names
        },
        readers=_pseudonyms(key, "reader", "R", sorted(set(readers))),
    )


def _pseudonyms(key: bytes, purpose: str, letter: str, names: list[str]) -> dict[str, str]:
    """A letter and 12 figures each; two names never share one."""
    found = {name: f"{letter}{_number(key, purpose, name) % 10**12:012d}" for name in names}
    assert len(set(found.values())) == len(names), "two pseudonyms are the same; use another key"
    return found


def _number(key: bytes, purpose: str, name: str) -> int:
    message = f"{purpose}\0{name}".encode()
    return int.from_bytes(hmac.new(key, message, sha256).digest(), "big")
