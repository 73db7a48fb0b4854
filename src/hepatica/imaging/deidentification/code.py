"""Coded items: the dictionaries' codes with their meaning, others as tokens."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from pydicom.sr._concepts_dict import concepts
from pydicom.sr._snomed_dict import mapping

from hepatica.core.disguise import keyed_number
from hepatica.imaging.deidentification.profile import profile
from hepatica.imaging.deidentification.text import described, token
from hepatica.records.catalogue import catalogue

WITHHELD = "withheld"
OWN = "99HEPATICA"
# Old SNOMED codes such as G-A22A: one letter of an axis, then hexadecimal with a decimal among it.
_SRT = re.compile(r"[A-Z]-(?=[A-F]*[0-9])[0-9A-F]{4,5}")
# What kind of concept SNOMED says it is, after its name.
_KIND = re.compile(r"(?: \([a-z /]+\))+$")


def cleaned_code(value: str, scheme: str, meaning: str, key: bytes) -> dict[str, str]:
    """Value, scheme and meaning of a coded item that can tell nothing about a person.

    A code of the dictionaries of pydicom (DCM, SCT, UCUM and others) keeps its value, and its
    meaning where that is of known words, otherwise it gets the dictionary's; an old SNOMED code
    likewise, with the meaning of the code that replaced it. Any other becomes a token by the key
    under the scheme 99HEPATICA, so that equal codes stay equal.
    """
    value, scheme = value.strip(" \0"), scheme.strip(" \0")
    standard = _meaning(value, scheme)
    if standard:
        told = described(meaning) or standard
        return {"CodeValue": value, "CodingSchemeDesignator": scheme, "CodeMeaning": told}
    if f"{scheme} {value}" in profile().free_codes:
        told = token(key, meaning) or WITHHELD
        return {"CodeValue": value, "CodingSchemeDesignator": scheme, "CodeMeaning": told}
    number = keyed_number(key, "code", f"{scheme}\0{value}") % 10**12
    return {
        "CodeValue": f"T{number:012d}",
        "CodingSchemeDesignator": OWN,
        "CodeMeaning": WITHHELD,
    }


def _meaning(value: str, scheme: str) -> str:
    if scheme == OWN:
        own = catalogue("image_tests")
        return own[value].name if value in own else ""
    if scheme in {"SRT", "SNM3", "99SDM"} and _SRT.fullmatch(value):
        return _dictionary("SCT").get(mapping["SRT"].get(value, ""), value)
    return _dictionary(scheme).get(value, "")


@cache
def _dictionary(scheme: str) -> dict[str, str]:
    """Meaning by code value of one scheme."""
    known: dict[str, dict[str, Any]] = concepts.get(scheme, {})
    return {
        code: _KIND.sub("", str(said[0]))[:64]
        for named in known.values()
        for code, said in named.items()
    }
