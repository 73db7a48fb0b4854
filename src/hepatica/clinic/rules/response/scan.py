"""From lesion rows to one visit: the sum of the targets, the non-targets, the new lesions.

Sources and choices stand in the package's heading. Every function here runs interpreted and
compiled. None depends on the order of the rows within a visit.
"""

from __future__ import annotations

from hepatica.clinic.rules.response.record import Course, Patient, Row, Slot, Slots
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
    TORN,
)

# Which non-target prevails, by response code: PD over NE over NON-CR/NON-PD over CR.
WEIGHT = (0, 0, 0, 0, 1, 3, 2)


def slot_of(lesion: int, slots: Slots, count: int) -> int:
    """Position of a lesion among the first `count` slots, or -1."""
    for k in range(count):
        if slots[k].lesion == lesion:
            return k
    return -1


def list_targets(base: int, course: Course) -> int:
    """List the targets, which are those of the baseline visit; returns how many."""
    count = 0
    for r in range(course.visits[base].first, course.visits[base + 1].first):
        row = course.rows[r]
        if row.role == TARGET and slot_of(row.lesion, course.targets, count) < 0:
            course.targets[count].lesion = row.lesion
            count += 1
    return count


def measure_targets(v: int, count: int, course: Course) -> None:
    """Put the size of every target at a visit into its slot; NOT_SEEN where it has no row.

    Of several rows those without a size yield; sizes that disagree are TORN.
    """
    for k in range(count):
        course.targets[k].size = NOT_SEEN
    for r in range(course.visits[v].first, course.visits[v + 1].first):
        row = course.rows[r]
        if row.role != TARGET:
            continue
        k = slot_of(row.lesion, course.targets, count)
        if k < 0:
            row.fault = LATE_TARGET
            continue
        slot = course.targets[k]
        if slot.size == NOT_SEEN:
            slot.size = row.size
            slot.disease_from = row.disease_from
        else:
            add_size(row, slot)


def add_size(row: Row, slot: Slot) -> None:
    """Add a further row to what a visit says of a target; one without a size yields."""
    if row.size < 0:
        return
    if slot.size == NO_SIZE:
        slot.size = row.size
        slot.disease_from = row.disease_from
        return
    row.fault = DUPLICATE
    if slot.size != row.size:
        slot.size = TORN


def sum_targets(v: int, count: int, course: Course) -> None:
    """Write the sum of the evaluable targets, how many are missing and how many are disease."""
    total = 0
    missing = 0
    diseased = 0
    missing_lesion = NO_SIZE
    for k in range(count):
        slot = course.targets[k]
        if slot.size >= 0:
            total += slot.size
            if slot.size >= slot.disease_from:
                diseased += 1
        else:
            missing += 1
            if missing_lesion < 0 or slot.lesion < missing_lesion:
                missing_lesion = slot.lesion
    visit = course.visits[v]
    visit.targets = count
    visit.total = total
    visit.missing = missing
    visit.diseased = diseased
    visit.missing_lesion = missing_lesion


def read_non_targets(v: int, known: int, at_baseline: bool, course: Course) -> int:
    """Put the state of every non-target at a visit into its slot; returns how many are known."""
    for k in range(known):
        course.others[k].state = NOT_SEEN
    for r in range(course.visits[v].first, course.visits[v + 1].first):
        row = course.rows[r]
        if row.role != NON_TARGET:
            continue
        k = slot_of(row.lesion, course.others, known)
        if k < 0:
            course.others[known].lesion = row.lesion
            course.others[known].state = row.state
            known += 1
            if not at_baseline:
                row.fault = LATE_NON_TARGET
        else:
            add_state(row, course.others[k])
    return known


def add_state(row: Row, slot: Slot) -> None:
    """Add a row to what the visit says of a non-target; one not evaluable yields, others tear."""
    if slot.state == NOT_SEEN:
        slot.state = row.state
        return
    if row.state == NOT_EVALUABLE:
        return
    if slot.state == NOT_EVALUABLE:
        slot.state = row.state
        return
    row.fault = DUPLICATE
    if slot.state != row.state:
        slot.state = TORN


def non_target_response(state: int) -> int:
    """What one non-target alone would give."""
    if state == PROGRESSED:
        return PD
    if state == ABSENT:
        return CR
    if state in (NOT_SEEN, NOT_EVALUABLE, TORN):
        return NE
    return NON_CR_NON_PD


def judge_non_targets(v: int, known: int, course: Course) -> None:
    """Write the non-target response: PD, else NE, else NON-CR/NON-PD, else CR."""
    response = CR if known > 0 else NONE
    lesion = NO_SIZE
    for k in range(known):
        slot = course.others[k]
        this = non_target_response(slot.state)
        if WEIGHT[this] > WEIGHT[response]:
            response = this
            lesion = slot.lesion
        elif this == response and this != CR and slot.lesion < lesion:
            lesion = slot.lesion
    course.visits[v].non_target = response
    course.visits[v].non_target_lesion = lesion


def read_new_lesion(row: Row, v: int, known: int, course: Course) -> int:
    """Keep since which visit a new lesion has been seen; returns how many lesions are known."""
    k = slot_of(row.lesion, course.news, known)
    if k < 0:
        k = known
        known += 1
        course.news[k].lesion = row.lesion
        course.news[k].seen = NO_VISIT
    if course.news[k].seen == NO_VISIT:
        course.news[k].seen = v
    return known


def clear_gone(v: int, known: int, course: Course) -> None:
    """Forget since when the new lesions absent at a visit were seen; before its other rows."""
    for r in range(course.visits[v].first, course.visits[v + 1].first):
        row = course.rows[r]
        if row.role == NEW and row.state == ABSENT:
            k = slot_of(row.lesion, course.news, known)
            if k >= 0:
                course.news[k].seen = NO_VISIT


def keep_confirmed(lesion: int, seen: int, v: int, patient: Patient) -> None:
    """Keep the confirmed new lesion that was seen first; the first label where two were."""
    first = patient.new_seen
    if first == NO_VISIT or seen < first or (seen == first and lesion < patient.new_lesion):
        if first == NO_VISIT or lesion != patient.new_lesion:
            patient.new_confirmed = v
        patient.new_seen = seen
        patient.new_lesion = lesion


def read_new_lesions(v: int, known: int, patient: Patient, course: Course) -> int:
    """Read the new lesions of a visit, not yet back-dated; returns how many are known."""
    visit = course.visits[v]
    visit.new = NO_NEW
    clear_gone(v, known, course)
    for r in range(visit.first, course.visits[v + 1].first):
        row = course.rows[r]
        if row.role != NEW or row.state == ABSENT:
            continue
        if row.state == NOT_EVALUABLE:
            visit.new = NEW_NOT_SCANNED
        else:
            known = read_new_lesion(row, v, known, course)
            if row.state == CONFIRMED:
                k = slot_of(row.lesion, course.news, known)
                keep_confirmed(row.lesion, course.news[k].seen, v, patient)
    for k in range(known):
        if course.news[k].seen != NO_VISIT and visit.new == NO_NEW:
            visit.new = EQUIVOCAL_NEW
    return known


def mark_new_at_baseline(base: int, course: Course) -> None:
    """Mark new lesions at baseline, which are left out."""
    for r in range(course.visits[base].first, course.visits[base + 1].first):
        row = course.rows[r]
        if row.role == NEW and row.state in (CONFIRMED, EQUIVOCAL):
            row.fault = NEW_AT_BASELINE


def scan_patient(p: int, course: Course) -> None:
    """Write all visits of one patient from the baseline visit on; none without a baseline.

    A confirmed new lesion counts from the first visit that showed it.
    """
    patient = course.patients[p]
    base = patient.baseline
    if base == NO_VISIT:
        return
    last = course.patients[p + 1].first
    targets = list_targets(base, course)
    others = 0
    news = 0
    mark_new_at_baseline(base, course)
    for v in range(base, last):
        measure_targets(v, targets, course)
        sum_targets(v, targets, course)
        others = read_non_targets(v, others, v == base, course)
        judge_non_targets(v, others, course)
        if v > base:
            news = read_new_lesions(v, news, patient, course)
    if patient.new_seen != NO_VISIT:
        for v in range(patient.new_seen, last):
            course.visits[v].new = CONFIRMED_NEW
