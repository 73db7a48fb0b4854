"""Patient profile: one page with a patient's whole course, in days from the first treatment.

What the third figure of the study paper [zhang2021] tells in words and three scans of one patient:
sessions, scans and responses, target sum and lesions, AFP, bilirubin, ALT, ECOG and adverse events,
on one axis and for every patient. No name and no calendar date is on it. Here is the value that the
page is drawn from.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Series:
    """One quantity over time: (day, value) in order; `limit` is its upper limit of normal."""

    name: str
    unit: str
    points: tuple[tuple[int, float], ...] = ()
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """An adverse event; `end` None where no end is on record, `grade` None where none is."""

    term: str
    start: int
    end: int | None = None
    grade: int | None = None


@dataclass(frozen=True, slots=True)
class End:
    """Where an endpoint ended: its id, the day, and whether with an event."""

    endpoint: str
    day: int
    event: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """One patient's course; every time is a day from the first treatment, which is day 0."""

    label: str
    facts: str
    last_day: int
    died: bool
    sessions: tuple[int, ...] = ()
    scans: tuple[tuple[int, str], ...] = ()
    new_therapy: int | None = None
    total: Series = Series("Target sum", "mm")
    lesions: tuple[Series, ...] = ()
    afp: Series = Series("AFP", "ng/mL")
    bilirubin: Series = Series("Bilirubin", "umol/L")
    alt: Series = Series("ALT", "U/L")
    ecog: Series = Series("ECOG", "")
    events: tuple[Event, ...] = ()
    ends: tuple[End, ...] = ()

    @property
    def span(self) -> tuple[float, float]:
        """First and last day of the axis, with some room."""
        days = [0, self.last_day, *self.sessions, *(d for d, _ in self.scans)]
        for series in (self.total, *self.lesions, self.afp, self.bilirubin, self.alt, self.ecog):
            days += [day for day, _ in series.points]
        days += [day for e in self.events for day in (e.start, e.end) if day is not None]
        days += [e.day for e in self.ends] + [d for d in (self.new_therapy,) if d is not None]
        low, high = min(days), max(days)
        room = 0.03 * max(high - low, 1)
        return low - room, high + room
