"""The follow-up schedule: how many planned visits were done, out of window or missed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from hepatica.analysis.population import Group, Population
from hepatica.analysis.result import Result
from hepatica.clinic.dataset import Adam

STATUSES = ("DONE", "OUT OF WINDOW", "MISSED", "OVERDUE", "DUE", "PLANNED")
# The window of these has closed: what was planned is either done or not.
CLOSED = STATUSES[:4]


def schedule_results(adam: Adam, people: Population) -> Iterator[Result]:
    """Planned visits by assessment and status, with the subjects behind each count."""
    visits = adam["ADSV"].to_pylist()
    for assessment in dict.fromkeys(v["PARAM"] for v in visits):
        own = [v for v in visits if v["PARAM"] == assessment]
        for group in people.parts:
            yield from _counts(people.id, group, assessment, own)


def _counts(
    population: str, group: Group, assessment: str, visits: list[dict[str, Any]]
) -> Iterator[Result]:
    members = set(group.subjects)
    own = [v for v in visits if v["SUBJID"] in members]
    row = partial(
        Result,
        "schedule",
        population,
        assessment,
        group=group.name,
        dataset="ADSV",
        clause="schedule",
        method="planned visits as of the data cutoff, all patients together",
    )
    closed = [v for v in own if v["AVALC"] in CLOSED]
    everyone = tuple(s for s in group.subjects if any(v["SUBJID"] == s for v in closed))
    yield row("N", float(len(closed)), level="window closed", unit="visits", subjects=everyone)
    for status in STATUSES:
        found = [v for v in own if v["AVALC"] == status]
        who = {v["SUBJID"] for v in found}
        subjects = tuple(s for s in group.subjects if s in who)
        named = partial(row, level=status, subjects=subjects)
        yield named("n", float(len(found)), unit="visits")
        if status in CLOSED:
            yield named(
                "percent",
                100 * len(found) / len(closed) if closed else None,
                unit="percent",
                note="" if closed else "no window has closed",
            )
