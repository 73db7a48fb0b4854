"""Swimmer figure: one lane a subject from first treatment, with what happened on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
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
from hepatica.report.figure.palette import BLUE, GREEN, INK, PURPLE, QUIET, VERMILLION
from hepatica.report.figure.scale import tick_text, time_ticks

MOST_LANES = 150

_LANE_IN = 0.19
_LABELLED = 60
_LETTER_IN = 0.065


@dataclass(frozen=True, slots=True)
class Lane:
    """One subject; all times in months from first treatment, None where it did not happen.

    `end` is death or the last day known alive; `response_until` ends the response that began at
    `response` (progression or the last assessment).
    """

    subject: str
    end: float
    best_response: str = ""
    sessions: tuple[float, ...] = ()
    response: float | None = None
    response_until: float | None = None
    progression: float | None = None
    new_therapy: float | None = None
    died: bool = False
    ongoing: bool = False


@dataclass(frozen=True, slots=True)
class _Sign:
    text: str
    marker: str
    colour: str
    size: float


_SIGNS = {
    "session": _Sign("Treatment session", "v", BLUE, 5),
    "response": _Sign("Response begins", "*", GREEN, 7.5),
    "progression": _Sign("Progression", "X", VERMILLION, 5.5),
    "new_therapy": _Sign("New therapy", "^", PURPLE, 5),
    "death": _Sign("Death", "o", INK, 5),
    "ongoing": _Sign("Alive, in follow-up", ">", INK, 5.5),
    "lost": _Sign("Left follow-up alive", "s", "#8c8c8c", 4.5),
}


_ENDS = ("death", "ongoing", "lost")
# Sessions sit on a lane's upper edge and new therapy on its lower one, clear of the middle.
_EDGE = {"session": 4.0, "new_therapy": -4.0}


def render_swimmer(lanes: Sequence[Lane], legend: Legend) -> Drawing:
    """Swimmer of `lanes`, the longest on top; at most `MOST_LANES` are readable."""
    ordered = sorted(lanes, key=lambda lane: (-lane.end, lane.subject))
    lane_in = _LANE_IN if len(lanes) <= _LABELLED else 0.07
    with matplotlib.rc_context(STYLE):
        figure = sheet(0.5 + 0.62 + lane_in * max(len(lanes), 4))
        axes = panel(figure, sum(_columns_in(ordered)), 0.62, 0.2, 0.5)
        _set_axes(axes, ordered)
        marks = [_draw_lane(axes, lane, i) for i, lane in enumerate(ordered)]
        _draw_key(axes, ordered)
        return render_drawing(figure, legend, swimmer_data(ordered), marks)


def swimmer_data(lanes: Sequence[Lane]) -> Columns:
    """The figure's data: one row an event of a subject, in months from first treatment."""
    rows = [(lane.subject, *event) for lane in lanes for event in _events(lane)]
    return {
        "subject": [r[0] for r in rows],
        "event": [r[1] for r in rows],
        "months": [r[2] for r in rows],
    }


def _events(lane: Lane) -> list[tuple[str, float]]:
    events = [("session", t) for t in lane.sessions]
    events += [
        (name, time)
        for name in ("response", "progression", "new_therapy")
        if (time := getattr(lane, name)) is not None
    ]
    if lane.died:
        return [*events, ("death", lane.end)]
    return [*events, ("ongoing" if lane.ongoing else "lost", lane.end)]


def _draw_lane(axes: Any, lane: Lane, index: int) -> Mark:
    gid = f"mark-lane-{index}"
    bar = axes.barh(index, lane.end, height=0.62, color="#e3e9ef", linewidth=0)
    bar[0].set_gid(gid)
    if lane.response is not None and lane.response_until is not None:
        axes.plot(
            [lane.response, lane.response_until],
            [index, index],
            color=GREEN,
            linewidth=2.2,
            solid_capstyle="butt",
        )
    for event, time in _events(lane):
        if event in _SIGNS:
            _draw_event(axes, event, time, index)
    return Mark(gid, lane_text(lane), (lane.subject,))


def _draw_event(axes: Any, event: str, time: float, index: int) -> None:
    sign = _SIGNS[event]
    # Death and follow-up stand beyond the lane's end, so that they hide no event of that day.
    beyond = 5 if event in _ENDS else 0
    transform = matplotlib.transforms.offset_copy(
        axes.transData, fig=axes.figure, x=beyond, y=_EDGE.get(event, 0), units="points"
    )
    axes.plot(
        [time],
        [index],
        transform=transform,
        marker=sign.marker,
        markersize=sign.size,
        color=sign.colour,
        markeredgecolor="white",
        markeredgewidth=0.5,
        linestyle="none",
        clip_on=False,
        zorder=4,
    )


def lane_text(lane: Lane) -> str:
    """What the lane shows, in words."""
    words = {"new_therapy": "new therapy", "ongoing": "in follow-up", "lost": "last known alive"}
    parts = [f"{words.get(e, e)} at {number.number(t)}" for e, t in _events(lane)]
    best = f", best response {lane.best_response}" if lane.best_response else ""
    return f"{lane.subject}{best}; months from first treatment: {', '.join(parts)}"


def _set_axes(axes: Any, lanes: Sequence[Lane]) -> None:
    ticks = time_ticks(max((lane.end for lane in lanes), default=0), "months")
    axes.set_xlim(0, ticks[-1])
    axes.set_xticks(ticks, [tick_text(t) for t in ticks])
    axes.set_ylim(max(len(lanes), 4) - 0.4, -0.6)
    axes.set_xlabel("Months from first treatment")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_yticks([])
    if len(lanes) > _LABELLED:
        return
    _draw_names(axes, lanes)


def _columns_in(lanes: Sequence[Lane]) -> tuple[float, float]:
    """Widths of the columns left of the lanes: subject, best response."""
    if len(lanes) > _LABELLED:
        return 0.3, 0.1
    names = max([len(name_end(lane.subject)) for lane in lanes], default=0)
    best = max([len(lane.best_response) for lane in lanes], default=0)
    return 0.25 + _LETTER_IN * max(names, 7), 0.25 + _LETTER_IN * max(best, 4)


def _draw_names(axes: Any, lanes: Sequence[Lane]) -> None:
    inch = 1 / (axes.get_position().width * axes.figure.get_size_inches()[0])
    best_in = _columns_in(lanes)[1]
    left, middle = -best_in * inch, -best_in / 2 * inch
    put = partial(axes.text, transform=axes.get_yaxis_transform())
    put(left, -0.75, "Subject", ha="right", color=QUIET, fontsize=7)
    put(middle, -0.75, "Best", ha="center", color=QUIET, fontsize=7)
    for i, lane in enumerate(lanes):
        put(left, i, name_end(lane.subject), ha="right", va="center", fontsize=7.5)
        put(middle, i, lane.best_response, ha="center", va="center", fontsize=7.5, color=QUIET)


def _draw_key(axes: Any, lanes: Sequence[Lane]) -> None:
    present = {event for lane in lanes for event, _ in _events(lane)}
    handles = [
        Line2D(
            [],
            [],
            marker=sign.marker,
            color=sign.colour,
            linestyle="none",
            markersize=sign.size,
            label=sign.text,
        )
        for name, sign in _SIGNS.items()
        if name in present
    ]
    if handles:
        axes.figure.legend(
            handles=handles,
            loc="upper center",
            ncols=len(handles),
            frameon=False,
            borderaxespad=0.3,
            columnspacing=1.1,
            handletextpad=0.2,
            fontsize=7.5,
        )
