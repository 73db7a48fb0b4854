"""Dynamic series of one examination: permeability, and relative perfusion of CT.

Agent, model and the T1 values of tissue and blood are in no header; they are written down in
[kinetics] of the rules, and without that table permeability has a reason in place of a value.
"""

from __future__ import annotations

from typing import Any

from hepatica.imaging.kinetics.assessment import assess_kinetics
from hepatica.imaging.kinetics.rule import KineticRule, Source
from hepatica.imaging.kinetics.signal import GradientEcho
from hepatica.imaging.mask import Mask
from hepatica.imaging.perfusion.slope import assess_slope
from hepatica.imaging.process.material import Material, Roles
from hepatica.imaging.process.part import Part, absent
from hepatica.imaging.volume import Volume

_UNSAID = "model, agent, sequence and T1 are not all written down: [kinetics] of the rules"
_SEQUENCE = ("flip_deg", "tr_s", "r1_per_mm_s", "t10_s", "t10_blood_s")


def measure_kinetics(material: Material, seed: int) -> Part:
    """Every dynamic series with an outlined tumour or liver."""
    part = Part()
    for dynamic in material.dynamic:
        roles = material.on(dynamic)
        regions = [*roles.get("tumour", ()), *roles.get("liver", ())]
        if not regions:
            continue
        if dynamic.origin.modality == "CT":
            inputs = {w: roles[w][0] for w in ("aorta", "portal", "spleen") if roles.get(w)}
            slope = assess_slope(dynamic, regions, inputs)
            part.add(slope.quantities, dynamic.origin)
            part.pictures.extend(slope.pictures)
            part.findings.extend(slope.findings)
        _measure(part, dynamic, roles, material.rules.choices.get("kinetics"))
    return part


def _measure(part: Part, dynamic: Volume, roles: Roles, choices: Any) -> None:
    regions = [*roles.get("tumour", ()), *roles.get("liver", ())]
    told = choices is not None and (
        dynamic.origin.modality == "CT" or all(name in choices for name in _SEQUENCE)
    )
    if not told:
        for one in regions:
            part.add(absent(["KTRANS"], one.label, _UNSAID), dynamic.origin)
        return
    rule = _rule(choices, dynamic.origin.modality)
    source = Source(_mask(dynamic, roles, "aorta"), _mask(dynamic, roles, "portal"))
    found = assess_kinetics(dynamic, regions, rule, source)
    part.add(found.quantities, dynamic.origin)
    part.pictures.extend(found.pictures)
    part.findings.extend(found.findings)


def _rule(choices: dict[str, Any], modality: str) -> KineticRule:
    own = {k: v for k, v in choices.items() if k in ("model", "agent", "hematocrit")}
    if modality == "CT":
        return KineticRule(**{"agent": "iodine", **own})
    echo = GradientEcho(choices["flip_deg"], choices["tr_s"], choices["r1_per_mm_s"])
    return KineticRule(**own, echo=echo, t10_s=choices["t10_s"], t10_blood_s=choices["t10_blood_s"])


def _mask(dynamic: Volume, roles: Roles, role: str) -> Mask | None:
    for one in roles.get(role, ()):
        return one.whole(dynamic.grid.shape)
    return None
