"""Catalogues of tests that grow with studies: laboratory tests and vital signs.

A test outside its catalogue is kept with a note: laboratories measure more than we know.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class CatalogueTest:
    """A test: code, name, plausible range in its standard unit, other spellings, LOINC code."""

    code: str
    name: str
    low: float
    high: float
    aliases: tuple[str, ...] = ()
    loinc: str = ""


@cache
def catalogue(name: str) -> dict[str, CatalogueTest]:
    """Tests of the catalogue `lab_tests` or `vital_tests`, by code."""
    text = files("hepatica.records").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return {
        code: CatalogueTest(
            code,
            block["name"],
            block["low"],
            block["high"],
            tuple(block.get("aliases", ())),
            block.get("loinc", ""),
        )
        for code, block in tomllib.loads(text).items()
    }


@cache
def catalogue_codes(name: str) -> tuple[str, ...]:
    """Codes of a catalogue, in the order of its file."""
    return tuple(catalogue(name))


@cache
def catalogue_aliases(name: str) -> dict[str, str]:
    """Other spellings (names and aliases) of a catalogue's tests -> code."""
    return {
        word: test.code for test in catalogue(name).values() for word in (test.name, *test.aliases)
    }
