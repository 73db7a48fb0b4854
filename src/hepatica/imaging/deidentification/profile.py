"""The closed table of what becomes of each DICOM attribute (`profile.toml`).

After the Basic Application Level Confidentiality Profile [ps315, annex E] with Clean Descriptors
and modified dates. Where the standard lists what goes, this lists what stays: an attribute that
nobody thought of, among them all of later editions and all private ones, is removed.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from hashlib import sha256
from importlib.resources import files


class Action(StrEnum):
    """What is done with one attribute; the meaning of each stands in profile.toml."""

    UID = "uid"
    DATE = "date"
    AGE = "age"
    TIME = "time"
    BLANK = "blank"
    DESCRIBED = "described"
    TOKEN = "token"
    TERM = "term"
    VALUE = "value"
    SEQUENCE = "sequence"
    CODE = "code"
    PIXELS = "pixels"
    FIXED = "fixed"


@dataclass(frozen=True)
class Profile:
    """The table: action by keyword, and the closed lists that decide about text and objects."""

    number: int
    digest: str
    actions: dict[str, Action]
    fixed: dict[str, str]
    terms: frozenset[str]
    words: frozenset[str]
    tracked: frozenset[str]
    free_codes: frozenset[str]
    objects: dict[str, str]
    pixelless: frozenset[str]
    screens: frozenset[str]
    transfer: dict[str, str]


@cache
def profile() -> Profile:
    """The profile of this version; `digest` changes with every change of it."""
    data = files("hepatica.imaging.deidentification").joinpath("profile.toml").read_bytes()
    said = tomllib.loads(data.decode("utf-8"))
    actions: dict[str, Action] = {
        keyword: action
        for action in Action
        if action is not Action.FIXED
        for keyword in said[action.value].split()
    }
    actions |= dict.fromkeys(said["fixed"], Action.FIXED)
    phrases = said["phrases"]
    return Profile(
        number=said["number"],
        digest=sha256(data).hexdigest()[:16],
        actions=actions,
        fixed=said["fixed"],
        terms=_words(said["terms"]) | frozenset(phrases["terms"]),
        words=_words(said["words"]),
        tracked=frozenset(f"{v}:{t}" for v in phrases["viewers"] for t in phrases["tools"]),
        free_codes=frozenset(phrases["free_codes"]),
        objects=said["objects"],
        pixelless=frozenset(said["pixelless"]["kinds"]),
        screens=frozenset(said["screens"]["words"]),
        transfer={uid: kind for kind, uids in said["transfer"].items() for uid in uids},
    )


def _words(lists: dict[str, str]) -> frozenset[str]:
    return frozenset(word for text in lists.values() for word in text.split())
