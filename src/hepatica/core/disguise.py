"""What a key decides: each subject's pseudonym, the days by which dates are shifted, new UIDs.

All are HMAC-SHA256 under the key, so that the same key gives the same copy of records and of scans
again and nobody without it can undo one. The key itself is written nowhere.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

MOST_DAYS = 365
# Whole weeks are left out: they would keep the day of the week.
OFFSETS_DAYS = tuple(d for d in range(-MOST_DAYS, MOST_DAYS + 1) if d % 7)


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
            name: OFFSETS_DAYS[keyed_number(key, "date", name) % len(OFFSETS_DAYS)]
            for name in names
        },
        readers=_pseudonyms(key, "reader", "R", sorted(set(readers))),
    )


def _pseudonyms(key: bytes, purpose: str, letter: str, names: list[str]) -> dict[str, str]:
    """A letter and 12 figures each; two names never share one."""
    found = {name: f"{letter}{keyed_number(key, purpose, name) % 10**12:012d}" for name in names}
    assert len(set(found.values())) == len(names), "two pseudonyms are the same; use another key"
    return found


def keyed_number(key: bytes, purpose: str, name: str) -> int:
    """A number below 2**256 that only the key can make again from purpose and name."""
    message = f"{purpose}\0{name}".encode()
    return int.from_bytes(hmac.new(key, message, sha256).digest(), "big")
