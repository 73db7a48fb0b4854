"""Kaplan-Meier figure: curves, band, censor ticks, and the numbers at risk under the axis.

A curve is drawn to its last follow-up. Where fewer than 5 subjects, or fewer than 10 % of the
group, are at risk, it goes on as a dotted line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np

from hepatica.report import number
from hepatica.report.figure.at_risk import render_at_risk
from hepatica.report.figure.drawing import (
    FORMS,
    STYLE,
    Drawing,
    Form,
    Legend,
    Mark,
    panel,
    render_drawing,
    sheet,
)
from hepatica.report.figure.palette import INK, QUIET, RULE
from hepatica.report.figure.scale import tick_text, time_ticks
from hepatica.report.figure.strand import (
    FEW_AT_RISK,
    ROW_IN,
    Strand,
    TimeAxis,
    any_thin,
    labelled,
    line_style,
    short_label,
    survival_data,
    thin_from,
)
from hepatica.stats.kaplan_meier import Curve

_PLOT_IN = 2.75
_HEAD_IN = 0.25
_LETTER_IN = 0.066
_THIN_NOTE = f"Dotted: fewer than {FEW_AT_RISK} subjects, or fewer than 10%, at risk"
_MANY_POINTS = 2000
_MANY_TICKS = 500
_FEW_TICKS = 120


def render_kaplan_meier(
    strands: Sequence[Strand],
    legend: Legend,
    axis: TimeAxis,
    *,
    y_text: str,
    note: str = "",
    forms: tuple[Form, ...] = FORMS,
) -> Drawing:
    """Kaplan-Meier figure of one or more groups, in the order given.

    Parameters
    ----------
    strands : at least one
    y_text : what the curve is the probability of, such as "Overall survival"
    note : a line under the legend, such as the log-rank test
    forms : which of SVG and PNG to render; the other is left empty
    """
    with matplotlib.rc_context(STYLE):
        figure, marks = _drawn(strands, axis, y_text, note)
        return render_drawing(figure, legend, survival_data(strands, axis), marks, forms)


def _drawn(
    strands: Sequence[Strand], axis: TimeAxis, y_text: str, note: str
) -> tuple[Any, list[Mark]]:
    rows = len(strands)
    head = 0.12 + ROW_IN * (rows + bool(note) + any_thin(strands))
    foot = 0.66 + ROW_IN * (rows if rows > 1 else 0) + 0.22
    longest = max(len(short_label(s.label)) for s in strands) if rows > 1 else 0
    left = max(1.3, 0.45 + _LETTER_IN * longest)
    figure = sheet(head + _PLOT_IN + foot)
    axes = panel(figure, left, foot, 0.25, head)
    last = max(s.curve.max_time for s in strands) / axis.divisor
    most = max(s.curve.n for s in strands)
    ticks = time_ticks(last, axis.unit, 7 if most >= 1000 else 10)
    _set_axes(axes, ticks, axis, y_text)
    marks = []
    for i, strand in enumerate(strands):
        marks.append(_draw_strand(axes, strand, axis, i, len(strands)))
    _draw_head(axes, strands, axis, note)
    marks += render_at_risk(axes, strands, axis, ticks)
    return figure, marks


def _set_axes(axes: Any, ticks: list[float], axis: TimeAxis, y_text: str) -> None:
    axes.set_xlim(0, ticks[-1])
    axes.set_ylim(0, 104)
    axes.spines["left"].set_bounds(0, 100)
    axes.set_yticks([0, 25, 50, 75, 100])
    axes.set_xticks(ticks, [tick_text(t) for t in ticks])
    axes.set_ylabel(f"{y_text} (%)")
    axes.set_xlabel(axis.text, labelpad=2)
    axes.axhline(50, color=RULE, linewidth=0.5, dashes=(2, 2), zorder=0.5)


def _draw_strand(axes: Any, strand: Strand, axis: TimeAxis, index: int, total: int) -> Mark:
    colour, style = line_style(index, total)
    curve = strand.curve
    keep = _thinned(curve)
    time = np.concatenate(([0.0], curve.time[keep])) / axis.divisor
    height = 100 * np.concatenate(([1.0], curve.survival[keep]))
    low = 100 * np.concatenate(([1.0], curve.lower[keep]))
    high = 100 * np.concatenate(([1.0], curve.upper[keep]))
    axes.fill_between(time, low, high, step="post", color=colour, alpha=0.14, linewidth=0)
    cut = thin_from(curve)
    end = time[-1] if cut is None else cut / axis.divisor
    solid = time <= end
    gid = f"mark-curve-{index}"
    axes.step(
        *_until(time, height, solid, end),
        where="post",
        color=colour,
        linestyle=style,
        linewidth=1.5,
        gid=gid,
        clip_on=False,
    )
    if cut is not None:
        x = np.concatenate(([end], time[~solid]))
        y = np.concatenate(([height[solid][-1]], height[~solid]))
        axes.step(x, y, where="post", color=colour, linestyle=(0, (1, 1.4)), linewidth=1.3)
    _draw_censored(axes, curve, axis, colour)
    _draw_median(axes, strand, colour)
    text = labelled(strand, _summary(strand, axis))
    return Mark(gid, text, tuple(strand.member_times))


def _until(time: Any, height: Any, solid: Any, end: float) -> tuple[Any, Any]:
    return np.append(time[solid], end), np.append(height[solid], height[solid][-1])


def _draw_censored(axes: Any, curve: Curve, axis: TimeAxis, colour: str) -> None:
    at = np.flatnonzero(curve.censored > 0)
    if len(at) > _MANY_TICKS:
        at = at[_last_in_bin(curve.time[at], curve.max_time, _MANY_TICKS)]
    axes.plot(
        curve.time[at] / axis.divisor,
        100 * curve.survival[at],
        linestyle="none",
        marker="|",
        markersize=6 if len(at) <= _FEW_TICKS else 4,
        markeredgewidth=0.9 if len(at) <= _FEW_TICKS else 0.5,
        color=colour,
        clip_on=False,
        zorder=3,
    )


def _draw_median(axes: Any, strand: Strand, colour: str) -> None:
    if strand.median.estimate is not None:
        axes.plot(
            [strand.median.estimate] * 2,
            [0, 50],
            color=colour,
            linewidth=0.6,
            dashes=(2, 2),
            zorder=0.6,
        )


def _draw_head(axes: Any, strands: Sequence[Strand], axis: TimeAxis, note: str) -> None:
    figure = axes.figure
    width, height = figure.get_size_inches()
    start = _HEAD_IN if len(strands) > 1 else axes.get_position().x0 * width
    letters = max(len(short_label(s.label)) for s in strands)
    column = start + 0.39 + (0.04 + _LETTER_IN * letters if letters else 0)
    y = height - 0.17
    for i, strand in enumerate(strands):
        colour, dashes = line_style(i, len(strands))
        ends = [start / width, (start + 0.28) / width]
        line = matplotlib.lines.Line2D(
            ends, [(y + 0.035) / height] * 2, color=colour, linestyle=dashes, linewidth=1.5
        )
        figure.add_artist(line)
        figure.text((start + 0.36) / width, y / height, short_label(strand.label), color=colour)
        figure.text(column / width, y / height, _summary(strand, axis), color=INK)
        y -= ROW_IN
    for words in (note, _THIN_NOTE if any_thin(strands) else ""):
        if words:
            figure.text(start / width, y / height, words, color=QUIET, fontsize=7)
            y -= ROW_IN


def _summary(strand: Strand, axis: TimeAxis) -> str:
    m, curve = strand.median, strand.curve
    median = number.median_time(m.estimate, m.lower, m.upper, axis.unit)
    unit = f" {axis.unit}" if axis.unit and m.estimate is not None else ""
    value, _, limits = median.rpartition(" (")
    events = "event" if curve.n_events == 1 else "events"
    return (
        f"{number.count(curve.n_events)} {events} in {number.count(curve.n)}; median {value}{unit} "
        f"({number.level(curve.conf_level)} CI {limits}"
    )


def _thinned(curve: Curve) -> Any:
    everything = np.arange(len(curve.time))
    if len(everything) <= _MANY_POINTS:
        return everything
    return _last_in_bin(curve.time, curve.max_time, _MANY_POINTS)


def _last_in_bin(time: Any, last: float, bins: int) -> Any:
    where = np.floor(time / last * bins)
    return np.flatnonzero(np.append(where[1:] != where[:-1], True))
