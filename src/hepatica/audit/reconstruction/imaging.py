"""Rows of scans, lesions, what was measured of them, and new lesions.

The longest diameter follows the viable one with less movement, because a necrotic mass shrinks
slowly; the perpendicular of the viable part is a fixed share of it.
"""

from __future__ import annotations

from hepatica.audit.reconstruction.course import Course, Row
from hepatica.audit.reconstruction.stream import between, one_of, whole
from hepatica.audit.reconstruction.tumour import NEW_LIVER, NEW_LUNG, THROMBUS, Lesion, Look

NECROTIC_SHRINKAGE = 0.35  # share of its diameter that a wholly necrotic mass has lost
SLICE_MM = {"CT": 5, "MRI": 3}


def scan_rows(course: Course) -> list[Row]:
    """One row a scan; all of one patient by the same modality."""
    modality = one_of(course.draw("modality"), ("CT", "CT", "CT", "MRI"))
    return [
        {
            "subject": course.id,
            "date": course.day(look.day),
            "modality": modality,
            "phase": "multiphasic",
            "slice_mm": SLICE_MM[modality],
            "visit": f"Follow-up {number}" if number else "Baseline",
            "adequate": "Y",
        }
        for number, look in enumerate(course.tumour.looks)
    ]


def lesion_rows(course: Course) -> list[Row]:
    """Targets and non-targets of the baseline scan."""
    rows = []
    for lesion, role, name in _named(course):
        treated = lesion.necrosis_mm > 0
        row: Row = {
            "subject": course.id,
            "lesion": name,
            "role": role,
            "site": lesion.site,
            "segment": lesion.segment,
            "identified_date": course.day(course.timing.baseline_scan),
            "prior_treatment": "Y" if treated else "N",
            "enhancing": "Y",
        }
        rows.append(row | ({"progressed_after_treatment": "Y"} if treated else {}))
    return rows


def _named(course: Course) -> list[tuple[Lesion, str, str]]:
    targets = [(x, "target", f"T{i}") for i, x in enumerate(course.tumour.targets, 1)]
    others = [(x, "non-target", f"NT{i}") for i, x in enumerate(course.tumour.non_targets, 1)]
    return targets + others


def measurement_rows(course: Course) -> list[Row]:
    """Diameters of the targets and status of the non-targets on every scan."""
    shape = course.draw("shape")
    perpendicular = [between(shape, 0.68, 0.92) for _ in course.tumour.targets]
    first = course.tumour.looks[0].viable_mm
    rows: list[Row] = []
    for look in course.tumour.looks:
        where = {"subject": course.id, "date": course.day(look.day)}
        for i, lesion in enumerate(course.tumour.targets):
            viable = look.viable_mm[i]
            rows.append(
                where
                | {
                    "lesion": f"T{i + 1}",
                    "diameter_mm": _diameter(viable, lesion, first[i]),
                    "viable_mm": viable,
                    "viable_perpendicular_mm": round(viable * perpendicular[i]),
                }
            )
        for i, lesion in enumerate(course.tumour.non_targets):
            rows.append(where | {"lesion": f"NT{i + 1}", "status": _status(look, lesion)})
    return rows


def _diameter(viable: int, lesion: Lesion, first: int) -> int:
    if viable >= first:
        return viable + lesion.necrosis_mm
    whole_mm = first + lesion.necrosis_mm
    return max(viable, round(whole_mm * (1 - NECROTIC_SHRINKAGE * (1 - viable / first))))


def _status(look: Look, lesion: Lesion) -> str:
    if look.sign == THROMBUS and lesion.site == "portal vein":
        return "progressed"
    return "absent" if look.non_targets_absent else "present"


def new_lesion_rows(course: Course) -> list[Row]:
    """The new lesion of a patient who progressed by one."""
    draw = course.draw("new lesion")
    site = {NEW_LIVER: "liver", NEW_LUNG: "lung"}
    return [
        {
            "subject": course.id,
            "date": course.day(look.day),
            "lesion": "N1",
            "status": "confirmed",
            "site": site[look.sign],
            "diameter_mm": whole(draw, 12, 22),
            "typical_pattern": "Y" if look.sign == NEW_LIVER else None,
        }
        for look in course.tumour.looks
        if look.sign in site
    ]
