"""From lesion rows to one visit: the sum of the targets, the non-targets, the new lesions.

Sources and choices stand in the package's heading. Every function here runs interpreted and
compiled. None depends on the order of the rows within a visit.
"""

from __future__ import annotations

from hepatica.clinic.rules.response.course import Course, Ints, Rows, Scans, Slots
from hepatica.clinic.rules.response.word import (
    ABSENT,
    CONFIRMED,
    CONFIRMED_NEW,
    CR,
    DUPLICATE,
    EQUIVOCAL,
    EQUIVOCAL_NEW,
    LATE_NON_TARGET,
    LATE_TARGET,
    NE,
    NEW,
    NEW_AT_BASELINE,
    NEW_NOT_SCANNED,
    NO_NEW,
    NO_SIZE,
    NO_VISIT,
    NON_CR_NON_PD,
    NON_TARGET,
    NONE,
    NOT_EVALUABLE,
    NOT_SEEN,
    PD,
    PROGRESSED,
    TARGET,
)


def slot_of(lesion: int, slots: Ints, count: int) -> int:
    """Position of a lesion among the first `count` slots, or -1."""
    for k in range(count):
        if slots[k] == lesion:
            return k
    return -1


def list_targets(base: int, rows: Rows, slots: Slots) -> int:
    """List the targets, which are those of the baseline visit; returns how many."""
    count = 0
    for row in range(rows.first[base], rows.first[base + 1]):
        if rows.role[row] == TARGET and slot_of(rows.lesion[row], slots.target_lesion, count) < 0:
            slots.target_lesion[count] = rows.lesion[row]
            count += 1
    return count


def measure_targets(visit: int, count: int, rows: Rows, slots: Slots) -> None:
    """Put the size of every target at a visit into its slot; NOT_SEEN where it has no row."""
    for k in range(count):
        slots.target_size[k] = NOT_SEEN
    for row in range(rows.first[visit], rows.first[visit + 1]):
        if rows.role[row] != TARGET:
            continue
        k = slot_of(rows.lesion[row], slots.target_lesion, count)
        if k < 0:
            rows.fault[row] = LATE_TARGET
        elif slots.target_size[k] == NOT_SEEN:
            slots.target_size[k] = rows.size[row]
            slots.target_limit[k] = rows.disease_from[row]
        else:
            rows.fault[row] = DUPLICATE
            if slots.target_size[k] != rows.size[row]:
                slots.target_size[k] = NO_SIZE


def sum_targets(visit: int, count: int, scans: Scans, slots: Slots) -> None:
    """Write the sum of the evaluable targets, how many are missing and how many are disease."""
    total = 0
    missing = 0
    diseased = 0
    missing_lesion = NO_SIZE
    for k in range(count):
        size = slots.target_size[k]
        if size < 0:
            missing += 1
            if missing_lesion < 0 or slots.target_lesion[k] < missing_lesion:
                missing_lesion = slots.target_lesion[k]
        else:
            total += size
            if size >= slots.target_limit[k]:
                diseased += 1
    scans.targets[visit] = count
    scans.total[visit] = total
    scans.missing[visit] = missing
    scans.diseased[visit] = diseased
    scans.missing_lesion[visit] = missing_lesion


def read_non_targets(visit: int, known: int, at_baseline: bool, rows: Rows, slots: Slots) -> int:
    """Put the state of every non-target at a visit into its slot; returns how many are known."""
    for k in range(known):
        slots.other_state[k] = NOT_SEEN
    for row in range(rows.first[visit], rows.first[visit + 1]):
        if rows.role[row] != NON_TARGET:
            continue
        k = slot_of(rows.lesion[row], slots.other_lesion, known)
        if k < 0:
            slots.other_lesion[known] = rows.lesion[row]
            slots.other_state[known] = rows.state[row]
            known += 1
            if not at_baseline:
                rows.fault[row] = LATE_NON_TARGET
        elif slots.other_state[k] == NOT_SEEN:
            slots.other_state[k] = rows.state[row]
        else:
            rows.fault[row] = DUPLICATE
            if slots.other_state[k] != rows.state[row]:
                slots.other_state[k] = NOT_EVALUABLE
    return known


def judge_non_targets(visit: int, known: int, scans: Scans, slots: Slots) -> None:
    """Write the non-target response: PD, else NE, else CR, else NON-CR/NON-PD."""
    response = CR if known > 0 else NONE
    lesion = NO_SIZE
    for k in range(known):
        state = slots.other_state[k]
        if state == PROGRESSED:
            this = PD
        elif state == ABSENT:
            this = CR
        elif state in (NOT_SEEN, NOT_EVALUABLE):
            this = NE
        else:
            this = NON_CR_NON_PD
        weightier = this == PD or (this == NE and response != PD)
        weightier = weightier or (this == NON_CR_NON_PD and response == CR)
        if weightier and this != response:
            response = this
            lesion = slots.other_lesion[k]
        elif this == response and this != CR and slots.other_lesion[k] < lesion:
            lesion = slots.other_lesion[k]
    scans.non_target[visit] = response
    scans.non_target_lesion[visit] = lesion


def read_new_lesion(row: int, visit: int, known: int, rows: Rows, slots: Slots) -> int:
    """Keep since which visit a new lesion has been seen; returns how many lesions are known."""
    k = slot_of(rows.lesion[row], slots.new_lesion, known)
    if k < 0:
        k = known
        known += 1
        slots.new_lesion[k] = rows.lesion[row]
        slots.new_seen[k] = NO_VISIT
    if rows.state[row] == ABSENT:
        slots.new_seen[k] = NO_VISIT
    elif slots.new_seen[k] == NO_VISIT:
        slots.new_seen[k] = visit
    return known


def keep_confirmed(row: int, visit: int, patient: int, seen: int, course: Course) -> None:
    """Keep the confirmed new lesion that was seen first; the first label where two were."""
    patients = course.patients
    lesion = course.rows.lesion[row]
    best = patients.new_seen[patient]
    if best == NO_VISIT or seen < best or (seen == best and lesion < patients.new_lesion[patient]):
        if best == NO_VISIT or lesion != patients.new_lesion[patient]:
            patients.new_confirmed[patient] = visit
        patients.new_seen[patient] = seen
        patients.new_lesion[patient] = lesion


def trace_new_lesions(patient: int, base: int, last: int, course: Course) -> None:
    """Write for every visit after baseline what is known about new lesions, back-dated."""
    rows, patients, scans, slots = course.rows, course.patients, course.scans, course.slots
    known = 0
    for visit in range(base, last):
        not_scanned = False
        for row in range(rows.first[visit], rows.first[visit + 1]):
            if rows.role[row] != NEW:
                continue
            if visit == base:
                if rows.state[row] in (CONFIRMED, EQUIVOCAL):
                    rows.fault[row] = NEW_AT_BASELINE
            elif rows.state[row] == NOT_EVALUABLE:
                not_scanned = True
            else:
                known = read_new_lesion(row, visit, known, rows, slots)
                if rows.state[row] == CONFIRMED:
                    k = slot_of(rows.lesion[row], slots.new_lesion, known)
                    keep_confirmed(row, visit, patient, slots.new_seen[k], course)
        scans.new[visit] = NEW_NOT_SCANNED if not_scanned else NO_NEW
        for k in range(known):
            if slots.new_seen[k] != NO_VISIT and not not_scanned:
                scans.new[visit] = EQUIVOCAL_NEW
    if patients.new_seen[patient] != NO_VISIT:
        for visit in range(patients.new_seen[patient], last):
            scans.new[visit] = CONFIRMED_NEW


def scan_patient(patient: int, course: Course) -> None:
    """Write all visits of one patient from the baseline visit on; none without a baseline."""
    rows, scans, slots = course.rows, course.scans, course.slots
    base = course.patients.baseline[patient]
    if base == NO_VISIT:
        return
    last = course.patients.first[patient + 1]
    targets = list_targets(base, rows, slots)
    non_targets = 0
    for visit in range(base, last):
        measure_targets(visit, targets, rows, slots)
        sum_targets(visit, targets, scans, slots)
        non_targets = read_non_targets(visit, non_targets, visit == base, rows, slots)
        judge_non_targets(visit, non_targets, scans, slots)
    trace_new_lesions(patient, base, last, course)
