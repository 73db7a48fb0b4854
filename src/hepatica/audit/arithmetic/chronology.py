"""Dates of a study in their order: approval, registration, enrolment, cutoff, publication.

A date is as long as it is printed: 2014-01 is any day of that January, so that an order is broken
only where no day of the one keeps it. Numbers of ethics approvals and registrations often begin
with a date; what is read from a number is told as a reading and never contradicts by itself.
"""

from __future__ import annotations

import calendar
import re
import tomllib
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from hepatica.audit.arithmetic.design import is_prospective, is_retrospective
from hepatica.audit.arithmetic.order import points
from hepatica.audit.arithmetic.reading import ids
from hepatica.audit.claim import Claim, Paper
from hepatica.audit.outcome import Discrepancy, Outcome, Passed

SOURCE = "order of dates"
_DATE = re.compile(r"(\d{4})(?:-(\d\d?))?(?:-(\d\d?))?")
_TIMES = ("OS", "PFS", "TTP")
DAYS_PER_MONTH = 30.4375


class Dated(NamedTuple):
    """A date that a claim prints, or that its number tells where `number` names the reading."""

    role: str
    first: date
    last: date
    text: str
    claim: Claim
    number: str = ""


@cache
def _data() -> dict[str, Any]:
    text = files("hepatica.audit.arithmetic").joinpath("chronology.toml").read_text("utf-8")
    return tomllib.loads(text)


def check_chronology(paper: Paper) -> Iterator[Outcome]:
    """Every pair of dates whose order is certain, then approval, registration and follow-up."""
    dates = list(_dates(paper))
    printed = [d for d in dates if not d.number]
    for rule in _data()["order"]:
        yield from _in_order(rule["first"], rule["then"], printed)
    yield from _approved_first(dates, paper)
    yield from _registered_first(dates)
    yield from _long_enough(printed, paper)


def _dates(paper: Paper) -> Iterator[Dated]:
    for claim in paper.claims:
        role = _role(claim.variable)
        if claim.statistic == "date" and role:
            span = _span(claim.value)
            if span:
                yield Dated(role, *span, claim.value.strip(), claim)
        elif claim.statistic in {"identifier", "text"} and role:
            yield from _numbered(role, claim)


def _role(variable: str) -> str:
    word = variable.lower()
    roles = _data()["role"].items()
    return next((role for role, words in roles if any(w in word for w in words)), "")


def _span(text: str) -> tuple[date, date] | None:
    """First and last day of a date of any length; None where there is no such date."""
    match = _DATE.fullmatch(text.strip())
    if not match:
        return None
    year, month, day = (int(part) if part else 0 for part in match.groups())
    try:
        last_month = month or 12
        last_day = day or calendar.monthrange(year, last_month)[1]
        return date(year, month or 1, day or 1), date(year, last_month, last_day)
    except (ValueError, calendar.IllegalMonthError):
        return None


def _numbered(role: str, claim: Claim) -> Iterator[Dated]:
    for block in _data()["number"]:
        match = re.fullmatch(block["pattern"], claim.value.strip())
        if block["role"] != role or not match:
            continue
        parts = match.groupdict()
        year = parts["year"] if len(parts["year"]) == 4 else f"20{parts['year']}"
        text = "-".join(p for p in (year, parts.get("month"), parts.get("day")) if p)
        span = _span(text)
        if span:
            yield Dated(role, *span, text, claim, block["source"])
            return


def _in_order(first: str, then: str, dates: Sequence[Dated]) -> Iterator[Outcome]:
    early = [d for d in dates if d.role == first]
    late = [d for d in dates if d.role == then]
    broken = next(((a, b) for a in early for b in late if a.first > b.last), None)
    if broken:
        a, b = broken
        text = f"{first} {_told(a)} is after {then} {_told(b)}"
        yield Discrepancy("P129", text, ids([a.claim, b.claim]), SOURCE)
    elif early and late:
        text = f"{first} {early[0].text}, {then} {late[0].text}"
        yield Passed("P129", text, ids(d.claim for d in (*early, *late)))


def _told(dated: Dated) -> str:
    reading = f", read from the number {dated.claim.value}" if dated.number else ""
    return f"{dated.text} ({dated.claim.place}{reading})"


def _approved_first(dates: Sequence[Dated], paper: Paper) -> Iterator[Outcome]:
    """Ethics approval before the first patient; a retrospective study is approved afterwards."""
    starts = [d for d in dates if d.role == "enrolment start"]
    approvals = [d for d in dates if d.role == "approval"]
    if not starts or not approvals:
        return
    start = min(starts, key=lambda d: d.first)
    approval = min(approvals, key=lambda d: d.last)
    everyone = ids(d.claim for d in (*starts, *approvals))
    text = f"enrolment from {_told(start)}, ethics approval {_told(approval)}"
    if start.last >= approval.first:
        yield Passed("P131", text, everyone)
    elif is_retrospective(paper) and not is_prospective(paper):
        yield Passed("P131", f"{text}; the study is told to be retrospective", everyone)
    elif approval.number or is_retrospective(paper):
        rescue = ["the data are retrospective: the approval is of their analysis"]
        if approval.number:
            rescue.append("the number does not begin with the day of approval")
        yield Discrepancy("P131", text, everyone, SOURCE, rescued_by=tuple(rescue))
    else:
        yield Discrepancy("P130", text, everyone, SOURCE)


def _registered_first(dates: Sequence[Dated]) -> Iterator[Outcome]:
    starts = [d for d in dates if d.role == "enrolment start"]
    registered = [d for d in dates if d.role == "registration"]
    if not starts or not registered:
        return
    start, entry = min(starts, key=lambda d: d.first), min(registered, key=lambda d: d.last)
    everyone = ids(d.claim for d in (*starts, *registered))
    text = f"enrolment from {_told(start)}, registration {_told(entry)}"
    if start.last >= entry.first:
        yield Passed("P132", text, everyone)
    else:
        rescue = ["registered after the first patients"]
        if entry.number:
            rescue.append("the number does not tell the year")
        source = "[deangelis2004]"
        yield Discrepancy("P132", text, everyone, source, rescued_by=tuple(rescue))


def _long_enough(dates: Sequence[Dated], paper: Paper) -> Iterator[Outcome]:
    """No patient can be followed for longer than from the first enrolment to the last look."""
    starts = [d for d in dates if d.role == "enrolment start"]
    ends = [d for d in dates if d.role in {"cutoff", "submission"}]
    if not starts or not ends:
        return
    start, end = min(starts, key=lambda d: d.first), min(ends, key=lambda d: d.last)
    possible = (end.last - start.first).days / DAYS_PER_MONTH
    times = [c for c in paper.claims if c.variable in _TIMES and c.unit.startswith("month")]
    longest = [p for p in points(times) if p.name in {"max", "median", "q3"}]
    for point in longest:
        days = (end.last - start.first).days
        text = (
            f"{point.claim.variable}: {point.name} {point.value.text} months "
            f"({point.claim.place}); from {start.text} to {end.text} are {days} days, "
            f"{possible:.1f} months"
        )
        claims = ids([point.claim, start.claim, end.claim])
        if point.value.low * 30 > days:
            rescue = ("the time begins before enrolment",)
            yield Discrepancy("P133", text, claims, SOURCE, rescued_by=rescue)
        else:
            yield Passed("P133", text, claims)
