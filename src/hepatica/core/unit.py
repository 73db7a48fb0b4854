"""Units of laboratory tests and vital signs, converted once, where records come in.

The standard unit of a test and every factor stand in `units.toml` with their source. Spelling
does not matter: case, spaces, the micro sign and the ways to write a power of ten are settled
before a unit is looked up, within the units of its own test (g/L is grams for albumin and giga
for platelets).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

_POWER = re.compile(r"^[x*]?10(?:\^|\*\*|\*|e)?(\d{1,2})(?=/)")
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


@dataclass(frozen=True, slots=True)
class Factor:
    """Conversion of one unit to the standard one: (value + shift) x scale."""

    unit: str
    scale: float
    shift: float = 0.0


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """Units of one test: the standard unit, all accepted ones by plain spelling, the source."""

    unit: str
    factors: dict[str, Factor]
    source: str


@cache
def known_units() -> dict[str, KnownUnit]:
    """Units of every test of `units.toml`, by test code."""
    text = files("hepatica.core").joinpath("units.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    families = content["families"]
    return {
        test: _known_unit(families[block["family"]] if "family" in block else block)
        for test, block in content["tests"].items()
    }


def factor_of(test: str, unit: str) -> Factor | None:
    """Factor that takes `unit` to the standard unit of `test`; None where it is not known."""
    known = known_units().get(test)
    return known.factors.get(plain_unit(unit)) if known else None


def convert(value: float, test: str, unit: str) -> tuple[float, str] | None:
    """Value in the standard unit of its test, with that unit; nothing is rounded.

    Parameters
    ----------
    value : float
    test : str        Test code such as BILI.
    unit : str        The laboratory's unit, however it is spelled.

    Returns     (value, standard unit); (value, unit) as given for a test without units of its
                own; None where the test is known and the unit is not.
    Examples    >>> convert(2.0, "BILI", "mg/dL")
                (34.208, 'umol/L')
    """
    known = known_units().get(test)
    if known is None:
        return value, unit
    factor = known.factors.get(plain_unit(unit))
    return ((value + factor.shift) * factor.scale, known.unit) if factor else None


def plain_unit(text: str) -> str:
    """A unit's spelling settled: lower case, no spaces, u for micro, 10^9 for its power."""
    text = text.translate(_SUPERSCRIPT).lower()
    text = re.sub(r"[\s·]", "", text).replace("µ", "u").replace("μ", "u").replace("×", "x")
    text = text.replace("mm^3", "mm3").replace("cumm", "mm3")
    return _POWER.sub(lambda match: f"10^{match[1]}", text)


def _known_unit(block: dict[str, Any]) -> KnownUnit:
    shifts = block.get("shift", {})
    factors = {
        plain_unit(unit): Factor(unit, scale, shifts.get(unit, 0.0))
        for unit, scale in block["factors"].items()
    }
    return KnownUnit(block["unit"], factors, block["source"])
