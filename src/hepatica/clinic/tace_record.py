"""Records of conventional TACE against its conventions: lipiodol, embolic, drug (`tace.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of

Record = Mapping[str, Any]
_ITEMS = (("lipiodol_ml", "Lipiodol"), ("embolic", "Embolic"), ("drug", "Chemotherapy"))


@dataclass(frozen=True, slots=True)
class TaceLimit:
    """Highest volume of lipiodol, the usual ceiling, and the spellings of each route."""

    ceiling_ml: float
    usual_ml: float
    routes: Mapping[str, frozenset[str]]


@cache
def tace_limit() -> TaceLimit:
    """The limits of ``tace.toml``."""
    text = files("hepatica.clinic.rules.dose").joinpath("tace.toml").read_text("utf-8")
    found = tomllib.loads(text)
    oil = found["lipiodol"]
    routes = {word: frozenset(spellings) for word, spellings in found["routes"].items()}
    return TaceLimit(oil["ceiling_ml"], oil["usual_ml"], routes)


def same_route(planned: str, given: str) -> bool:
    """Whether a recorded route is the planned one, however it is spelled."""
    word = " ".join(given.lower().split())
    return word == planned.lower() or word in tace_limit().routes.get(planned, ())


def check_tace_records(records: Sequence[Record]) -> Iterator[Finding]:
    """Findings for records of c-TACE; what no record of the study states is told once."""
    limit = tace_limit()
    for record in records:
        volume = record["lipiodol_ml"]
        if volume is None:
            continue
        if not 0 < volume <= limit.ceiling_ml:
            yield _finding("C041", record, f"{volume:g} mL", f"over 0 to {limit.ceiling_ml:g} mL")
        elif volume > limit.usual_ml:
            yield _finding("C040", record, f"{volume:g} mL", f"up to {limit.usual_ml:g} mL")
    for name, label in _ITEMS:
        missing = [r for r in records if r[name] is None]
        if missing and len(missing) == len(records) and len(records) > 1:
            place = Place(missing[0]["src_file"], missing[0]["src_sheet"], None, label)
            found = f"nothing in any of {len(records)} records of cTACE"
            yield finding_of("C042", place, found=found, expected=_EXPECTED[name])
        else:
            yield from (_missing(record, name, label) for record in missing)


_EXPECTED = {
    "lipiodol_ml": "the volume of lipiodol, mL",
    "embolic": "the embolic material and its size",
    "drug": "drug and dose in the emulsion, or 'none'",
}


def _missing(record: Record, name: str, label: str) -> Finding:
    place = Place(record["src_file"], record["src_sheet"], record["src_row"], label)
    return finding_of(
        "C042", place, found="nothing", expected=_EXPECTED[name], subject=record["subject"]
    )


def _finding(code: str, record: Record, found: str, expected: str) -> Finding:
    place = Place(record["src_file"], record["src_sheet"], record["src_row"], "Lipiodol")
    words = f"{expected} of lipiodol"
    return finding_of(code, place, found=found, expected=words, subject=record["subject"])
