"""Forest plot: one line a subgroup, its estimate with limits, and the numbers in words beside it.

A ratio stands on a logarithmic axis with a line at 1, a time or a rate on a linear one with a line
at everybody's estimate. An open limit is an arrow; the size of a square goes with the subjects.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib

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
from hepatica.report.figure.label import name_ends
from hepatica.report.figure.palette import BLUE, INK, QUIET, RULE
from hepatica.report.figure.scale import tick_text

_ROW_IN = 0.2
_LETTER_IN = 0.058
_LEFT_IN = 0.12
_BARE = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
_PLOT_IN = 1.9  # Least width of the part with the squares.


@dataclass(frozen=True, slots=True)
class Branch:
    """One line of a forest plot; a heading has no numbers.

    `low` or `high` of None with an estimate is an open limit; `estimate` of None is said in `text`.
    """

    label: str
    counts: str = ""
    text: str = ""
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    size: int = 0
    depth: int = 0
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForestAxis:
    """The axis: its words, whether it holds ratios, the heads of both columns of words.

    `sides` are the words left and right of the line of no difference, for ratios.
    """

    text: str
    ratio: bool
    counts_head: str
    text_head: str
    line: float | None = None
    sides: tuple[str, str] = ("", "")


def render_forest(branches: Sequence[Branch], legend: Legend, axis: ForestAxis) -> Drawing:
    """Forest plot of subgroups in the order given, everybody first."""
    with matplotlib.rc_context(STYLE):
        figure, marks = _drawn(branches, axis)
        return render_drawing(figure, legend, forest_data(branches), marks)


def forest_data(branches: Sequence[Branch]) -> Columns:
    """The figure's data: a row for each line that has numbers, under its heading."""
    rows, heading = [], ""
    for branch in branches:
        if not branch.counts:
            heading = branch.label
            continue
        head = heading if branch.depth else ""
        rows.append((head, branch.label, branch.counts, branch.estimate, branch.low, branch.high,
                     branch.text))  # fmt: skip
    names = ("by", "subgroup", "counts", "estimate", "ci_low", "ci_high", "text")
    return {name: [row[i] for row in rows] for i, name in enumerate(names)}


def _drawn(branches: Sequence[Branch], axis: ForestAxis) -> tuple[Any, list[Mark]]:
    foot = 0.72 if any(axis.sides) else 0.48
    height = 0.36 + _ROW_IN * len(branches) + foot
    figure = sheet(height)
    width = float(figure.get_size_inches()[0])
    counts_in = _wide([axis.counts_head, *(b.counts for b in branches)])
    text_in = _wide([axis.text_head, *(b.text for b in branches if b.estimate is not None)])
    room = width - _LEFT_IN - counts_in - text_in - 0.6 - _PLOT_IN
    most = max(12, int(room / _LETTER_IN))
    label_in = max(_wide([name_ends(b.label, most)]) + 0.14 * b.depth for b in branches if b.counts)
    left = _LEFT_IN + label_in + 0.1 + counts_in + 0.2
    axes = panel(figure, left, foot, text_in + 0.3, 0.36)
    _set_axes(axes, branches, axis)
    marks = []
    for i, branch in enumerate(branches):
        y = len(branches) - i - 0.5
        gid = f"mark-branch-{i}"
        _write(axes, branch, y, (left, width, most))
        if branch.estimate is not None:
            _draw(axes, branch, y, gid, max(b.size for b in branches))
            words = f"{branch.label}: {branch.counts}; {branch.text}"
            marks.append(Mark(gid, words, branch.subjects))
    _write_heads(axes, axis, (left, width))
    return figure, marks


def _set_axes(axes: Any, branches: Sequence[Branch], axis: ForestAxis) -> None:
    known = [v for b in branches for v in (b.estimate, b.low, b.high) if v is not None]
    axes.set_ylim(0, len(branches))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    if axis.ratio:
        shown = [v for v in known if 1e-3 <= v <= 1e3] or [1.0]
        low, high = min(*shown, 0.5) / 1.15, max(*shown, 2.0) * 1.15
        axes.set_xscale("log")
        axes.set_xlim(low, high)
        ticks = [t for t in _RATIO_TICKS if low <= t <= high]
        step = max(1, math.ceil(len(ticks) / 7))
        near = ticks.index(1.0) % step
        ticks = ticks[near::step]
        axes.set_xticks(ticks, [tick_text(t) for t in ticks])
        axes.minorticks_off()
    else:
        axes.set_xlim(0, 1.06 * max(known, default=1.0) or 1.0)
    axes.set_xlabel(axis.text, labelpad=2)
    if axis.line is not None:
        style = {} if axis.ratio else {"dashes": (2, 2)}
        axes.axvline(axis.line, color=RULE, linewidth=0.7, zorder=0.5, **style)
    for x, words, side in ((0.0, axis.sides[0], "left"), (1.0, axis.sides[1], "right")):
        if words:
            y = -0.47 / (axes.get_position().height * axes.figure.get_size_inches()[1])
            axes.text(x, y, words, transform=axes.transAxes, ha=side, color=QUIET, fontsize=7)


_RATIO_TICKS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0,
                50.0, 100.0, 200.0, 500.0, 1000.0)  # fmt: skip


def _draw(axes: Any, branch: Branch, y: float, gid: str, most: int) -> None:
    assert branch.estimate is not None
    start, end = axes.get_xlim()
    low = start if branch.low is None else max(branch.low, start)
    high = end if branch.high is None else min(branch.high, end)
    axes.plot([low, high], [y, y], color=BLUE, linewidth=1.1, solid_capstyle="butt")
    for limit, edge, marker in ((branch.low, start, "<"), (branch.high, end, ">")):
        if limit is None or not start <= limit <= end:
            axes.plot([edge], [y], marker=marker, markersize=4, color=BLUE, clip_on=False)
    side = 3.0 + 4.0 * math.sqrt(branch.size / most) if most else 4.0
    axes.plot([branch.estimate], [y], marker="s", markersize=side, color=BLUE, gid=gid)


def _write(axes: Any, branch: Branch, y: float, columns: tuple[float, float, int]) -> None:
    left, width, most = columns
    heading = not branch.counts
    weight = "bold" if heading or not branch.depth else "normal"
    # A heading has the room of the counts as well.
    label = branch.label if heading else name_ends(branch.label, most)
    _text(axes, _LEFT_IN + 0.14 * branch.depth, y, label, fontweight=weight)
    _text(axes, left - 0.2, y, branch.counts, ha="right")
    if branch.estimate is not None:
        _text(axes, width - 0.1, y, branch.text, ha="right")
    elif branch.text:
        start = axes.get_xlim()[0]
        axes.text(start, y, f" {branch.text}", va="center", color=QUIET, fontsize=7, bbox=_BARE)


def _write_heads(axes: Any, axis: ForestAxis, columns: tuple[float, float]) -> None:
    left, width = columns
    y = axes.get_ylim()[1] + 0.55
    _text(axes, left - 0.2, y, axis.counts_head, ha="right", color=QUIET, fontsize=7)
    _text(axes, width - 0.1, y, axis.text_head, ha="right", color=QUIET, fontsize=7)


def _text(axes: Any, x_in: float, y: float, words: str, **style: Any) -> None:
    """Words at `x_in` inches from the left edge of the sheet, at the height of a row."""
    figure = axes.figure
    box, width = axes.get_position(), figure.get_size_inches()[0]
    share = y / axes.get_ylim()[1]
    height = box.y0 + share * box.height
    figure.text(
        x_in / width, height, words, va="center", **({"color": INK, "fontsize": 7.5} | style)
    )


def _wide(words: Sequence[str]) -> float:
    return _LETTER_IN * max(len(w) for w in words)
