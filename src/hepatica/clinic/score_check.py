"""Reported scores against derived ones: what differs is a finding and a deviation in staging."""

from __future__ import annotations

from typing import Any

from hepatica.clinic.deviation import Deviation
from hepatica.clinic.query import Query
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of

Row = dict[str, Any]
Told = tuple[tuple[Finding, ...], tuple[Deviation, ...]]

_CLASS_POINTS = {"A": "5 to 6", "B": "7 to 9", "C": "10 to 15"}


def check_scores(query: Query) -> Told:
    """Every reported Child-Pugh score and BCLC stage that contradicts itself or the derived one.

    A score that cannot be derived that day contradicts nothing.
    """
    findings: list[Finding] = []
    deviations: list[Deviation] = []
    for row in query.derive("score_disagreement").to_pylist():
        code, term, reported, expected = _TOLD[row["kind"]](row)
        place = Place(row["src_file"] or "", row["src_sheet"] or "", row["src_row"], row["column"])
        hint = f"from {row['inputs']}" if row["inputs"] else ""
        findings.append(
            finding_of(
                code, place, found=reported, expected=expected, hint=hint, subject=row["subject"]
            )
        )
        deviations.append(
            Deviation(
                subject=row["subject"],
                category="STAGING",
                term=term,
                on=row["date"],
                value=reported,
                expected=f"{expected}, {hint}" if hint else expected,
                place=place,
            )
        )
    for row in query.derive("score_refused").to_pylist():
        place = Place(row["src_file"] or "", row["src_sheet"] or "", row["src_row"])
        findings.append(
            finding_of(
                "C023",
                place,
                found=f"{row['label']} {row['shown']}",
                expected=f"{row['low']:g} to {row['high']:g} {row['unit']}".strip(),
                subject=row["subject"],
            )
        )
    return tuple(findings), tuple(deviations)


def _child_pugh(row: Row) -> tuple[str, str, str, str]:
    return (
        "C020",
        "Child-Pugh reported differs from derived",
        _points(row["reported_points"], row["reported_class"]),
        _points(row["derived_points"], row["derived_class"]),
    )


def _bclc(row: Row) -> tuple[str, str, str, str]:
    return (
        "C021",
        "BCLC stage reported differs from derived",
        f"BCLC stage {row['reported_class']}",
        f"BCLC stage {row['derived_class']} by the rules of 2018",
    )


def _contradiction(row: Row) -> tuple[str, str, str, str]:
    return (
        "C022",
        "Child-Pugh points and class contradict each other",
        _points(row["reported_points"], row["reported_class"]),
        f"{_CLASS_POINTS[row['reported_class']]} points in class {row['reported_class']}",
    )


_TOLD = {"child-pugh": _child_pugh, "bclc": _bclc, "contradiction": _contradiction}


def _points(points: int | None, grade: str | None) -> str:
    said = [f"{points} points"] if points is not None else []
    return "Child-Pugh " + ", ".join([*said, *([f"class {grade}"] if grade else [])])
