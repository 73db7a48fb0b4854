"""Adverse events: each subject counted once a term, at the worst grade.

Treatment-emergent events of the safety population. Zero is printed as zero: a grade that nobody
had is a count, not a dash.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from hepatica.analysis.population import Group, Population
from hepatica.analysis.result import Result
from hepatica.clinic.dataset import Adam

GRADES = (1, 2, 3, 4, 5)
ANY = "Any adverse event"
RELATED = frozenset({"possible", "probable", "definite", "related"})


def adverse_event_results(adam: Adam, people: Population) -> Iterator[Result]:
    """Any grade, each grade, grade 3 or higher, serious, related, both: overall and by term."""
    members = set(people.everyone.subjects)
    if not adam["ADAE"].num_rows:
        note = "no adverse event is on record: nobody had one, or none was collected"
        row = partial(Result, "ae", people.id, ANY, level="any grade")
        yield row(statistic="n", value=None, unit="patients", note=note, dataset="ADAE")
        return
    events = [e for e in adam["ADAE"].to_pylist() if e["TRTEMFL"] == "Y" and e["SUBJID"] in members]
    for group in people.parts:
        yield from _term(people.id, group, ANY, events)
        for term in ordered_terms(events):
            yield from _term(people.id, group, term, [e for e in events if e["AEDECOD"] == term])


def ordered_terms(events: list[dict[str, Any]]) -> list[str]:
    """Terms by the number of subjects, the most frequent first."""
    subjects: dict[str, set[str]] = {}
    for event in events:
        subjects.setdefault(event["AEDECOD"], set()).add(event["SUBJID"])
    return sorted(subjects, key=lambda term: (-len(subjects[term]), term))


def _term(
    population: str, group: Group, term: str, events: list[dict[str, Any]]
) -> Iterator[Result]:
    """Counts of one term in one group; which levels there are, all groups' events decide."""
    row = partial(Result, "ae", population, term, group=group.name, dataset="ADAE", clause="safety")
    for level, who in event_levels(events):
        subjects = tuple(s for s in group.subjects if s in who)
        named = partial(row, level=level, subjects=subjects)
        method = "each subject once at the worst grade"
        yield named(statistic="n", value=float(len(subjects)), unit="patients", method=method)
        yield named(
            statistic="percent",
            value=100 * len(subjects) / len(group.rows) if group.rows else None,
            unit="percent",
            method="percent of the safety population",
            note="" if group.rows else "no patients",
        )


def event_levels(events: list[dict[str, Any]]) -> Iterator[tuple[str, set[str]]]:
    """Levels with the subjects of each; what was never collected has none, rather than 0."""
    worst = _worst_grade(events)
    yield "any grade", {e["SUBJID"] for e in events}
    if any(e["AETOXGR"] is not None for e in events):
        yield from ((f"grade {g}", {s for s, w in worst.items() if w == g}) for g in GRADES)
        yield "grade >= 3", {s for s, w in worst.items() if w is not None and w >= 3}
        if without := {s for s, w in worst.items() if w is None}:
            yield "grade missing", without
    elif any(e["AESEV"] for e in events):
        yield from _by_severity(events)
    if any(e["AESER"] for e in events):
        serious = {e["SUBJID"] for e in events if e["AESER"] == "Y"}
        yield "serious", serious
        yield from _open("seriousness missing", "AESER", events, serious)
    if any(e["AEREL"] for e in events):
        related = [e for e in events if e["AEREL"] in RELATED]
        yield "related", {e["SUBJID"] for e in related}
        if any(e["AETOXGR"] is not None for e in events):
            yield "related grade >= 3", {e["SUBJID"] for e in related if (e["AETOXGR"] or 0) >= 3}
        yield from _open("relation missing", "AEREL", events, {e["SUBJID"] for e in related})


def _open(
    level: str, column: str, events: list[dict[str, Any]], counted: set[str]
) -> Iterator[tuple[str, set[str]]]:
    """Subjects who might count but for an empty cell; no level where there is nobody."""
    if who := {e["SUBJID"] for e in events if not e[column]} - counted:
        yield level, who


def _worst_grade(events: list[dict[str, Any]]) -> dict[str, int | None]:
    worst: dict[str, int | None] = {}
    for event in events:
        grade, known = event["AETOXGR"], worst.get(event["SUBJID"])
        worst[event["SUBJID"]] = max((g for g in (grade, known) if g is not None), default=None)
    return worst


_SEVERITY = ("mild", "moderate", "severe")


def _by_severity(events: list[dict[str, Any]]) -> list[tuple[str, set[str]]]:
    worst: dict[str, int] = {}
    for event in events:
        if event["AESEV"] in _SEVERITY:
            rank = _SEVERITY.index(event["AESEV"])
            worst[event["SUBJID"]] = max(rank, worst.get(event["SUBJID"], 0))
    found = [(name, {s for s, w in worst.items() if w == i}) for i, name in enumerate(_SEVERITY)]
    return [*found, *_open("severity missing", "AESEV", events, set(worst))]
