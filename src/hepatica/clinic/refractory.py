"""TACE-refractory status of every subject by each definition, as the dataset ADREF.

The protocol's definition answers the eligibility variable `tace_refractory`. Where the records do
not tell, the date declared by the study is taken as its recorded statement, and the row says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from hepatica.clinic.dataset import datasets
from hepatica.clinic.query import Query
from hepatica.clinic.rules.refractory.course import Course, course_of
from hepatica.clinic.rules.refractory.definition import CLAUSES, Status, cci, easl, jsh, seed
from hepatica.clinic.step import Step
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.study import Study
from hepatica.study.demand import parts

Row = Mapping[str, Any]
# Days by which a declaration may follow the scan: the window of the seed's criterion I, ours.
DECLARED_WITHIN_DAYS = 42

_FACT = pa.schema(
    [
        ("subject", pa.string()),
        ("date", pa.date32()),
        ("refractory", pa.bool_()),
        ("note", pa.string()),
        ("source", pa.string()),
        ("src_file", pa.string()),
        ("src_sheet", pa.string()),
        ("src_row", pa.int64()),
    ]
)


def derive_refractory(study: Study, query: Query) -> Step:
    """Derive ADREF and the findings where a declared status is not the derived one.

    ADREF is empty where the protocol neither defines nor asks for the status.
    """
    query.derive("reference_day")
    if study.refractory is None and not _asked(study):
        query.write("refractory_fact", _FACT.empty_table())
        return Step(tables={"ADREF": datasets()["ADREF"].schema().empty_table()})
    people = query.derive("refractory_declared").to_pylist()
    inputs = [_by_subject(query.derive(f"tace_{n}")) for n in _INPUTS]
    statuses = {p["subject"]: _statuses(study, _course(p["subject"], inputs)) for p in people}
    chosen = study.refractory.definition if study.refractory else "seed"
    facts = [fact for p in people for fact in _facts(p, _of(statuses[p["subject"]], chosen))]
    query.write("refractory_fact", pa.Table.from_pylist(facts, _FACT))
    rows = [_row(study, p, s, chosen) for p in people for s in statuses[p["subject"]]]
    return Step(
        tables={"ADREF": pa.Table.from_pylist(rows, datasets()["ADREF"].schema())},
        findings=tuple(f for p in people for f in _odd(p, _of(statuses[p["subject"]], chosen))),
    )


_INPUTS = ("session", "look", "marker", "between")


def _asked(study: Study) -> bool:
    return any(
        expression.variable == "tace_refractory"
        for criteria in (study.inclusion, study.exclusion)
        for criterion in criteria
        for _, expression in parts(criterion, ())
    )


def _by_subject(table: pa.Table) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in table.to_pylist():
        found.setdefault(row["subject"], []).append(row)
    return found


def _course(subject: str, inputs: Sequence[Mapping[str, list[Row]]]) -> Course:
    sessions, looks, markers, between = (table.get(subject, []) for table in inputs)
    return course_of(sessions, looks, markers, between)


def _statuses(study: Study, course: Course) -> tuple[Status, ...]:
    given = study.refractory
    minimum = given.min_consecutive_tace if given else 2
    clauses = [CLAUSES[w] for w in given.any_of] if given else ["PD", "NEWLES", "VASC", "EHS"]
    return (
        seed(course, minimum, clauses),
        seed(course, minimum, clauses, gated=False),
        jsh(course),
        easl(course),
        cci(course),
    )


def _of(statuses: Sequence[Status], definition: str) -> Status:
    return next(s for s in statuses if s.definition == definition)


def _facts(person: Row, status: Status) -> Iterator[dict[str, Any]]:
    """The one fact that answers `tace_refractory`; none where nothing is known."""
    declared: date | None = person["declared"]
    rule = f"by {status.definition}"
    base = {"subject": person["subject"], "refractory": status.answer != "N"}
    if status.answer == "NE":
        if declared is not None:
            note = f"as declared; {rule} not evaluable: {status.reason}"
            yield base | _record(person) | {"date": declared, "note": note, "source": "subjects"}
        return
    day = status.on or declared or person["day"]
    dated = "" if status.on else ", dated as declared" if declared else ""
    if status.answer == "N":
        day, dated = person["day"], ""
    source = "history" if status.on is None else "measurements"
    place = status.place
    yield base | {
        "date": day if status.on or declared or status.answer == "N" else None,
        "note": f"{rule}: {status.reason}{dated}",
        "source": source,
        "src_file": place.file,
        "src_sheet": place.sheet,
        "src_row": place.row,
    }


def _record(person: Row) -> dict[str, Any]:
    return {name: person[name] for name in ("src_file", "src_sheet", "src_row")}


def _row(study: Study, person: Row, status: Status, chosen: str) -> dict[str, Any]:
    identity = study.study.id
    return {
        "STUDYID": identity,
        "USUBJID": f"{identity}-{person['subject']}",
        "SUBJID": person["subject"],
        "DEFVER": status.definition,
        "DEFFL": "Y" if status.definition == chosen else "N",
        "REFRRES": status.answer,
        "REFRDT": status.on,
        "REFRCRIT": status.clause or None,
        "NTACE": status.sessions,
        "REASON": status.reason,
        "DECLDT": person["declared"],
        "SRCFILE": status.place.file or None,
        "SRCSHEET": status.place.sheet or None,
        "SRCROW": status.place.row,
    }


def _odd(person: Row, status: Status) -> Iterator[Finding]:
    """A finding where the declaration is not what the protocol's definition gives."""
    declared: date | None = person["declared"]
    found = expected = ""
    told = f"{status.definition}: {status.reason}"
    if declared is None and status.answer == "Y":
        found, expected = "no date declared", f"a date; refractory by {told}"
    elif declared is not None and status.answer == "N":
        found, expected = f"declared on {declared}", f"no date; not refractory by {told}"
    elif declared is not None and status.on is not None:
        late = (declared - status.on).days
        if late < 0 or late > DECLARED_WITHIN_DAYS:
            found = f"declared on {declared}"
            expected = f"{status.on} or up to {DECLARED_WITHIN_DAYS} days later; {told}"
    if found:
        place = Place(
            person["src_file"] or "",
            person["src_sheet"] or "",
            person["src_row"],
            "TACE-refractory on",
        )
        subject = person["subject"]
        yield finding_of("C033", place, found=found, expected=expected, subject=subject)
