"""Write `records.xlsx`: twenty patients reconstructed from published summaries. Not patient data.

    python reconstruct.py [OUT.xlsx]

The courses stand in `reconstruction/courses.toml`; README.md says what the paper fixes and what
was invented. The same seed gives the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from reconstruction.background import deviation_rows, history_rows, staging_rows, subject_rows
from reconstruction.imaging import lesion_rows, measurement_rows, new_lesion_rows, scan_rows
from reconstruction.laboratory import lab_rows, status_rows, vital_rows
from reconstruction.patient import Patient, Row, read_patients
from reconstruction.screening import screening_rows
from reconstruction.treatment import (
    adverse_event_rows,
    dosing_rows,
    follow_up_rows,
    medication_rows,
    procedure_rows,
)

from hepatica.records.template import write_template

HERE = Path(__file__).parent

TABLES: dict[str, Callable[[Patient], list[Row]]] = {
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


def records() -> dict[str, list[Row]]:
    """Every table's rows, patient by patient."""
    patients = read_patients(HERE / "reconstruction" / "courses.toml")
    return {name: [row for p in patients for row in rows(p)] for name, rows in TABLES.items()}


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "records.xlsx"
    write_template(target, prefill=records())
