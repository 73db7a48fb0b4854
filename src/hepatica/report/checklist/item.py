"""The items of the checklists, read from their TOML files.

TREND [desjarlais2004] and STROBE for cohort studies [vonelm2007], 22 items each. Numbers and topics
are theirs, the sentences ours; each file says which items were compared with a public copy and
which are from memory.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Item:
    """One item; `reason` is why it does not fit a study of the design `not_for`.

    `evidence` names what answers it in a report, `open` what no report of ours can answer.
    """

    id: str
    topic: str
    text: str
    evidence: tuple[str, ...] = ()
    open: str = ""
    not_for: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Checklist:
    """A checklist with the key of its publication and what its items were compared with."""

    name: str
    citation: str
    basis: str
    items: tuple[Item, ...]


@cache
def checklist(name: str) -> Checklist:
    """The checklist of that name, such as "STROBE"."""
    path = files("hepatica.report").joinpath("checklist", f"{name.lower()}.toml")
    given = tomllib.loads(path.read_text(encoding="utf-8"))
    items = tuple(
        Item(**{**entry, "evidence": tuple(entry.get("evidence", ()))})
        for entry in given.pop("item")
    )
    return Checklist(**given, items=items)
