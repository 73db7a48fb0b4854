"""Six patients in two arms, small enough to compute every number by hand."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from hepatica.analysis.result import Analysis
from hepatica.analysis.run import run_analysis
from hepatica.clinic.dataset import Adam
from hepatica.clinic.derivation import derive_adam
from hepatica.records.record import Records
from hepatica.records.table import tables
from hepatica.study import Study
from hepatica.study.protocol import protocol_text
from hepatica.study.reader import read_study

START = date(2020, 1, 10)
# Arm, age, sex, days from treatment to the last follow-up, and whether it is death.
PATIENTS = (
    ("A", 45.0, "F", 61, True),
    ("A", 50.0, "M", 122, True),
    ("A", 55.0, "M", 183, True),
    ("B", 60.0, "M", 30, True),
    ("B", 65.0, "M", 91, True),
    ("B", 70.0, "F", 200, False),
)
EVENTS = (("1", "Nausea", 1), ("1", "Nausea", 3), ("2", "Nausea", 2), ("4", "Oedema", 1))


def two_arm_study(folder: Path) -> tuple[Study, Adam, Analysis]:
    """The study with its datasets and results, made into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.toml").write_text(protocol_text("blank"), encoding="utf-8")
    study = read_study(folder)
    adam = derive_adam(study, Records.of(_tables()))
    return study, adam, run_analysis(study, adam)


def _tables() -> dict[str, pa.Table]:
    subjects, procedures, follow_up = [], [], []
    for number, (arm, age, sex, days, dead) in enumerate(PATIENTS, start=1):
        one = {"subject": str(number)}
        consent = date(2020, 1, number)
        subjects.append(one | {"arm": arm, "age_years": age, "sex": sex, "consent_date": consent})
        procedures.append(one | {"date": START, "procedure": "TACE", "study_treatment": "Y"})
        status = "dead" if dead else "alive"
        follow_up.append(one | {"date": START + timedelta(days), "status": status})
    events = [
        {"subject": s, "term": term, "grade": grade, "start_date": START + timedelta(3)}
        for s, term, grade in EVENTS
    ]
    given = {
        "subjects": subjects,
        "procedures": procedures,
        "follow_up": follow_up,
        "adverse_events": events,
    }
    return {name: _table(name, rows) for name, rows in given.items()}


def _table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    schema = tables()[name].schema()
    base = dict.fromkeys(schema.names) | {"src_file": "f", "src_sheet": name}
    numbered = [base | {"src_row": i + 1, "seq": i} | r for i, r in enumerate(rows, start=1)]
    return pa.Table.from_pylist(numbered, schema)
