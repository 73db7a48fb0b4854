"""Attenuation of the native liver: the only thing that CT tells of oedema, and so named.

LIVERHU is the mean HU of liver in the native phase, without tumour, vessels and lipiodol, and
without the margins around them; LIVERDIF is that less the mean of the spleen, or of muscle where
no spleen is outlined. Fat, iron, amiodarone and lipiodol change it too; there is no validated
threshold, and no word such as oedema is made of it.

Choices: the liver's surface, tumours, vessels and lipiodol lose MARGIN_MM of neighbouring liver
(partial volume, breathing); lipiodol is what is outlined so and every voxel of LIPIODOL_HU or more
(native parenchyma stays far below it). A region of reference that a reader has drawn in free liver
stands for the liver where there is one. Less than LEAST_ML is no measurement. A phase that is not
known to be native is refused, and one whose aorta exceeds BLOOD_HU was not native.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np
from scipy import ndimage

from hepatica.core.finding import Finding
from hepatica.imaging.mask import Mask, Segment
from hepatica.imaging.perfusion.assessment import Assessment, absent, finding_at
from hepatica.imaging.quantity import Quantity
from hepatica.imaging.volume import Volume

MARGIN_MM = 5.0
LIPIODOL_HU = 130.0
BLOOD_HU = 80.0
LEAST_ML = 1.0
TESTS = ("LIVERHU", "LIVERDIF")
_METHOD = "mean of native phase; 5 mm from surface, tumour, vessels and lipiodol (130 HU) left out"
_DRAWN = "mean of native phase in an outlined reference region; lipiodol (130 HU) and 5 mm left out"

Roles = Mapping[str, Sequence[Segment]]


def assess_attenuation(native: Volume | None, roles: Roles) -> Assessment:
    """LIVERHU and LIVERDIF of the native phase, or the reason why they cannot be measured.

    `roles` holds segments on its grid: reference, or liver with tumour and vessels; spleen,
    muscle, aorta and lipiodol where they are outlined.
    """
    why = _refusal(native, roles)
    if native is None or why:
        found = () if native is None else (_not_native(native, why),)
        return Assessment(absent(TESTS, ["liver"], why), findings=found)
    free, method, why = _free_liver(native, roles)
    mean = None if free is None else _mean(native, free)
    if mean is None:
        short = why or f"less than {LEAST_ML:g} mL of free liver is left within the margins"
        return Assessment(absent(TESTS, ["liver"], short))
    liver = Quantity("LIVERHU", mean, "HU", "liver", method)
    return Assessment((liver, _difference(native, roles, mean)))


def _not_native(native: Volume, why: str) -> Finding:
    return finding_at("I132", native, found=why, expected="the native phase of a CT")


def _refusal(native: Volume | None, roles: Roles) -> str:
    if native is None:
        return "no unenhanced phase"
    if native.origin.modality != "CT":
        return "attenuation is of CT only"
    if native.origin.phase != "unenhanced":
        return f"the phase is {native.origin.phase or 'not known'}, not unenhanced"
    for aorta in roles.get("aorta", ()):
        values = np.asarray(native.array[aorta.slices], float)[aorta.box]
        if values.size and values.mean() > BLOOD_HU:
            return f"the aorta has {values.mean():.0f} HU: contrast is in the blood"
    return ""


def _free_liver(native: Volume, roles: Roles) -> tuple[Mask | None, str, str]:
    """Mask of free liver, how it was found, or why there is none."""
    drawn = _union(native, roles.get("reference", ()))
    if drawn is not None:
        return drawn & ~_near(native, _lipiodol(native, drawn, roles)), _DRAWN, ""
    liver = _union(native, roles.get("liver", ()))
    for role in ("liver", "tumour", "vessels"):
        if not roles.get(role):
            return None, "", f"no {role} and no reference region outlined"
    assert liver is not None
    others = [_union(native, roles[role]) for role in ("tumour", "vessels")]
    left_out = _lipiodol(native, liver, roles)
    for other in others:
        if other is not None:
            left_out |= other
    inner = liver & ~_near(native, ~liver)
    return inner & ~_near(native, left_out), _METHOD, ""


def _union(native: Volume, segments: Sequence[Segment]) -> Mask | None:
    if not segments:
        return None
    full = np.zeros(native.grid.shape, bool)
    for one in segments:
        full[one.slices] |= one.box
    return full


def _lipiodol(native: Volume, within: Mask, roles: Roles) -> Mask:
    found: Mask = within & (np.asarray(native.array) >= LIPIODOL_HU)
    outlined = _union(native, roles.get("lipiodol", ()))
    return found if outlined is None else found | outlined


def _near(native: Volume, mask: Mask) -> Mask:
    """The mask and everything nearer to it than the margin."""
    if not mask.any():
        return mask
    away = ndimage.distance_transform_edt(~mask, sampling=native.grid.spacing_mm)
    near: Mask = away < MARGIN_MM
    return near


def _mean(native: Volume, mask: Mask) -> float | None:
    """Mean of what was measured there; None for less than LEAST_ML."""
    values = np.asarray(native.array)[mask].astype(float)
    if native.padding is not None:
        values = values[values != native.padding]
    if values.size * native.grid.voxel_mm3 < LEAST_ML * 1000.0:
        return None
    return float(values.mean())


def _difference(native: Volume, roles: Roles, liver: float) -> Quantity:
    for role in ("spleen", "muscle"):
        mask = _union(native, roles.get(role, ()))
        if mask is None:
            continue
        inner = mask & ~_near(native, ~mask)
        other = _mean(native, inner if role == "spleen" else mask)
        if other is not None:
            return Quantity("LIVERDIF", liver - other, "HU", "liver", f"{_METHOD}; less {role}")
    named = list(chain(*(roles.get(role, ()) for role in ("spleen", "muscle"))))
    why = "less than 1 mL of spleen or muscle" if named else "neither spleen nor muscle outlined"
    return Quantity("LIVERDIF", None, "", "liver", reason=why)
