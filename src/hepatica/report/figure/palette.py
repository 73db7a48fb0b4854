"""Colours, hatches and markers of responses and groups: Okabe-Ito, and readable in grey.

Nothing is coded by colour alone: a response also has a hatch and a marker, a group a line style.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

INK = "#222222"
QUIET = "#6b6b6b"
RULE = "#9a9a9a"
FAINT = "#d9d9d9"

BLACK = "#000000"
ORANGE = "#E69F00"
SKY = "#56B4E9"
GREEN = "#009E73"
YELLOW = "#F0E442"
BLUE = "#0072B2"
VERMILLION = "#D55E00"
PURPLE = "#CC79A7"


@dataclass(frozen=True, slots=True)
class Look:
    """How one response looks: colour, hatch, marker, and what it is called."""

    colour: str
    hatch: str
    marker: str
    text: str


RESPONSES: dict[str, Look] = {
    "CR": Look(GREEN, "", "*", "Complete response"),
    "PR": Look(SKY, "////", "o", "Partial response"),
    "SD": Look(YELLOW, "---", "s", "Stable disease"),
    "NON-CR/NON-PD": Look(ORANGE, "||||", "v", "Non-CR/non-PD"),
    "PD": Look(VERMILLION, "xxxx", "X", "Progressive disease"),
    "NE": Look(FAINT, "", "D", "Not evaluable"),
}

GROUPS: tuple[tuple[str, Any], ...] = (
    (BLUE, "-"),
    (VERMILLION, (0, (6, 1.6))),
    (GREEN, (0, (8, 1.6, 1.6, 1.6))),
    (PURPLE, (0, (3, 1.4))),
    (BLACK, (0, (9, 1.6, 1.6, 1.6, 1.6, 1.6))),
    (ORANGE, (0, (12, 2))),
)


def look(response: str) -> Look:
    """The look of a response; an unknown or missing one looks as not evaluable."""
    return RESPONSES.get(response, RESPONSES["NE"])


def group_style(index: int) -> tuple[str, Any]:
    """Colour and line style of the group at `index`; they repeat after six."""
    return GROUPS[index % len(GROUPS)]
