"""The page of a patient profile, drawn: seven panels under one time axis."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hepatica.report import number
from hepatica.report.figure.palette import BLUE, GROUPS, INK, PURPLE, QUIET, RULE, VERMILLION
from hepatica.report.figure.pen import Pen, Point
from hepatica.report.figure.profile import Event, Profile, Series

PAGE_PT = (504.0, 700.0)

_LEFT, _RIGHT, _TOP, _FOOT, _GAP = 96.0, 46.0, 70.0, 40.0, 17.0
_COURSE, _ECOG, _EVENT, _MOST_EVENTS = 34.0, 40.0, 11.0, 14
_GRADES = {1: "#f5d9b8", 2: "#f0b16c", 3: "#dd6f2a", 4: "#b03a12", 5: "#6d1a08"}
_UNGRADED = "#d9d9d9"
_DASHES = ("", "6 1.6", "8 1.6 1.6 1.6", "3 1.4", "9 1.6 1.6 1.6 1.6 1.6", "12 2")
_LONGEST_TERM, _LONGEST_END = 23, 40
_AXIS = 0.7


@dataclass(frozen=True, slots=True)
class _Panel:
    """A part of the page: its edges in points, and how days and values become places."""

    top: float
    tall: float
    low_day: float
    high_day: float
    low: float = 0.0
    high: float = 1.0
    log: bool = False

    @property
    def bottom(self) -> float:
        return self.top + self.tall

    def x(self, day: float) -> float:
        share = (day - self.low_day) / (self.high_day - self.low_day)
        return _LEFT + share * (PAGE_PT[0] - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        low, high, at = self.low, self.high, value
        if self.log:
            low, high, at = math.log10(low), math.log10(high), math.log10(value)
        return self.bottom - (at - low) / (high - low) * self.tall


def render_page(profile: Profile, name: str, label: str) -> str:
    """The page of one patient as SVG.

    Parameters
    ----------
    name : begins the identifiers of the SVG
    label : the study's label, printed at the foot
    """
    pen = Pen(*PAGE_PT)
    pen.text((_LEFT, 22), profile.label, size=12, bold=True)
    pen.text((_LEFT, 37), profile.facts, size=7.5, colour=QUIET)
    events = _EVENT * max(min(len(profile.events), _MOST_EVENTS), 2) + 4
    free = PAGE_PT[1] - _TOP - _FOOT - _COURSE - _ECOG - events - 6 * _GAP
    parts: tuple[tuple[float, Callable[[Pen, _Panel, Profile], None]], ...] = (
        (_COURSE, _draw_course),
        (free * 0.36, _draw_sum),
        (free * 0.22, lambda p, at, one: _draw_series(p, at, one.afp, log=True)),
        (free * 0.21, lambda p, at, one: _draw_series(p, at, one.bilirubin)),
        (free * 0.21, lambda p, at, one: _draw_series(p, at, one.alt)),
        (_ECOG, _draw_ecog),
        (events, _draw_events),
    )
    top = _TOP
    for tall, draw in parts:
        panel = _Panel(top, tall, *profile.span)
        _draw_times(pen, panel, profile, last=draw is _draw_events)
        draw(pen, panel, profile)
        top += tall + _GAP
    pen.text((PAGE_PT[0] - 4, PAGE_PT[1] - 4), label, size=6.5, align="right", colour=QUIET)
    return pen.svg(name, f"Course of {profile.label}", page_text(profile))


def page_text(profile: Profile) -> str:
    """What the page shows, in words."""
    scans = ", ".join(f"{text} on day {day}" for day, text in profile.scans)
    ends = ", ".join(
        f"{e.endpoint} {'event' if e.event else 'censored'} on day {e.day}" for e in profile.ends
    )
    parts = (
        profile.facts,
        f"sessions on days {', '.join(map(str, profile.sessions)) or 'not recorded'}",
        f"scans: {scans or 'not recorded'}",
        ends,
        f"{len(profile.events)} adverse events",
    )
    return f"{profile.label}: {'; '.join(p for p in parts if p)}."


def even_ticks(low: float, high: float, at_most: int) -> list[float]:
    """Round numbers from `low` to `high`, at most so many."""
    span = max(high - low, 1e-9)
    power = 10.0 ** math.floor(math.log10(span / at_most))
    step = next(power * s for s in (1, 2, 5, 10, 20) if span / (power * s) <= at_most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [i * step for i in range(first, last + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Powers of ten between two positive limits; twice and five times them where that is few."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for parts in ((1,), (1, 2, 5), range(1, 10)):
        ticks = [k * 10.0**i for i in powers for k in parts if low <= k * 10.0**i <= high]
        if len(ticks) > 1:
            return ticks
    return [low, high]


def _draw_times(pen: Pen, at: _Panel, profile: Profile, *, last: bool) -> None:
    for day in profile.sessions:
        pen.line([(at.x(day), at.top), (at.x(day), at.bottom)], "#b9d2e4", 0.7)
    for end in profile.ends:
        x, dash = at.x(end.day), "" if end.event else "1.5 1.5"
        pen.line([(x, at.top), (x, at.bottom)], VERMILLION, 0.8, dash)
    pen.line([(at.x(at.low_day), at.bottom), (at.x(at.high_day), at.bottom)], INK, _AXIS)
    for tick in even_ticks(at.low_day, at.high_day, 8):
        pen.line([(at.x(tick), at.bottom), (at.x(tick), at.bottom + 3)], INK, _AXIS)
        if last:
            pen.text((at.x(tick), at.bottom + 12), _tick(tick), size=7.5, align="center")
    if last:
        middle = (at.x(at.low_day) + at.x(at.high_day)) / 2
        pen.text((middle, at.bottom + 24), "Days from first treatment", align="center")


def _draw_course(pen: Pen, at: _Panel, profile: Profile) -> None:
    y = at.top + 12
    _draw_label(pen, at, ["Course"])
    pen.line([(at.x(0), y), (at.x(profile.last_day), y)], RULE, 3)
    for day in profile.sessions:
        x = at.x(day)
        pen.shape([(x - 4, y - 8), (x + 4, y - 8), (x, y - 1)], BLUE)
    for i, (day, response) in enumerate(profile.scans):
        x = at.x(day)
        pen.line([(x, y - 4), (x, y + 4)], INK, 1)
        crowded = i and x - at.x(profile.scans[i - 1][0]) < 5.2 * len(response) + 3
        pen.text((x, y + (19 if crowded else 12)), response, size=6.5, align="center")
    if profile.new_therapy is not None:
        x = at.x(profile.new_therapy)
        pen.shape([(x - 4, y + 4), (x + 4, y + 4), (x, y - 3)], PURPLE)
    x = at.x(profile.last_day)
    if profile.died:
        pen.dot((x, y), 3.2, INK)
    else:
        pen.shape([(x - 2, y - 4), (x - 2, y + 4), (x + 5, y)], INK)
    _draw_ends(pen, at, profile)
    _draw_key(pen, profile)


def _draw_ends(pen: Pen, at: _Panel, profile: Profile) -> None:
    by_day: dict[int, list[str]] = {}
    for end in profile.ends:
        by_day.setdefault(end.day, []).append(end.endpoint + ("" if end.event else " censored"))
    for i, (day, names) in enumerate(sorted(by_day.items())):
        text = ", ".join(names)[:_LONGEST_END]
        place = (at.x(day), at.top - 3 - 8 * (i % 2))
        pen.text(place, text, size=7, align="center", colour=VERMILLION)


def _draw_key(pen: Pen, profile: Profile) -> None:
    ended = "circle: death" if profile.died else "arrow: last known alive"
    therapy = "; upward triangle: new therapy" if profile.new_therapy is not None else ""
    text = f"Downward triangle: treatment session{therapy}; {ended}"
    pen.text((_LEFT, 49), text, size=6.5, colour=QUIET)


def _draw_sum(pen: Pen, at: _Panel, profile: Profile) -> None:
    series = (*profile.lesions, profile.total)
    values = [value for s in series for _, value in s.points]
    if not values:
        _draw_nothing(pen, at, profile.total.name)
        return
    scaled = _scaled(pen, at, values)
    for i, lesion in enumerate(profile.lesions):
        colour, dash = GROUPS[i % len(GROUPS)][0], _DASHES[i % len(_DASHES)]
        _draw_line(pen, scaled, lesion, colour, width=0.9, dash=dash)
    _draw_line(pen, scaled, profile.total, INK, width=1.7)
    _draw_names(pen, scaled, profile)
    _draw_label(pen, at, [*profile.total.name.split("\n"), profile.total.unit])


def _draw_names(pen: Pen, at: _Panel, profile: Profile) -> None:
    """Names of the lines at their ends, moved apart where they would overlap."""
    found = [
        (at.y(s.points[-1][1]), at.x(s.points[-1][0]), _short(name), colour)
        for s, name, colour in (
            *((s, s.name, GROUPS[i % len(GROUPS)][0]) for i, s in enumerate(profile.lesions)),
            (profile.total, "sum", INK),
        )
        if s.points
    ]
    last = -math.inf
    for y, x, name, colour in sorted(found):
        last = max(y, last + 7.5)
        pen.text((x + 5, last + 2.5), name, size=7, colour=colour)


def _draw_series(pen: Pen, at: _Panel, series: Series, *, log: bool = False) -> None:
    if not series.points:
        _draw_nothing(pen, at, series.name)
        return
    values = [value for _, value in series.points]
    limit = [] if series.limit is None else [series.limit]
    logged = log and min(*values, *limit, 1e9) > 0
    scaled = _scaled(pen, at, [*values, *limit], log=logged)
    for value in limit:
        y = scaled.y(value)
        pen.line([(at.x(at.low_day), y), (at.x(at.high_day), y)], RULE, 0.7, "4 2")
        pen.text((at.x(at.high_day) + 3, y + 2.5), "ULN", size=6.5, colour=QUIET)
    _draw_line(pen, scaled, series, INK, width=1.1)
    _draw_label(pen, at, [series.name, f"{series.unit}{' (log)' if logged else ''}"])


def _draw_ecog(pen: Pen, at: _Panel, profile: Profile) -> None:
    series = profile.ecog
    if not series.points:
        _draw_nothing(pen, at, series.name)
        return
    scaled = _Panel(at.top, at.tall, at.low_day, at.high_day, -0.3, 4.3)
    _draw_ticks(pen, scaled, [0, 2, 4])
    steps: list[Point] = []
    for day, value in series.points:
        if steps:
            steps.append((scaled.x(day), steps[-1][1]))
        steps.append((scaled.x(day), scaled.y(value)))
    pen.line(steps, INK, 1)
    for day, value in series.points:
        pen.dot((scaled.x(day), scaled.y(value)), 1.7, INK)
    _draw_label(pen, at, ["ECOG"])


def _draw_events(pen: Pen, at: _Panel, profile: Profile) -> None:
    shown = profile.events[:_MOST_EVENTS]
    if not shown:
        _draw_nothing(pen, at, "Adverse events")
        return
    for i, event in enumerate(shown):
        _draw_event(pen, at, event, at.top + 2 + i * _EVENT, profile.last_day)
    more = len(profile.events) - len(shown)
    said = "Adverse events, by day of onset; number: grade; open box: no end on record"
    said += f"; {more} more are not drawn" if more else ""
    pen.text((_LEFT, at.top - 3), said, size=6.5, colour=QUIET)


def _draw_event(pen: Pen, at: _Panel, event: Event, y: float, last_day: int) -> None:
    end = event.end if event.end is not None else max(last_day, event.start)
    x, right = at.x(event.start), max(at.x(end), at.x(event.start) + 2.5)
    colour = _GRADES.get(event.grade or 0, _UNGRADED)
    fill = colour if event.end is not None else "white"
    pen.box((x, y), (right - x, _EVENT - 3), fill, edge=colour)
    grade = str(event.grade) if event.grade is not None else "?"
    pen.text((right + 3, y + _EVENT - 4.5), grade, size=6.5)
    pen.text((_LEFT - 5, y + _EVENT - 4.5), _short(event.term), size=6.5, align="right")


def _scaled(pen: Pen, at: _Panel, values: Sequence[float], *, log: bool = False) -> _Panel:
    """The panel with a scale for some values, its axis drawn."""
    if log:
        low, high = math.log10(min(values)), math.log10(max(values))
        room = max(0.08 * (high - low), 0.05)
        limits = (10 ** (low - room), 10 ** (high + room))
        scaled = _Panel(at.top, at.tall, at.low_day, at.high_day, *limits, log=True)
        ticks = log_ticks(*limits)
    else:
        high = max(*values, 0.0) * 1.06 or 1.0
        scaled = _Panel(at.top, at.tall, at.low_day, at.high_day, min(*values, 0.0), high)
        ticks = even_ticks(scaled.low, high, 5)
    _draw_ticks(pen, scaled, ticks)
    return scaled


def _draw_ticks(pen: Pen, at: _Panel, ticks: Sequence[float]) -> None:
    x = at.x(at.low_day)
    pen.line([(x, at.top), (x, at.bottom)], INK, _AXIS)
    for tick in ticks:
        y = at.y(tick)
        pen.line([(x - 3, y), (x, y)], INK, _AXIS)
        pen.text((x - 5, y + 2.6), _tick(tick), size=7.5, align="right")


def _tick(value: float) -> str:
    return number.plain(value) if abs(value) < 1000 else number.count(value)


def _draw_label(pen: Pen, at: _Panel, words: Sequence[str]) -> None:
    lines = [w for w in words if w]
    top = at.top + at.tall / 2 - 4.5 * (len(lines) - 1) + 3
    for i, line in enumerate(lines):
        pen.text((6, top + 9 * i), line, size=7.5)


def _draw_line(
    pen: Pen, at: _Panel, series: Series, colour: str, *, width: float, dash: str = ""
) -> None:
    places = [(at.x(day), at.y(value)) for day, value in series.points]
    pen.line(places, colour, width, dash)
    for place in places:
        pen.dot(place, 1.2 + 0.5 * width, colour)


def _draw_nothing(pen: Pen, at: _Panel, name: str) -> None:
    middle = ((at.x(at.low_day) + at.x(at.high_day)) / 2, at.top + at.tall / 2 + 3)
    said = " ".join(name.split("\n"))
    pen.text(middle, f"{said}: not recorded", align="center", colour=QUIET)


def _short(term: str) -> str:
    return term if len(term) <= _LONGEST_TERM else f"{term[: _LONGEST_TERM - 1]}\u2026"
