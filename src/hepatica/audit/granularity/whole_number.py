"""Which variables are whole numbers by nature (`whole_number.toml`)."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    text = files(__package__).joinpath("whole_number.toml").read_text(encoding="utf-8")
    return {name: re.compile("|".join(words)) for name, words in tomllib.loads(text).items()}


def is_whole(variable: str) -> bool:
    """Tell whether every patient's value is a whole number, such as a number of sessions."""
    return _is("whole", variable) and not _is("time", variable)


def is_mostly_whole(variable: str) -> bool:
    """Tell whether values are recorded whole as a rule, such as age in completed years."""
    return _is("mostly", variable) and not is_whole(variable)


def _is(kind: str, variable: str) -> bool:
    words = " ".join(variable.lower().split())
    patterns = _patterns()
    return bool(patterns[kind].search(words)) and not patterns["not"].search(words)
