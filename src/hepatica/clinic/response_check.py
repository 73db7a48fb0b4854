"""Faults of lesion rows that the response engine sees, as findings; none stops it.

Of one code at most `SHOWN` findings are listed for a stretch of patients, then one with the count.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from hepatica.clinic.response_column import (
    BLANK,
    HILAR_NODE,
    LIPIODOL,
    LIVER,
    MAX_MM,
    NODE,
    SIZES,
    Array,
    LesionColumns,
    is_given,
)
from hepatica.clinic.response_course import Stretch
from hepatica.clinic.rules.response import word
from hepatica.clinic.rules.response.criterion import UM_PER_MM, Criterion
from hepatica.core.finding import Finding, Level, Place

SHOWN = 500


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
            Level.ERROR,
            "status",
            "'absent' with a size above 0",
            "either a size or 'absent'",
            "read as absent",
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
            "10 mm or more, for mRECIST and EASL",
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
    sizes = {name: columns.size_mm(name, part) for name in SIZES}
    with np.errstate(invalid="ignore"):
        out = [(size < 0) | (size > MAX_MM) for size in sizes.values()]
        longest = np.fmax(sizes["diameter_mm"], np.fmax(sizes["viable_mm"], sizes["short_axis_mm"]))
        positive = longest > 0
        small = sizes["diameter_mm"] < criterion.new_in_liver_mm
        longer = sizes["viable_mm"] > sizes["diameter_mm"]
        viable = sizes["viable_mm"] > 0
    target = role == word.TARGET
    confirmed = (role == word.NEW) & (status == word.CONFIRMED)
    product = criterion.measure == "viable product"
    at_baseline = baseline_targets(stretch, columns, part)
    size = stretch.values.size
    return {
        "L002": role == word.NO_ROLE,
        "L003": wrong_status(role, status),
        "L004": np.logical_or.reduce(out),
        "L005": (status == word.ABSENT) & positive & target,
        "L006": target & viable & np.isnan(sizes["viable_perpendicular_mm"]) & product,
        "L007": confirmed & (site == LIVER) & small,
        "L008": longer & ~(site == NODE) & ~(site == HILAR_NODE),
        "L010": stretch.fault == word.DUPLICATE,
        "L011": stretch.fault == word.LATE_TARGET,
        "L012": stretch.fault == word.LATE_NON_TARGET,
        "L013": stretch.fault == word.NEW_AT_BASELINE,
        "L020": at_baseline & (size < 0),
        "L021": at_baseline & (size >= 0) & (size < smallest_target(site, criterion)),
    }


def wrong_status(role: Array, status: Array) -> Array:
    """Which rows carry a status that their role cannot have."""
    allowed = {
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
    wrong = np.zeros(len(role), bool)
    for code, good in allowed.items():
        here = role == code
        if here.any():
            wrong |= here & ~np.isin(status, good)
    return wrong


def smallest_target(site: Array, criterion: Criterion) -> Array:
    """Smallest size of a measurable target by site, as the walk counts sizes."""
    limit = round(criterion.target_mm * UM_PER_MM)
    node = round(criterion.node_target_mm * UM_PER_MM)
    hilar = max(node, round(criterion.hilar_node_mm * UM_PER_MM))
    return np.where(site == HILAR_NODE, hilar, np.where(site == NODE, node, limit))


def baseline_targets(stretch: Stretch, columns: LesionColumns, part: slice) -> Array:
    """Which rows are the targets of a baseline visit."""
    base = stretch.patients["baseline"]
    is_baseline = np.zeros(len(stretch.visit_day), bool)
    is_baseline[base[base >= 0]] = True
    of_baseline = np.repeat(is_baseline, np.diff(stretch.visit_row))
    return of_baseline & (columns.role[part] == word.TARGET)


def patient_faults(
    stretch: Stretch, columns: LesionColumns, criterion: Criterion, part: slice
) -> dict[str, Array]:
    """For each code the positions of the patients with the fault."""
    base, overall = stretch.patients["baseline"], stretch.visits["overall"]
    targets = np.where(base >= 0, stretch.scans["targets"][base], 0) if len(base) else base
    after = stretch.visit_patient[1:] == stretch.visit_patient[:-1]
    relapse = (overall[:-1] == word.CR) & (overall[1:] == word.PR) & after
    faults = {
        "L024": np.unique(stretch.visit_patient[:-1][relapse]),
        "L025": np.flatnonzero(base < 0),
    }
    if criterion.max_targets is not None:
        faults["L022"] = np.flatnonzero(targets > criterion.max_targets)
    if criterion.max_per_organ is not None:
        many = np.flatnonzero(targets > criterion.max_per_organ)
        crowded = [
            p for p in many if organ_count(p, stretch, columns, part) > criterion.max_per_organ
        ]
        faults["L023"] = np.array(crowded, np.int64)
    return faults


def organ_count(patient: int, stretch: Stretch, columns: LesionColumns, part: slice) -> int:
    """Most targets of one patient in one organ; all nodes are one organ, so is the liver."""
    visit = stretch.patients["baseline"][patient]
    start, stop = int(stretch.visit_row[visit]), int(stretch.visit_row[visit + 1])
    organs: Counter[str] = Counter()
    seen = set()
    for row in range(part.start + start, part.start + stop):
        if columns.role[row] == word.TARGET and columns.lesion[row] not in seen:
            seen.add(columns.lesion[row])
            place = row if columns.order is None else int(columns.order[row])
            known = {NODE: "node", HILAR_NODE: "node", LIVER: "liver"}
            site = known.get(int(columns.site[row]))
            organs[site or str(columns.table["site"][place].as_py())] += 1
    return max(organs.values())


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
