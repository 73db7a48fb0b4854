"""Whether something happened in the days before: events of the records, and statements of none."""

from __future__ import annotations

from datetime import date

from hepatica.clinic.rules.eligibility.atom import Atom, days_text
from hepatica.clinic.rules.eligibility.evidence import Event, Evidence, remarks
from hepatica.clinic.rules.eligibility.truth import Truth
from hepatica.study.criterion import Expression


def look_back(expression: Expression, evidence: Evidence, day: date) -> Atom:
    """Whether an event reaches into the days before `day`; denied only by a recent statement."""
    name = expression.variable
    days = int(expression.value) if expression.value is not None else expression.window_days
    events = evidence.events.get(name, ())
    happened = [e for e in events if not e.none and _possible(e, day, days)]
    certain = next((e for e in reversed(happened) if _certain(e, day, days)), None)
    flip = expression.comparator == "is-false"
    period = f"in the {days_text(days)} before" if days is not None else "before"
    if certain is not None:
        reason = f"{certain.what} on record {period}"
        return _told(expression, Truth.of(not flip), reason, certain)
    if happened:
        reason = f"{happened[-1].what} may have been {period}: its dates do not tell"
        return _told(expression, Truth.UNKNOWN, reason, happened[-1])
    statement = max(
        (e for e in events if e.none), key=lambda e: e.begin_to or date.min, default=None
    )
    remark = remarks().get(name)
    allowed = remark.statement_days if remark else None
    if statement is None or statement.begin_from is None:
        return Atom(expression=expression, truth=Truth.UNKNOWN, reason="not recorded")
    old = (day - statement.begin_from).days
    if allowed is not None and old > allowed:
        reason = f"the denial is {days_text(old)} old, {days_text(allowed)} allowed"
        return _told(expression, Truth.UNKNOWN, reason, statement)
    return _told(expression, Truth.of(flip), f"{statement.what} stated", statement)


def _certain(event: Event, day: date, days: int | None) -> bool:
    """Whether the event lies in the period whatever its partial dates mean."""
    if event.begin_to is None or event.begin_from is None or event.begin_to > day:
        return False
    ended = max(event.end_from or event.begin_from, event.begin_from)
    return days is None or (day - ended).days <= days


def _possible(event: Event, day: date, days: int | None) -> bool:
    """Whether the event may lie in the period; without an end it may have lasted."""
    return days is None or event.end_to is None or (day - event.end_to).days <= days


def _told(expression: Expression, truth: Truth, reason: str, event: Event) -> Atom:
    return Atom(
        expression=expression,
        truth=truth,
        reason=reason,
        text=event.what,
        on=event.begin_to if event.end_to is None else event.end_to,
        source=event.source,
        place=event.place,
    )
