"""Spider figure: change of the target sum of each subject over time, scan by scan.

Scans after progression, or after new anticancer therapy, are drawn in grey.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
from matplotlib.lines import Line2D

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
from hepatica.report.figure.placement import label_places
from hepatica.report.figure.scale import tick_text, time_ticks
from hepatica.report.figure.waterfall import CLIP_PCT, LOWER_LINE_PCT, UPPER_LINE_PCT

_LABELLED = 40
_PLOT_IN = 3.1


@dataclass(frozen=True, slots=True)
class Point:
    """One scan: months from first treatment and change from baseline in percent.

    `counted` is False after progression or new therapy.
    """

    months: float
    change_pct: float
    counted: bool = True
    new_lesion: bool = False


@dataclass(frozen=True, slots=True)
class Thread:
    """One subject's scans in time order; the baseline, 0 %, is the first point."""

    subject: str
    response: str
    points: tuple[Point, ...]


def render_spider(threads: Sequence[Thread], legend: Legend, *, y_text: str) -> Drawing:
    """Spider of `threads`, on the waterfall's axis; growth beyond +100 % is cut at the axis."""
    with matplotlib.rc_context(STYLE):
        figure = sheet(_PLOT_IN + 0.95)
        axes = panel(figure, 0.85, 0.55, 0.45, 0.4)
        _set_axes(axes, threads, y_text)
        marks = [_draw_thread(axes, thread, i) for i, thread in enumerate(threads)]
        if len(threads) <= _LABELLED:
            _draw_labels(axes, [t for t in threads if t.points])
        _draw_key(axes, threads)
        return render_drawing(figure, legend, spider_data(threads), marks)


def spider_data(threads: Sequence[Thread]) -> Columns:
    """The figure's data: one row a scan, unclipped."""
    rows = [(t, p) for t in threads for p in t.points]
    return {
        "subject": [t.subject for t, _ in rows],
        "best_response": [t.response for t, _ in rows],
        "months": [p.months for _, p in rows],
        "change_pct": [p.change_pct for _, p in rows],
        "counted": ["Y" if p.counted else "N" for _, p in rows],
        "new_lesion": ["Y" if p.new_lesion else "N" for _, p in rows],
    }


def thread_text(thread: Thread) -> str:
    """What the line shows, in words."""
    scans = [
        f"{number.number(p.months)}: {'+' if p.change_pct > 0 else ''}"
        f"{number.number(p.change_pct)}%{' with a new lesion' if p.new_lesion else ''}"
        for p in thread.points
    ]
    return (
        f"{thread.subject}, best response {thread.response or 'missing'}; "
        f"change by month: {', '.join(scans)}"
    )


def _draw_thread(axes: Any, thread: Thread, index: int) -> Mark:
    style, gid = look(thread.response), f"mark-thread-{index}"
    x = [p.months for p in thread.points]
    y = [min(p.change_pct, CLIP_PCT) for p in thread.points]
    counted = sum(p.counted for p in thread.points)
    if counted < len(x):
        first = max(counted - 1, 0)
        axes.plot(
            x[first:], y[first:], color="#b5b5b5", linewidth=0.9, dashes=(3, 1.5), marker=".",
            markersize=3.5, zorder=1.5, clip_on=False,
        )  # fmt: skip
    axes.plot(
        x[:counted],
        y[:counted],
        color=INK,
        linewidth=0.7,
        marker=style.marker,
        markersize=7 if style.marker == "*" else 5,
        markerfacecolor=style.colour,
        markeredgecolor=INK,
        markeredgewidth=0.5,
        gid=gid,
        markevery=slice(1, None),
        zorder=2,
        clip_on=False,
    )
    for point, height in zip(thread.points, y, strict=True):
        if point.new_lesion:
            axes.plot(
                [point.months], [height], marker="o", markersize=9.5, markerfacecolor="none",
                markeredgecolor=INK, markeredgewidth=0.9, linestyle="none", zorder=3,
                clip_on=False,
            )  # fmt: skip
    return Mark(gid, thread_text(thread), (thread.subject,))


def _draw_labels(axes: Any, threads: Sequence[Thread]) -> None:
    inch = axes.figure.dpi
    origin = axes.transAxes.transform((0, 0))
    paths = [
        (
            axes.transData.transform([(p.months, min(p.change_pct, CLIP_PCT)) for p in t.points])
            - origin
        )
        / inch
        for t in threads
    ]
    room = (axes.transAxes.transform((1, 1)) - origin) / inch
    order = sorted(range(len(threads)), key=lambda i: -paths[i][-1][0])
    anchors = [tuple(paths[i][-1]) for i in order]
    texts = [name_end(threads[i].subject) for i in order]
    places = label_places(anchors, texts, paths, (room[0] + 0.4, room[1]))
    for text, place in zip(texts, places, strict=True):
        if place is not None:
            at = (place[0] / room[0], place[1] / room[1])
            axes.text(*at, text, transform=axes.transAxes, va="center", fontsize=6.5, color=QUIET)


def _set_axes(axes: Any, threads: Sequence[Thread], y_text: str) -> None:
    points = [p for t in threads for p in t.points]
    ticks = time_ticks(max((p.months for p in points), default=0), "months")
    axes.set_xlim(0, ticks[-1])
    axes.set_xticks(ticks, [tick_text(t) for t in ticks])
    top = min(CLIP_PCT, max(40, max((p.change_pct for p in points), default=0) * 1.1))
    axes.set_ylim(-105, top + 5)
    axes.set_yticks([t for t in range(-100, 101, 25) if t <= top + 5])
    axes.set_yticklabels(
        [f"{'+' if t > 0 else ''}{number.number(t, 0)}" for t in axes.get_yticks()]
    )
    axes.set_ylabel(y_text)
    axes.set_xlabel("Months from first treatment")
    axes.axhline(0, color=INK, linewidth=0.6, zorder=0.6)
    for level in (UPPER_LINE_PCT, LOWER_LINE_PCT):
        axes.axhline(level, color=RULE, linewidth=0.7, dashes=(4, 2), zorder=0.5)


def _draw_key(axes: Any, threads: Sequence[Thread]) -> None:
    present = {t.response if t.response in RESPONSES else "NE" for t in threads}
    handles = [
        Line2D(
            [], [], marker=s.marker, color=INK, linewidth=0.7, markerfacecolor=s.colour,
            markeredgewidth=0.5, markersize=7 if s.marker == "*" else 5, label=code,
        )
        for code, s in RESPONSES.items()
        if code in present
    ]  # fmt: skip
    if any(p.new_lesion for t in threads for p in t.points):
        handles.append(
            Line2D(
                [], [], marker="o", markersize=8, markerfacecolor="none", color=INK,
                linestyle="none", label="New lesion",
            )
        )  # fmt: skip
    if any(not p.counted for t in threads for p in t.points):
        handles.append(Line2D([], [], color="#b5b5b5", dashes=(3, 1.5), label="After progression"))
    if handles:
        axes.legend(
            handles=handles, loc="lower left", bbox_to_anchor=(0, 1.02), ncols=len(handles),
            frameon=False, borderaxespad=0, columnspacing=1.1, handletextpad=0.4, fontsize=7.5,
        )  # fmt: skip
