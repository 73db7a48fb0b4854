"""Where in the paper a claim stands: the sections of the paper in their order of appearance."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hepatica.report.audit.standing import Standing

NOWHERE = "No place given"
OTHER = "Other places"
MOST_SECTIONS = 40
_LONGEST = 44
_HEAD = re.compile(r"\s*[(\[,;:]")


@dataclass(frozen=True, slots=True)
class PaperSection:
    """A section, table or figure of the paper with its claims, in the order of the file."""

    name: str
    standings: tuple[Standing, ...]


def section_name(place: str) -> str:
    """The section of a place: ``Table 2`` of ``Table 2 (L176)`` and of ``Table 2, row melena``."""
    name = _HEAD.split(place.strip(), maxsplit=1)[0].strip() or place.strip() or NOWHERE
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}\u2026"


def paper_sections(standings: Sequence[Standing]) -> tuple[PaperSection, ...]:
    """Sections as the claims come to them; beyond `MOST_SECTIONS` the rest is one."""
    names: dict[str, str] = {}
    found: dict[str, list[Standing]] = {}
    for standing in standings:
        name = section_name(standing.claim.place)
        known = names.setdefault(name.casefold(), name)
        if known not in found and len(found) >= MOST_SECTIONS:
            known = OTHER
        found.setdefault(known, []).append(standing)
    return tuple(PaperSection(name, tuple(members)) for name, members in found.items())
