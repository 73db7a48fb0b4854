"""Deaths: how many, how soon after the last treatment, and whether an event calls them related.

A death is related to treatment where a fatal event of the subject says so, and not related where
every fatal event denies it; in all other cases the relation is unknown. No cause is interpreted.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from hepatica.analysis.adverse_event import RELATED
from hepatica.analysis.population import Group, Population
from hepatica.analysis.result import Result
from hepatica.analysis.share import share
from hepatica.clinic.dataset import Adam
from hepatica.clinic.safety import FATAL
from hepatica.study import Study

Row = dict[str, Any]
_WHOLE = "the safety population"
RELATIONS = ("related to treatment", "not related to treatment", "relation unknown")


def death_results(study: Study, adam: Adam, people: Population) -> Iterator[Result]:
    """Deaths of the safety population, by arm: all, within days of treatment, by relation."""
    relation = _relations(adam["ADAE"].to_pylist())
    for group in people.parts:
        row = partial(
            Result,
            "safety",
            people.id,
            "Deaths",
            criterion="deaths",
            group=group.name,
            dataset="ADSL",
            clause="safety",
        )
        dead = [r for r in group.rows if r["DTHDT"] is not None]
        yield from _counted(row, group, "all", dead, "deaths up to the data cutoff")
        for days in study.safety.session_days:
            yield from _within(row, group, days)
        for word in RELATIONS:
            own = [r for r in dead if relation.get(r["SUBJID"], RELATIONS[2]) == word]
            yield from _counted(row, group, word, own, "by the fatal events on record")


def _counted(
    row: partial[Result], group: Group, level: str, rows: list[Any], method: str
) -> Iterator[Result]:
    who = {r["SUBJID"] for r in rows}
    yield from share(partial(row, level=level), who, group.subjects, method=method, whole=_WHOLE)


def _within(row: partial[Result], group: Group, days: int) -> Iterator[Result]:
    treated = [r for r in group.rows if r["TRTEDT"] is not None]
    near = [r for r in treated if r["DTHDT"] and (r["DTHDT"] - r["TRTEDT"]).days <= days]
    yield from _counted(
        row,
        group,
        f"within {days} days",
        near,
        f"death at most {days} days after the last treatment or session",
    )
    short = [
        r["SUBJID"]
        for r in treated
        if r["DTHDT"] is None
        and (r["LSTALVDT"] is None or (r["LSTALVDT"] - r["TRTEDT"]).days < days)
    ]
    yield row(
        level=f"not followed for {days} days",
        statistic="n",
        value=float(len(short)),
        unit="patients",
        subjects=tuple(short),
        method=f"last known alive less than {days} days after the last treatment",
    )


def _relations(events: list[Row]) -> dict[str, str]:
    """Relation of each subject's death by the fatal events: yes once is yes, no needs all."""
    found: dict[str, str] = {}
    fatal = [e for e in events if e["AETOXGR"] == 5 or (e["AEOUT"] or "").strip().lower() in FATAL]
    for subject in dict.fromkeys(e["SUBJID"] for e in fatal):
        said = [e["AEREL"] for e in fatal if e["SUBJID"] == subject]
        if any(s in RELATED for s in said):
            found[subject] = RELATIONS[0]
        elif all(said):
            found[subject] = RELATIONS[1]
    return found
