"""What a redacted copy keeps, as declared in `redaction.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class Policy:
    """Columns by what becomes of them, and the three limits."""

    common: frozenset[str]
    reader: frozenset[str]
    lesion: frozenset[str]
    adam_words: frozenset[str]
    adam_reader: frozenset[str]
    adam_lesion: frozenset[str]
    adam_dropped: frozenset[str]
    adam_reckoned: frozenset[str]
    adam_anchors: tuple[str, ...]
    adam_from_age: Mapping[str, Mapping[str, str]]
    least_subjects: int
    small_cell: int
    oldest_years: int


@cache
def policy() -> Policy:
    """The declared policy."""
    text = files("hepatica.report.redaction").joinpath("redaction.toml").read_text("utf-8")
    said = tomllib.loads(text)
    return Policy(
        common=frozenset(said["common"]),
        reader=frozenset(said["reader"]),
        lesion=frozenset(said["lesion"]),
        adam_words=frozenset(said["adam"]["words"]),
        adam_reader=frozenset(said["adam"]["reader"]),
        adam_lesion=frozenset(said["adam"]["lesion"]),
        adam_dropped=frozenset(said["adam"]["dropped"]),
        adam_reckoned=frozenset(said["adam"]["reckoned"]),
        adam_anchors=tuple(said["adam"]["anchors"]),
        adam_from_age=said["adam"]["from_age"],
        least_subjects=said["least_subjects"],
        small_cell=said["small_cell"],
        oldest_years=said["oldest_years"],
    )


def common_values(
    subjects: Iterable[str | None], values: Iterable[str | None], least: int
) -> frozenset[str]:
    """The values that at least `least` subjects have."""
    having: dict[str, set[str | None]] = {}
    for subject, value in zip(subjects, values, strict=True):
        if value:
            having.setdefault(value, set()).add(subject)
    return frozenset(value for value, who in having.items() if len(who) >= least)
