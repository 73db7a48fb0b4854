"""Rows of what was asked at screening and stands in no other record. All of it is invented.

The answers are those of patients who were enrolled: every criterion that only this sheet can
answer is met.
"""

from __future__ import annotations

from collections.abc import Iterator

from hepatica.audit.reconstruction.course import Course, Row
from hepatica.audit.reconstruction.stream import whole
from hepatica.records.table import tables
from hepatica.study.criterion import Expression


def screening_rows(course: Course) -> list[Row]:
    """An answer for every item that the protocol's criteria ask for, readings included."""
    asked = _asked(course)
    ascites = "N" if course.liver.ascites == "none" else "Y"
    answers: dict[str, tuple[str, str | None]] = {}
    for item, wanted in asked.items():
        answers[item] = ("Y" if wanted else "N", None)
    if "life_expectancy" in asked:
        weeks = whole(course.draw("screening"), 14, 40)
        answers["life_expectancy"] = (str(weeks), "weeks")
    for item in ("ascites_clinical", "ascites_treatment"):
        if item in asked:
            answers[item] = (ascites, None)
    return [
        {
            "subject": course.id,
            "date": course.day(course.timing.admission),
            "item": item,
            "value": value,
            "unit": unit,
        }
        for item, (value, unit) in sorted(answers.items())
    ]


def _asked(course: Course) -> dict[str, bool]:
    """Items of the Screening sheet that the criteria name, and whether yes lets a patient in."""
    column = next(c for c in tables()["screening"].columns if c.name == "item")
    found: dict[str, bool] = {}
    for wanted, criteria in ((True, course.study.inclusion), (False, course.study.exclusion)):
        for criterion in criteria:
            shapes = (*criterion.readings.values(), criterion)
            for part in (p for shape in shapes for p in _leaves(shape)):
                if part.variable in column.codes:
                    found.setdefault(part.variable, wanted and part.comparator == "is-true")
    if any(c.variable or c.parts or c.readings for c in course.study.inclusion):
        for item in found:
            if item.endswith("_treatment"):
                found[item] = False
    return found


def _leaves(expression: Expression) -> Iterator[Expression]:
    if expression.parts:
        for part in expression.parts:
            yield from _leaves(part)
    elif expression.variable:
        yield expression
