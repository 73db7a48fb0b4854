"""Lesions and liver of one examination: diameters, viable part, volumes, as rows of the records.

Volumes count whole voxels. Denominators: qEASL, necrosis and lipiodol are shares of all voxels of
the tumour; necrosis is 100 less qEASL. What lipiodol hides cannot be assessed: it counts as not
enhancing, and the limits of qEASL and necrosis are those if all of it, or none of it, enhanced. The
liver is its outline together with the tumours; the burden is the tumours' share of it.

A tumour in which nothing enhances has a viable diameter of 0 mm. Where a phase is missing, or
lipiodol hides part of a tumour in which nothing else enhances, it has none, and the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hepatica.core.finding import Finding
from hepatica.imaging.lesion.alignment import apart_voxels
from hepatica.imaging.lesion.diameter import Diameters, longest_axial, tilt_flags
from hepatica.imaging.lesion.line import ViableLine, longest_viable
from hepatica.imaging.lesion.phase import LesionImages, phases_of
from hepatica.imaging.lesion.picture import lesion_pictures
from hepatica.imaging.lesion.rule import LesionRule
from hepatica.imaging.lesion.viability import (
    Phases,
    Threshold,
    Viability,
    reference_threshold,
    viability,
)
from hepatica.imaging.lesion.viable_quantity import LOWER_BOUND, endpoints_text, viable_quantities
from hepatica.imaging.mask import Segment
from hepatica.imaging.picture import Picture
from hepatica.imaging.quantity import Quantity
from hepatica.imaging.reading.fault import fault
from hepatica.imaging.volume import Grid

WIDEST_SLICE_MM = 5.0  # RECIST 1.1 [eisenhauer2009]: beyond it a lesion must be twice the slice


@dataclass(frozen=True, eq=False)
class LesionOutlines:
    """Outlines on one grid: the tumours, the liver, and the region of liver to compare with."""

    grid: Grid
    tumours: tuple[Segment, ...]
    liver: Segment | None = None
    reference: Segment | None = None


@dataclass(frozen=True, eq=False)
class Lesion:
    """One measured tumour; `viability` and `line` are None where they could not be assessed.

    Slices and pixels are those of the whole grid; `viability` is in the segment's box.
    """

    segment: Segment
    diameters: Diameters
    viability: Viability | None = None
    line: ViableLine | None = None


@dataclass(frozen=True, eq=False)
class LesionMeasures:
    """What the lesions of one examination are: quantities, rows of `measurements`, pictures."""

    lesions: tuple[Lesion, ...]
    quantities: tuple[Quantity, ...]
    measurements: tuple[dict[str, Any], ...]
    pictures: tuple[Picture, ...]
    findings: tuple[Finding, ...]


def assess_lesions(
    images: LesionImages, outlines: LesionOutlines, rule: LesionRule | None = None
) -> LesionMeasures:
    """Every tumour measured, and the liver; what cannot be measured has a reason.

    Parameters
    ----------
    images : arterial and native phase; either may be missing
    outlines : tumours, liver and reference liver on one grid
    rule : thresholds; those of `LesionRule` unless given

    Returns     LesionMeasures; the origin of its quantities is `images.origin`.
    """
    rule = rule or LesionRule()
    phases = phases_of(images, outlines.grid)
    threshold = _threshold(phases, outlines, rule)
    findings = [
        *_plane_findings(images, outlines.grid),
        *_phase_findings(images, phases, threshold),
    ]
    findings += _register_findings(images, phases, outlines)
    lesions, quantities, rows, pictures = [], [], [], []
    for segment in outlines.tumours:
        lesion, reason = _lesion(segment, phases, threshold, rule)
        if lesion is None:
            findings.append(_empty(images, segment))
            continue
        viable = viable_quantities(lesion, phases, reason, rule)
        lesions.append(lesion)
        quantities += [*_whole(lesion, outlines.grid), *viable]
        rows.append(_row(lesion, images, viable))
        pictures += lesion_pictures(images, outlines.grid, lesion)
    quantities += _liver(outlines)
    return LesionMeasures(
        tuple(lesions), tuple(quantities), tuple(rows), tuple(pictures), tuple(findings)
    )


def _threshold(phases: Phases, outlines: LesionOutlines, rule: LesionRule) -> Threshold | str:
    if phases.reason:
        return phases.reason
    if outlines.reference is None:
        return "no reference liver is outlined"
    return reference_threshold(phases, outlines.reference, outlines.tumours, rule)


def _lesion(
    segment: Segment, phases: Phases, threshold: Threshold | str, rule: LesionRule
) -> tuple[Lesion | None, str]:
    """A tumour with what could be measured of it, and why the rest could not."""
    first, rows, columns = segment.box.shape
    box = phases.grid.cut(segment.start, (first, rows, columns))
    whole = longest_axial(segment.box, box)
    if whole is None:
        return None, ""
    diameters = replace(whole, **_placed(whole, segment))
    if isinstance(threshold, str):
        return Lesion(segment, diameters), threshold
    found = viability(phases, segment, threshold, rule)
    if isinstance(found, str):
        return Lesion(segment, diameters), found
    line = longest_viable(found.viable, box)
    if line is not None:
        # Pixels that are not square can make a shorter line longer by its ends.
        longest = min(line.longest_mm, diameters.longest_mm)
        line = replace(line, longest_mm=longest, **_placed(line, segment))
    return Lesion(segment, diameters, found, line), ""


def _placed(found: Diameters | ViableLine, segment: Segment) -> dict[str, Any]:
    """Slice and pixels of a box as those of the whole grid."""
    first, row, column = segment.start
    (r1, c1), (r2, c2) = found.pixels
    pixels = ((r1 + row, c1 + column), (r2 + row, c2 + column))
    return {"slice": found.slice + first, "pixels": pixels}


def _whole(lesion: Lesion, grid: Grid) -> list[Quantity]:
    found, region = lesion.diameters, lesion.segment.label
    index = str(found.slice)
    lengths = (
        ("LDIAM", found.longest_mm, found.endpoints_mm),
        ("SAXIS", found.short_mm, found.short_endpoints_mm),
    )
    volume = lesion.segment.voxels * grid.voxel_mm3 / 1000
    return [
        *(
            Quantity(
                test, value, "mm", region, found.convention,
                slice=index, endpoints=endpoints_text(ends), flags=found.flags,
            )
            for test, value, ends in lengths
        ),
        Quantity("TVOL", volume, "mL", region, "whole voxels"),
    ]  # fmt: skip


def _row(lesion: Lesion, images: LesionImages, viable: Sequence[Quantity]) -> dict[str, Any]:
    """The row of `measurements`; what is not known is None."""
    found, origin = lesion.diameters, images.origin
    by_test = {one.test: one for one in viable}
    hidden = by_test["LIPIODOL"].value
    obscured = LOWER_BOUND in by_test["QEASL"].flags or by_test["QEASL"].value is None
    return {
        "subject": origin.subject,
        "date": origin.day.isoformat() if origin.day else "",
        "lesion": lesion.segment.tracking or lesion.segment.label,
        "diameter_mm": found.longest_mm,
        "viable_mm": by_test["VLDIAM"].value,
        "viable_perpendicular_mm": by_test["VPERP"].value,
        "short_axis_mm": found.short_mm,
        "lipiodol_obscured": None if hidden is None else "Y" if obscured else "N",
        "series": origin.series,
        "slice": str(found.slice),
        "endpoints": endpoints_text(found.endpoints_mm),
        "convention": found.convention,
    }


def _liver(outlines: LesionOutlines) -> list[Quantity]:
    tests = ("LVOL", "BURDEN")
    if outlines.liver is None or not outlines.liver.voxels:
        reason = "the liver is not outlined"
        return [Quantity(test, None, "", "liver", reason=reason) for test in tests]
    liver = outlines.liver.whole(outlines.grid.shape)
    tumour = np.zeros_like(liver)
    for one in outlines.tumours:
        tumour[one.slices] |= one.box
    voxels = int(np.count_nonzero(liver | tumour))
    share = 100.0 * int(np.count_nonzero(tumour)) / voxels
    method = "whole voxels; liver with its tumours"
    return [
        Quantity("LVOL", voxels * outlines.grid.voxel_mm3 / 1000, "mL", "liver", method),
        Quantity("BURDEN", share, "%", "liver", "outlined tumours / liver with its tumours"),
    ]


def _plane_findings(images: LesionImages, grid: Grid) -> list[Finding]:
    found = []
    if tilt_flags(grid):
        found.append(
            fault(
                "I072", images.place, found="slices that are not axial",
                expected="axial slices; diameters were measured in the plane of the slices",
            )
        )  # fmt: skip
    if grid.spacing_mm[0] > WIDEST_SLICE_MM:
        found.append(
            fault(
                "I075", images.place, found=f"slices {grid.spacing_mm[0]:.2f} mm apart",
                expected="at most 5 mm; a lesion smaller than twice that is not measurable",
            )
        )  # fmt: skip
    return found


def _phase_findings(
    images: LesionImages, phases: Phases, threshold: Threshold | str
) -> list[Finding]:
    if not isinstance(threshold, str):
        return []
    expected = "arterial and native phase of one examination in one frame of reference"
    if not phases.reason:
        expected = "a region of reference liver, free of tumour and lipiodol"
    code = "I073" if phases.reason else "I074"
    return [fault(code, images.place, found=threshold, expected=expected)]


def _register_findings(
    images: LesionImages, phases: Phases, outlines: LesionOutlines
) -> list[Finding]:
    """A note where the liver seems to lie elsewhere in the two phases by more than a voxel."""
    liver = outlines.liver
    if phases.reason or liver is None or not liver.voxels:
        return []
    assert phases.arterial is not None and phases.native is not None
    moved = apart_voxels(phases.arterial, phases.native, outlines.grid, liver)
    if np.abs(moved).max() <= 1:
        return []
    apart_mm = float(np.linalg.norm(outlines.grid.affine[:3, :3] @ moved))
    return [
        fault(
            "I070", images.place,
            found=f"native and arterial may be out of register by about {apart_mm:.0f} mm",
            expected="phases that lie on one another; nothing is registered here",
        )
    ]  # fmt: skip


def _empty(images: LesionImages, segment: Segment) -> Finding:
    return fault(
        "I071", images.place, found=f"'{segment.label}' without voxels", expected="an outline"
    )
