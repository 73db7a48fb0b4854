"""Cumulative incidence figure: one rising curve a group, its band, and the numbers at risk.

The axis is that of the Kaplan-Meier figures, so that 100 % is the same height in both. A curve is
drawn to its last follow-up, dotted where few are at risk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import matplotlib
import numpy as np

from hepatica.report import number
from hepatica.report.figure.drawing import (
    STYLE,
    Columns,
    Drawing,
    Legend,
    Mark,
    panel,
    render_drawing,
    sheet,
)
from hepatica.report.figure.palette import INK, QUIET
from hepatica.report.figure.scale import tick_text, time_ticks
from hepatica.report.figure.strand import (
    FEW_AT_RISK,
    FEW_SHARE,
    ROW_IN,
    TimeAxis,
    line_style,
    short_label,
)
from hepatica.stats.cumulative_incidence import Incidence

_PLOT_IN = 2.6
_LETTER_IN = 0.066
_THIN_NOTE = f"Dotted: fewer than {FEW_AT_RISK} subjects, or fewer than 10%, at risk"


@dataclass(frozen=True, slots=True)
class Rise:
    """One curve: its group ('' for everybody), and the time of each subject behind it in days."""

    label: str
    curve: Incidence
    member_times: Mapping[str, float] = field(default_factory=dict)


def render_incidence(
    rises: Sequence[Rise], legend: Legend, axis: TimeAxis, *, y_text: str, note: str = ""
) -> Drawing:
    """Cumulative incidence of one event in one or more groups, in the order given."""
    with matplotlib.rc_context(STYLE):
        figure, marks = _drawn(rises, axis, y_text, note)
        return render_drawing(figure, legend, incidence_data(rises, axis), marks)


def incidence_data(rises: Sequence[Rise], axis: TimeAxis) -> Columns:
    """The figure's data: one row a group and distinct time, in the unit of the axis."""
    columns: dict[str, list[Any]] = {"group": [], f"time_{axis.unit}".rstrip("_"): []}
    for rise in rises:
        c = rise.curve
        parts = {
            "group": [rise.label] * len(c.time),
            f"time_{axis.unit}".rstrip("_"): (c.time / axis.divisor).tolist(),
            "at_risk": c.at_risk.tolist(),
            "events": c.events.tolist(),
            "competing": c.competing.tolist(),
            "censored": c.censored.tolist(),
            "incidence": c.incidence.tolist(),
            "ci_low": c.lower.tolist(),
            "ci_high": c.upper.tolist(),
        }
        for name, values in parts.items():
            columns.setdefault(name, []).extend(values)
    return columns


def _drawn(rises: Sequence[Rise], axis: TimeAxis, y_text: str, note: str) -> tuple[Any, list[Mark]]:
    thin = _THIN_NOTE if any(_thin_from(r.curve) is not None for r in rises) else ""
    words = [w for w in (note, thin) if w]
    head = 0.12 + ROW_IN * (len(rises) + len(words))
    foot = 0.66 + ROW_IN * (len(rises) if len(rises) > 1 else 0) + 0.22
    longest = max(len(short_label(r.label)) for r in rises) if len(rises) > 1 else 0
    left = max(1.3, 0.45 + _LETTER_IN * longest)
    figure = sheet(head + _PLOT_IN + foot)
    axes = panel(figure, left, foot, 0.25, head)
    ticks = time_ticks(max(r.curve.max_time for r in rises) / axis.divisor, axis.unit)
    axes.set_xlim(0, ticks[-1])
    axes.set_ylim(0, 104)
    axes.spines["left"].set_bounds(0, 100)
    axes.set_yticks([0, 25, 50, 75, 100])
    axes.set_xticks(ticks, [tick_text(t) for t in ticks])
    axes.set_ylabel(y_text)
    axes.set_xlabel(axis.text, labelpad=2)
    marks = [_draw(axes, rise, axis, (i, len(rises))) for i, rise in enumerate(rises)]
    _write_head(axes, rises, words)
    marks += _write_at_risk(axes, rises, axis, ticks)
    return figure, marks


def _draw(axes: Any, rise: Rise, axis: TimeAxis, place: tuple[int, int]) -> Mark:
    colour, style = line_style(*place)
    curve, gid = rise.curve, f"mark-incidence-{place[0]}"
    time = np.concatenate(([0.0], curve.time)) / axis.divisor
    low, high = (100 * np.concatenate(([np.nan], v)) for v in (curve.lower, curve.upper))
    # Each step in full: a limit that ends undefined still stands until there.
    edges = np.repeat(time, 2)[1:]
    axes.fill_between(
        edges,
        np.repeat(low, 2)[:-1],
        np.repeat(high, 2)[:-1],
        color=colour,
        alpha=0.14,
        linewidth=0,
    )
    height = 100 * np.concatenate(([0.0], curve.incidence))
    cut = _thin_from(curve)
    end = time[-1] if cut is None else cut / axis.divisor
    solid = time <= end
    x, y = np.append(time[solid], end), np.append(height[solid], height[solid][-1])
    axes.step(x, y, where="post", color=colour, linestyle=style, linewidth=1.5, gid=gid)
    if cut is not None:
        x, y = np.concatenate(([end], time[~solid])), np.concatenate((y[-1:], height[~solid]))
        axes.step(x, y, where="post", color=colour, linestyle=(0, (1, 1.4)), linewidth=1.3)
    lost = curve.censored > 0
    axes.plot(
        curve.time[lost] / axis.divisor,
        100 * curve.incidence[lost],
        linestyle="none",
        marker="|",
        markersize=5,
        color=colour,
    )
    return Mark(gid, f"{rise.label or 'Everybody'}: {_summary(rise)}", tuple(rise.member_times))


def _summary(rise: Rise) -> str:
    c = rise.curve
    own = f"{number.count(c.n_events)} event{'' if c.n_events == 1 else 's'}"
    others = f"{number.count(c.n_competing)} competing"
    return f"{own} and {others} in {number.count(c.n)}"


def _write_head(axes: Any, rises: Sequence[Rise], notes: Sequence[str]) -> None:
    figure = axes.figure
    width, height = figure.get_size_inches()
    start = 0.25 if len(rises) > 1 else axes.get_position().x0 * width
    letters = max(len(short_label(r.label)) for r in rises)
    column = start + 0.39 + (0.04 + _LETTER_IN * letters if letters else 0)
    y = height - 0.17
    for i, rise in enumerate(rises):
        colour, dashes = line_style(i, len(rises))
        ends = [start / width, (start + 0.28) / width]
        line = matplotlib.lines.Line2D(
            ends, [(y + 0.035) / height] * 2, color=colour, linestyle=dashes, linewidth=1.5
        )
        figure.add_artist(line)
        figure.text((start + 0.36) / width, y / height, short_label(rise.label), color=colour)
        figure.text(column / width, y / height, _summary(rise), color=INK)
        y -= ROW_IN
    for words in notes:
        figure.text(start / width, y / height, words, color=QUIET, fontsize=7)
        y -= ROW_IN


def _write_at_risk(
    axes: Any, rises: Sequence[Rise], axis: TimeAxis, ticks: list[float]
) -> list[Mark]:
    figure = axes.figure
    width, height = figure.get_size_inches()
    box, marks = axes.get_position(), []
    widest = max(len(number.count(r.curve.n)) for r in rises)
    edge, y = box.x0 - (0.22 + 0.04 * widest) / width, box.y0 - 0.54 / height
    figure.text(edge, y, "At risk", ha="right", va="center", fontsize=7, color=QUIET)
    for i, rise in enumerate(rises):
        if len(rises) > 1:
            y -= ROW_IN / height
            colour = line_style(i, len(rises))[0]
            words = short_label(rise.label)
            figure.text(edge, y, words, ha="right", va="center", fontsize=7.5, color=colour)
        for k, tick in enumerate(ticks):
            days, gid = tick * axis.divisor, f"mark-at-risk-{i}-{k}"
            who = tuple(s for s, end in rise.member_times.items() if end >= days - 1e-9)
            x = box.x0 + box.width * tick / ticks[-1]
            left = number.count(_at_risk(rise.curve, days))
            figure.text(x, y, left, ha="center", va="center", fontsize=7.5, color=INK, gid=gid)
            told = f"{rise.label or 'Everybody'}: {left} at risk at {tick_text(tick)} {axis.unit}"
            marks.append(Mark(gid, told, who))
    return marks


def _thin_from(curve: Incidence) -> float | None:
    """Time from which few are at risk, as in the Kaplan-Meier figures; None where never."""
    few = curve.at_risk < max(FEW_AT_RISK, FEW_SHARE * curve.n)
    if not few.any():
        return None
    first = int(np.argmax(few))
    return float(curve.time[first - 1]) if first else 0.0


def _at_risk(curve: Incidence, days: float) -> int:
    coming = int(np.searchsorted(curve.time, days - 1e-9))
    return int(curve.at_risk[coming]) if coming < len(curve.time) else 0
