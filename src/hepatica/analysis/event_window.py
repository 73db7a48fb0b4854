"""Adverse events by system organ class, by session and within days of a session.

An event belongs to the latest session on or before its start; one with an imputed start belongs to
none and is counted apart. The post-embolization syndrome is the protocol's grouping.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from hepatica.analysis.adverse_event import ANY, event_levels, ordered_terms
from hepatica.analysis.population import Group, Population
from hepatica.analysis.result import Result
from hepatica.analysis.share import share
from hepatica.clinic.dataset import Adam
from hepatica.study import Study

Row = dict[str, Any]
NO_CLASS = "System organ class missing"
SYNDROME = "Post-embolization syndrome"
_SHORT = (
    *("any grade", "grade >= 3", "grade missing"),
    *("serious", "seriousness missing", "related", "relation missing"),
)
_ONCE = "each subject once at the worst grade"


def event_window_results(study: Study, adam: Adam, people: Population) -> Iterator[Result]:
    """Counts by system organ class, by session number and within the protocol's days."""
    members = set(people.everyone.subjects)
    events = [e for e in adam["ADAE"].to_pylist() if e["SUBJID"] in members]
    sessions = [s for s in adam["ADSESS"].to_pylist() if s["SUBJID"] in members]
    for group in people.parts:
        row = partial(
            Result, "safety", people.id, group=group.name, dataset="ADAE", clause="safety"
        )
        yield from _by_class(row, group, [e for e in events if e["TRTEMFL"] == "Y"])
        if sessions and events:
            yield from _by_session(row, group, events, sessions)
            if any(s["EMBOLFL"] == "Y" for s in sessions):
                yield from _grouping(row, group, sessions)
            for days in study.safety.session_days:
                yield from _within(row, group, events, days)
    yield from _measured(people, events)


def _by_class(row: partial[Result], group: Group, events: list[Row]) -> Iterator[Result]:
    if not any(e["AEBODSYS"] for e in events):
        return
    classes = ordered_terms([e | {"AEDECOD": e["AEBODSYS"] or NO_CLASS} for e in events])
    named = partial(row, criterion="by system organ class")
    for name in classes:
        own = [e for e in events if (e["AEBODSYS"] or NO_CLASS) == name]
        for level, who in event_levels(own):
            yield from share(
                partial(named, variable=name, level=level),
                who,
                group.subjects,
                method=_ONCE,
                whole="the safety population",
            )


def _by_session(
    row: partial[Result], group: Group, events: list[Row], sessions: list[Row]
) -> Iterator[Result]:
    members = set(group.subjects)
    for number in sorted({s["SESSION"] for s in sessions}):
        had = [s for s in sessions if s["SESSION"] == number and s["SUBJID"] in members]
        of = tuple(s["SUBJID"] for s in had)
        own = [e for e in events if e["SESSION"] == number and e["SUBJID"] in members]
        named = partial(row, criterion="by session", variable=f"Session {number}")
        yield named(
            level="patients",
            statistic="n",
            value=float(len(of)),
            unit="patients",
            subjects=of,
            method="patients with that session",
        )
        for level, who in event_levels(own):
            yield from share(
                partial(named, level=level),
                who,
                of,
                method=f"{_ONCE}; events from the session to the next",
                whole="patients with that session",
            )
        if any(s["SESSION"] == number and s["EMBOLFL"] == "Y" for s in sessions):
            yield from _syndrome(partial(named, level=SYNDROME), had, "at that session")


def _syndrome(row: partial[Result], sessions: list[Row], when: str) -> Iterator[Result]:
    """Subjects with the syndrome among those of whose embolizations it is known."""
    own = [s for s in sessions if s["EMBOLFL"] == "Y"]
    met = {s["SUBJID"] for s in own if s["PESFL"] == "Y"}
    unknown = {s["SUBJID"] for s in own if s["PESFL"] is None} - met
    known = tuple(dict.fromkeys(s["SUBJID"] for s in own if s["SUBJID"] not in unknown))
    yield from share(
        row,
        met,
        known,
        method=f"at least one embolization {when} with the syndrome, by [safety.post_embolization]",
        whole=f"patients with an embolization {when} of whom it is known",
    )


def _grouping(row: partial[Result], group: Group, sessions: list[Row]) -> Iterator[Result]:
    members = set(group.subjects)
    own = [s for s in sessions if s["EMBOLFL"] == "Y" and s["SUBJID"] in members]
    named = partial(row, variable=SYNDROME, criterion="grouping", dataset="ADSESS")
    yield from _syndrome(partial(named, level="patients"), own, "at any session")
    for level, flag in (
        ("sessions with", "Y"),
        ("sessions without", "N"),
        ("sessions unknown", None),
    ):
        found = [s for s in own if s["PESFL"] == flag]
        yield named(
            level=level,
            statistic="n",
            value=float(len(found)),
            unit="sessions",
            subjects=tuple(dict.fromkeys(s["SUBJID"] for s in found)),
            method="embolizations",
        )


def _within(row: partial[Result], group: Group, events: list[Row], days: int) -> Iterator[Result]:
    """Events that begin on the day of a session or up to `days` after it."""
    near = [e for e in events if e["SESSDAY"] is not None and e["SESSDAY"] <= days]
    members = set(group.subjects)
    unplaced = [e for e in events if e["SUBJID"] in members and _unplaced(e)]
    named = partial(row, criterion=f"within {days} days of a session")
    for term in (ANY, *ordered_terms(near)):
        own = near if term == ANY else [e for e in near if e["AEDECOD"] == term]
        for level, who in event_levels(own):
            if term != ANY and level not in _SHORT:
                continue
            yield from share(
                partial(named, variable=term, level=level),
                who,
                group.subjects,
                method=f"{_ONCE}; start 0 to {days} days after the latest session",
                whole="the safety population",
            )
    yield named(
        variable=ANY,
        level="events without a whole start date",
        statistic="n",
        value=float(len(unplaced)),
        unit="events",
        subjects=tuple(dict.fromkeys(e["SUBJID"] for e in unplaced)),
        method="not counted: their session is not known",
    )


def _unplaced(event: Row) -> bool:
    return event["ASTDT"] is None or event["ASTDTF"] is not None


def _measured(people: Population, events: Sequence[Row]) -> Iterator[Result]:
    """Collected grades against the worst measured one in the event's dates, counted in events."""
    tested = [e for e in events if e["MEASAGR"]]
    levels = sorted({e["MEASAGR"] for e in tested})
    for term in sorted({e["AEDECOD"] for e in tested}):
        own = [e for e in tested if e["AEDECOD"] == term]
        for said in levels:
            found = [e for e in own if e["MEASAGR"] == said]
            yield Result(
                "safety",
                people.id,
                term,
                criterion="collected against measured grade",
                level=said,
                statistic="n",
                value=float(len(found)),
                unit="events",
                subjects=tuple(dict.fromkeys(e["SUBJID"] for e in found)),
                dataset="ADAE",
                clause="safety",
                method="worst CTCAE grade of the results between start and end of the event",
            )
