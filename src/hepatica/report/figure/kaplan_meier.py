"""Kaplan-Meier figure: curves, band, censor ticks, and the numbers at risk under the axis.

A curve is drawn to its last follow-up. Where fewer than 5 subjects, or fewer than 10 % of the
group, are at risk, it goes on as a dotted line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import matplotlib
import numpy as np

from hepatica.report import number
from hepatica.report.figure.drawing import (
    FORMS,
    STYLE,
    Columns,
    Drawing,
    Form,
    Legend,
    Mark,
    panel,
    render_drawing,
    sheet,
)
from hepatica.report.figure.palette import INK, QUIET, RULE, group_style
from hepatica.report.figure.scale import tick_text, time_ticks
from hepatica.stats.kaplan_meier import Curve, Quantile, survival_at

FEW_AT_RISK = 5
FEW_SHARE = 0.10

_PLOT_IN = 2.75
_ROW_IN = 0.17
_HEAD_IN = 0.25
_LETTER_IN = 0.066
_LONGEST = 34
_RISK_TEXT = "At risk (censored)"
_THIN_NOTE = f"Dotted: fewer than {FEW_AT_RISK} subjects, or fewer than 10%, at risk"
_MANY_POINTS = 2000
_MANY_TICKS = 500
_FEW_TICKS = 120


@dataclass(frozen=True, slots=True)
class Strand:
    """One curve of the figure.

    `median` comes from the results table, in the unit of the axis; `member_times` gives each
    subject's time in the unit of `curve`, so that a number at risk can name the subjects.
    """

    label: str
    curve: Curve
    median: Quantile
    member_times: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """The time axis: its words, its unit, and how many units of the curve make one of it."""

    text: str
    unit: str = "months"
    divisor: float = 1.0


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


def _drawn(
    strands: Sequence[Strand], axis: TimeAxis, y_text: str, note: str
) -> tuple[Any, list[Mark]]:
    rows = len(strands)
    head = 0.12 + _ROW_IN * (rows + bool(note) + _any_thin(strands))
    foot = 0.66 + _ROW_IN * (rows if rows > 1 else 0) + 0.22
    longest = max(len(_short(s.label)) for s in strands) if rows > 1 else 0
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
    marks += _draw_risk(axes, strands, axis, ticks)
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
    colour, style = _line(index, total)
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
    text = _labelled(strand, _summary(strand, axis))
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
    letters = max(len(_short(s.label)) for s in strands)
    column = start + 0.39 + (0.04 + _LETTER_IN * letters if letters else 0)
    y = height - 0.17
    for i, strand in enumerate(strands):
        colour, dashes = _line(i, len(strands))
        ends = [start / width, (start + 0.28) / width]
        line = matplotlib.lines.Line2D(
            ends, [(y + 0.035) / height] * 2, color=colour, linestyle=dashes, linewidth=1.5
        )
        figure.add_artist(line)
        figure.text((start + 0.36) / width, y / height, _short(strand.label), color=colour)
        figure.text(column / width, y / height, _summary(strand, axis), color=INK)
        y -= _ROW_IN
    for words in (note, _THIN_NOTE if _any_thin(strands) else ""):
        if words:
            figure.text(start / width, y / height, words, color=QUIET, fontsize=7)
            y -= _ROW_IN


def _summary(strand: Strand, axis: TimeAxis) -> str:
    m, curve = strand.median, strand.curve
    median = number.median_time(m.estimate, m.lower, m.upper, axis.unit)
    unit = f" {axis.unit}" if axis.unit and m.estimate is not None else ""
    value, _, limits = median.rpartition(" (")
    return (
        f"{number.count(curve.n_events)} events in {number.count(curve.n)}; median {value}{unit} "
        f"({number.level(curve.conf_level)} CI {limits}"
    )


def _draw_risk(
    axes: Any, strands: Sequence[Strand], axis: TimeAxis, ticks: list[float]
) -> list[Mark]:
    figure = axes.figure
    width, height = figure.get_size_inches()
    box = axes.get_position()
    edge = box.x0 - 0.32 / width
    y = box.y0 - 0.54 / height
    figure.text(edge, y, _RISK_TEXT, ha="right", va="center", fontsize=7, color=QUIET)
    marks = []
    for i, strand in enumerate(strands):
        if len(strands) > 1:
            y -= _ROW_IN / height
            figure.text(
                edge,
                y,
                _short(strand.label),
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
        axes.text(
            ticks[k],
            row,
            f"{number.count(point.at_risk)} ({number.count(out)})",
            transform=transform,
            ha="center",
            va="center",
            fontsize=7.5,
            color=INK,
            gid=gid,
        )
        seen = tuple(s for s, t in strand.member_times.items() if t >= point.time - 1e-9)
        text = (
            f"at {tick_text(ticks[k])}{unit and ' '}{unit}: {point.at_risk} at risk, {out} censored"
        )
        marks.append(Mark(gid, _labelled(strand, text), seen))
    return marks


def _labelled(strand: Strand, text: str) -> str:
    return f"{strand.label}: {text}" if strand.label else text[:1].upper() + text[1:]


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST else label[: _LONGEST - 1] + "\u2026"


def _line(index: int, total: int) -> tuple[str, Any]:
    colour, dashes = group_style(index)
    return colour, "-" if total == 1 else dashes


def _any_thin(strands: Sequence[Strand]) -> bool:
    return any(thin_from(s.curve) is not None for s in strands)


def _thinned(curve: Curve) -> Any:
    everything = np.arange(len(curve.time))
    if len(everything) <= _MANY_POINTS:
        return everything
    return _last_in_bin(curve.time, curve.max_time, _MANY_POINTS)


def _last_in_bin(time: Any, last: float, bins: int) -> Any:
    where = np.floor(time / last * bins)
    return np.flatnonzero(np.append(where[1:] != where[:-1], True))


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
