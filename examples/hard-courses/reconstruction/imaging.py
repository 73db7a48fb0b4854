"""Scans, lesions and what was seen of them.

The course fixes the viable diameters. The longest diameter follows with less movement, because a
necrotic mass shrinks slowly; the perpendicular of the viable part is a fixed share of it.
"""

from __future__ import annotations

from typing import Any

from .patient import Patient, Row, between

NECROTIC_SHRINKAGE = 0.35  # share of its diameter that a wholly necrotic mass has lost
NODE_LENGTH = 1.4  # longest diameter of a node over its short axis
SLICE_MM = {"CT": 5, "MRI": 3}


def scan_rows(patient: Patient) -> list[Row]:
    rows = []
    follow_up = 0
    for scan in patient.scans:
        if scan is patient.baseline_scan:
            visit = "Baseline"
        elif scan["day"] <= patient.sessions[0]:
            visit = "Screening"
        elif scan.get("unscheduled"):
            visit = "Unscheduled"
        else:
            follow_up += 1
            visit = f"Follow-up {follow_up}"
        modality = scan.get("modality", patient.modality)
        row: Row = {
            "subject": patient.id,
            "date": patient.day(scan["day"]),
            "modality": modality,
            "phase": "multiphasic",
            "slice_mm": SLICE_MM[modality],
            "visit": visit,
            "adequate": "N" if "inadequate" in scan else "Y",
        }
        if "inadequate" in scan:
            row["reason"] = scan["inadequate"]
        rows.append(row)
    return rows


def lesion_rows(patient: Patient) -> list[Row]:
    identified = patient.day(patient.scans[0]["day"])
    rows = []
    for role, prefix, lesions in (
        ("target", "T", patient.targets),
        ("non-target", "NT", patient.non_targets),
    ):
        for number, lesion in enumerate(lesions, 1):
            site = lesion.get("site", "liver")
            treated = lesion.get("treated", site == "liver")
            row = {
                "subject": patient.id,
                "lesion": f"{prefix}{number}",
                "role": role,
                "site": site,
                "segment": lesion["segment"],
                "identified_date": identified,
                "prior_treatment": "Y" if treated else "N",
                "enhancing": "Y",
            }
            if treated:
                row["progressed_after_treatment"] = "Y"
            rows.append(row)
    return rows


def measurement_rows(patient: Patient) -> list[Row]:
    rows = []
    first = patient.scans[0]["mm"]
    shape = patient.draw("shape")
    perpendicular = [between(shape, 0.68, 0.92) for _ in patient.targets]
    last = list(first)
    for scan in patient.scans:
        where = {"subject": patient.id, "date": patient.day(scan["day"])}
        for index, target in enumerate(patient.targets):
            seen = scan["mm"][index]
            row = {**where, "lesion": f"T{index + 1}"}
            if isinstance(seen, str):
                row |= _unmeasured(seen, target, last[index], first[index], scan)
            elif target.get("site") == "lymph node":
                row |= _node(seen)
            else:
                row |= _liver(seen, target, first[index], perpendicular[index])
            if not isinstance(seen, str):
                last[index] = seen
            rows.append(row)
        for index in range(len(patient.non_targets)):
            status = scan.get("nt", ["present"] * len(patient.non_targets))[index]
            row = {**where, "lesion": f"NT{index + 1}", "status": status}
            if status == "not evaluable":
                row["reason"] = scan["inadequate"]
            rows.append(row)
    return rows


def _unmeasured(
    seen: str, target: dict[str, Any], last: int, first: int, scan: dict[str, Any]
) -> Row:
    if seen == "too small":
        return {"status": "too small"}
    if seen == "hidden":
        return {
            "diameter_mm": _diameter(last, target, first) + 1,
            "reason": "dense lipiodol hides the arterial enhancement",
            "lipiodol_obscured": "Y",
        }
    return {"status": "not evaluable", "reason": scan["inadequate"]}


def _node(short_axis: int) -> Row:
    longest = round(short_axis * NODE_LENGTH)
    return {
        "diameter_mm": longest,
        "viable_mm": longest,
        "short_axis_mm": short_axis,
        "viable_perpendicular_mm": short_axis,
    }


def _liver(viable: int, target: dict[str, Any], first: int, perpendicular: float) -> Row:
    return {
        "diameter_mm": _diameter(viable, target, first),
        "viable_mm": viable,
        "viable_perpendicular_mm": round(viable * perpendicular),
    }


def _diameter(viable: int, target: dict[str, Any], first: int) -> int:
    necrosis = int(target["necrosis"])
    if viable >= first or target.get("regressing"):
        return viable + necrosis
    shrunk = (first + necrosis) * (1 - NECROTIC_SHRINKAGE * (1 - viable / first))
    return max(viable, round(shrunk))


def new_lesion_rows(patient: Patient) -> list[Row]:
    rows = []
    for scan in patient.scans:
        if "new" not in scan:
            continue
        new = scan["new"]
        row = {
            "subject": patient.id,
            "date": patient.day(scan["day"]),
            "lesion": "N1",
            "status": new["status"],
            "site": new["site"],
            "diameter_mm": new["mm"],
        }
        if new["site"] == "liver":
            row["typical_pattern"] = "Y" if new["status"] == "confirmed" else "N"
        rows.append(row)
    return rows


def viable_share(patient: Patient, day: int) -> float:
    """Viable burden on a day over that at baseline, from the last evaluable scan before it."""
    base = sum(patient.baseline_scan["mm"])
    share = 1.0
    for scan in patient.scans:
        sizes = [5 if seen == "too small" else seen for seen in scan["mm"]]
        if scan["day"] <= day and not any(isinstance(size, str) for size in sizes):
            share = sum(sizes) / base
    return share
