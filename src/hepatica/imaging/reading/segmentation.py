"""DICOM Segmentation objects: binary, fractional and label maps, placed by position.

Choices. A fractional voxel counts from half of the maximum on (told). Of a label map the value 0
is background unless the file describes segment 0 as something else. Segments may overlap; frames
stand in any order and need not be there where nothing is outlined. A frame of another direction,
spacing or size has no place beside the others, and the file is refused. Source: DICOM PS3.3,
sections A.51 and C.8.20.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.pixels import iter_pixels

from hepatica.core.errors import NotReady, Unreadable
from hepatica.core.finding import Finding
from hepatica.imaging.mask import Mask, Segment, Segmentation
from hepatica.imaging.reading.fault import fault
from hepatica.imaging.reading.outline_finding import (
    cut_findings,
    empty_findings,
    outside_image,
    reference_findings,
    resampled,
)
from hepatica.imaging.reading.plane import (
    LARGEST_VOXELS,
    NoGrid,
    Plane,
    index_steps,
    nearest_mask,
    place_frames,
    stacked_grid,
)
from hepatica.imaging.reading.value import item, items, number, numbers, raw, text, whole
from hepatica.imaging.volume import Grid, Volume

CLASSES = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
_NATIVE = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99")
_BACKGROUND = "125040"  # DCM code of the background of a label map

Steps = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Described:
    """What a file says of one segment."""

    number: int
    label: str
    tracking: str
    code: str

    def on(self, mask: Mask) -> Segment:
        return Segment.of(self.label, self.number, mask, tracking=self.tracking, code=self.code)


@dataclass(frozen=True, eq=False)
class _Source:
    """A file with the places of its frames; `spacing_mm` is the distance that it states."""

    dataset: Dataset
    file: str
    planes: tuple[Plane, ...]
    spacing_mm: float | None
    described: tuple[_Described, ...]

    @property
    def kind(self) -> str:
        return text(self.dataset, "SegmentationType") or "BINARY"


def read_dicom_segmentation(
    dataset: Dataset, file: str, image: Volume | None
) -> tuple[Segmentation, tuple[Finding, ...]]:
    """Segments of a DICOM SEG: on the grid of `image`, or on the file's own where there is none.

    Raises      NotReady where it cannot be placed, Unreadable where it cannot be read.
    """
    source = _source(dataset, file)
    series = text(item(dataset, "ReferencedSeriesSequence"), "SeriesInstanceUID")
    frame = text(dataset, "FrameOfReferenceUID")
    findings = reference_findings(dataset, frame, series, file, image)
    if source.kind == "FRACTIONAL":
        findings.append(_fractional(source))
    if image is not None and (steps := _aligned(source.planes, image.grid)) is not None:
        grid, placed = image.grid, tuple(_placed(source, image.grid, steps, findings))
    else:
        own = _own_grid(source)
        steps = _aligned(source.planes, own)
        assert steps is not None, "frames lie on the grid made of them"
        grid, placed = own, tuple(_placed(source, own, steps, findings))
        if image is not None:
            grid = image.grid
            findings.append(resampled(file, own, grid))
            findings += cut_findings(file, placed, own, grid)
            placed = tuple(
                one.on(nearest_mask(segment, own, grid))
                for one, segment in zip(source.described, placed, strict=True)
            )
    findings += empty_findings(file, placed)
    return Segmentation(grid, placed, series), tuple(findings)


def _own_grid(source: _Source) -> Grid:
    try:
        return stacked_grid(source.planes, source.spacing_mm)
    except NoGrid as why:
        told = fault(
            "I041",
            source.file,
            found=str(why),
            expected="frames on one grid: one direction, one spacing, even distances",
        )
        raise NotReady(f"{source.file}: its frames cannot be placed", (told,)) from why


def _aligned(planes: Sequence[Plane], grid: Grid) -> list[Steps] | None:
    """How each frame lies on the grid, where all of them do; None where one does not."""
    found = []
    for plane in planes:
        steps = index_steps(plane, grid)
        if steps is None:
            return None
        found.append(steps)
    return found


def _fractional(source: _Source) -> Finding:
    kind = text(source.dataset, "SegmentationFractionalType").lower() or "of unknown meaning"
    return fault(
        "I043",
        source.file,
        found=f"shares of voxels ({kind})",
        expected="whole voxels; a voxel was counted from half of the maximum on",
    )


def _source(dataset: Dataset, file: str) -> _Source:
    rows, columns = whole(dataset, "Rows") or 0, whole(dataset, "Columns") or 0
    shared = item(dataset, "SharedFunctionalGroupsSequence")
    frames = list(items(dataset, "PerFrameFunctionalGroupsSequence"))
    planes = [_plane(i, one, shared, (rows, columns)) for i, one in enumerate(frames)]
    known = tuple(plane for plane in planes if plane is not None)
    if not known or min(rows, columns) < 1 or len(known) != (whole(dataset, "NumberOfFrames") or 1):
        raise Unreadable(f"{file}: a segmentation with frames that say no place")
    _check_length(dataset, rows * columns * len(known), file)
    measures = _group(frames[0], shared, "PixelMeasuresSequence")
    stated = number(measures, "SpacingBetweenSlices") or number(measures, "SliceThickness")
    described = tuple(_described(dataset))
    if not described:
        raise Unreadable(f"{file}: a segmentation that describes no segment")
    return _Source(dataset, file, known, stated, described)


def _check_length(dataset: Dataset, voxels: int, file: str) -> None:
    """Refuse a file with fewer pixels than its header promises, before memory is asked for."""
    if voxels > LARGEST_VOXELS:
        raise Unreadable(f"{file}: its header tells of {voxels} voxels")
    pixels = raw(dataset, "PixelData")
    if not isinstance(pixels, bytes):
        raise Unreadable(f"{file}: holds no pixels; it may be truncated")
    bits = whole(dataset, "BitsAllocated") or 1
    if not _is_encapsulated(dataset) and len(pixels) * 8 < voxels * bits:
        raise Unreadable(f"{file}: shorter than its header says; it may be truncated")


def _is_encapsulated(dataset: Dataset) -> bool:
    """Whether the pixels are compressed frame by frame; an unknown syntax counts as such."""
    return text(getattr(dataset, "file_meta", None), "TransferSyntaxUID") not in _NATIVE


def _group(frame: Dataset, shared: Dataset | None, name: str) -> Dataset | None:
    return item(frame, name) or item(shared, name)


def _plane(
    index: int, frame: Dataset, shared: Dataset | None, shape: tuple[int, int]
) -> Plane | None:
    spacing = numbers(_group(frame, shared, "PixelMeasuresSequence"), "PixelSpacing", 2)
    directions = numbers(
        _group(frame, shared, "PlaneOrientationSequence"), "ImageOrientationPatient", 6
    )
    position = numbers(_group(frame, shared, "PlanePositionSequence"), "ImagePositionPatient", 3)
    if spacing is None or directions is None or position is None or min(spacing) <= 0:
        return None
    down, right = np.array(directions[3:]) * spacing[0], np.array(directions[:3]) * spacing[1]
    if np.linalg.norm(np.cross(right, down)) < 0.5 * spacing[0] * spacing[1]:
        return None
    named = _group(frame, shared, "SegmentIdentificationSequence")
    segment = whole(named, "ReferencedSegmentNumber") or 0
    return Plane(index, np.stack([down, right, position], axis=1), shape, segment)


def _described(dataset: Dataset) -> Iterator[_Described]:
    """The segments by number, without the background of a label map."""
    told = [(whole(one, "SegmentNumber"), one) for one in items(dataset, "SegmentSequence")]
    for segment, one in sorted(((n, o) for n, o in told if n is not None), key=lambda t: t[0]):
        kind = item(one, "SegmentedPropertyTypeCodeSequence")
        label = text(one, "SegmentLabel")
        hidden = text(kind, "CodeValue") == _BACKGROUND or label.lower() == "background"
        if segment or not (hidden or whole(dataset, "PixelPaddingValue") == 0):
            tracking, code = text(one, "TrackingID"), text(kind, "CodeMeaning")
            yield _Described(segment, label or str(segment), tracking, code)


def _placed(
    source: _Source, grid: Grid, steps: Sequence[Steps], findings: list[Finding]
) -> Iterator[Segment]:
    for one in source.described:
        frames = ((steps[index], marked) for index, marked in _frames(source, one.number))
        mask, outside = place_frames(frames, grid.shape)
        if outside:
            findings.append(outside_image(source.file, one.label, outside))
        yield one.on(mask)


def _frames(source: _Source, segment: int) -> Iterator[tuple[int, Mask]]:
    """Index and mask of the frames that can hold the segment; one frame in memory at a time."""
    mapped = source.kind == "LABELMAP"
    indices = [p.frame for p in source.planes if mapped or p.segment == segment]
    if not indices:
        return
    maximum = whole(source.dataset, "MaximumFractionalValue") or 1
    try:
        pixels = _bits(source, indices) or iter_pixels(source.dataset, indices=indices, raw=True)
        for index, frame in zip(indices, pixels, strict=True):
            if mapped:
                yield index, frame == segment
            elif source.kind == "FRACTIONAL":
                yield index, frame.astype(np.int64) * 2 >= maximum
            else:
                yield index, frame != 0
    except Exception as error:  # a decoder may raise anything
        raise Unreadable(
            f"{source.file}: its pixels cannot be decoded ({type(error).__name__})"
        ) from error


def _bits(source: _Source, indices: Sequence[int]) -> Iterator[Any] | None:
    """Frames of one bit a pixel, which may begin within a byte; None for any other file."""
    data = source.dataset
    if whole(data, "BitsAllocated") != 1 or _is_encapsulated(data):
        return None
    packed = np.frombuffer(data.PixelData, np.uint8)
    shape = source.planes[0].shape
    size = shape[0] * shape[1]

    def frame(index: int) -> Mask:
        first, last = index * size, (index + 1) * size
        bits = np.unpackbits(packed[first // 8 : -(-last // 8)], bitorder="little")
        return bits[first % 8 : first % 8 + size].reshape(shape).astype(bool)

    return (frame(index) for index in indices)
