"""DICOM RT structure sets: contours to masks on the grid of the image they were drawn on.

Choices. A voxel belongs to a region where its centre is inside (a centre on the contour counts on
the side of the lower row and column). Contours of one slice are combined by even and odd, so that a
contour inside another is a hole, whether it is written as CLOSED_PLANAR, as CLOSEDPLANAR_XOR or
through a keyhole. A contour belongs to the slice that its points lie on, to a tenth of the distance
between slices, whatever image it refers to; one on no slice is told and left out, never moved.
Source: DICOM PS3.3, section C.8.8.6.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

from hepatica.core.errors import Unreadable, UsageError
from hepatica.core.finding import Finding
from hepatica.imaging.mask import Mask, Segment, Segmentation
from hepatica.imaging.reading.fault import fault
from hepatica.imaging.reading.outline_finding import (
    empty_findings,
    outside_image,
    reference_findings,
)
from hepatica.imaging.reading.value import item, items, raw, text, whole
from hepatica.imaging.volume import ALIGNED_MM, Floats, Grid, Volume

CLASS = "1.2.840.10008.5.1.4.1.1.481.3"
_CLOSED = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR")
_DIGITS = 6  # of an index; what is smaller is float noise
_OFF_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class _Roi:
    number: int
    name: str
    tracking: str
    code: str
    contours: tuple[Dataset, ...]


@dataclass(frozen=True, eq=False)
class _Filled:
    """A region's segment; contours left out, by reason; contours cut at the image's edge."""

    segment: Segment
    unused: Counter[str]
    cut: int


def read_structure_set(
    dataset: Dataset, file: str, image: Volume | None
) -> tuple[Segmentation, tuple[Finding, ...]]:
    """Regions of a structure set as masks on the image, in the order of their numbers.

    Raises      UsageError without an image, since contours have no voxels of their own; NotReady
                for another frame of reference; Unreadable where there is no region.
    """
    if image is None:
        raise UsageError(f"{file}: contours need the image that they were drawn on")
    rois = tuple(_rois(dataset))
    if not rois:
        raise Unreadable(f"{file}: a structure set that names no region")
    referenced = item(dataset, "ReferencedFrameOfReferenceSequence")
    study = item(referenced, "RTReferencedStudySequence")
    series = text(item(study, "RTReferencedSeriesSequence"), "SeriesInstanceUID")
    frame = text(referenced, "FrameOfReferenceUID") or text(dataset, "FrameOfReferenceUID")
    findings = reference_findings(dataset, frame, series, file, image)
    segments = []
    for roi in rois:
        filled = _filled(roi, image.grid)
        segments.append(filled.segment)
        findings += [_unused(file, roi, why, n) for why, n in sorted(filled.unused.items())]
        if filled.cut:
            findings.append(outside_image(file, roi.name, filled.cut, "contours partly"))
    findings += empty_findings(file, segments)
    return Segmentation(image.grid, tuple(segments), series), tuple(findings)


def _unused(file: str, roi: _Roi, why: str, count: int) -> Finding:
    return fault(
        "I048",
        file,
        found=f"{count} contours of '{roi.name}' {why}",
        expected="closed contours, each on one slice of the image",
    )


def _rois(dataset: Dataset) -> Iterator[_Roi]:
    contours = {
        whole(one, "ReferencedROINumber"): tuple(items(one, "ContourSequence"))
        for one in items(dataset, "ROIContourSequence")
    }
    codes = {
        whole(one, "ReferencedROINumber"): text(
            item(one, "RTROIIdentificationCodeSequence"), "CodeMeaning"
        )
        for one in items(dataset, "RTROIObservationsSequence")
    }
    told = [(whole(one, "ROINumber"), one) for one in items(dataset, "StructureSetROISequence")]
    for number, one in sorted(((n, o) for n, o in told if n is not None), key=lambda t: t[0]):
        yield _Roi(
            number,
            text(one, "ROIName") or str(number),
            text(one, "TrackingID"),
            codes.get(number, ""),
            contours.get(number, ()),
        )


def _filled(roi: _Roi, grid: Grid) -> _Filled:
    by_slice: dict[int, list[Floats]] = {}
    unused: Counter[str] = Counter()
    cut = 0
    for contour in roi.contours:
        placed = _placed(contour, grid)
        if isinstance(placed, str):
            unused[placed] += 1
            continue
        index, outline = placed
        by_slice.setdefault(index, []).append(outline)
        cut += bool((outline < -0.5).any() or (outline > np.array(grid.shape[1:]) - 0.5).any())
    mask = np.zeros(grid.shape, bool)
    for index, outlines in by_slice.items():
        mask[index] = inside(outlines, (grid.shape[1], grid.shape[2]))
    segment = Segment.of(roi.name, roi.number, mask, tracking=roi.tracking, code=roi.code)
    return _Filled(segment, unused, cut)


def _placed(contour: Dataset, grid: Grid) -> tuple[int, Floats] | str:
    """Slice and (n, 2) rows and columns of a contour, or why it cannot be used."""
    if (text(contour, "ContourGeometricType") or _CLOSED[0]) not in _CLOSED:
        return "that are not closed"
    points = _points(contour)
    if points is None:
        return "without three points"
    at = grid.indices(points)
    index = round(float(np.median(at[:, 0])))
    off_mm = float(np.abs(at[:, 0] - index).max()) * grid.spacing_mm[0]
    if np.ptp(at[:, 0]) * grid.spacing_mm[0] > 2 * ALIGNED_MM + _OFF_SHARE * grid.spacing_mm[0]:
        return "across the slices"
    if not 0 <= index < grid.shape[0] or off_mm > max(ALIGNED_MM, _OFF_SHARE * grid.spacing_mm[0]):
        return "on no slice"
    return index, np.round(at[:, 1:], _DIGITS)


def _points(contour: Dataset) -> Floats | None:
    try:
        flat = np.array(raw(contour, "ContourData"), float)
    except (TypeError, ValueError):
        return None
    if flat.ndim != 1 or flat.size < 9 or flat.size % 3 or not np.isfinite(flat).all():
        return None
    return flat.reshape(-1, 3)


def inside(outlines: list[Floats], shape: tuple[int, int]) -> Mask:
    """Pixels (rows, columns) whose centres lie inside an odd number of closed outlines.

    An outline is (n, 2) rows and columns; its last point is joined to its first.
    """
    toggled: npt.NDArray[np.uint8] = np.zeros((shape[0], shape[1] + 1), np.uint8)
    for outline in outlines:
        start, end = outline, np.roll(outline, -1, axis=0)
        down = start[:, 0] <= end[:, 0]
        upper, lower = np.where(down[:, None], start, end), np.where(down[:, None], end, start)
        first = np.clip(np.ceil(upper[:, 0]), 0, shape[0]).astype(np.int64)
        last = np.clip(np.ceil(lower[:, 0]), 0, shape[0]).astype(np.int64)
        counts = last - first
        edge = np.repeat(np.arange(len(counts)), counts)
        row = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
        share = (row - upper[edge, 0]) / (lower[edge, 0] - upper[edge, 0])
        crossing = upper[edge, 1] + share * (lower[edge, 1] - upper[edge, 1])
        column = np.clip(np.ceil(np.round(crossing, _DIGITS)), 0, shape[1]).astype(np.int64)
        np.bitwise_xor.at(toggled, (row, column), np.uint8(1))
    filled: Mask = np.bitwise_xor.accumulate(toggled, axis=1)[:, :-1].astype(bool)
    return filled
