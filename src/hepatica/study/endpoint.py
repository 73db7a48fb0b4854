"""Endpoints as data: origin, events and censoring rule set, or a proportion of responses."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hepatica.study.part import Part
from hepatica.study.vocabulary import Word


class Endpoint(Part):
    """One endpoint; a time to event has an origin and events, a proportion has responses.

    `criterion` is '' where the study's own response criterion holds; `confirmed` is None where
    `response.confirmed_primary` holds.
    """

    id: Annotated[str, Field(min_length=1, max_length=40)]
    label: Annotated[str, Field(min_length=1)]
    kind: Annotated[str, Word("endpoint_kind")]
    role: Annotated[str, Word("role")]
    origin: Annotated[str, Word("origin")] | None = None
    events: tuple[Annotated[str, Word("event")], ...] = Field(default=(), strict=False)
    rule_set: Annotated[str, Word("rule_set")] | None = None
    delayed_entry: bool = False
    criterion: Annotated[str, Word("criterion")] | None = None
    responses: tuple[Annotated[str, Word("response")], ...] = Field(default=(), strict=False)
    interval: Annotated[str, Word("interval")] = "Clopper-Pearson"
    confirmed: bool | None = None
    paramcd: Annotated[str, Field(pattern=r"^([A-Z][A-Z0-9]{0,7})?$")] = ""

    @property
    def parameter(self) -> str:
        """PARAMCD in ADTTE and ADRS: `paramcd`, or the id where that is a legal PARAMCD."""
        return self.paramcd or "".join(c for c in self.id.upper() if c.isalnum())[:8]
