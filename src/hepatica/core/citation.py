"""The works Hepatica cites, by key (`references.toml`); docstrings name them as [kaplan1958]."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Citation:
    """One work; `unverified` where its text was not yet checked against the work itself."""

    key: str
    text: str
    doi: str = ""
    unverified: bool = False

    def __str__(self) -> str:
        return self.text + (f" doi:{self.doi}" if self.doi else "")


@cache
def citations() -> dict[str, Citation]:
    """Every work of the list, by key, in the order of the file."""
    text = files("hepatica.core").joinpath("references.toml").read_text(encoding="utf-8")
    return {key: Citation(key, **entry) for key, entry in tomllib.loads(text).items()}


def citation(key: str) -> Citation:
    """The work of that key.

    Raises      KeyError for a key that is not in the list.
    """
    return citations()[key]
