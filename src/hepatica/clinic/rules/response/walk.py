"""Along the scans of a patient: nadir, target response and overall response, visit by visit.

Sources and choices stand in the package's heading. Every function here runs interpreted and
compiled.
"""

from __future__ import annotations

from hepatica.clinic.rules.response.course import Course
from hepatica.clinic.rules.response.overall import ROW_RESPONSE, matrix_row, overall_clause
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


def new_lesion_clause(visit: int, seen: int, confirmed: int) -> int:
    """Clause of a PD by a new lesion: found here, back-dated to here, or found earlier."""
    if confirmed > visit:
        return NEW_LESION_BACKDATED
    return NEW_LESION if seen == visit else NEW_LESION_STANDS


def mark_no_baseline(first: int, last: int, course: Course) -> None:
    """Make every visit of a patient without a baseline scan NE."""
    for visit in range(first, last):
        course.visits.target[visit] = NE
        course.visits.overall[visit] = NE
        course.visits.row[visit] = 4
        course.visits.clause[visit] = NO_BASELINE
        course.visits.baseline[visit] = NO_SIZE
        course.visits.nadir[visit] = NO_SIZE
        course.visits.nadir_visit[visit] = NO_VISIT


def assess_visit(visit: int, past: Past, patient: int, course: Course) -> int:
    """Write target and overall response of one visit; returns the overall response."""
    scans, visits, patients = course.scans, course.visits, course.patients
    scan = Scan(
        scans.targets[visit], scans.total[visit], scans.missing[visit], scans.diseased[visit]
    )
    by_targets = target_clause(scan, past, course.rule)
    target = TARGET_RESPONSE[by_targets]
    row = matrix_row(target, scans.non_target[visit], scans.new[visit])
    clause = overall_clause(row, by_targets)
    if clause == NEW_LESION:
        seen, confirmed = patients.new_seen[patient], patients.new_confirmed[patient]
        clause = new_lesion_clause(visit, seen, confirmed)
    visits.target[visit] = target
    visits.overall[visit] = ROW_RESPONSE[row]
    visits.row[visit] = row
    visits.clause[visit] = clause
    visits.baseline[visit] = past.baseline
    visits.nadir[visit] = past.nadir
    return ROW_RESPONSE[row]


def walk_patient(patient: int, course: Course) -> None:
    """Assess every visit of one patient after baseline, in the order of time."""
    scans, visits = course.scans, course.visits
    base = course.patients.baseline[patient]
    last = course.patients.first[patient + 1]
    if base == NO_VISIT:
        mark_no_baseline(course.patients.first[patient], last, course)
        return
    measured = scans.targets[base] > 0 and scans.missing[base] == 0
    baseline = scans.total[base] if measured else NO_SIZE
    diseased = scans.diseased[base] > 0
    nadir = baseline
    nadir_visit = base
    had_cr = False
    had_pd = False
    for visit in range(base + 1, last):
        past = Past(baseline, nadir, diseased, had_cr)
        overall = assess_visit(visit, past, patient, course)
        visits.nadir_visit[visit] = nadir_visit
        visits.after_pd[visit] = 1 if had_pd else 0
        if measured and scans.missing[visit] == 0 and scans.total[visit] < nadir:
            nadir = scans.total[visit]
            nadir_visit = visit
        had_cr = had_cr or overall == CR
        had_pd = had_pd or overall == PD


def run_course(course: Course) -> None:
    """Assess every visit of every patient."""
    for patient in range(len(course.patients.baseline)):
        scan_patient(patient, course)
        walk_patient(patient, course)
