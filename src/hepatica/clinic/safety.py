"""Adverse events in full: session, post-embolization syndrome, grades held against measurements.

Nothing is guessed: a death is related to treatment only where a fatal event says so, a grade that
a term cannot have is told and kept, and a missing grade is no agreement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from hepatica.clinic.dataset import datasets
from hepatica.clinic.query import Query
from hepatica.clinic.rules.ctcae.table import name_table, other_names, term_of
from hepatica.clinic.rules.liver.limit import limit_table
from hepatica.clinic.step import Step
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.study import Study

FATAL = frozenset({"fatal", "death", "died", "dead"})
Row = Mapping[str, Any]


def derive_safety(study: Study, query: Query) -> Step:
    """Derive ADAE with session, grouping and measured grade, and ADSESS; tell what disagrees."""
    version = study.safety.grading_version
    _write_rules(query, study)
    query.derive("session")
    query.derive("post_embolization")
    adae = query.derive("adae_graded", datasets()["ADAE"].schema())
    query.write("adae", adae)
    query.write("liver_limit", limit_table())
    tables = {"ADAE": adae} | {
        name: query.derive(name.lower(), datasets()[name].schema()) for name in ("ADSESS", "ADLBHY")
    }
    dead = {
        row["SUBJID"]: row["DTHDT"]
        for row in query.derive("death_of_subject").to_pylist()
        if row["DTHDT"]
    }
    findings: list[Finding] = []
    for event in adae.to_pylist():
        findings += _impossible(event, version)
        findings += _disagreeing(event, version)
        findings += _fatal(event, dead)
    findings += [_unreported(row, version) for row in query.derive("unreported_grade").to_pylist()]
    findings += [_ungraded(row) for row in query.derive("ungraded").to_pylist()]
    return Step(tables, tuple(findings))


def _write_rules(query: Query, study: Study) -> None:
    rule = study.safety.post_embolization
    query.write(
        "pes_rule",
        pa.table({"window_hours": [rule.window_hours], "at_least": [rule.at_least]}),
    )
    pairs = [(i, term.lower()) for i, terms in enumerate(rule.components) for term in terms]
    components = {"component": [i for i, _ in pairs], "term": [term for _, term in pairs]}
    query.write("pes_component", pa.table(components))
    query.write("ctcae_name", name_table(study.safety.grading_version))


def _impossible(event: Row, version: str) -> Iterator[Finding]:
    """A grade that the term does not have, and a name that is no term of CTCAE."""
    name = (event["AEDECOD"] or "").strip().lower()
    grade = event["AETOXGR"]
    known = term_of(version).get(name)
    stands_for = [term_of(version)[t.lower()] for t in other_names().get(name, ())]
    own = [known] if known else stands_for
    if grade is not None and own and not any(grade in term.grades for term in own):
        grades = ", ".join(map(str, sorted({g for term in own for g in term.grades})))
        yield finding_of(
            "C050",
            _place(event, "CTCAE grade"),
            found=f"{event['AETERM']} grade {grade}",
            expected=f"one of the grades {grades} (CTCAE {version})",
            subject=event["SUBJID"],
        )
    if known is None and name in other_names() and _no_term(name):
        terms = " or ".join(t.term for t in stands_for)
        yield finding_of(
            "C051",
            _place(event, "Term"),
            found=repr(event["AETERM"]),
            expected=f"a term of CTCAE, such as {terms}"
            if terms
            else "its parts as events of their own: fever, abdominal pain, nausea, vomiting",
            subject=event["SUBJID"],
        )


def _no_term(name: str) -> bool:
    return name in other_names(no_term=True)


def _disagreeing(event: Row, version: str) -> Iterator[Finding]:
    if event["MEASAGR"] == "differs":
        yield finding_of(
            "C052",
            _place(event, "CTCAE grade"),
            found=f"{event['AETERM']} grade {event['AETOXGR']}",
            expected=f"grade {event['MEASGR']}, the worst that the measurements in its dates "
            f"have by CTCAE {version}",
            hint="symptoms and treatment are not in a number",
            subject=event["SUBJID"],
        )


def _fatal(event: Row, dead: Mapping[str, Any]) -> Iterator[Finding]:
    """Death among the events against the death on record."""
    outcome = (event["AEOUT"] or "").strip().lower()
    fatal, grade = outcome in FATAL, event["AETOXGR"]
    if (fatal or grade == 5) and event["SUBJID"] not in dead:
        said = f"outcome {event['AEOUT']}" if fatal else "grade 5"
        yield finding_of(
            "C053",
            _place(event, "Outcome" if fatal else "CTCAE grade"),
            found=f"{event['AETERM']}, {said}, and no death in the follow-up",
            expected="a follow-up row of status dead up to the data cutoff",
            subject=event["SUBJID"],
        )
    if outcome and grade is not None and fatal != (grade == 5):
        yield finding_of(
            "C054",
            _place(event, "Outcome"),
            found=f"{event['AETERM']} grade {grade}, outcome {event['AEOUT']}",
            expected="grade 5 and a fatal outcome together",
            subject=event["SUBJID"],
        )
    ended, died = event["AENDT"], dead.get(event["SUBJID"])
    if fatal and ended and died and ended != died:
        yield finding_of(
            "C057",
            _place(event, "End"),
            found=f"{event['AETERM']} ended fatally on {ended}, death is on {died}",
            expected="one day",
            subject=event["SUBJID"],
        )


def _unreported(row: Row, version: str) -> Finding:
    return finding_of(
        "C055",
        Place(row["src_file"], row["src_sheet"], row["src_row"], "Result"),
        found=f"{row['term']} of grade {row['grade']} on {row['date']} by CTCAE {version}",
        expected="an event of that term in whose dates the result lies",
        subject=row["subject"],
    )


def _ungraded(row: Row) -> Finding:
    results, subjects = row["results"], row["subjects"]
    return finding_of(
        "C056",
        Place(row["src_file"], row["src_sheet"], row["src_row"], "Result"),
        found=f"{results} result{'' if results == 1 else 's'} of {row['test']} of {subjects} "
        f"subject{'' if subjects == 1 else 's'} without a grade for {row['term']}, this the first",
        expected=row["reason"].removeprefix("needed: "),
        hint="calcium is corrected by the albumin of the same day"
        if row["test"] == "CACORR"
        else "",
    )


def _place(event: Row, column: str) -> Place:
    return Place(event["SRCFILE"] or "", event["SRCSHEET"] or "", event["SRCROW"], column)
