"""Visits to arrange as a calendar file (iCalendar, RFC 5545): one all-day entry a visit."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Calendar, Event


@dataclass(frozen=True, slots=True)
class Appointment:
    """One entry: from the day the window opens to the day it closes, both included."""

    subject: str
    assessment: str
    status: str
    opens: date
    closes: date


def render_calendar(study_id: str, on: date, appointments: Iterable[Appointment]) -> bytes:
    """The calendar of a study as of a day; the same appointments give the same bytes.

    An entry keeps its identity from day to day, so that a calendar program replaces it.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Hepatica//Visit windows//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"{study_id}: planned visits")
    stamp = datetime.combine(on, time(), UTC)
    for one in appointments:
        calendar.add_component(_event(study_id, stamp, one))
    return bytes(calendar.to_ical())


def _event(study_id: str, stamp: datetime, one: Appointment) -> Event:
    event = Event()
    identity = f"{study_id}\n{one.subject}\n{one.assessment}\n{one.opens}"
    event.add("uid", f"{hashlib.sha256(identity.encode()).hexdigest()[:32]}@hepatica")
    event.add("dtstamp", stamp)
    event.add("dtstart", one.opens)
    event.add("dtend", one.closes + timedelta(1))
    event.add("summary", f"{one.subject}: {one.assessment} {one.status.lower()}")
    event.add("description", f"Study {study_id}. Window {one.opens} to {one.closes}.")
    event.add("transp", "TRANSPARENT")
    return event
