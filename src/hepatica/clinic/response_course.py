"""One run of the response walk over a stretch of patients: arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from hepatica.clinic.response_column import Array, LesionColumns, RowValues, Sizes, row_values
from hepatica.clinic.rules.response.best import NO_DAY, Terms
from hepatica.clinic.rules.response.compiled import Engine
from hepatica.clinic.rules.response.criterion import Criterion, Rule
from hepatica.clinic.rules.response.record import Course, Patient, Row, Slot, Visit
from hepatica.clinic.rules.response.word import NO_VISIT

# Fields that hold sizes and sums, which need 64 bits where products are summed.
WIDE = ("size", "disease_from", "total", "baseline", "nadir")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run goes by: criterion, thresholds, terms of the best response, engine.

    `missing` is the response of a patient without a visit that counts: MISSING or NE.
    """

    criterion: Criterion
    rule: Rule
    terms: Terms
    min_sd_days: int
    missing: int
    engine: Engine


@dataclass(frozen=True, slots=True)
class PatientDays:
    """Days per patient, NO_DAY where none: baseline, start of the SD window, new therapy."""

    baseline: Array
    reference: Array
    new_therapy: Array

    def of(self, subject: Array) -> PatientDays:
        """Days of some subjects, by code."""
        return PatientDays(
            self.baseline[subject], self.reference[subject], self.new_therapy[subject]
        )


@dataclass(frozen=True, slots=True)
class Stretch:
    """Result for some patients, as record arrays with the fields of `rules.response.record`.

    `subject` is each patient's code, `visit_patient` each visit's patient; `visits["first"]`
    counts rows from the first of the stretch; closing entries are left out. `sizes` in mm as given.
    """

    subject: Array
    visit_patient: Array
    rows: Array
    visits: Array
    patients: Array
    sizes: Sizes

    @property
    def after_baseline(self) -> Array:
        """Positions of the visits after baseline."""
        base = self.patients["baseline"][self.visit_patient]
        here = np.arange(len(self.visits))
        return np.flatnonzero((here > base) & (self.visits["overall"] > 0))


def run_stretch(columns: LesionColumns, part: slice, plan: Plan, days: PatientDays) -> Stretch:
    """Derive every visit of the patients whose rows lie in `part`; rows in order.

    `days` has one entry a subject label.
    """
    subject, day = columns.subject[part], columns.day[part]
    new_patient = np.ones(len(subject), bool)
    new_patient[1:] = subject[1:] != subject[:-1]
    new_visit = new_patient.copy()
    new_visit[1:] |= day[1:] != day[:-1]
    first_row = np.flatnonzero(new_visit)
    visit_patient = np.cumsum(new_patient)[first_row] - 1
    visits = records(Visit, len(first_row) + 1)
    visits["first"] = np.append(first_row, len(subject))
    visits["day"][:-1] = day[first_row]
    present = subject[new_patient]
    patients = records(Patient, len(present) + 1)
    patients["first"] = np.append(np.flatnonzero(new_patient[first_row]), len(first_row))
    place_days(patients, visits, visit_patient, days.of(present), plan)
    sizes = columns.sizes_mm(part)
    rows = coded_rows(row_values(columns, plan.criterion, part, sizes), columns, part)
    rows, visits, patients = run_walk(rows, visits, patients, plan)
    return Stretch(present, visit_patient, rows, visits[:-1], patients[:-1], sizes)


def place_days(
    patients: Array, visits: Array, visit_patient: Array, days: PatientDays, plan: Plan
) -> None:
    """Write each patient's baseline visit, first day of the SD window and new-therapy day."""
    first, day = patients["first"], visits["day"][:-1]
    base = baseline_visits(first, visit_patient, day, days.baseline)
    start = visits["day"][np.maximum(base, first[:-1])]
    reference = np.where(days.reference == NO_DAY, start, days.reference)
    patients["baseline"][:-1] = base
    patients["sd_from_day"][:-1] = reference + plan.min_sd_days
    patients["new_therapy_day"][:-1] = days.new_therapy


def coded_rows(values: RowValues, columns: LesionColumns, part: slice) -> Array:
    """Records of the rows of a stretch."""
    rows = records(Row, len(values.size))
    rows["lesion"] = columns.lesion[part]
    rows["role"] = columns.role[part]
    rows["state"] = values.state
    rows["size"] = values.size
    rows["disease_from"] = values.disease_from
    return rows


def baseline_visits(first: Array, patient: Array, day: Array, baseline_day: Array) -> Array:
    """Baseline visit of each patient: the last on or before the day given, else the first.

    NO_VISIT where a day is given and every visit lies after it.
    """
    given = baseline_day[patient]
    before = np.append(0, np.cumsum((day <= given) & (given != NO_DAY)))
    count = before[first[1:]] - before[first[:-1]]
    found = np.where(count > 0, first[:-1] + count - 1, NO_VISIT)
    return np.where(baseline_day == NO_DAY, first[:-1], found)


def run_walk(rows: Array, visits: Array, patients: Array, plan: Plan) -> tuple[Array, Array, Array]:
    """Walk along all scans and choose the best responses; gives back the records written."""
    visit_rows = visits["first"][patients["first"]]
    longest = int(np.max(np.diff(visit_rows), initial=0)) + 1
    kinds: list[tuple[Any, Array]] = [(Row, rows), (Visit, visits), (Patient, patients)]
    kinds += [(Slot, records(Slot, longest)) for _ in range(3)]
    taken: list[Any] = [
        array if plan.engine.compiled else objects(kind, array) for kind, array in kinds
    ]
    taken_rows, taken_visits, taken_patients, targets, others, news = taken
    course = Course(taken_rows, taken_visits, taken_patients, targets, others, news, plan.rule)
    plan.engine.run_course(course)
    plan.engine.run_best(taken_visits, taken_patients, plan.terms)
    if plan.engine.compiled:
        return rows, visits, patients
    written = [records_of(kind, taken[at]) for at, (kind, _) in enumerate(kinds[:3])]
    return written[0], written[1], written[2]


def records(kind: Any, length: int) -> Array:
    """Record array with the fields and the defaults of a record class."""
    kinds = [(f.name, np.int64 if f.name in WIDE else np.int32) for f in fields(kind)]
    array = np.zeros(length, np.dtype(kinds, align=True))
    for f in fields(kind):
        if f.default != 0:
            array[f.name] = f.default
    return array


def objects(kind: Any, array: Array) -> list[Any]:
    """Records as a list of objects, which is much faster to interpret."""
    return [kind(*values) for values in array.tolist()]


def records_of(kind: Any, made: list[Any]) -> Array:
    """Objects as a record array."""
    names = [f.name for f in fields(kind)]
    array = records(kind, len(made))
    for name in names:
        array[name] = [getattr(one, name) for one in made]
    return array
