"""What every table of study.toml shares: frozen, no unknown keys, a source and a note."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Block(BaseModel):
    """A frozen table that refuses keys it does not know; `note` says what we chose and why."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, hide_input_in_errors=True
    )

    note: str = ""


class Part(Block):
    """A table taken from a protocol; `source` names the section it stands in."""

    source: str = ""
