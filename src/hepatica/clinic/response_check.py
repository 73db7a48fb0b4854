"""Faults of lesion rows that only the response engine can see, as findings."""

from __future__ import annotations

from hepatica.clinic.response_column import LesionColumns
from hepatica.clinic.response_course import Stretch
from hepatica.clinic.rules.response.criterion import Criterion
from hepatica.core.finding import Finding


def check_columns(columns: LesionColumns, criterion: Criterion) -> list[Finding]:
    """Faults of single rows."""
    return []


def check_stretch(
    stretch: Stretch, columns: LesionColumns, criterion: Criterion, part: slice
) -> list[Finding]:
    """Faults of rows against the patient's other rows."""
    return []


def check_visits(stretch: Stretch, columns: LesionColumns) -> list[Finding]:
    """Courses that need a second look."""
    return []
