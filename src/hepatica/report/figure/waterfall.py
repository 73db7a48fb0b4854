"""Waterfall figure: best change of the target sum of each subject, worst to best.

The line at +20 % is drawn for orientation and is not the rule for progression, which compares
with the nadir. A bar may be negative although the subject progressed by a new lesion: it is marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import matplotlib
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

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
from hepatica.report.figure.label import name_end
from hepatica.report.figure.palette import INK, QUIET, RESPONSES, RULE, look

CLIP_PCT = 100.0
UPPER_LINE_PCT = 20.0
LOWER_LINE_PCT = -30.0

# Where the names begin, in parts of the height below the axis.
_NAMES_AT = -0.015
_LABELLED = 60
_LETTER_IN = 0.065
_ONE_ROW = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """One subject: best change in percent up to first progression or new therapy."""

    subject: str
    change_pct: float
    response: str
    new_lesion: bool = False


def render_waterfall(bars: Sequence[Bar], legend: Legend, *, y_text: str) -> Drawing:
    """Waterfall of `bars`, sorted from the largest growth to the largest shrinkage."""
    ordered = sorted(bars, key=lambda b: (-b.change_pct, b.subject))
    with matplotlib.rc_context(STYLE):
        foot = _foot_in(ordered)
        figure = sheet(2.93 + foot)
        handles = _handles(ordered)
        axes = panel(figure, 0.85, foot, 0.12, 0.4 if len(handles) <= _ONE_ROW else 0.55)
        marks = _draw_bars(axes, ordered)
        _set_axes(axes, ordered, y_text)
        _draw_key(figure, handles)
        return render_drawing(figure, legend, waterfall_data(ordered), marks)


def waterfall_data(bars: Sequence[Bar]) -> Columns:
    """The figure's data, one row a bar, unclipped."""
    return {
        "subject": [b.subject for b in bars],
        "best_change_pct": [b.change_pct for b in bars],
        "best_response": [b.response for b in bars],
        "new_lesion": ["Y" if b.new_lesion else "N" for b in bars],
    }


def _foot_in(bars: Sequence[Bar]) -> float:
    if len(bars) > _LABELLED:
        return 0.5
    return 0.42 + _LETTER_IN * max((len(name_end(b.subject)) for b in bars), default=0)


def _draw_bars(axes: Any, bars: Sequence[Bar]) -> list[Mark]:
    marks = []
    dense = len(bars) > _LABELLED
    for i, bar in enumerate(bars):
        style, gid = look(bar.response), f"mark-bar-{i}"
        shown = min(bar.change_pct, CLIP_PCT)
        drawn = axes.bar(
            i,
            shown,
            width=1.0 if dense else 0.78,
            facecolor=style.colour,
            # Without an outline the hatch keeps the colour of the edge and runs on from bar to bar.
            edgecolor=INK,
            hatch=style.hatch,
            linewidth=0 if dense else 0.6,
        )
        drawn[0].set_gid(gid)
        if bar.change_pct > CLIP_PCT and not dense:
            _write(axes, i, CLIP_PCT, f"+{number.number(bar.change_pct, 0)}%", rotation=90)
        elif shown == 0 and not dense:
            _write(axes, i, 0, "0")
        if bar.new_lesion:
            _mark_new_lesion(axes, i, shown, clipped=bar.change_pct > CLIP_PCT and not dense)
        marks.append(Mark(gid, bar_text(bar), (bar.subject,)))
    return marks


def bar_text(bar: Bar) -> str:
    """What the bar shows, in words."""
    sign = "+" if bar.change_pct > 0 else ""
    extra = ", progression by a new lesion" if bar.new_lesion else ""
    change = f"{sign}{number.number(bar.change_pct)}%"
    return f"{bar.subject}: best change {change}, best response {bar.response or 'missing'}{extra}"


def _write(axes: Any, x: float, y: float, text: str, rotation: float = 0) -> None:
    axes.annotate(
        text,
        (x, y),
        xytext=(0, 2),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=6.5,
        rotation=rotation,
        color=INK,
    )


def _mark_new_lesion(axes: Any, x: float, y: float, *, clipped: bool) -> None:
    above = 28 if clipped else 15 if y == 0 else 6
    offset = above if y >= 0 else -6
    transform = matplotlib.transforms.offset_copy(
        axes.transData, fig=axes.figure, x=0, y=offset, units="points"
    )
    axes.plot(
        [x],
        [y],
        transform=transform,
        marker="P",
        markersize=5,
        markerfacecolor=INK,
        markeredgecolor="white",
        markeredgewidth=0.5,
        linestyle="none",
        clip_on=False,
        zorder=4,
    )


def _set_axes(axes: Any, bars: Sequence[Bar], y_text: str) -> None:
    highest = max([b.change_pct for b in bars], default=0)
    top = 140 if highest > CLIP_PCT else max(40, highest * 1.15 + 8)
    axes.set_ylim(-108, top)
    axes.set_xlim(-0.7, max(len(bars), 8) - 0.3)
    axes.set_yticks([t for t in range(-100, 101, 25) if t <= top])
    axes.set_yticklabels(
        [f"{'+' if t > 0 else ''}{number.number(t, 0)}" for t in axes.get_yticks()]
    )
    axes.set_ylabel(y_text)
    axes.axhline(0, color=INK, linewidth=0.7)
    for level in (UPPER_LINE_PCT, LOWER_LINE_PCT):
        axes.axhline(level, color=RULE, linewidth=0.7, dashes=(4, 2), zorder=0.5)
    axes.spines["bottom"].set_visible(False)
    axes.set_xticks([])
    # Texts of their own: those of ticks are written anew whenever they are drawn.
    put = partial(axes.text, transform=axes.get_xaxis_transform(), ha="center", va="top")
    for i, bar in enumerate(bars if len(bars) <= _LABELLED else ()):
        put(i, _NAMES_AT, name_end(bar.subject), rotation=90, fontsize=7)
    tall = axes.get_position().height * axes.figure.get_size_inches()[1]
    axes.set_xlabel("Subject", color=QUIET)
    axes.xaxis.set_label_coords(0.5, -(_foot_in(bars) - 0.28) / tall)


def _handles(bars: Sequence[Bar]) -> list[Any]:
    present = {b.response if b.response in RESPONSES else "NE" for b in bars}
    handles: list[Any] = [
        Patch(facecolor=s.colour, edgecolor=INK, hatch=s.hatch, linewidth=0.6, label=s.text)
        for code, s in RESPONSES.items()
        if code in present
    ]
    if any(b.new_lesion for b in bars):
        cross = Line2D([], [], marker="P", color=INK, linestyle="none", markersize=5)
        cross.set_label("New-lesion PD")
        handles.append(cross)
    return handles


def _draw_key(figure: Any, handles: list[Any]) -> None:
    figure.legend(
        handles=handles,
        loc="upper center",
        ncols=len(handles) if len(handles) <= _ONE_ROW else 4,
        frameon=False,
        borderaxespad=0.4,
        handlelength=1.7,
        handleheight=1.0,
        columnspacing=1.1,
        handletextpad=0.5,
        fontsize=7.5,
    )
