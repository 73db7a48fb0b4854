"""Planned visits of one subject: done, out of window, missed, due, overdue or planned.

A protocol says "every 4-6 weeks from each session" and a window of days around it. How that
becomes dates is nobody's publication; these are our choices:

==================  ===============================================================================
counted from        anchored on each session: the latest session, examination in its window (or out
                    of it) or end of a missed window, whichever is later. Anchored on one day: that
                    day plus whole intervals, whatever was done.
window              from the shortest interval less the window to the longest plus the window
DONE                the first examination inside the window
OUT OF WINDOW       none inside, but one in the second half of the interval before the window
                    (early), or one after it and before the next visit's window opens (late).
                    Anything earlier is unscheduled and belongs to no visit.
MISSED              none at all, and the next visit's window has opened, a session was given after
                    this one closed, or the patient was followed beyond it
(no visit)          a session is given before the window closed: the count begins anew; follow-up
                    ended (death, withdrawal, loss, completion) before the window closed
OVERDUE             the window closed, the next has not opened
DUE                 the window is open
PLANNED             the window has not opened; one such visit is told, the next
==================  ===============================================================================

Two consecutive missed visits by this rule are two windows closed without an examination, the
last one on day 2 x (longest interval + window) after the day counted from.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from hepatica.clinic.rules.schedule.interval import Interval


class Status(StrEnum):
    """What became of a planned visit."""

    DONE = "DONE"
    OUT_OF_WINDOW = "OUT OF WINDOW"
    MISSED = "MISSED"
    OVERDUE = "OVERDUE"
    DUE = "DUE"
    PLANNED = "PLANNED"


@dataclass(frozen=True, slots=True)
class Visit:
    """One planned visit: where it counts from, its window, its status and the day it was done.

    `anchor` is the number of the anchor (session) in force, from 1.
    """

    anchor: int
    start: date
    opens: date
    closes: date
    status: Status
    on: date | None = None

    @property
    def days_out(self) -> int | None:
        """Days outside the window, negative where early; None where nothing was done."""
        if self.on is None:
            return None
        return min((self.on - self.opens).days, 0) + max((self.on - self.closes).days, 0)


@dataclass(frozen=True, slots=True)
class Course:
    """What is on record of one subject up to `today`: all dates ascending, each once.

    `ended` is the day follow-up ended, None where it goes on.
    """

    anchors: Sequence[date]
    examinations: Sequence[date]
    today: date
    ended: date | None = None


def planned_visits(course: Course, interval: Interval) -> Iterator[Visit]:
    """Every planned visit from the first anchor on, in order; none without an anchor."""
    start: date | None = course.anchors[0] if course.anchors else None
    used = start
    while start is not None and used is not None:
        visit, start = _next_visit(course, interval, start, used)
        if visit is not None:
            used = visit.on or used
            yield visit


def _next_visit(
    course: Course, interval: Interval, start: date, used: date
) -> tuple[Visit | None, date | None]:
    """The visit counted from `start`, and where the next one counts from (None at the end)."""
    opens, closes = interval.window(start)
    session = _session_after(course, interval, start)
    restart = session is not None and session <= closes
    last = min(d for d in (session, course.ended, course.today) if d is not None)
    on = _examination(course, interval, start, used=used, last=last)
    status = _status(course, interval, start, session, on)
    if status is None:
        return None, session if restart else None
    visit = Visit(bisect_right(course.anchors, start), start, opens, closes, status, on)
    if status in (Status.DUE, Status.OVERDUE, Status.PLANNED):
        return visit, None
    if not interval.restarts:
        return visit, interval.target(start)[1]
    return visit, on or closes


def _status(
    course: Course, interval: Interval, start: date, session: date | None, on: date | None
) -> Status | None:
    opens, closes = interval.window(start)
    if on is not None:
        return Status.DONE if opens <= on <= closes else Status.OUT_OF_WINDOW
    if session is not None:
        return None if session <= closes else Status.MISSED
    if course.ended is not None:
        return None if course.ended <= closes else Status.MISSED
    if course.today < opens:
        return Status.PLANNED
    if course.today <= closes:
        return Status.DUE
    return Status.OVERDUE if course.today < _next_opens(interval, start) else Status.MISSED


def _session_after(course: Course, interval: Interval, start: date) -> date | None:
    if not interval.restarts:
        return None
    position = bisect_right(course.anchors, start)
    return course.anchors[position] if position < len(course.anchors) else None


def _next_opens(interval: Interval, start: date) -> date:
    """First day of the window of the visit after this one, where this one is missed."""
    _, closes = interval.window(start)
    return interval.window(closes if interval.restarts else interval.target(start)[1])[0]


def _examination(
    course: Course, interval: Interval, start: date, *, used: date, last: date
) -> date | None:
    """The examination that is this visit: in the window, else early, else late."""
    opens, closes = interval.window(start)
    half = start + timedelta(-(-interval.low_days // 2))
    after = [d for d in course.examinations if used < d <= last]
    inside = [d for d in after if opens <= d <= closes]
    early = [d for d in after if half <= d < opens]
    late = [d for d in after if closes < d < _next_opens(interval, start)]
    return next(iter([*inside[:1], *early[-1:], *late[:1]]), None)
