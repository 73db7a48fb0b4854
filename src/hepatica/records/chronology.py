"""The order of dates: nothing after death, nothing ends before it starts, nothing past the cutoff.

A partial date is given the benefit of its doubt: it counts as out of order only where every
day it could mean is.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import date
from typing import Any

from hepatica.core.finding import Finding
from hepatica.records.draft import Draft, Fault
from hepatica.records.table import tables

TREATMENTS = (
    ("dosing", "date"),
    ("procedures", "date"),
    ("subjects", "treatment_start_date"),
)
LIVING = (
    ("status", "date"),
    ("staging", "date"),
    ("labs", "date"),
    ("vitals", "date"),
    ("scans", "date"),
    ("measurements", "date"),
    ("new_lesions", "date"),
    ("image_quantities", "date"),
    ("collected_responses", "date"),
    ("adverse_events", "start_date"),
    ("medications", "start_date"),
    ("history", "start_date"),
)
SPANS = (
    ("history", "start_date", "end_date"),
    ("dosing", "date", "end_date"),
    ("medications", "start_date", "end_date"),
    ("adverse_events", "start_date", "end_date"),
)


def earliest(day: date, flag: str | None) -> date:
    """First day that an imputed date could mean."""
    if flag == "M":
        return day.replace(month=1, day=1)
    return day.replace(day=1) if flag == "D" else day


def latest(day: date, flag: str | None) -> date:
    """Last day that an imputed date could mean."""
    if flag == "M":
        return day.replace(month=12, day=31)
    return day.replace(day=calendar.monthrange(day.year, day.month)[1]) if flag == "D" else day


def check_deaths(draft: Draft) -> list[Finding]:
    """More than one death (R035); treatment (R030), records (R031), contacts (R032) after it."""
    deaths: dict[Any, tuple[date, str | None]] = {}
    twice = []
    rows = draft.columns("follow_up", "subject", "status", "date", "date_flag")
    for index, (subject, status, day, flag) in enumerate(rows):
        if status != "dead" or day is None:
            continue
        other = deaths.setdefault(subject, (day, flag))
        if other[0] != day:
            found = f"death on {day} and on {other[0]}"
            twice.append(Fault(index, found, "one date of death", column="date"))
    findings = draft.findings("R035", "follow_up", twice)
    last = {subject: latest(*death) for subject, death in deaths.items()}
    for code, places in (("R030", TREATMENTS), ("R031", LIVING)):
        for table, column in places:
            findings += draft.findings(code, table, _after(draft, table, column, last))
    return findings + draft.findings("R032", "follow_up", _contacts_after(draft, last))


def _after(draft: Draft, table: str, column: str, last: dict[Any, date]) -> Iterable[Fault]:
    if not last:
        return
    rows = draft.columns(table, "subject", column, f"{column}_flag")
    for index, (subject, day, flag) in enumerate(rows):
        death = last.get(subject)
        if day is not None and death is not None and earliest(day, flag) > death:
            found = f"{day}, after the death on {death}"
            yield Fault(index, found, "a date no later than the death", column=column)


def _contacts_after(draft: Draft, last: dict[Any, date]) -> list[Fault]:
    statuses = draft.values("follow_up", "status")
    faults = _after(draft, "follow_up", "date", last)
    return [fault for fault in faults if statuses[fault.index] != "dead"]


def check_spans(draft: Draft) -> list[Finding]:
    """Rows that end before they start (R033)."""
    findings = []
    for table, start, end in SPANS:
        faults = []
        names = ("subject", start, f"{start}_flag", end, f"{end}_flag")
        for index, (_, begun, from_, ended, until) in enumerate(draft.columns(table, *names)):
            if begun is None or ended is None or latest(ended, until) >= earliest(begun, from_):
                continue
            found = f"an end on {ended} of what started on {begun}"
            faults.append(Fault(index, found, "an end no earlier than the start", column=end))
        findings += draft.findings("R033", table, faults)
    return findings


def check_cutoff(draft: Draft, cutoff: date | None) -> list[Finding]:
    """Dates after the data cutoff (R034), gathered where a column has many."""
    if cutoff is None:
        return []
    findings = []
    for name, table in tables().items():
        for column in table.columns:
            if column.kind != "date" or not draft.size(name):
                continue
            rows = draft.columns(name, column.name, f"{column.name}_flag")
            faults = (
                Fault(index, str(day), f"a date up to the cutoff {cutoff}", column=column.name)
                for index, (day, flag) in enumerate(rows)
                if day is not None and earliest(day, flag) > cutoff
            )
            findings += draft.findings("R034", name, faults, gather=True)
    return findings


def check_follow_up(draft: Draft) -> list[Finding]:
    """Enrolled subjects without follow-up (R036); observed times of zero (R038)."""
    seen = set(draft.values("follow_up", "subject"))
    expected = "at least one contact in the follow-up table"
    missing = [
        Fault(index, "no follow-up", expected, column="subject")
        for index, (subject, enrolled) in enumerate(
            draft.columns("subjects", "subject", "enrolled")
        )
        if subject is not None and enrolled != "N" and subject not in seen
    ]
    expected = "an observed time above 0"
    zero = [
        Fault(index, "0 days", expected, column="time_days")
        for index, days in enumerate(draft.values("follow_up", "time_days"))
        if days == 0
    ]
    return [
        *draft.findings("R036", "subjects", missing, gather=True),
        *draft.findings("R038", "follow_up", zero),
    ]
