"""Lesions: what a measurement says must fit the lesion, its role and the scans."""

from __future__ import annotations

from datetime import date
from typing import Any

from hepatica.core.finding import Finding
from hepatica.records.draft import Draft, Fault

BASELINE_DAYS = 28
TARGET_STATUS = ("absent", "too small", "not evaluable")
NON_TARGET_STATUS = ("present", "absent", "progressed", "not evaluable")
SIZES = ("diameter_mm", "viable_mm", "short_axis_mm", "viable_perpendicular_mm")

_Key = tuple[Any, Any, Any]


def check_lesions(draft: Draft) -> list[Finding]:
    """Status against role (R025), nothing said (R027), absent yet measured (R028)."""
    roles = _roles(draft)
    unfit, silent, torn = [], [], []
    names = ("subject", "lesion", "reader", "status", *SIZES)
    for index, (subject, lesion, reader, status, *sizes) in enumerate(
        draft.columns("measurements", *names)
    ):
        role = roles.get((subject, lesion, reader)) or roles.get((subject, lesion, None))
        allowed = TARGET_STATUS if role == "target" else NON_TARGET_STATUS
        if role and status and status not in allowed:
            expected = f"blank, {', '.join(allowed)} for a {role} lesion"
            unfit.append(Fault(index, f"'{status}'", expected, column="status"))
        known = [size for size in sizes if size is not None]
        if not known and not status:
            expected = "a size, or a status"
            silent.append(Fault(index, "neither size nor status", expected, column="lesion"))
        if status == "absent" and any(known):
            found = f"absent with a size of {max(known):g} mm"
            torn.append(Fault(index, found, "one or the other", column="status"))
    return [
        *draft.findings("R025", "measurements", unfit),
        *draft.findings("R027", "measurements", silent),
        *draft.findings("R028", "measurements", torn),
    ]


def check_baselines(draft: Draft) -> list[Finding]:
    """Target lesions without a size at baseline (R024).

    Baseline is the subject's first day of measurements by that reader and the 28 days after
    it, before which no second scan is read.
    """
    first: dict[tuple[Any, Any], date] = {}
    sized: dict[_Key, date] = {}
    names = ("subject", "lesion", "reader", "date", *SIZES)
    for subject, lesion, reader, day, *sizes in draft.columns("measurements", *names):
        if day is None:
            continue
        known = first.setdefault((subject, reader), day)
        first[subject, reader] = min(known, day)
        if any(size is not None for size in sizes):
            key = (subject, lesion, reader)
            sized[key] = min(sized.get(key, day), day)
    faults = []
    expected = "a size on the first scan with measurements"
    rows = draft.columns("lesions", "subject", "lesion", "reader", "role")
    for index, (subject, lesion, reader, role) in enumerate(rows):
        start = first.get((subject, reader))
        if role != "target" or start is None:
            continue
        day = sized.get((subject, lesion, reader))
        if day is None or (day - start).days > BASELINE_DAYS:
            found = f"target lesion '{lesion}' without a baseline size"
            faults.append(Fault(index, found, expected, column="lesion"))
    return draft.findings("R024", "lesions", faults)


def check_scans(draft: Draft) -> list[Finding]:
    """Measurements on a day without an examination (R026); silent where no scans are kept."""
    if not draft.size("scans"):
        return []
    scanned = set(draft.columns("scans", "subject", "date"))
    expected = "an examination of that day in the scans table"
    told: set[tuple[Any, Any]] = set()
    faults = []
    for index, key in enumerate(draft.columns("measurements", "subject", "date")):
        if None in key or key in scanned or key in told:
            continue
        told.add(key)
        faults.append(Fault(index, f"no scan on {key[1]}", expected, column="date"))
    return draft.findings("R026", "measurements", faults, gather=True)


def _roles(draft: Draft) -> dict[_Key, str]:
    rows = draft.columns("lesions", "subject", "lesion", "reader", "role")
    return {(subject, lesion, reader): role for subject, lesion, reader, role in rows}
