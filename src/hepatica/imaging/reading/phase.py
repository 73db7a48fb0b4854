"""Phase of contrast from the description of a series, by closed lists of words (`phases.toml`)."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files

from hepatica.imaging.origin import PHASES


@cache
def _phrases() -> tuple[tuple[str, str], ...]:
    """Phrase and phase, the longer phrases first."""
    text = files("hepatica.imaging.reading").joinpath("phases.toml").read_text(encoding="utf-8")
    lists = tomllib.loads(text)
    assert set(lists) == set(PHASES), "the phases of the records"
    pairs = {(plain_words(phrase), phase) for phase, all_of in lists.items() for phrase in all_of}
    return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair)))


def phase_of(description: str) -> str:
    """Word of PHASES that a description names; '' where it names none, or more than one."""
    left = f" {plain_words(description)} "
    found = set()
    for phrase, phase in _phrases():
        wanted = phrase if ord(phrase[0]) > 0x2E7F else f" {phrase} "  # no blanks in Chinese
        if wanted in left:
            found.add(phase)
            left = left.replace(wanted, "  ")
    single = found - {"multiphasic"} or found
    return single.pop() if len(single) == 1 else ""


def plain_words(text: str) -> str:
    """Lower case, without accents, signs as blanks; digits part from letters."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in parts if not unicodedata.combining(c))
    bare = unicodedata.normalize("NFKC", bare)
    return " ".join(re.sub(r"[^\w]|_", " ", bare).split())
