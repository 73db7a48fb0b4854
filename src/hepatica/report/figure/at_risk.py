"""The numbers at risk and the censored so far, under the time axis at its ticks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hepatica.report import number
from hepatica.report.figure.drawing import Mark
from hepatica.report.figure.palette import INK, QUIET, group_style
from hepatica.report.figure.scale import tick_text
from hepatica.report.figure.strand import (
    ROW_IN,
    Strand,
    TimeAxis,
    labelled,
    members_at_risk,
    short_label,
)
from hepatica.stats.kaplan_meier import survival_at

_RISK_TEXT = "At risk (censored)"


def render_at_risk(
    axes: Any, strands: Sequence[Strand], axis: TimeAxis, ticks: list[float]
) -> list[Mark]:
    """Write the counts of each strand under `axes` and return their marks, tick by tick."""
    figure = axes.figure
    width, height = figure.get_size_inches()
    box = axes.get_position()
    widest = max(len(number.count(s.curve.n)) for s in strands)
    edge = box.x0 - (0.22 + 0.04 * widest) / width
    y = box.y0 - 0.54 / height
    figure.text(edge, y, _RISK_TEXT, ha="right", va="center", fontsize=7, color=QUIET)
    marks = []
    for i, strand in enumerate(strands):
        if len(strands) > 1:
            y -= ROW_IN / height
            figure.text(
                edge,
                y,
                short_label(strand.label),
                ha="right",
                va="center",
                fontsize=7.5,
                color=group_style(i)[0],
            )
        marks += _draw_counts(axes, strand, [t * axis.divisor for t in ticks], (i, y, axis.unit))
    return marks


def _draw_counts(
    axes: Any, strand: Strand, times: list[float], where: tuple[int, float, str]
) -> list[Mark]:
    index, y, unit = where
    box = axes.get_position()
    row = (y - box.y0) / box.height
    transform = axes.get_xaxis_transform()
    marks = []
    ticks = axes.get_xticks()
    for k, point in enumerate(survival_at(strand.curve, times)):
        out = int(strand.curve.censored[strand.curve.time < point.time - 1e-9].sum())
        gid = f"mark-risk-{index}-{k}"
        seen = members_at_risk(strand, point.time)
        # The curve counts at its own times; before the first of them, not everybody has entered.
        left = len(seen) if strand.entries else point.at_risk
        axes.text(
            ticks[k],
            row,
            f"{number.count(left)} ({number.count(out)})",
            transform=transform,
            ha="center",
            va="center",
            fontsize=7.5,
            color=INK,
            gid=gid,
        )
        text = f"at {tick_text(ticks[k])}{unit and ' '}{unit}: {left} at risk, {out} censored"
        marks.append(Mark(gid, labelled(strand, text), seen))
    return marks
