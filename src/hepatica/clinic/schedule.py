"""The follow-up schedule of every subject: planned visits and what became of them (ADSV)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

import pyarrow as pa

from hepatica.clinic.dataset import datasets
from hepatica.clinic.deviation import Deviation
from hepatica.clinic.query import Query
from hepatica.clinic.rules.schedule.interval import Interval
from hepatica.clinic.rules.schedule.visit import Course, Status, Visit, planned_visits
from hepatica.clinic.step import Step
from hepatica.core.finding import Place
from hepatica.study import Study

# PARAMCD of each assessment that records can show; "adverse events" are not among them.
ASSESSMENTS = {
    "contrast CT or MRI": "IMAGING",
    "labs": "LABS",
    "vital signs": "VITALS",
    "ECOG performance status": "ECOG",
    "liver status": "LIVER",
    "survival": "SURVIVAL",
}
# A visit that was not done has no record; what asks for it is the protocol.
PROTOCOL = Place(file="study.toml", column="schedule")

Source = tuple[str, str, str, int | None]  # table, file, sheet, row


@dataclass(slots=True)
class _Subject:
    """What is on record of one subject: anchors, and examinations with their record."""

    anchors: list[date] = field(default_factory=list)
    done: dict[str, dict[date, Source]] = field(default_factory=lambda: defaultdict(dict))
    ended: date | None = None


def derive_schedule(study: Study, query: Query) -> Step:
    """Derive ADSV as of the data cutoff, and a deviation for each visit missed or out of window.

    Nothing without a schedule in the protocol.
    """
    if study.schedule is None:
        return Step({"ADSV": datasets()["ADSV"].schema().empty_table()})
    interval = Interval.of(study.schedule)
    subjects = _subjects(query)
    today = study.study.cutoff
    rows: list[dict[str, Any]] = []
    for assessment in study.schedule.assessments:
        if assessment not in ASSESSMENTS:
            continue
        for subject, known in subjects.items():
            done = known.done.get(assessment, {})
            course = Course(known.anchors, list(done), today, known.ended)
            visits = planned_visits(course, interval)
            rows += _rows(study, subject, assessment, visits, done)
    rows.sort(key=lambda row: (row["SUBJID"], row["PARAMCD"], row["AVISITN"]))
    table = pa.Table.from_pylist(rows, datasets()["ADSV"].schema())
    return Step({"ADSV": table}, deviations=tuple(_deviations(rows)))


def _subjects(query: Query) -> dict[str, _Subject]:
    """Enrolled subjects with an anchor; dates ascend as the derivations order them."""
    found: dict[str, _Subject] = {}
    for row in query.derive("schedule_anchor").to_pylist():
        found.setdefault(row["subject"], _Subject()).anchors.append(row["date"])
    for row in query.derive("schedule_examination").to_pylist():
        if row["subject"] in found:
            known = found[row["subject"]].done[row["assessment"]]
            known[row["date"]] = (row["source"], row["src_file"], row["src_sheet"], row["src_row"])
    for row in query.derive("follow_up_end").to_pylist():
        if row["subject"] in found:
            found[row["subject"]].ended = row["date"]
    return found


def _rows(
    study: Study,
    subject: str,
    assessment: str,
    visits: Iterable[Visit],
    done: dict[date, Source],
) -> Iterator[dict[str, Any]]:
    assert study.schedule is not None
    interval = Interval.of(study.schedule)
    for number, visit in enumerate(visits, 1):
        record = done[visit.on] if visit.on else (None, None, None, None)
        target = interval.target(visit.start)
        yield {
            "STUDYID": study.study.id,
            "USUBJID": f"{study.study.id}-{subject}",
            "SUBJID": subject,
            "PARAMCD": ASSESSMENTS[assessment],
            "PARAM": assessment,
            "AVISITN": number,
            "ANCHORN": visit.anchor,
            "STARTDT": visit.start,
            "TGTSTDT": target[0],
            "TGTENDT": target[1],
            "WINSTDT": visit.opens,
            "WINENDT": visit.closes,
            "ADT": visit.on,
            "OUTDAYS": visit.days_out,
            "AVALC": str(visit.status),
            **dict(zip(("SRCDOM", "SRCFILE", "SRCSHEET", "SRCROW"), record, strict=True)),
        }


def _deviations(rows: Iterable[dict[str, Any]]) -> Iterator[Deviation]:
    """One deviation for each visit out of window and for each run of visits missed in a row."""
    for (subject, assessment, status), run in groupby(rows, _run):
        visits = list(run)
        if status == Status.MISSED:
            yield _missed(subject, assessment, visits)
        elif status == Status.OUT_OF_WINDOW:
            yield from map(_out_of_window, visits)


def _run(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["SUBJID"], row["PARAM"], row["AVALC"]


def _missed(subject: str, assessment: str, visits: list[dict[str, Any]]) -> Deviation:
    first, last = visits[0], visits[-1]
    several = f"{len(visits)} visits missed in a row" if len(visits) > 1 else "Visit missed"
    return Deviation(
        subject=subject,
        category="SCHEDULE",
        term=f"{several}: {assessment}",
        clause="schedule",
        value="not done",
        expected=f"{assessment} between {first['WINSTDT']} and {last['WINENDT']}",
        place=PROTOCOL,
    )


def _out_of_window(row: dict[str, Any]) -> Deviation:
    days = row["OUTDAYS"]
    return Deviation(
        subject=row["SUBJID"],
        category="SCHEDULE",
        term=f"Visit out of window: {row['PARAM']}",
        clause="schedule",
        on=row["ADT"],
        value=f"{abs(days)} days {'late' if days > 0 else 'early'}",
        expected=f"{row['PARAM']} between {row['WINSTDT']} and {row['WINENDT']}",
        place=Place(row["SRCFILE"], row["SRCSHEET"], row["SRCROW"]),
    )
