"""What the walk along the scans reads and writes: rows, visits and patients.

Interpreted, each is a list of these objects; compiled, an array of records with the same fields,
so that `visit.total` is the same text in both. Rows are ordered by patient and date; patient p
has the visits from `patients[p].first` up to, not including, `patients[p + 1].first`, and visit
v the rows from `visits[v].first` up to `visits[v + 1].first`; a last entry only closes the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from hepatica.clinic.rules.response.criterion import Rule
from hepatica.clinic.rules.response.word import NO_VISIT


@dataclass(slots=True)
class Row:
    """One lesion on one date. `fault` is written."""

    lesion: int = 0
    role: int = 0
    state: int = 0
    size: int = 0
    disease_from: int = 0
    fault: int = 0


@dataclass(slots=True)
class Visit:
    """One date of one patient. All but the first two are written, from baseline on.

    `total` is the sum of the evaluable targets; the lesions named are those to tell a reader.
    """

    first: int = 0
    day: int = 0
    targets: int = 0
    total: int = 0
    missing: int = 0
    diseased: int = 0
    missing_lesion: int = 0
    non_target: int = 0
    non_target_lesion: int = 0
    new: int = 0
    target: int = 0
    overall: int = 0
    matrix_row: int = 0
    clause: int = 0
    baseline: int = 0
    nadir: int = 0
    nadir_visit: int = 0
    after_pd: int = 0


@dataclass(slots=True)
class Patient:
    """One patient; visits by number. From `new_seen` on written.

    `sd_from_day` is the first day of the SD window, `new_therapy_day` that of a new anticancer
    therapy or NO_DAY.
    """

    first: int = 0
    baseline: int = NO_VISIT
    sd_from_day: int = 0
    new_therapy_day: int = 0
    new_seen: int = NO_VISIT
    new_confirmed: int = NO_VISIT
    new_lesion: int = NO_VISIT
    bor: int = 0
    bor_visit: int = NO_VISIT
    cbor: int = 0
    cbor_visit: int = NO_VISIT
    confirmed_by: int = NO_VISIT


@dataclass(slots=True)
class Slot:
    """Scratch: one lesion of the patient in hand."""

    lesion: int = 0
    size: int = 0
    disease_from: int = 0
    state: int = 0
    seen: int = NO_VISIT


Rows: TypeAlias = Sequence[Row]
Visits: TypeAlias = Sequence[Visit]
Patients: TypeAlias = Sequence[Patient]
Slots: TypeAlias = Sequence[Slot]


class Course(NamedTuple):
    """Everything that one run over many patients reads and writes."""

    rows: Rows
    visits: Visits
    patients: Patients
    targets: Slots
    others: Slots
    news: Slots
    rule: Rule
