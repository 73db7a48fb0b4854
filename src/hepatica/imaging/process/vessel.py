"""Vessels of one examination: of every tumour and the rim around it, on the arterial phase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hepatica.imaging.mask import Segment
from hepatica.imaging.process.material import Material
from hepatica.imaging.process.part import Part
from hepatica.imaging.vessel.assessment import assess_vessels
from hepatica.imaging.vessel.rule import VesselRule


def measure_vessels(material: Material, seed: int) -> Part:
    """Vessels of each outlined tumour; where the arterial phase is missing, the rows say so.

    Outlined vessels of the tumour are traced; else vessels are looked for. The liver, where it is
    outlined, bounds the rim.
    """
    part = Part()
    volume = material.phases.get("arterial") or material.base
    if volume is None or volume.origin.modality not in ("CT", "MR"):
        return part
    roles = material.on(volume)
    rule = replace(VesselRule(), seed=VesselRule().seed + seed)
    liver = next(iter(roles.get("liver", ())), None)
    for tumour in roles.get("tumour", ()):
        drawn = _drawn(roles.get("vessels", ()), tumour.tracking)
        found = assess_vessels(volume, tumour, rule, liver=liver, vessels=drawn)
        part.add(found.quantities, volume.origin)
        if found.picture is not None:
            part.pictures.append(found.picture)
    return part


def _drawn(vessels: Sequence[Segment], lesion: str) -> Segment | None:
    """Vessels outlined for that lesion."""
    return next((one for one in vessels if one.tracking == lesion), None)
