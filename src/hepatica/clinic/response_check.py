"""Faults of lesion rows that the response engine sees, as findings; none stops it.

Of one code at most `SHOWN` findings are listed for a stretch of patients, then one with the count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hepatica.clinic.response_column import (
    BLANK,
    HILAR_NODE,
    LIPIODOL,
    LIVER,
    MAX_MM,
    NODE,
    UNKNOWN,
    Array,
    LesionColumns,
    is_given,
)
from hepatica.clinic.response_course import Stretch
from hepatica.clinic.rules.response import word
from hepatica.clinic.rules.response.criterion import UM_PER_MM, Criterion
from hepatica.core.finding import Finding, Level, Place

SHOWN = 500

# Statuses that each role can have.
ALLOWED = {
    word.NO_ROLE: tuple(range(UNKNOWN + 1)),
    word.TARGET: (BLANK, LIPIODOL, word.ABSENT, word.TOO_SMALL, word.NOT_EVALUABLE),
    word.NON_TARGET: (
        BLANK,
        LIPIODOL,
        word.PRESENT,
        word.ABSENT,
        word.PROGRESSED,
        word.NOT_EVALUABLE,
        word.TOO_SMALL,
    ),
    word.NEW: (word.CONFIRMED, word.EQUIVOCAL, word.ABSENT, word.NOT_EVALUABLE),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is the same in all findings of a code."""

    code: str
    level: Level
    column: str
    found: str
    expected: str
    hint: str = ""


FAULTS = {
    fault.code: fault
    for fault in (
        Fault("L001", Level.ERROR, "", "a row without subject, lesion or date", "all three"),
        Fault("L002", Level.ERROR, "role", "an unknown role", "target, non-target or new"),
        Fault(
            "L003",
            Level.ERROR,
            "status",
            "a status that this role cannot have",
            "target: blank, absent, too small, not evaluable; non-target: present, absent, "
            "progressed, not evaluable; new: confirmed, equivocal",
            "read as not evaluable, for a new lesion as equivocal",
        ),
        Fault("L004", Level.ERROR, "", "a size out of range", f"0 to {MAX_MM:.0f} mm"),
        Fault(
            "L005",
            Level.WARNING,
            "status",
            "'absent' with a size above 0",
            "either a size or 'absent'",
            "not evaluable where the criterion reads the size as disease, else absent",
        ),
        Fault(
            "L006",
            Level.WARNING,
            "viable_perpendicular_mm",
            "a viable diameter without its perpendicular",
            "both, for EASL",
            "read as not evaluable",
        ),
        Fault(
            "L007",
            Level.WARNING,
            "diameter_mm",
            "a confirmed new lesion in the liver under 10 mm",
            "10 mm or more, for mRECIST",
            "read as equivocal",
        ),
        Fault(
            "L008",
            Level.WARNING,
            "viable_mm",
            "a viable part longer than its lesion",
            "at most the lesion's diameter",
        ),
        Fault(
            "L010",
            Level.ERROR,
            "lesion",
            "a second row for this lesion on this date",
            "one row for a lesion and date",
            "equal rows count once; rows that disagree make the lesion not evaluable; add the "
            "parts of a split lesion into one row",
        ),
        Fault(
            "L011",
            Level.ERROR,
            "role",
            "a target first recorded after baseline",
            "targets chosen at baseline",
            "left out of the sum; a lesion that is new has the role new",
        ),
        Fault(
            "L012",
            Level.WARNING,
            "role",
            "a non-target first recorded after baseline",
            "non-targets recorded at baseline",
            "assessed from here on; a lesion that is new has the role new",
        ),
        Fault(
            "L013",
            Level.ERROR,
            "role",
            "a new lesion at baseline",
            "new lesions after baseline only",
            "left out",
        ),
        Fault(
            "L020",
            Level.ERROR,
            "",
            "a baseline target without a size",
            "a size for every target at baseline",
            "no sum can be formed: every target response is NE",
        ),
        Fault(
            "L021",
            Level.WARNING,
            "",
            "a baseline target under the size that the criterion asks for",
            "a measurable lesion",
        ),
        Fault("L022", Level.WARNING, "", "more targets than the criterion allows", "fewer"),
        Fault(
            "L023",
            Level.WARNING,
            "",
            "more targets in one organ than the criterion allows",
            "fewer",
        ),
        Fault(
            "L024",
            Level.WARNING,
            "",
            "PR after CR",
            "CR or PD: disease that is seen again after a CR is PD",
            "either the first was no CR, or the later visit is PD",
        ),
        Fault(
            "L025",
            Level.ERROR,
            "date",
            "no scan on or before the baseline date",
            "a baseline scan",
            "every response is NE",
        ),
    )
}


def check_keys(columns: LesionColumns) -> list[Finding]:
    """Rows that cannot be placed because subject, lesion or date is missing."""
    table = columns.table
    if table.num_rows == len(columns.subject):
        return []
    good = pc.and_(is_given(table["subject"]), is_given(table["lesion"]))
    good = pc.and_(good, pc.is_valid(table["date"]))
    at = np.flatnonzero(~np.asarray(good.to_numpy()))
    rows = table["row"].to_numpy()[at] if "row" in table.column_names else at + 2
    return findings("L001", rows, [""] * len(rows))


def check_stretch(
    stretch: Stretch, columns: LesionColumns, criterion: Criterion, part: slice
) -> list[Finding]:
    """All faults of the rows and patients in one stretch, by code."""
    found: list[Finding] = []
    for code, flagged in row_faults(stretch, columns, criterion, part).items():
        at = np.flatnonzero(flagged)
        if len(at):
            found += findings(code, columns.row(part)[at], subjects_of(columns, part, at))
    for code, patients in patient_faults(stretch, columns, criterion, part).items():
        if len(patients):
            labels = columns.subjects.take(stretch.subject[patients]).to_pylist()
            found += findings(code, np.zeros(len(labels), np.int64), labels)
    return found


def row_faults(
    stretch: Stretch, columns: LesionColumns, criterion: Criterion, part: slice
) -> dict[str, Array]:
    """For each code which rows of the stretch have the fault."""
    role, status, site = columns.role[part], columns.status[part], columns.site[part]
    sizes = stretch.sizes
    out = [(size < 0) | (size > MAX_MM) for size in sizes.values()]
    target = role == word.TARGET
    read = sizes["diameter_mm" if criterion.measure == "diameter" else "viable_mm"]
    small_new = (role == word.NEW) & (status == word.CONFIRMED) & (site == LIVER)
    node = (site == NODE) | (site == HILAR_NODE)
    product = criterion.measure == "viable product"
    no_across = ~(sizes["viable_perpendicular_mm"] > 0) & product
    at_baseline = baseline_targets(stretch, columns, part)
    size, fault = stretch.rows["size"], stretch.rows["fault"]
    return {
        "L002": role == word.NO_ROLE,
        "L003": wrong_status(role, status),
        "L004": np.logical_or.reduce(out),
        "L005": (status == word.ABSENT) & (np.fmax(read, sizes["short_axis_mm"]) > 0) & target,
        "L006": target & (sizes["viable_mm"] > 0) & no_across,
        "L007": small_new & (sizes["diameter_mm"] < criterion.new_in_liver_mm),
        "L008": (sizes["viable_mm"] > sizes["diameter_mm"]) & ~node,
        "L010": fault == word.DUPLICATE,
        "L011": fault == word.LATE_TARGET,
        "L012": fault == word.LATE_NON_TARGET,
        "L013": fault == word.NEW_AT_BASELINE,
        "L020": at_baseline & (size < 0),
        "L021": at_baseline & (size >= 0) & (size < smallest_target(site, criterion)),
    }


def wrong_status(role: Array, status: Array) -> Array:
    """Which rows carry a status that their role cannot have."""
    wrong = np.zeros((len(ALLOWED), UNKNOWN + 1), bool)
    for code, good in ALLOWED.items():
        wrong[code] = True
        wrong[code, list(good)] = False
    return wrong[role, status]


def smallest_target(site: Array, criterion: Criterion) -> Array:
    """Smallest size of a measurable target by site, as the walk counts sizes."""
    limit = round(criterion.target_mm * UM_PER_MM)
    node = round(criterion.node_target_mm * UM_PER_MM)
    hilar = max(node, round(criterion.hilar_node_mm * UM_PER_MM))
    return np.where(site == HILAR_NODE, hilar, np.where(site == NODE, node, limit))


def baseline_targets(stretch: Stretch, columns: LesionColumns, part: slice) -> Array:
    """Which rows are the targets of a baseline visit."""
    base = stretch.patients["baseline"]
    is_baseline = np.zeros(len(stretch.visits), bool)
    is_baseline[base[base >= 0]] = True
    rows = np.diff(stretch.visits["first"], append=len(stretch.rows))
    is_target: Array = columns.role[part] == word.TARGET
    marked: Array = np.repeat(is_baseline, rows) & is_target
    return marked


def patient_faults(
    stretch: Stretch, columns: LesionColumns, criterion: Criterion, part: slice
) -> dict[str, Array]:
    """For each code the positions of the patients with the fault."""
    base, overall = stretch.patients["baseline"], stretch.visits["overall"]
    targets = np.where(base >= 0, stretch.visits["targets"][base], 0) if len(base) else base
    after = stretch.visit_patient[1:] == stretch.visit_patient[:-1]
    relapse = (overall[:-1] == word.CR) & (overall[1:] == word.PR) & after
    faults = {
        "L024": np.unique(stretch.visit_patient[:-1][relapse]),
        "L025": np.flatnonzero(base < 0),
    }
    if criterion.max_targets is not None:
        faults["L022"] = np.flatnonzero(targets > criterion.max_targets)
    if criterion.max_per_organ is not None and (targets > criterion.max_per_organ).any():
        most = organ_counts(stretch, columns, part)
        faults["L023"] = np.flatnonzero(most > criterion.max_per_organ)
    return faults


def organ_counts(stretch: Stretch, columns: LesionColumns, part: slice) -> Array:
    """Most target rows in one organ, for each patient; all nodes are one organ, so is the liver."""
    at = np.flatnonzero(baseline_targets(stretch, columns, part))
    rows = np.diff(stretch.visits["first"], append=len(stretch.rows))
    patient = np.repeat(stretch.visit_patient, rows)[at]
    organ = organ_codes(columns, part, at)
    organs = int(organ.max(initial=0)) + 1
    count = np.bincount(patient * organs + organ, minlength=len(stretch.patients) * organs)
    most: Array = count.reshape(-1, organs).max(axis=1)
    return most


def organ_codes(columns: LesionColumns, part: slice, at: Array) -> Array:
    """Organ of some rows of a stretch as a code; other sites by their text."""
    site = columns.site[part][at]
    organ = np.select([(site == NODE) | (site == HILAR_NODE), site == LIVER], [0, 1], -1)
    other = np.flatnonzero(organ < 0)
    if len(other):
        rows = at[other] + part.start
        given = rows if columns.order is None else columns.order[rows]
        texts = columns.table["site"].take(given).cast(pa.string()).combine_chunks()
        organ[other] = pc.dictionary_encode(texts, null_encoding="encode").indices.to_numpy() + 2
    return organ.astype(np.int64)


def subjects_of(columns: LesionColumns, part: slice, at: Array) -> list[str]:
    """Subject labels of some rows of a stretch, no more than are shown."""
    codes = columns.subject[part][at[: SHOWN + 1]]
    return list(columns.subjects.take(codes).to_pylist())


def findings(code: str, rows: Array, subjects: list[str]) -> list[Finding]:
    """Findings of one code at some rows (0: none), the rest counted in a last one."""
    fault = FAULTS[code]
    made = [
        Finding(
            Place(row=int(row) or None, column=fault.column),
            fault.level,
            code,
            fault.found,
            fault.expected,
            fault.hint,
            subject,
        )
        for row, subject in zip(rows[:SHOWN], subjects, strict=False)
    ]
    if len(rows) > SHOWN:
        more = f"{len(rows) - SHOWN} more such rows"
        made.append(Finding(Place(), fault.level, code, more, fault.expected, fault.hint))
    return made
