"""Bland-Altman figure: difference of two readers against their mean, with the limits of agreement.

One panel for each two readers, all on the same axes. Lines: bias and both limits; bands: the limits
of each of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib

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
from hepatica.report.figure.palette import BLUE, FAINT, INK, RULE, VERMILLION

_PANEL_IN = 2.1
_FOOT_IN = 0.62
_HEAD_IN = 0.4
_COLUMNS = 3
_LONGEST = 30


@dataclass(frozen=True, slots=True)
class Duel:
    """Two readers: each subject's two values, and bias and limits with their own limits."""

    first: str
    second: str
    values: dict[str, tuple[float, float]]
    bias: tuple[float, float, float]
    low: tuple[float, float, float]
    high: tuple[float, float, float]


def render_bland_altman(duels: Sequence[Duel], legend: Legend, *, text: str, unit: str) -> Drawing:
    """Bland-Altman panels of each two readers; `text` and `unit` name what was measured."""
    with matplotlib.rc_context(STYLE):
        figure, marks = _drawn(duels, text, unit)
        return render_drawing(figure, legend, bland_altman_data(duels), marks)


def bland_altman_data(duels: Sequence[Duel]) -> Columns:
    """The figure's data: one row a pair of readers and subject."""
    rows = [
        (d.first, d.second, subject, a, b, (a + b) / 2, a - b)
        for d in duels
        for subject, (a, b) in d.values.items()
    ]
    names = ("reader", "other", "subject", "value", "other_value", "mean", "difference")
    return {name: [row[i] for row in rows] for i, name in enumerate(names)}


def _drawn(duels: Sequence[Duel], text: str, unit: str) -> tuple[Any, list[Mark]]:
    columns = min(len(duels), _COLUMNS)
    rows = -(-len(duels) // columns)
    each = _PANEL_IN + _FOOT_IN + _HEAD_IN
    figure = sheet(rows * each)
    width, height = figure.get_size_inches()
    wide = (width - 0.15) / columns
    means = [(a + b) / 2 for d in duels for a, b in d.values.values()]
    ends = [v for d in duels for v in (*d.low, *d.high, *(a - b for a, b in d.values.values()))]
    marks = []
    for i, duel in enumerate(duels):
        row, column = divmod(i, columns)
        left = column * wide + 0.62
        bottom = height - (row + 1) * each + _FOOT_IN
        axes = panel(figure, left, bottom, width - (column + 1) * wide, row * each + _HEAD_IN)
        axes.set_xlim(*_span(means))
        axes.set_ylim(*_span(ends))
        axes.set_xlabel(f"Mean {text}, {unit}", labelpad=2, fontsize=7)
        if not column:
            axes.set_ylabel(f"Difference, {unit}", fontsize=7)
        marks.append(_draw(axes, duel, i))
    return figure, marks


def _draw(axes: Any, duel: Duel, index: int) -> Mark:
    for (value, low, high), colour, dashes in (
        (duel.bias, INK, (None, None)),
        (duel.low, VERMILLION, (4, 2)),
        (duel.high, VERMILLION, (4, 2)),
    ):
        axes.axhspan(low, high, color=FAINT, alpha=0.6, linewidth=0, zorder=0.3)
        axes.axhline(value, color=colour, linewidth=0.9, dashes=dashes, zorder=0.8)
        axes.text(1.0, value, number.number(value), transform=axes.get_yaxis_transform(),
                  ha="right", va="bottom", fontsize=6.5, color=colour)  # fmt: skip
    axes.axhline(0, color=RULE, linewidth=0.5, zorder=0.4)
    pairs = list(duel.values.values())
    gid = f"mark-duel-{index}"
    axes.plot(
        [(a + b) / 2 for a, b in pairs],
        [a - b for a, b in pairs],
        linestyle="none",
        marker="o",
        markersize=3.2,
        markerfacecolor="none",
        markeredgewidth=0.8,
        color=BLUE,
        gid=gid,
    )
    title = f"{name_end(duel.first, _LONGEST)}\n\u2212 {name_end(duel.second, _LONGEST)}"
    axes.set_title(title, fontsize=6.5, loc="left", pad=4)
    words = (
        f"{duel.first} against {duel.second}: bias {number.number(duel.bias[0])}, limits of "
        f"agreement {number.interval(duel.low[0], duel.high[0])}, {len(pairs)} patients"
    )
    return Mark(gid, words, tuple(duel.values))


def _span(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    room = 0.06 * (high - low) or 1.0
    return low - room, high + room
