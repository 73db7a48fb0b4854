"""What screening brings to light: reasons that do not fit, values not understood, odd classes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hepatica.clinic.query import Query
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.study import Study
from hepatica.study.demand import Demand, demands
from hepatica.study.liver_reach import child_pugh_cap

# Findings of one kind that are told one by one.
MOST_TOLD = 10
_LIVER = {"bilirubin_total", "albumin", "inr", "ascites", "encephalopathy"}
_WORD = re.compile(r"[\w.-]+")


def screening_findings(
    study: Study, query: Query, screened: Sequence[Mapping[str, Any]]
) -> Iterator[Finding]:
    """Findings of the screening (`screened.sql`), placed where the records show them."""
    yield from _misread(query)
    yield from _unexplained([r for r in screened if not r["enrolled"] and not r["failed"]])
    for row in screened:
        if not row["enrolled"]:
            yield from _reason(study, row)
    yield from _class_out_of_reach(study, query)


def _place(row: Mapping[str, Any], column: str = "") -> Place:
    return Place(row["src_file"] or "", row["src_sheet"] or "", row["src_row"], column)


def _misread(query: Query) -> Iterator[Finding]:
    for row in query.derive("screening_misread").to_pylist():
        number = row["item"] == "life_expectancy"
        yield finding_of(
            "C030",
            _place(row, "Value"),
            found=f"a value of {row['item']} that cannot be read",
            expected="a number" if number else "Y or N",
            subject=row["subject"],
        )


def _unexplained(rows: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """Subjects not enrolled although nothing fails, one by one; told together where many."""
    expected = "a criterion that fails by the records"
    if len(rows) > MOST_TOLD:
        yield finding_of(
            "C031",
            _place(rows[0], "Why not enrolled"),
            found=f"{len(rows)} subjects not enrolled, no criterion fails",
            expected=expected,
        )
        return
    for row in rows:
        told = f"; not known: {', '.join(row['unknown'])}" if row["unknown"] else ""
        yield finding_of(
            "C031",
            _place(row, "Why not enrolled"),
            found=f"not enrolled, no criterion fails{told}",
            expected=expected,
            subject=row["subject"],
        )


def _reason(study: Study, row: Mapping[str, Any]) -> Iterator[Finding]:
    failed = row["failed"] or []
    known = {c.id for c in (*study.inclusion, *study.exclusion)}
    named = [word for word in _WORD.findall(row["reason"] or "") if word in known]
    wrong = [name for name in named if name not in failed]
    if wrong and failed:
        yield finding_of(
            "C032",
            _place(row, "Why not enrolled"),
            found=f"criterion {', '.join(wrong)} as the reason",
            expected=f"one that fails by the records: {', '.join(failed)}",
            subject=row["subject"],
        )


def _class_out_of_reach(study: Study, query: Query) -> Iterator[Finding]:
    asked = list(_demands(study))
    cap = child_pugh_cap(asked)
    reached = {"A"} | ({"B"} if cap >= 7 else set()) | ({"C"} if cap >= 10 else set())
    ids = _limiting(study)
    for row in query.derive("child_pugh_enrolled").to_pylist():
        if ids and row["class"] not in reached:
            yield finding_of(
                "C034",
                _place(row, "Child-Pugh class"),
                found=f"Child-Pugh class {row['class']} enrolled",
                expected=f"at most {cap} points: criteria {', '.join(ids)} together allow no more",
                subject=row["subject"],
            )


def _demands(study: Study) -> Iterator[Demand]:
    for position, criterion in enumerate(study.inclusion):
        yield from demands(criterion, ("inclusion", position), wanted=True)
    for position, criterion in enumerate(study.exclusion):
        yield from demands(criterion, ("exclusion", position), wanted=False)


def _limiting(study: Study) -> list[str]:
    """Ids of the criteria that limit a part of the Child-Pugh score."""
    found = []
    for criteria, wanted in ((study.inclusion, True), (study.exclusion, False)):
        for criterion in criteria:
            asked = demands(criterion, (), wanted=wanted)
            if any(d.expression.variable in _LIVER for d in asked):
                found.append(criterion.id)
    return found
