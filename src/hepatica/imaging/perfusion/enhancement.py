"""Arterial enhancement fraction: (arterial - native) / (portal - native) x 100.

How much of what enhances by the portal venous phase had enhanced in the arterial one
[lee2013]. Not a flow: it depends on when the two phases were taken.

Choices where the publications are silent:
- The value of a region is the ratio of its mean differences, not the mean of its voxels' ratios,
  which a few voxels with hardly any portal enhancement would decide. The median of the voxels'
  ratios is given beside it.
- A voxel's ratio counts only where portal - native is at least LEAST_HU (for other modalities a
  tenth of the region's mean difference); how many do not is told. The region needs that much too.
- Phases must be one grid in one frame of reference. They are not registered: breathing moves the
  liver by a voxel or more, and a registration is a measurement of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hepatica.imaging.mask import Segment
from hepatica.imaging.perfusion.assessment import (
    NOT_A_DAY,
    Assessment,
    Floats,
    absent,
    apart,
    finding_at,
    fullest_slice,
    pixels_of,
    plane_mask,
    step_of,
    voxels,
)
from hepatica.imaging.picture import Picture
from hepatica.imaging.quantity import Quantity
from hepatica.imaging.volume import Volume

LEAST_HU = 10.0
LEAST_SHARE = 0.1
MASKED_SHARE = 0.2
METHOD = "(A-N)/(P-N) of region means; voxels as they lie, not registered"
MEDIAN = "median of voxels' (A-N)/(P-N) with P-N of at least 10 HU or a tenth of the region's"
_WINDOW = (80.0, 300.0)


@dataclass(frozen=True, eq=False)
class Enhancement:
    """The fraction in % of a region: of its means, and by voxel (nan where masked)."""

    percent: float | None
    voxel_percent: Floats
    masked_share: float
    reason: str = ""

    @property
    def median_percent(self) -> float | None:
        """Median over the voxels that count."""
        kept = self.voxel_percent[np.isfinite(self.voxel_percent)]
        return float(np.median(kept)) if kept.size else None


def enhancement_fraction(
    native: Floats, arterial: Floats, portal: Floats, *, least: float | None = LEAST_HU
) -> Enhancement:
    """Fraction of voxels given one by one, nan where nothing was measured in any phase.

    `least` is the smallest difference portal - native that counts; None for a tenth of the mean.
    """
    known = np.isfinite(native) & np.isfinite(arterial) & np.isfinite(portal)
    if not known.any():
        return Enhancement(None, np.full(native.shape, np.nan), 0.0, "no voxel was measured")
    early, late = arterial - native, portal - native
    mean = float(late[known].mean())
    floor = abs(mean) * LEAST_SHARE if least is None else least
    kept = known & (late >= floor) & (late > 0.0)
    ratios = np.full(native.shape, np.nan)
    np.divide(100.0 * early, late, out=ratios, where=kept)
    masked = 1.0 - float(kept.sum()) / float(known.sum())
    if mean <= 0.0 or mean < floor:
        why = f"portal less native is {mean:.1f}: too little enhancement for a ratio"
        return Enhancement(None, ratios, masked, why)
    return Enhancement(100.0 * float(early[known].mean()) / mean, ratios, masked)


def assess_enhancement_fraction(
    native: Volume | None,
    arterial: Volume | None,
    portal: Volume | None,
    regions: Sequence[Segment],
    *,
    excluded: Sequence[Segment] = (),
) -> Assessment:
    """AEF of each region, as ratio of its means and as median of its voxels, with a map.

    The rows of the median have the region's name and "(median of voxels)". `excluded` holds
    voxels that are no tissue, such as lipiodol; they are on the same grid.
    """
    names = [one.label for one in regions]
    given = {"unenhanced": native, "arterial": arterial, "portal venous": portal}
    if missing := [phase for phase, volume in given.items() if volume is None]:
        return Assessment(absent(["AEF"], names, f"no {' and no '.join(missing)} phase"))
    assert native is not None and arterial is not None and portal is not None
    if why := _mistaken(given) or apart([arterial, native, portal]):
        told = finding_at("I130", arterial, found=why, expected="three phases on one grid")
        return Assessment(absent(["AEF"], names, why), findings=(told,))
    out, pictures, findings = [], [], []
    for one in regions:
        found = _region((native, arterial, portal), one, excluded)
        out += _quantities(one.label, found)
        if found.masked_share > MASKED_SHARE:
            findings.append(
                finding_at(
                    "I131", arterial, found=f"{found.masked_share:.0%} of {one.label} masked",
                    expected="voxels that enhance by the portal venous phase",
                )
            )  # fmt: skip
        if found.percent is not None:
            pictures.append(_picture(arterial, one, found))
    return Assessment(tuple(out), tuple(pictures), tuple(findings))


def _mistaken(given: dict[str, Volume | None]) -> str:
    """Why phases are not those that they are given as; "" where none says another."""
    for phase, volume in given.items():
        if volume is not None and volume.origin.phase not in ("", phase):
            return f"the {phase} phase is called {volume.origin.phase}"
    return ""


def _region(
    phases: tuple[Volume, Volume, Volume], one: Segment, excluded: Sequence[Segment]
) -> Enhancement:
    kept = one.box.copy()
    for other in excluded:
        kept &= ~other.whole(phases[0].grid.shape)[one.slices]
    native, arterial, portal = (np.where(kept, voxels(v, one), np.nan) for v in phases)
    least = LEAST_HU if phases[0].origin.modality in ("CT", "") else None
    return enhancement_fraction(native, arterial, portal, least=least)


def _quantities(region: str, found: Enhancement) -> list[Quantity]:
    if found.percent is None:
        return [Quantity("AEF", None, "", region, reason=found.reason)]
    flags = ("voxels masked",) if found.masked_share > MASKED_SHARE else ()
    median = found.median_percent
    assert median is not None
    beside = f"{region} (median of voxels)"
    return [
        Quantity("AEF", found.percent, "%", region, METHOD, flags=flags),
        Quantity("AEF", median, "%", beside, MEDIAN, flags=flags),
    ]


def _picture(arterial: Volume, one: Segment, found: Enhancement) -> Picture:
    index = fullest_slice(one)
    shape = arterial.grid.shape[1:]
    step = step_of(shape)
    overlay = np.full(shape, np.nan, np.float32)
    inside = found.voxel_percent[index - one.start[0]]
    overlay[one.slices[1:]] = np.where(
        plane_mask(one, index, shape)[one.slices[1:]], inside, np.nan
    )
    origin, spacing = arterial.origin, arterial.grid.spacing_mm
    return Picture(
        subject=origin.subject,
        day=origin.day or NOT_A_DAY,
        kind="map",
        region=f"{one.label} AEF",
        series=origin.series,
        phase=origin.phase,
        spacing_mm=(spacing[1] * step, spacing[2] * step),
        pixels=pixels_of(arterial.array[index, ::step, ::step], _WINDOW),
        window=_WINDOW,
        unit="HU" if origin.modality == "CT" else "",
        overlay=overlay[::step, ::step],
        overlay_test="AEF",
        overlay_unit="%",
    )
