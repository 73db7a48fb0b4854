"""Three truth values and how they are joined; the tables stand in the package's heading."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Truth(StrEnum):
    """Whether a comparison holds; UNKNOWN where the records do not tell."""

    TRUE = "TRUE"
    FALSE = "FALSE"
    UNKNOWN = "UNKNOWN"

    @classmethod
    def of(cls, value: bool | None) -> Truth:
        """The truth of a Python value; None is UNKNOWN."""
        if value is None:
            return cls.UNKNOWN
        return cls.TRUE if value else cls.FALSE


class Verdict(StrEnum):
    """What a criterion says of a subject; PASS always means eligible."""

    PASS = "PASS"
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"


def conjunction(truths: Iterable[Truth]) -> Truth:
    """Truth of all of them together: FALSE wins over UNKNOWN, UNKNOWN over TRUE."""
    found = set(truths)
    if Truth.FALSE in found:
        return Truth.FALSE
    return Truth.UNKNOWN if Truth.UNKNOWN in found else Truth.TRUE


def disjunction(truths: Iterable[Truth]) -> Truth:
    """Truth of any of them: TRUE wins over UNKNOWN, UNKNOWN over FALSE."""
    found = set(truths)
    if Truth.TRUE in found:
        return Truth.TRUE
    return Truth.UNKNOWN if Truth.UNKNOWN in found else Truth.FALSE


def negation(truth: Truth) -> Truth:
    """The contrary; UNKNOWN stays UNKNOWN."""
    return {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE}.get(truth, Truth.UNKNOWN)


def verdict(truth: Truth, *, inclusion: bool) -> Verdict:
    """PASS where an inclusion criterion holds or an exclusion criterion does not."""
    if truth is Truth.UNKNOWN:
        return Verdict.UNKNOWN
    return Verdict.PASS if (truth is Truth.TRUE) == inclusion else Verdict.FAIL


def overall(verdicts: Iterable[Verdict]) -> Verdict:
    """FAIL where any criterion fails, else UNKNOWN where any is, else PASS."""
    found = set(verdicts)
    if Verdict.FAIL in found:
        return Verdict.FAIL
    return Verdict.UNKNOWN if Verdict.UNKNOWN in found else Verdict.PASS
