"""The viable part of one tumour as quantities: lengths, qEASL, necrosis, lipiodol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hepatica.imaging.lesion.line import CONVENTION, ViableLine
from hepatica.imaging.lesion.rule import LesionRule
from hepatica.imaging.lesion.viability import Phases, Viability
from hepatica.imaging.quantity import Quantity
from hepatica.imaging.volume import Floats

if TYPE_CHECKING:
    from hepatica.imaging.lesion.assessment import Lesion

LOWER_BOUND = "lipiodol hides part of the tumour"
NO_MODALITY = "modality not known: lipiodol was not looked for"
_LENGTHS = ("VLDIAM", "VPERP", "EASLPROD")
_SHARES = ("QEASL", "NECROSIS", "LIPIODOL")
_UNITS = {"EASLPROD": "mm2"}


def viable_quantities(
    lesion: Lesion, phases: Phases, reason: str, rule: LesionRule
) -> list[Quantity]:
    """VLDIAM, VPERP, EASLPROD, QEASL, NECROSIS, LIPIODOL; with `reason` where not assessed."""
    region, found = lesion.segment.label, lesion.viability
    if found is None:
        return [Quantity(test, None, "", region, reason=reason) for test in _LENGTHS + _SHARES]
    modality = phases.arterial.origin.modality if phases.arterial else ""
    voxels = lesion.segment.voxels
    hidden = 100.0 * int(found.lipiodol.sum()) / voxels
    is_hidden = hidden > 0 and hidden >= rule.hidden_percent
    flags = (LOWER_BOUND,) if is_hidden else ()
    if not modality:
        flags = (NO_MODALITY,)
    lengths = _lengths(lesion.line, region, _zero_reason(is_hidden, modality), flags, rule)
    return [
        *lengths,
        *_shares(found, voxels, region, flags, rule),
        _lipiodol(hidden, region, modality, rule),
    ]


def endpoints_text(points: Floats) -> str:
    """Points as "x y z; x y z" in mm of the patient, to hundredths."""
    return "; ".join(" ".join(f"{round(v, 2) + 0.0:.2f}" for v in row) for row in points.tolist())


def _zero_reason(is_hidden: bool, modality: str) -> str:
    """Why a tumour in which nothing enhances is not without viable tissue; '' where it is."""
    if is_hidden:
        return "nothing enhances, but lipiodol hides part of the tumour"
    return "" if modality else f"nothing enhances; {NO_MODALITY}"


def _lengths(
    line: ViableLine | None, region: str, zero_reason: str, flags: tuple[str, ...], rule: LesionRule
) -> list[Quantity]:
    method = f"{CONVENTION}; {rule.method}; specks below {rule.speck_mm2:g} mm2 not counted"
    if line is None and zero_reason:
        return [Quantity(test, None, "", region, reason=zero_reason) for test in _LENGTHS]
    if line is None:
        return [Quantity(t, 0.0, _UNITS.get(t, "mm"), region, method) for t in _LENGTHS]
    flags = (*flags, *line.flags)
    index = str(line.slice)
    product = line.longest_mm * line.perpendicular_mm
    long, across = (endpoints_text(p) for p in (line.endpoints_mm, line.perpendicular_endpoints_mm))
    given = (
        ("VLDIAM", line.longest_mm, long),
        ("VPERP", line.perpendicular_mm, across),
        ("EASLPROD", product, ""),
    )
    return [
        Quantity(
            test, value, _UNITS.get(test, "mm"), region, method,
            slice=index, endpoints=ends, flags=flags,
        )
        for test, value, ends in given
    ]  # fmt: skip


def _shares(
    found: Viability, voxels: int, region: str, flags: tuple[str, ...], rule: LesionRule
) -> list[Quantity]:
    """Both shares of all voxels, with limits if lipiodol hid only, or no, viable tissue."""
    enhancing, oil = int(found.enhancing.sum()), int(found.lipiodol.sum())
    if oil and not enhancing and LOWER_BOUND in flags:
        reason = "nothing enhances, but lipiodol hides part of the tumour"
        return [Quantity(test, None, "", region, reason=reason) for test in ("QEASL", "NECROSIS")]
    low, high = 100.0 * enhancing / voxels, 100.0 * (enhancing + oil) / voxels
    method = f"of all tumour voxels; {rule.method}"
    limits = (low, high) if oil else (None, None)
    dead = (100.0 - high, 100.0 - low) if oil else (None, None)
    return [
        Quantity(
            "QEASL", low, "%", region, f"enhancing voxels {method}",
            lower=limits[0], upper=limits[1], flags=flags,
        ),
        Quantity(
            "NECROSIS", 100.0 - low, "%", region, f"100 less qEASL, {method}",
            lower=dead[0], upper=dead[1], flags=flags,
        ),
    ]  # fmt: skip


def _lipiodol(hidden: float, region: str, modality: str, rule: LesionRule) -> Quantity:
    if modality == "CT":
        method = f"native > {rule.lipiodol_hu:g} HU of all tumour voxels"
        return Quantity("LIPIODOL", hidden, "%", region, method)
    reason = "lipiodol is not told on MR" if modality else NO_MODALITY
    return Quantity("LIPIODOL", None, "", region, reason=reason)
