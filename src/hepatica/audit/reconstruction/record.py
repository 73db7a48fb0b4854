"""Every table of the records of a reconstructed study."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hepatica.audit.reconstruction.adverse_event import adverse_event_rows
from hepatica.audit.reconstruction.background import history_rows, staging_rows, subject_rows
from hepatica.audit.reconstruction.course import Course, Row
from hepatica.audit.reconstruction.deviation import deviation_rows
from hepatica.audit.reconstruction.imaging import (
    lesion_rows,
    measurement_rows,
    new_lesion_rows,
    scan_rows,
)
from hepatica.audit.reconstruction.laboratory import lab_rows, status_rows, vital_rows
from hepatica.audit.reconstruction.screening import screening_rows
from hepatica.audit.reconstruction.treatment import (
    dosing_rows,
    follow_up_rows,
    medication_rows,
    procedure_rows,
)

TABLES: dict[str, Callable[[Course], list[Row]]] = {
    "subjects": subject_rows,
    "history": history_rows,
    "status": status_rows,
    "staging": staging_rows,
    "labs": lab_rows,
    "vitals": vital_rows,
    "procedures": procedure_rows,
    "dosing": dosing_rows,
    "medications": medication_rows,
    "scans": scan_rows,
    "lesions": lesion_rows,
    "measurements": measurement_rows,
    "new_lesions": new_lesion_rows,
    "adverse_events": adverse_event_rows,
    "follow_up": follow_up_rows,
    "deviations": deviation_rows,
    "screening": screening_rows,
}


def record_rows(courses: Sequence[Course]) -> dict[str, list[Row]]:
    """Rows of every table, patient by patient."""
    return {name: [row for c in courses for row in rows(c)] for name, rows in TABLES.items()}
