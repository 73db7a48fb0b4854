"""Lesions and liver of one examination: quantities, and rows of the readers' tables."""

from __future__ import annotations

from typing import Any

from hepatica.imaging.lesion.assessment import LesionOutlines, assess_lesions
from hepatica.imaging.lesion.phase import LesionImages
from hepatica.imaging.process.material import Material
from hepatica.imaging.process.part import Part

_LENGTHS = ("diameter_mm", "viable_mm", "viable_perpendicular_mm", "short_axis_mm")


def measure_lesions(material: Material, seed: int) -> Part:
    """Every outlined tumour and the liver, on the volume that regions lie on."""
    part = Part()
    base = material.base
    if base is None:
        return part
    roles = material.on(base)
    tumours = tuple(roles.get("tumour", ()))
    if not tumours and not roles.get("liver"):
        return part
    images = LesionImages(material.phases.get("arterial"), material.phases.get("unenhanced"))
    outlines = LesionOutlines(
        base.grid,
        tumours,
        liver=next(iter(roles.get("liver", ())), None),
        reference=next(iter(roles.get("reference", ())), None),
    )
    found = assess_lesions(images, outlines)
    part.add(found.quantities, base.origin)
    part.pictures.extend(found.pictures)
    part.findings.extend(found.findings)
    whose = {"subject": base.origin.subject, "date": str(base.origin.day or "")}
    for own in found.measurements:
        row = own | whose | {"series": base.origin.series}
        part.lesions.append(_lesion(row))
        part.measurements.append(_measurement(row))
    return part


def _lesion(row: dict[str, Any]) -> dict[str, Any]:
    """Row of `lesions`. An identifier that begins with NT is a non-target; that is all we know."""
    role = "non-target" if row["lesion"].upper().startswith("NT") else "target"
    return {"subject": row["subject"], "lesion": row["lesion"], "role": role, "site": "liver"}


def _measurement(row: dict[str, Any]) -> dict[str, Any]:
    """Row of `measurements`; a non-target is present and has no lengths."""
    if not row["lesion"].upper().startswith("NT"):
        return row
    return {k: v for k, v in row.items() if k not in _LENGTHS} | {"status": "present"}
