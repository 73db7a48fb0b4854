"""Rows of recorded deviations: criteria that the baseline departs from, and missed visits."""

from __future__ import annotations

from collections.abc import Iterator

from hepatica.audit.reconstruction.course import Course, Row
from hepatica.core.unit import factor_of
from hepatica.study.criterion import Expression

_TESTS = {"albumin": "ALB", "bilirubin_total": "BILI", "inr": "INR"}


def deviation_rows(course: Course) -> list[Row]:
    """Departures from inclusion criteria on performance status and liver, and missed visits."""
    rows = [
        {"date": course.day(course.timing.admission), "clause": clause, "term": term}
        for clause, term in _departures(course)
    ]
    rows += [
        {
            "date": course.day(day),
            "clause": "schedule",
            "term": "Planned visit missed: no scan, no laboratory sample",
        }
        for day in course.timing.missed
    ]
    return [{"subject": course.id, **row} for row in rows]


def _departures(course: Course) -> Iterator[tuple[str, str]]:
    liver = course.liver
    known: dict[str, tuple[float | str, str]] = {
        "ecog": (course.ecog, f"ECOG-PS {course.ecog}"),
        "albumin": (liver.albumin_g_l, f"Albumin {liver.albumin_g_l} g/L"),
        "bilirubin_total": (
            liver.bilirubin_umol_l,
            f"Total bilirubin {liver.bilirubin_umol_l} umol/L",
        ),
        "inr": (liver.inr, f"INR {liver.inr:.2f}"),
        "ascites": (liver.ascites, f"Ascites {liver.ascites}"),
        "encephalopathy": (liver.encephalopathy, f"Encephalopathy grade {liver.encephalopathy}"),
    }
    for criterion in course.study.inclusion:
        expression = criterion.chosen
        for part in expression.all_of or (expression,):
            if part.variable in known:
                value, words = known[part.variable]
                if _departs(part, value):
                    yield criterion.id, f"{words} at baseline"


def _departs(part: Expression, value: float | str) -> bool:
    if part.comparator == "in":
        return value not in part.value
    if part.comparator == "==":
        return bool(value != part.value)
    if isinstance(value, str) or not isinstance(part.value, int | float):
        return False
    factor = factor_of(_TESTS.get(part.variable, ""), part.unit)
    bound = part.value * factor.scale if factor else part.value
    meets = {">=": value >= bound, ">": value > bound, "<=": value <= bound, "<": value < bound}
    return not meets.get(part.comparator or "", True)
