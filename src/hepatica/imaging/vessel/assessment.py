"""Vessels of a region: of the tumour and of a rim around it, as quantities with their reasons.

Diameter 2 sqrt(A / pi) of perpendicular sections at local half maximum; tortuosity as in
`tortuosity`; length density = length / volume of the region, volume density = volume of vessels /
volume of the region; both of the region and of a fixed rim, of which the liver's part counts where
the liver is given. A vessel thinner than the longest edge of a voxel is not measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from hepatica.core.errors import ShapeError
from hepatica.imaging.mask import Mask, Segment
from hepatica.imaging.picture import Picture, Vessel
from hepatica.imaging.quantity import Quantity
from hepatica.imaging.vessel.centreline import Branch, branches_of
from hepatica.imaging.vessel.contact import contact_flags
from hepatica.imaging.vessel.measure import network_quantities, refused
from hepatica.imaging.vessel.network import network
from hepatica.imaging.vessel.ridge import Cube, ridge_mask, smoothed_mask
from hepatica.imaging.vessel.rule import VesselRule
from hepatica.imaging.vessel.section import Grey
from hepatica.imaging.vessel.skeleton import traced, traced_without
from hepatica.imaging.volume import Floats, Grid, Volume

Outline = Segment | Mask
_HIGH = 2.5  # SD of the noise that a found vessel is higher than its background
_AROUND_MM = 15.0  # traced beyond the rim, so that vessels do not end at its border


@dataclass(frozen=True, eq=False)
class VesselMeasures:
    """Quantities of the region and its rim; `branches` are (n, 4) of x, y, z, diameter in mm.

    `picture` is None where nothing was traced or the scan has no date.
    """

    quantities: tuple[Quantity, ...]
    branches: tuple[Floats, ...] = ()
    picture: Picture | None = None


@dataclass(frozen=True, eq=False)
class _Site:
    """The box that is looked at: grey values, region, rim, vessels given."""

    grid: Grid
    grey: npt.NDArray[np.float32]
    region: Mask
    rim: Mask
    vessels: Mask | None


def assess_vessels(
    volume: Volume,
    region: Outline,
    rule: VesselRule,
    *,
    liver: Outline | None = None,
    vessels: Outline | None = None,
) -> VesselMeasures:
    """Vessels of `region` and of the rim around it on an arterial-phase scan.

    Masks are on the grid of the volume. `vessels` is where vessels are, if somebody outlined them;
    else they are found as ridges. The quantities are the eleven of the catalogue, each for the
    region (its label) and for "rim of" it; one that cannot be measured says why.

    Raises      ShapeError where a mask is of another shape; MissingExtra without scikit-image.
    """
    name = region.label if isinstance(region, Segment) else "region"
    names = (name, f"rim of {name}")
    if reason := _unfit(volume, rule):
        return VesselMeasures(refused(names, reason))
    whole = _whole(region, volume.grid)
    if not whole.any():
        return VesselMeasures(refused(names, "the region has no voxels"))
    site = _site(volume, whole, rule, (liver, vessels))
    branches, flags = _traced(site, rule)
    quantities: list[Quantity] = []
    for text, inside in zip(names, (site.region, site.rim), strict=True):
        found = network(branches, inside, site.grid, rule)
        quantities += network_quantities(found, text, rule, flags)
    points = tuple(np.column_stack([b.points, b.diameter_mm]) for b in branches)
    return VesselMeasures(tuple(quantities), points, _picture(volume, name, points))


def _unfit(volume: Volume, rule: VesselRule) -> str:
    """Why vessels cannot be measured on this scan; '' where they can."""
    origin = volume.origin
    if volume.array.ndim != 3:
        return "a series over time; expected one arterial volume"
    if min(volume.array.shape) < 3:
        return f"{min(volume.array.shape)} slices; expected a volume"
    if origin.modality == "XA" or origin.phase in rule.phases:
        return ""
    wanted = " or ".join(rule.phases)
    return f"phase {origin.phase or 'not known'}; expected {wanted}"


def _whole(outline: Outline, grid: Grid) -> Mask:
    mask = outline.whole(grid.shape) if isinstance(outline, Segment) else outline
    if mask.shape != grid.shape:
        raise ShapeError(f"a mask of shape {mask.shape} on a volume of {grid.shape}")
    return mask.astype(bool, copy=False)


def _site(
    volume: Volume, region: Mask, rule: VesselRule, given: tuple[Outline | None, Outline | None]
) -> _Site:
    spacing = np.array(volume.grid.spacing_mm)
    margin = np.ceil((rule.rim_mm + _AROUND_MM) / spacing).astype(int)
    box = Segment.of("", 0, region)
    low = np.maximum(np.array(box.start) - margin, 0)
    high = np.minimum(np.array(box.start) + box.box.shape + margin, volume.grid.shape)
    cut = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    start, size = tuple(int(v) for v in low), tuple(int(v) for v in high - low)
    grid = volume.grid.cut((start[0], start[1], start[2]), (size[0], size[1], size[2]))
    inside = region[cut]
    near = inside.all() or ndimage.distance_transform_edt(~inside, sampling=spacing) <= rule.rim_mm
    rim = near & ~inside
    liver, vessels = (_whole(one, volume.grid)[cut] if one is not None else None for one in given)
    grey = np.nan_to_num(volume.array[cut].astype(np.float32))
    return _Site(grid, grey, inside, rim if liver is None else rim & liver, vessels)


def _traced(site: _Site, rule: VesselRule) -> tuple[tuple[Branch, ...], tuple[str, ...]]:
    cube = Cube.of(site.grid)
    if site.vessels is None:
        mask = ridge_mask(cube, site.grey, rule)
    else:
        mask = smoothed_mask(cube, site.vessels)
    found = traced(mask, cube, rule)
    grey = Grey(site.grey, site.grid)
    branches = branches_of(grey, found[1], rule)
    if site.vessels is None:
        least = _HIGH * _noise(site.grey)
        false = {
            i for i, b in enumerate(branches) if np.median(b.height) < least or _is_wide(b, rule)
        }
        if false:
            found = traced_without(found, false, cube, rule)
            branches = branches_of(grey, found[1], rule)
    return branches, contact_flags(found[0], branches, site.grid)


def _is_wide(branch: Branch, rule: VesselRule) -> bool:
    """Whether sections are wider than the vessels looked for: enhancing tissue, not a vessel."""
    return float(np.mean(branch.diameter_mm > 2.0 * rule.largest_radius_mm)) > rule.wide_share


def _noise(grey: npt.NDArray[np.float32]) -> float:
    """Robust standard deviation between voxels three apart, which blur of the kernel spares."""
    apart = grey[:, :, 3:] - grey[:, :, :-3]
    return 1.4826 / 2**0.5 * float(np.median(np.abs(apart - np.median(apart))))


def _picture(volume: Volume, name: str, branches: Sequence[Floats]) -> Picture | None:
    origin = volume.origin
    if not branches or origin.day is None:
        return None
    vessels = tuple(Vessel(f"branch {i}", points) for i, points in enumerate(branches, start=1))
    return Picture(
        subject=origin.subject,
        day=origin.day,
        kind="vessels",
        region=name,
        series=origin.series,
        phase=origin.phase,
        vessels=vessels,
    )
