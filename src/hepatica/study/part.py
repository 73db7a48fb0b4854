"""What every table of study.toml shares: frozen, no unknown keys, a source and a note."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError

_TOML_NAME = re.compile(r"(?:[A-Za-z0-9_-]+\.toml)?")


class Block(BaseModel):
    """A frozen table that refuses keys it does not know; `note` says what we chose and why."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, hide_input_in_errors=True
    )

    note: str = ""


class Part(Block):
    """A table taken from a protocol; `source` names the section it stands in."""

    source: str = ""


def check_toml_name(name: str) -> str:
    """Pass '' or the plain name of a TOML file in the study folder; refuse others."""
    if not _TOML_NAME.fullmatch(name):
        expected = "the name of a file in the study folder, ending in .toml"
        raise PydanticCustomError("file_name", "not a plain name", {"expected": expected})
    return name
