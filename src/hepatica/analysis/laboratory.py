"""Laboratory safety: the worst grade of each subject after baseline, shifts, and what has no grade.

A test that was never taken is said to be absent, never counted as grade 0; a subject whose results
could not be graded is counted apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from hepatica.analysis.population import Group, Population
from hepatica.analysis.result import Result
from hepatica.analysis.share import share
from hepatica.clinic.dataset import Adam
from hepatica.clinic.rules.ctcae.table import Term, terms
from hepatica.study import Study

GRADES = (0, 1, 2, 3, 4)
MISSING = "missing"
_METHOD = "worst CTCAE grade after the first treatment, each subject once"
_DATASET = {"lab": "ADLB", "vital": "ADVS"}
# A blood pressure is graded on its systolic row; a diastolic value alone on its own.
_SYSTOLIC, _DIASTOLIC = "SYSBP", "DIABP"


@dataclass(slots=True)
class Course:
    """Grades of one subject and term: the worst after baseline, the one at baseline."""

    worst: int | None = None
    base: int | None = None
    ungraded: int = 0


Courses = Mapping[str, Course]


def laboratory_results(study: Study, adam: Adam, people: Population) -> Iterator[Result]:
    """Worst grades, shifts from baseline and ungraded results of every CTCAE term with a test."""
    graded = [
        t for t in terms() if t.version == study.safety.grading_version and t.kind in _DATASET
    ]
    for term in graded:
        table = _rows(adam[_DATASET[term.kind]], term)
        row = partial(
            Result, "lab", people.id, term.term, dataset=_DATASET[term.kind], clause="safety"
        )
        if not table.num_rows:
            yield row(
                criterion="worst grade",
                level="tested",
                statistic="n",
                value=None,
                unit="patients",
                note="the test was never taken",
            )
            continue
        courses = _courses(table)
        for group in people.parts:
            own = partial(row, group=group.name)
            yield from _worst(partial(own, criterion="worst grade"), group, courses)
            yield from _shift(partial(own, criterion="shift"), group, courses)
        yield from _ungraded(partial(row, criterion="not graded"), table, people.everyone)


def _rows(table: pa.Table, term: Term) -> pa.Table:
    """Records of the term's test: subject, grade, grade at baseline, reason, after baseline."""
    side = term.direction if term.kind == "lab" else ""
    code = table["PARAMCD"]
    if term.test == "BP":
        alone = pc.and_(pc.equal(code, _DIASTOLIC), pc.is_valid(table["ATOXDSC"]))
        own = table.filter(pc.or_(pc.equal(code, _SYSTOLIC), alone))
    else:
        own = table.filter(pc.equal(code, term.test))
    names = [f"ATOXGR{side}", f"BTOXGR{side}", f"REASON{side}"]
    picked = own.select(["SUBJID", *names, "APOSTFL"])
    return picked.rename_columns(["subject", "grade", "base", "reason", "after"])


def _courses(table: pa.Table) -> dict[str, Course]:
    after = table.filter(pc.equal(table["after"], "Y"))
    found: dict[str, Course] = {}
    columns = (after[n].to_pylist() for n in ("subject", "grade", "base"))
    for subject, grade, base in zip(*columns, strict=True):
        course = found.setdefault(subject, Course())
        course.base = base if course.base is None else course.base
        if grade is None:
            course.ungraded += 1
        else:
            course.worst = grade if course.worst is None else max(course.worst, grade)
    return found


def _worst(row: partial[Result], group: Group, courses: Courses) -> Iterator[Result]:
    own = {s: courses[s] for s in group.subjects if s in courses}
    graded = [s for s, c in own.items() if c.worst is not None]
    of = partial(share, of=graded, method=_METHOD, whole="subjects with a grade")
    for grade in GRADES:
        yield from of(
            partial(row, level=f"grade {grade}"), [s for s in graded if own[s].worst == grade]
        )
    severe = [s for s in graded if (own[s].worst or 0) >= 3]
    yield from of(partial(row, level="grade >= 3"), severe)
    counted = {
        "tested": list(own),
        "not graded": [s for s in own if s not in set(graded)],
        "some results not graded": [s for s in graded if own[s].ungraded],
        "not tested": [s for s in group.subjects if s not in own],
    }
    for level, who in counted.items():
        yield row(
            level=level,
            statistic="n",
            value=float(len(who)),
            unit="patients",
            subjects=tuple(who),
            method="results after the first treatment",
        )


def _shift(row: partial[Result], group: Group, courses: Courses) -> Iterator[Result]:
    """From the grade at baseline to the worst one, for every baseline grade that occurs."""
    own = {s: courses[s] for s in group.subjects if s in courses}
    at_base = {_word(c.base) for c in own.values()}
    for base in [w for w in map(_word, (*GRADES, None)) if w in at_base]:
        for worst in map(_word, (*GRADES, None)):
            who = tuple(
                s for s, c in own.items() if (_word(c.base), _word(c.worst)) == (base, worst)
            )
            yield row(
                level=f"{base} to {worst}",
                statistic="n",
                value=float(len(who)),
                unit="patients",
                subjects=who,
                method="CTCAE grade at baseline to the worst after it",
            )


def _word(grade: int | None) -> str:
    return MISSING if grade is None else str(grade)


def _ungraded(row: partial[Result], table: pa.Table, everyone: Group) -> Iterator[Result]:
    told = table.filter(pc.is_valid(table["reason"]))
    members = set(everyone.subjects)
    found: dict[str, list[str]] = {}
    for subject, reason in zip(
        told["subject"].to_pylist(), told["reason"].to_pylist(), strict=True
    ):
        if subject in members:
            found.setdefault(reason, []).append(subject)
    for reason, subjects in sorted(found.items(), key=lambda item: (-len(item[1]), item[0])):
        yield row(
            level=reason,
            statistic="n",
            value=float(len(subjects)),
            unit="results",
            subjects=tuple(dict.fromkeys(subjects)),
            method="results on record, baseline included",
        )
