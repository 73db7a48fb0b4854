"""The door of kinetics: quantities of a region of a dynamic series, with maps and pictures.

Every voxel of the region is fitted; a quantity is the median over the fitted voxels, its limits
their quartiles. Impossible values are not left out, for leaving out what lies below 0 would bend
the median upwards; they are counted and told, and where they are more than half of the region
there is no value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepatica.core.finding import Finding
from hepatica.core.finding_code import finding_of
from hepatica.imaging.kinetics.curve_fit import LARGEST_KTRANS
from hepatica.imaging.kinetics.flag import WORDS, Flag
from hepatica.imaging.kinetics.mapping import (
    QUANTITIES,
    KineticMaps,
    kinetic_maps,
    mean_concentration,
    steady_times,
)
from hepatica.imaging.kinetics.model import MODELS
from hepatica.imaging.kinetics.region_input import Inputs, inputs_of
from hepatica.imaging.kinetics.rule import KineticRule, Source, check_dynamic
from hepatica.imaging.mask import Segment
from hepatica.imaging.perfusion.assessment import (
    NOT_A_DAY,
    absent,
    finding_at,
    fullest_slice,
    pixels_of,
    plane_mask,
    step_of,
)
from hepatica.imaging.picture import Picture
from hepatica.imaging.quantity import Quantity
from hepatica.imaging.volume import Volume

Floats = npt.NDArray[np.float64]
UNITS = dict(QUANTITIES.values())
LARGEST_SHARE = 0.5  # of flagged voxels, beyond which there is no value
FEWEST = 5  # fitted voxels
_OF = {
    "tofts": ("KTRANS", "VE"),
    "etofts": ("KTRANS", "VE", "VP"),
    "patlak": ("KTRANS", "PS", "VP"),
    "2cxm": ("KTRANS", "VE", "VP", "PS", "FP"),
    "materne": ("K1A", "K1P", "ARTFRAC", "DV", "MTT"),
}
_RATE = Flag.RATE_LOW | Flag.RATE_HIGH | Flag.DELAY_AT_BOUND
_DOUBTS = {
    "VE": _RATE | Flag.VE_ABOVE_ONE | Flag.NEGATIVE_VE | Flag.NO_EXCHANGE,
    "VP": Flag.DELAY_AT_BOUND | Flag.VP_ABOVE_ONE | Flag.NEGATIVE_VP | Flag.NO_EXCHANGE,
}
_OTHER_DOUBTS = _RATE | Flag.NEGATIVE_TRANSFER | Flag.NO_EXCHANGE


@dataclass(frozen=True, eq=False)
class KineticMeasures:
    """Quantities by region, each with value or reason; pictures; findings; maps or None."""

    quantities: tuple[Quantity, ...]
    pictures: tuple[Picture, ...] = ()
    findings: tuple[Finding, ...] = ()
    maps: KineticMaps | None = None


def assess_kinetics(
    dynamic: Volume, regions: Sequence[Segment], rule: KineticRule, source: Source
) -> KineticMeasures:
    """Permeability of the regions of a dynamic series, mapped over all of them.

    Parameters
    ----------
    dynamic : Volume      (times, slices, rows, columns) with times in s; signals of MR, HU of CT.
    regions : segments    On the grid of `dynamic`; may overlap.

    Returns     a row for every quantity of the model and region, without a value where refused.
    """
    tests, labels = _OF[rule.model], [one.label for one in regions]
    refused = check_dynamic(dynamic, rule, source)
    if refused:
        reason = "; ".join(f"{f.found}; expected {f.expected}" for f in refused)
        return KineticMeasures(absent(tests, labels, reason), findings=refused)
    inputs = inputs_of(dynamic, rule, source)
    if inputs.arterial is None or (rule.model == "materne" and inputs.portal is None):
        reason = "no bolus in the region of the artery or portal vein"
        return KineticMeasures(absent(tests, labels, reason), findings=inputs.findings)
    mask = np.zeros(dynamic.grid.shape, bool)
    for one in regions:
        mask[one.slices] |= one.box
    maps = kinetic_maps(dynamic, mask, rule, inputs)
    quantities = [q for one in regions for q in _quantities(one, maps, rule, inputs)]
    pictures = [p for one in regions if one.voxels for p in _pictures(dynamic, one, maps, tests[0])]
    curves = [_curve(dynamic, one, rule, inputs) for one in regions if one.voxels]
    findings = (*inputs.findings, *_told(dynamic, mask, maps, quantities))
    return KineticMeasures(tuple(quantities), (*pictures, *curves), findings, maps)


def _quantities(
    region: Segment, maps: KineticMaps, rule: KineticRule, inputs: Inputs
) -> list[Quantity]:
    flags = maps.flags[region.slices][region.box]
    fitted = (flags & Flag.NOT_FITTED) == 0
    way = "linear" if rule.linear else "non-linear"
    method = (
        f"{MODELS[rule.model].name} model, {way} least squares of every voxel; {inputs.method}; "
        f"{maps.delays.method}; median of voxels, limits are their quartiles"
    )
    out: list[Quantity] = []
    for test in _OF[rule.model]:
        if test not in maps.values:
            out += absent((test,), (region.label,), "no voxel in the region")
            continue
        values = maps.values[test][region.slices][region.box].astype(float)
        known = fitted & np.isfinite(values)
        doubtful = fitted & ((flags & _DOUBTS.get(test, _OTHER_DOUBTS)) != 0)
        lost = int(np.count_nonzero(doubtful | (fitted & ~known)))
        if reason := _no_value(int(known.sum()), int(fitted.sum()), lost):
            out += absent((test,), (region.label,), reason)
            continue
        lower, median, upper = np.percentile(values[known], [25, 50, 75])
        out.append(
            Quantity(test, float(median), UNITS[test], region.label, method, "", float(lower),
                     float(upper), flags=_counted(flags, fitted, test))
        )  # fmt: skip
    return out


def _no_value(known: int, fitted: int, lost: int) -> str:
    if known < FEWEST:
        return f"{known} voxels of the region could be fitted; {FEWEST} are needed"
    if lost > LARGEST_SHARE * fitted:
        return f"{lost} of {fitted} voxels lie at a bound or are impossible"
    return ""


def _counted(
    flags: npt.NDArray[np.uint16], fitted: npt.NDArray[np.bool_], test: str
) -> tuple[str, ...]:
    """How many voxels bear each flag that concerns a quantity."""
    of = int(fitted.sum())
    told = [] if fitted.all() else [f"not fitted: {len(fitted) - of} of {len(fitted)} voxels"]
    concerns = _DOUBTS.get(test, _OTHER_DOUBTS)
    for flag, word in WORDS.items():
        count = int(np.count_nonzero(flags[fitted] & flag))
        if flag & concerns and count:
            told.append(f"{word}: {count} of {of} voxels")
    return tuple(told)


def _told(
    dynamic: Volume, mask: npt.NDArray[np.bool_], maps: KineticMaps, quantities: Sequence[Quantity]
) -> list[Finding]:
    findings = []
    lost = int(np.count_nonzero(maps.flags[mask] & Flag.NOT_FITTED))
    if lost:
        found = f"{lost} of {int(mask.sum())} voxels without a curve"
        expected = "signals that a T1 explains, and a T10 above 0"
        findings.append(finding_at("I122", dynamic, found=found, expected=expected))
    for one in quantities:
        if one.test == "KTRANS" and one.value is not None and one.value > LARGEST_KTRANS:
            place = finding_at("I117", dynamic, found="", expected="").place
            found, expected = f"Ktrans {one.value:.3g} /min", f"at most {LARGEST_KTRANS:g} /min"
            findings.append(finding_of("I117", place, found=found, expected=expected))
    return findings


def _pictures(dynamic: Volume, region: Segment, maps: KineticMaps, test: str) -> list[Picture]:
    if test not in maps.values:
        return []
    index = fullest_slice(region)
    plane = np.asarray(dynamic.array[:, index].mean(axis=0, dtype=float), float)
    shape = (plane.shape[0], plane.shape[1])
    step = step_of(shape)
    low, high = (float(v) for v in np.nanpercentile(plane, [1, 99]))
    window = (0.5 * (low + high), max(high - low, 1.0))
    inside = plane_mask(region, index, shape)
    overlay = np.where(inside, maps.values[test][index], np.nan).astype(np.float32)
    origin, spacing = dynamic.origin, dynamic.grid.spacing_mm
    return [
        Picture(
            subject=origin.subject,
            day=origin.day or NOT_A_DAY,
            kind="map",
            region=f"{region.label} {test}",
            series=origin.series,
            phase=origin.phase,
            spacing_mm=(spacing[1] * step, spacing[2] * step),
            pixels=pixels_of(plane[::step, ::step], window),
            window=window,
            unit="HU" if origin.modality == "CT" else "",
            overlay=overlay[::step, ::step],
            overlay_test=test,
            overlay_unit=UNITS[test],
        )
    ]


def _curve(dynamic: Volume, region: Segment, rule: KineticRule, inputs: Inputs) -> Picture:
    """Mean concentration of the region, and the arterial input."""
    times = steady_times(dynamic, inputs)
    tissue = mean_concentration(dynamic, region.whole(dynamic.grid.shape), rule, inputs)
    assert inputs.arterial is not None
    arterial = np.stack([inputs.arterial.times_s, inputs.arterial.plasma_mm], axis=1)
    curves = {"artery, plasma": arterial}
    if np.isfinite(tissue).all():
        curves["region, mean"] = np.stack([times, tissue], axis=1)
    origin = dynamic.origin
    return Picture(
        subject=origin.subject,
        day=origin.day or NOT_A_DAY,
        kind="curve",
        region=f"{region.label} kinetics",
        series=origin.series,
        curves=curves,
        unit="HU" if rule.echo is None else "mM",
    )
