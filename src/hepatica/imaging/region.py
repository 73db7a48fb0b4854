"""What an image says within outlined regions: voxels, volume, grey values, axial diameters."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hepatica.core.errors import ShapeError
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.imaging.lesion.diameter import Diameters, longest_axial
from hepatica.imaging.mask import Segment, Segmentation
from hepatica.imaging.volume import Floats, Grid, Volume


@dataclass(frozen=True, slots=True)
class Region:
    """One measured region; what its voxels cannot say is None.

    `mean`, `sd`, `minimum` and `maximum` are in the unit of the image (HU for CT); `sd` divides by
    n - 1 and needs two voxels. `volume_mm3` counts voxels whole. `diameters` are the longest axial
    ones of one connected piece.
    """

    segment: Segment
    voxels: int
    volume_mm3: float
    mean: float | None
    sd: float | None
    minimum: float | None
    maximum: float | None
    diameters: Diameters | None


def measure_regions(
    image: Volume, segmentation: Segmentation, file: str
) -> tuple[tuple[Region, ...], tuple[Finding, ...]]:
    """Every segment measured on the image, in the order of their numbers.

    Voxels whose grey value is no number are left out of mean, sd and extremes, and told; they count
    for volume and diameters. `file` is the mask's name, for the findings.

    Raises      ShapeError where the mask is not on the image's grid, or the image is dynamic.
    """
    if image.array.ndim != 3:
        raise ShapeError(f"an image of {image.array.ndim} dimensions; expected three: one time")
    if not segmentation.grid.same_as(image.grid):
        raise ShapeError("a mask on another grid than the image")
    regions, findings = [], []
    for segment in sorted(segmentation, key=lambda one: one.number):
        grey = image.array[segment.slices][segment.box].astype(np.float64)
        known = grey[np.isfinite(grey)]
        if known.size < grey.size:
            findings.append(_unknown_grey(file, segment.label, grey.size - known.size))
        regions.append(_region(segment, known, image.grid))
    return tuple(regions), tuple(findings)


def _region(segment: Segment, grey: Floats, grid: Grid) -> Region:
    some = grey.size > 0
    return Region(
        segment,
        voxels=segment.voxels,
        volume_mm3=segment.voxels * grid.voxel_mm3,
        mean=float(grey.mean()) if some else None,
        sd=float(grey.std(ddof=1)) if grey.size > 1 else None,
        minimum=float(grey.min()) if some else None,
        maximum=float(grey.max()) if some else None,
        diameters=_diameters(segment, grid),
    )


def _diameters(segment: Segment, grid: Grid) -> Diameters | None:
    """Measured in the segment's box alone, and placed in the whole grid again."""
    if not segment.voxels:
        return None
    first, rows, columns = segment.box.shape
    found = longest_axial(segment.box, grid.cut(segment.start, (first, rows, columns)))
    return found and replace(found, slice=found.slice + segment.start[0])


def _unknown_grey(file: str, label: str, count: int) -> Finding:
    return finding_of(
        "I058",
        Place(file),
        found=f"{count} voxels of '{label}' without a grey value",
        expected="a number in every voxel; they were left out of mean and standard deviation",
    )
