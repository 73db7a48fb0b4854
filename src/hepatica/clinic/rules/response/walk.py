"""Along the scans of a patient: nadir, target response and overall response, visit by visit.

Sources and choices stand in the package's heading. Every function here runs interpreted and
compiled.
"""

from __future__ import annotations

from hepatica.clinic.rules.response.overall import ROW_RESPONSE, matrix_row, overall_clause
from hepatica.clinic.rules.response.record import Course, Patient, Visit
from hepatica.clinic.rules.response.scan import scan_patient
from hepatica.clinic.rules.response.target import TARGET_RESPONSE, Past, Scan, target_clause
from hepatica.clinic.rules.response.word import (
    CR,
    NE,
    NEW_LESION,
    NEW_LESION_BACKDATED,
    NEW_LESION_STANDS,
    NO_BASELINE,
    NO_SIZE,
    NO_VISIT,
    PD,
)


def new_lesion_clause(v: int, seen: int, confirmed: int) -> int:
    """Clause of a PD by a new lesion: found here, back-dated to here, or found earlier."""
    if confirmed > v:
        return NEW_LESION_BACKDATED
    return NEW_LESION if seen == v else NEW_LESION_STANDS


def mark_no_baseline(visit: Visit) -> None:
    """Make a visit of a patient without a baseline scan NE."""
    visit.target = NE
    visit.overall = NE
    visit.matrix_row = 4
    visit.clause = NO_BASELINE
    visit.baseline = NO_SIZE
    visit.nadir = NO_SIZE
    visit.nadir_visit = NO_VISIT


def assess_visit(v: int, visit: Visit, past: Past, patient: Patient, course: Course) -> None:
    """Write target and overall response of one visit, and the clause that decided."""
    scan = Scan(visit.targets, visit.total, visit.missing, visit.diseased)
    by_targets = target_clause(scan, past, course.rule)
    visit.target = TARGET_RESPONSE[by_targets]
    row = matrix_row(visit.target, visit.non_target, visit.new)
    clause = overall_clause(row, by_targets)
    if clause == NEW_LESION:
        clause = new_lesion_clause(v, patient.new_seen, patient.new_confirmed)
    visit.overall = ROW_RESPONSE[row]
    visit.matrix_row = row
    visit.clause = clause
    visit.baseline = past.baseline
    visit.nadir = past.nadir


def walk_patient(p: int, course: Course) -> None:
    """Assess every visit of one patient after baseline, in the order of time."""
    patient = course.patients[p]
    base = patient.baseline
    last = course.patients[p + 1].first
    if base == NO_VISIT:
        for v in range(patient.first, last):
            mark_no_baseline(course.visits[v])
        return
    start = course.visits[base]
    measured = start.targets > 0 and start.missing == 0
    baseline = start.total if measured else NO_SIZE
    nadir = baseline
    nadir_visit = base
    had_cr = False
    had_pd = False
    for v in range(base + 1, last):
        visit = course.visits[v]
        past = Past(baseline, nadir, start.diseased > 0, had_cr)
        assess_visit(v, visit, past, patient, course)
        visit.nadir_visit = nadir_visit
        visit.after_pd = 1 if had_pd else 0
        if measured and visit.missing == 0 and visit.total < nadir:
            nadir = visit.total
            nadir_visit = v
        had_cr = had_cr or visit.overall == CR
        had_pd = had_pd or visit.overall == PD


def run_course(course: Course) -> None:
    """Assess every visit of every patient."""
    for p in range(len(course.patients) - 1):
        scan_patient(p, course)
        walk_patient(p, course)
