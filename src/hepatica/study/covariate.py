"""Covariate expressions of a Cox model: ``NAME``, ``log10(NAME + 1)`` and ``NAME > number``.

The set is closed on purpose; nothing of a protocol is ever evaluated as code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from pydantic_core import PydanticCustomError

_NUMBER = r"\d{1,9}(?:\.\d{1,9})?"
_FORMS: tuple[tuple[Literal["", "log10", ">"], re.Pattern[str]], ...] = (
    ("", re.compile(r"([A-Z][A-Z0-9]{0,7})")),
    ("log10", re.compile(rf"log10\(\s*([A-Z][A-Z0-9]{{0,7}})\s*\+\s*({_NUMBER})\s*\)")),
    (">", re.compile(rf"([A-Z][A-Z0-9]{{0,7}})\s*>\s*({_NUMBER})")),
)


@dataclass(frozen=True, slots=True)
class Covariate:
    """A column as it is, ``log10(column + number)``, or 1 where the column exceeds `number`."""

    text: str
    name: str
    form: Literal["", "log10", ">"] = ""
    number: float = 0.0


def read_covariate(text: str) -> Covariate:
    """The covariate that `text` spells.

    Raises      PydanticCustomError (a ValueError) for any other text.
    """
    for form, pattern in _FORMS:
        if match := pattern.fullmatch(text.strip()):
            number = float(match.group(2)) if form else 0.0
            return Covariate(text.strip(), match.group(1), form, number)
    raise PydanticCustomError(
        "value", "bad", {"expected": "NAME, log10(NAME + number) or NAME > number"}
    )
