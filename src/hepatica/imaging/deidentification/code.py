"""Coded items: the dictionaries' codes with their meaning, others as tokens."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from pydicom.sr._concepts_dict import concepts
from pydicom.sr._snomed_dict import mapping

from hepatica.core.disguise import keyed_number

WITHHELD = "withheld"
# Old SNOMED codes such as G-A22A: one letter of an axis, then hexadecimal with a decimal among it.
_SRT = re.compile(r"[A-Z]-(?=[A-F]*[0-9])[0-9A-F]{4,5}")


def cleaned_code(value: str, scheme: str, key: bytes) -> dict[str, str]:
    """Value, scheme and meaning of a coded item that can tell nothing about a person.

    A code of the dictionaries of pydicom (DCM, SCT, UCUM and others) keeps its value and gets the
    dictionary's meaning; an old SNOMED code keeps its value, with the meaning of the code that
    replaced it or none. Any other becomes a token by the key under the scheme 99HEPATICA, so that
    equal codes stay equal.
    """
    value, scheme = value.strip(" \0"), scheme.strip(" \0")
    meaning = _meaning(value, scheme)
    if meaning:
        return {"CodeValue": value, "CodingSchemeDesignator": scheme, "CodeMeaning": meaning}
    number = keyed_number(key, "code", f"{scheme}\0{value}") % 10**12
    return {
        "CodeValue": f"T{number:012d}",
        "CodingSchemeDesignator": "99HEPATICA",
        "CodeMeaning": WITHHELD,
    }


def _meaning(value: str, scheme: str) -> str:
    if scheme in {"SRT", "SNM3", "99SDM"} and _SRT.fullmatch(value):
        return _dictionary("SCT").get(mapping["SRT"].get(value, ""), value)[:64]
    return _dictionary(scheme).get(value, "")[:64]


@cache
def _dictionary(scheme: str) -> dict[str, str]:
    """Meaning by code value of one scheme."""
    known: dict[str, dict[str, Any]] = concepts.get(scheme, {})
    return {code: str(said[0]) for named in known.values() for code, said in named.items()}
