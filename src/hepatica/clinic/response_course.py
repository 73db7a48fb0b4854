"""One run of the response walk over a stretch of patients: arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hepatica.clinic.response_column import Array, LesionColumns, RowValues, row_values
from hepatica.clinic.rules.response.best import NO_DAY, BestColumns, Responses, Terms
from hepatica.clinic.rules.response.compiled import Engine
from hepatica.clinic.rules.response.course import (
    Course,
    Patients,
    Rows,
    Scans,
    Slots,
    Visits,
)
from hepatica.clinic.rules.response.criterion import Criterion, Rule
from hepatica.clinic.rules.response.word import MISSING, NO_VISIT


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run goes by: criterion, thresholds, terms of the best response, engine."""

    criterion: Criterion
    rule: Rule
    terms: Terms
    engine: Engine


@dataclass(frozen=True, slots=True)
class PatientDays:
    """Days per patient, NO_DAY where none: baseline, start of the SD window, new therapy."""

    baseline: Array
    reference: Array
    new_therapy: Array


@dataclass(frozen=True, slots=True)
class Stretch:
    """Result for some patients: every array of the walk, visits with their patient and day.

    Visit v holds the rows `visit_row[v]` up to `visit_row[v + 1]`, counted from the first row of
    the stretch.
    """

    subject: Array
    visit_patient: Array
    visit_day: Array
    patients: dict[str, Array]
    scans: dict[str, Array]
    visits: dict[str, Array]
    best: dict[str, Array]
    fault: Array
    visit_row: Array
    values: RowValues

    @property
    def after_baseline(self) -> Array:
        """Positions of the visits after baseline."""
        base = self.patients["baseline"][self.visit_patient]
        here = np.arange(len(self.visit_day))
        return np.flatnonzero((here > base) & (self.visits["overall"] > 0))


def run_stretch(columns: LesionColumns, part: slice, plan: Plan, days: PatientDays) -> Stretch:
    """Derive every visit of the patients whose rows lie in `part`; rows in order.

    `days` has one entry a subject label.
    """
    subject, day = columns.subject[part], columns.day[part]
    new_patient = np.r_[True, subject[1:] != subject[:-1]] if len(subject) else np.zeros(0, bool)
    new_visit = new_patient.copy()
    new_visit[1:] |= day[1:] != day[:-1]
    visit_row = np.flatnonzero(new_visit)
    visit_day = day[visit_row].astype(np.int64)
    visit_patient = np.cumsum(new_patient)[visit_row] - 1
    first = np.r_[np.flatnonzero(new_patient[visit_row]), len(visit_row)].astype(np.int64)
    present = subject[new_patient]
    days = PatientDays(days.baseline[present], days.reference[present], days.new_therapy[present])
    baseline = baseline_visits(first, visit_patient, visit_day, days.baseline)
    values = row_values(columns, plan.criterion, part)
    rows = {
        "first": np.r_[visit_row, len(subject)].astype(np.int64),
        "lesion": columns.lesion[part],
        "role": columns.role[part],
        "state": values.state,
        "size": values.size,
        "disease_from": values.disease_from,
        "fault": np.zeros(len(subject), np.int8),
    }
    patients = {"first": first, "baseline": baseline}
    walked = run_walk(rows, patients, plan)
    best = run_best(walked, visit_day, days, plan)
    return Stretch(
        present,
        visit_patient,
        visit_day,
        walked["patients"],
        walked["scans"],
        walked["visits"],
        best,
        walked["rows"]["fault"],
        rows["first"],
        values,
    )


def baseline_visits(first: Array, patient: Array, day: Array, baseline_day: Array) -> Array:
    """Baseline visit of each patient: the last on or before the day given, else the first.

    NO_VISIT where a day is given and every visit lies after it.
    """
    given = baseline_day[patient]
    before = np.r_[0, np.cumsum((day <= given) & (given != NO_DAY))]
    count = before[first[1:]] - before[first[:-1]]
    found = np.where(count > 0, first[:-1] + count - 1, NO_VISIT)
    return np.where(baseline_day == NO_DAY, first[:-1], found).astype(np.int64)


def run_walk(rows: dict[str, Array], patients: dict[str, Array], plan: Plan) -> dict[str, Any]:
    """Walk along all scans; gives back the columns by group and name, as arrays."""
    visits = len(rows["first"]) - 1
    count = len(patients["baseline"])
    row_first = rows["first"][patients["first"]]
    longest = int(np.max(np.diff(row_first), initial=0)) + 1
    written = dict.fromkeys(("new_seen", "new_confirmed", "new_lesion"), NO_VISIT)
    groups: dict[str, Any] = {
        "rows": rows,
        "patients": patients
        | {name: np.full(count, value, np.int64) for name, value in written.items()},
        "scans": zeros(Scans, visits),
        "visits": zeros(Visits, visits),
        "slots": zeros(Slots, longest),
    }
    kinds = {"rows": Rows, "patients": Patients, "scans": Scans, "visits": Visits, "slots": Slots}
    made = {name: kind(**as_columns(groups[name], plan)) for name, kind in kinds.items()}
    plan.engine.run_course(Course(**made, rule=plan.rule))
    for name in ("rows", "patients", "scans", "visits"):
        groups[name] = {
            key: np.asarray(value, np.int64) for key, value in made[name]._asdict().items()
        }
    return groups


def zeros(kind: Any, length: int) -> dict[str, Array]:
    """Array of zeros for every column of a group."""
    return {name: np.zeros(length, np.int64) for name in kind._fields}


def as_columns(arrays: dict[str, Array], plan: Plan) -> dict[str, Any]:
    """Arrays as the engine takes them: lists are several times faster to interpret."""
    if plan.engine.compiled:
        return dict(arrays)
    return {name: array.tolist() for name, array in arrays.items()}


def run_best(
    walked: dict[str, Any], visit_day: Array, days: PatientDays, plan: Plan
) -> dict[str, Array]:
    """Best responses of the walked patients; NO_VISIT where none counts."""
    patients = walked["patients"]
    base = patients["baseline"]
    first = np.where(base == NO_VISIT, patients["first"][:-1], base + 1)
    start = visit_day[np.maximum(base, patients["first"][:-1])]
    count = len(base)
    arrays = {
        "first": first,
        "last": patients["first"][1:],
        "reference_day": np.where(days.reference == NO_DAY, start, days.reference),
        "new_therapy_day": days.new_therapy.astype(np.int64),
        "bor": np.full(count, MISSING, np.int64),
        **{name: np.full(count, NO_VISIT, np.int64) for name in ("bor_visit", "cbor")},
        **{name: np.full(count, NO_VISIT, np.int64) for name in ("cbor_visit", "confirmed_by")},
    }
    responses = Responses(
        **as_columns({"day": visit_day, "overall": walked["visits"]["overall"]}, plan)
    )
    best = BestColumns(**as_columns(arrays, plan))
    plan.engine.run_best(responses, best, plan.terms)
    return {name: np.asarray(value, np.int64) for name, value in best._asdict().items()}
