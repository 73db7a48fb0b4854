"""Which voxels of a tumour enhance, which hold lipiodol, and which nobody can know.

Rule and thresholds: `imaging.lesion.rule`. Lipiodol voxels are never viable: oil is bright on every
phase, and what lies under it cannot be seen (trap 12 of the imaging tests).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from hepatica.imaging.lesion.alignment import grey_on
from hepatica.imaging.lesion.rule import LesionRule
from hepatica.imaging.mask import Mask, Segment
from hepatica.imaging.volume import Floats, Grid, Volume

FWHM = float(np.sqrt(8 * np.log(2)))  # full width at half maximum, in standard deviations
_TOUCHING = np.ones((3, 3), bool)


@dataclass(frozen=True, slots=True)
class Phases:
    """Arterial and native phase on the grid of the outlines, or why they cannot be compared.

    `reason` is '' where they can; `has_lipiodol` tells whether lipiodol can be told (CT).
    """

    arterial: Volume | None
    native: Volume | None
    grid: Grid
    reason: str = ""
    has_lipiodol: bool = True


@dataclass(frozen=True, slots=True)
class Threshold:
    """The subtraction above which a voxel enhances, with the reference it is from."""

    value: float
    mean: float
    sd: float
    voxels: int


@dataclass(frozen=True, eq=False)
class Viability:
    """Voxels of one tumour in its own box: enhancing, lipiodol, and viable for diameters.

    `viable` is `enhancing` of the tumour without specks, small holes closed.
    """

    enhancing: Mask
    lipiodol: Mask
    viable: Mask


def reference_threshold(
    phases: Phases, reference: Segment, excluded: tuple[Segment, ...], rule: LesionRule
) -> Threshold | str:
    """Threshold of the reference liver, without lipiodol and tumour; or why there is none."""
    subtraction, oil = _subtraction(phases, reference, rule)
    inside = reference.box & ~oil & np.isfinite(subtraction)
    for other in excluded:
        inside &= ~other.whole(phases.grid.shape)[reference.slices]
    values = subtraction[inside]
    if values.size < rule.least_reference_voxels:
        return f"reference liver of fewer than {rule.least_reference_voxels} voxels"
    mean, sd = float(values.mean()), float(values.std(ddof=1))
    return Threshold(mean + rule.deviations * sd, mean, sd, int(values.size))


def viability(
    phases: Phases, tumour: Segment, threshold: Threshold, rule: LesionRule
) -> Viability | str:
    """Which voxels of a tumour enhance; or why that cannot be told."""
    subtraction, oil = _subtraction(phases, tumour, rule)
    if np.any(tumour.box & ~np.isfinite(subtraction)):
        return "part of the tumour lies outside the arterial or native phase"
    lipiodol = tumour.box & oil
    enhancing = tumour.box & ~oil & (subtraction > threshold.value)
    _, row_mm, column_mm = phases.grid.spacing_mm
    least = rule.speck_mm2 / (row_mm * column_mm)
    viable = np.zeros_like(enhancing)
    for k in range(len(viable)):
        viable[k] = _without_specks(enhancing[k], tumour.box[k] & ~lipiodol[k], least)
    return Viability(enhancing, lipiodol, viable)


def _subtraction(phases: Phases, segment: Segment, rule: LesionRule) -> tuple[Floats, Mask]:
    """Arterial less native in the box of a segment, and where the native phase shows lipiodol."""
    assert phases.arterial is not None and phases.native is not None, "phases without a reason"
    wide, inner = _widened(segment, phases.grid, rule)
    native = grey_on(phases.native, phases.grid, wide)
    grey = grey_on(phases.arterial, phases.grid, wide) - native
    oil = native > rule.lipiodol_hu if phases.has_lipiodol else np.zeros(native.shape, bool)
    return _smoothed(grey, oil, _sigmas(phases.grid, rule))[inner], oil[inner]


def _sigmas(grid: Grid, rule: LesionRule) -> tuple[float, float]:
    """Standard deviations of the smoothing in rows and columns."""
    _, row_mm, column_mm = grid.spacing_mm
    return rule.smooth_mm / FWHM / row_mm, rule.smooth_mm / FWHM / column_mm


def _widened(
    segment: Segment, grid: Grid, rule: LesionRule
) -> tuple[tuple[slice, slice, slice], tuple[slice, slice, slice]]:
    """The box of a segment with as much around it as the smoothing needs; and the box in that."""
    first, rows, columns = segment.slices
    wide, inner = [], []
    for cut, sigma, size in zip((rows, columns), _sigmas(grid, rule), grid.shape[1:], strict=True):
        margin = int(np.ceil(4 * sigma))
        begin = max(0, cut.start - margin)
        wide.append(slice(begin, min(size, cut.stop + margin)))
        inner.append(slice(cut.start - begin, cut.stop - begin))
    return (first, wide[0], wide[1]), (slice(None), inner[0], inner[1])


def _smoothed(grey: Floats, oil: Mask, sigmas: tuple[float, float]) -> Floats:
    """Grey values smoothed in each slice, without those of lipiodol and those not known."""
    if not any(sigmas):
        return grey
    known = np.isfinite(grey) & ~oil
    total = ndimage.gaussian_filter(np.where(known, grey, 0.0), (0.0, *sigmas))
    weight = ndimage.gaussian_filter(known.astype(float), (0.0, *sigmas))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(known, total / weight, grey)


def _without_specks(enhancing: Mask, possible: Mask, least: float) -> Mask:
    """A slice with holes smaller than `least` pixels closed, then pieces smaller than it taken out.

    A hole is closed where all of it is tumour without lipiodol.
    """
    holes, count = ndimage.label(ndimage.binary_fill_holes(enhancing) & ~enhancing)
    sizes = np.bincount(holes.ravel(), minlength=count + 1)
    open_to_oil = np.bincount(holes[~possible], minlength=count + 1) > 0
    closes = (sizes < least) & ~open_to_oil
    closes[0] = False
    closed = enhancing | closes[holes]
    pieces, count = ndimage.label(closed, _TOUCHING)
    counts = np.bincount(pieces.ravel(), minlength=count + 1) >= least
    counts[0] = False
    kept: Mask = counts[pieces]
    return kept
