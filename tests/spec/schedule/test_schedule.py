"""Planned visits of drawn courses: every 4 to 6 weeks, 7 days on either side.

Days count from 2020-01-01. ``T`` a session, ``x`` an examination, ``end`` the end of follow-up,
``now`` the day it is looked at. The window of a visit counted from day d is d+21 to d+49. By hand
from the rule's table in clinic/rules/schedule/visit.py.
"""

from datetime import date, timedelta

import pytest

from hepatica.clinic.rules.schedule import Interval, planned_visits
from hepatica.clinic.rules.schedule.visit import Course
from hepatica.study.model import Schedule

DAY_0 = date(2020, 1, 1)
EACH_SESSION = Interval(low_days=28, high_days=42, window_days=7, restarts=True)
FIXED = Interval(low_days=42, high_days=42, window_days=7, restarts=False)

# course -> (status, counted from, done on, days out) of every visit
FROM_EACH_SESSION = {
    "T0 now20": [("PLANNED", 0, None, None)],
    "T0 now21": [("DUE", 0, None, None)],
    "T0 now49": [("DUE", 0, None, None)],
    "T0 now50": [("OVERDUE", 0, None, None)],
    "T0 now69": [("OVERDUE", 0, None, None)],
    "T0 now70": [("MISSED", 0, None, None), ("DUE", 49, None, None)],
    "T0 now120": [
        ("MISSED", 0, None, None),
        ("MISSED", 49, None, None),
        ("DUE", 98, None, None),
    ],
    "T0 x21 now30": [("DONE", 0, 21, 0), ("PLANNED", 21, None, None)],
    "T0 x49 now50": [("DONE", 0, 49, 0), ("PLANNED", 49, None, None)],
    "T0 x30 x33 now40": [("DONE", 0, 30, 0), ("PLANNED", 30, None, None)],
    "T0 x30 x65 now70": [
        ("DONE", 0, 30, 0),
        ("DONE", 30, 65, 0),
        ("PLANNED", 65, None, None),
    ],
    # the fourth day after a session is nobody's visit; the second half of the interval is early
    "T0 x4 now30": [("DUE", 0, None, None)],
    "T0 x13 now30": [("DUE", 0, None, None)],
    "T0 x14 now30": [("OUT OF WINDOW", 0, 14, -7), ("PLANNED", 14, None, None)],
    "T0 x20 x40 now45": [("DONE", 0, 40, 0), ("PLANNED", 40, None, None)],
    # late: after the window and before the next one opens on day 70
    "T0 x50 now60": [("OUT OF WINDOW", 0, 50, 1), ("PLANNED", 50, None, None)],
    "T0 x69 now75": [("OUT OF WINDOW", 0, 69, 20), ("PLANNED", 69, None, None)],
    "T0 x70 now75": [
        ("MISSED", 0, None, None),
        ("DONE", 49, 70, 0),
        ("PLANNED", 70, None, None),
    ],
    # a session before the window closes begins the count anew
    "T0 T40 now50": [("PLANNED", 40, None, None)],
    "T0 x30 T40 now65": [("DONE", 0, 30, 0), ("DUE", 40, None, None)],
    "T0 T49 x55 now60": [("PLANNED", 49, None, None)],
    "T0 T50 now60": [("MISSED", 0, None, None), ("PLANNED", 50, None, None)],
    "T0 x40 T40 now50": [("DONE", 0, 40, 0), ("PLANNED", 40, None, None)],
    # follow-up that ends before the window closes leaves nothing missed
    "T0 end49 now300": [],
    "T0 end50 now300": [("MISSED", 0, None, None)],
    "T0 x30 end60 now300": [("DONE", 0, 30, 0)],
    "T0 x30 end30 now300": [("DONE", 0, 30, 0)],
    "now300": [],
}

AT_FIXED_DISTANCES = {
    "T0 x42 now50": [("DONE", 0, 42, 0), ("PLANNED", 42, None, None)],
    # the second visit stands 84 days after the anchor, whenever the first was done
    "T0 x49 x84 now90": [
        ("DONE", 0, 49, 0),
        ("DONE", 42, 84, 0),
        ("PLANNED", 84, None, None),
    ],
    "T0 x84 now85": [
        ("MISSED", 0, None, None),
        ("DONE", 42, 84, 0),
        ("PLANNED", 84, None, None),
    ],
    "T0 x55 now60": [("OUT OF WINDOW", 0, 55, 6), ("PLANNED", 42, None, None)],
    # one examination is one visit
    "T0 x76 now80": [("OUT OF WINDOW", 0, 76, 27), ("DUE", 42, None, None)],
    "T0 x77 now80": [
        ("MISSED", 0, None, None),
        ("DONE", 42, 77, 0),
        ("PLANNED", 84, None, None),
    ],
}


def course_of(text: str) -> Course:
    days: dict[str, list[date]] = {"T": [], "x": [], "end": [], "now": []}
    for word in text.split():
        name = word.rstrip("0123456789")
        days[name].append(DAY_0 + timedelta(int(word.removeprefix(name))))
    ended = days["end"][0] if days["end"] else None
    return Course(days["T"], days["x"], days["now"][0], ended)


def told(text: str, interval: Interval) -> list[tuple[str, int, int | None, int | None]]:
    return [
        (
            str(v.status),
            (v.start - DAY_0).days,
            None if v.on is None else (v.on - DAY_0).days,
            v.days_out,
        )
        for v in planned_visits(course_of(text), interval)
    ]


@pytest.mark.parametrize(("course", "expected"), FROM_EACH_SESSION.items())
def test_from_each_session(course, expected):
    assert told(course, EACH_SESSION) == expected


@pytest.mark.parametrize(("course", "expected"), AT_FIXED_DISTANCES.items())
def test_at_fixed_distances(course, expected):
    assert told(course, FIXED) == expected


def test_anchor_is_the_session_in_force():
    visits = list(planned_visits(course_of("T0 x30 T60 x90 now95"), EACH_SESSION))
    assert [v.anchor for v in visits] == [1, 2, 2]


def test_an_interval_without_a_whole_day_is_the_day_after_it() -> None:
    schedule = Schedule(
        interval_weeks=(4.3, 4.4), anchor="each session", window_days=0, assessments=("labs",)
    )
    # 30.1 to 30.8 days
    interval = Interval.of(schedule)
    assert (interval.low_days, interval.high_days) == (31, 31)
