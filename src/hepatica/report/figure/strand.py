"""A strand: one curve of a Kaplan-Meier figure, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hepatica.report.figure.drawing import Columns
from hepatica.report.figure.label import name_ends
from hepatica.report.figure.palette import group_style
from hepatica.stats.kaplan_meier import Curve, Quantile

FEW_AT_RISK = 5
FEW_SHARE = 0.10
ROW_IN = 0.17

_LONGEST = 34


@dataclass(frozen=True, slots=True)
class Strand:
    """One curve of the figure.

    `median` comes from the results table, in the unit of the axis; `member_times` gives each
    subject's time in the unit of `curve`, so that a number at risk can name the subjects;
    `entries` the time from which each is at risk, where that is not 0.
    """

    label: str
    curve: Curve
    median: Quantile
    member_times: Mapping[str, float] = field(default_factory=dict)
    entries: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """The time axis: its words, its unit, and how many units of the curve make one of it."""

    text: str
    unit: str = "months"
    divisor: float = 1.0


def survival_data(strands: Sequence[Strand], axis: TimeAxis) -> Columns:
    """The figure's data: one row a group and distinct time, in the unit of the axis."""
    parts = [_rows(s, axis) for s in strands]
    return {name: [v for part in parts for v in part[name]] for name in parts[0]}


def thin_from(curve: Curve) -> float | None:
    """Time from which few are at risk, 0 for a small group; None where that never happens."""
    few = curve.at_risk < max(FEW_AT_RISK, FEW_SHARE * curve.n)
    if not few.any():
        return None
    first = int(np.argmax(few))
    return float(curve.time[first - 1]) if first else 0.0


def _rows(strand: Strand, axis: TimeAxis) -> Columns:
    c = strand.curve
    return {
        "group": [strand.label] * len(c.time),
        f"time_{axis.unit}".rstrip("_"): (c.time / axis.divisor).tolist(),
        "at_risk": c.at_risk.tolist(),
        "events": c.events.tolist(),
        "censored": c.censored.tolist(),
        "survival": c.survival.tolist(),
        "ci_low": c.lower.tolist(),
        "ci_high": c.upper.tolist(),
    }


def labelled(strand: Strand, text: str) -> str:
    """Words about a strand, after its label where it has one."""
    return f"{strand.label}: {text}" if strand.label else text[:1].upper() + text[1:]


def members_at_risk(strand: Strand, time: float) -> tuple[str, ...]:
    """Subjects who have entered before `time` and are still followed then; from 0 without entry."""
    return tuple(
        s
        for s, end in strand.member_times.items()
        if end >= time - 1e-9 and strand.entries.get(s, -1.0) < time
    )


def short_label(label: str) -> str:
    """The label, its middle an ellipsis where too long for a figure: arms often differ late."""
    return name_ends(label, _LONGEST)


def line_style(index: int, total: int) -> tuple[str, Any]:
    """Colour and line style of a strand; the only one is solid."""
    colour, dashes = group_style(index)
    return colour, "-" if total == 1 else dashes


def any_thin(strands: Sequence[Strand]) -> bool:
    """Whether any curve has a part with few at risk."""
    return any(thin_from(s.curve) is not None for s in strands)
