"""The catalogue of finding codes: what each means and how to mend it (`finding_codes.toml`).

R records, S study, C clinic, A analysis, P published papers, I imaging. The manual is
made from the same file.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from hepatica.core.finding import Finding, Level, Place


@dataclass(frozen=True, slots=True)
class FindingCode:
    """One kind of fault: its stable code, weight, name, meaning and cure."""

    code: str
    level: Level
    title: str
    means: str
    mend: str


@cache
def finding_codes() -> dict[str, FindingCode]:
    """Every finding code of the catalogue, in the order of the file."""
    text = files("hepatica.core").joinpath("finding_codes.toml").read_text(encoding="utf-8")
    return {
        code: FindingCode(code, Level(block.pop("level")), **block)
        for code, block in tomllib.loads(text).items()
    }


def finding_of(
    code: str, place: Place, *, found: str, expected: str, hint: str = "", subject: str = ""
) -> Finding:
    """Finding with the weight that the catalogue gives its code; KeyError for an unknown code."""
    level = finding_codes()[code].level
    return Finding(place, level, code, found, expected, hint, subject)
