"""Columns that the walk along the scans reads and writes; lists or arrays of integers alike.

Rows are ordered by patient and date; visit v holds the rows `rows.first[v]` up to, not including,
`rows.first[v + 1]`, and patient p the visits `patients.first[p]` up to `patients.first[p + 1]`.
"""

from __future__ import annotations

from collections.abc import MutableSequence
from typing import NamedTuple, TypeAlias

from hepatica.clinic.rules.response.criterion import Rule

Ints: TypeAlias = MutableSequence[int]


class Rows(NamedTuple):
    """One entry a lesion row; `first` one entry a visit and one more. `fault` is written."""

    first: Ints
    lesion: Ints
    role: Ints
    state: Ints
    size: Ints
    disease_from: Ints
    fault: Ints


class Patients(NamedTuple):
    """One entry a patient (`first` one more). The last three are written; visits by number."""

    first: Ints
    baseline: Ints
    new_seen: Ints
    new_confirmed: Ints
    new_lesion: Ints


class Scans(NamedTuple):
    """One entry a visit, written by `scan`: targets, non-targets and new lesions in short.

    `total` is the sum of the evaluable targets; the lesions named are those to tell a reader.
    """

    targets: Ints
    total: Ints
    missing: Ints
    diseased: Ints
    missing_lesion: Ints
    non_target: Ints
    non_target_lesion: Ints
    new: Ints


class Visits(NamedTuple):
    """One entry a visit, written by `walk`; 0 at and before baseline."""

    target: Ints
    overall: Ints
    row: Ints
    clause: Ints
    baseline: Ints
    nadir: Ints
    nadir_visit: Ints
    after_pd: Ints


class Slots(NamedTuple):
    """Scratch for one patient, as long as the longest patient has rows."""

    target_lesion: Ints
    target_size: Ints
    target_limit: Ints
    other_lesion: Ints
    other_state: Ints
    new_lesion: Ints
    new_seen: Ints


class Course(NamedTuple):
    """Everything that one run over many patients reads and writes."""

    rows: Rows
    patients: Patients
    scans: Scans
    visits: Visits
    slots: Slots
    rule: Rule
