"""Label maps: NIfTI and NRRD files whose voxels are whole numbers, 0 for background.

3D Slicer's segmentations (.seg.nrrd) name their segments in the header and may hold several
layers, so that segments can overlap; they are read with their names.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from hepatica.core.errors import NotReady
from hepatica.core.finding import Finding
from hepatica.imaging.mask import Segment, Segmentation
from hepatica.imaging.reading.fault import fault
from hepatica.imaging.reading.image import read_image
from hepatica.imaging.reading.outline_finding import empty_findings, resampled
from hepatica.imaging.reading.plane import nearest_mask
from hepatica.imaging.volume import Volume

Labels = npt.NDArray[np.int64]
_MOST_LABELS = 100_000


def read_label_map(path: Path, image: Volume | None) -> tuple[Segmentation, tuple[Finding, ...]]:
    """The regions of a label map, one segment a number, in order; on the grid of `image`.

    Raises      NotReady where its voxels are no labels; what `read_image` raises.
    """
    volume, findings = read_image(path)
    told = list(findings)
    segments = tuple(segments_of(_labels(volume.array, path.name)))
    grid = volume.grid
    if image is not None and not grid.same_as(image.grid):
        told.append(resampled(path.name, grid, image.grid))
        segments = tuple(
            Segment.of(one.label, one.number, nearest_mask(one, grid, image.grid))
            for one in segments
        )
        grid = image.grid
    told += empty_findings(path.name, segments)
    return Segmentation(grid, segments, named=False), tuple(told)


def segments_of(labels: Labels) -> Iterator[Segment]:
    """Segments of an array of labels, named by their numbers; 0 is background."""
    present = np.flatnonzero(np.bincount(labels.ravel())) if labels.size else np.zeros(0, int)
    boxes = ndimage.find_objects(labels)
    for number in (int(one) for one in present if one):
        box = boxes[number - 1]
        start = tuple(int(cut.start) for cut in box)
        yield Segment(str(number), number, start, labels[box] == number)


def _labels(array: npt.NDArray[np.generic], file: str) -> Labels:
    """The array as whole numbers.

    Raises      NotReady where it holds anything else.
    """
    if array.ndim != 3:
        raise _refused(file, f"{array.ndim} dimensions")
    whole = np.issubdtype(array.dtype, np.integer)
    if not whole and (not np.isfinite(array).all() or (array != np.round(array)).any()):
        raise _refused(file, "voxels that are no whole numbers")
    low, high = (int(array.min()), int(array.max())) if array.size else (0, 0)
    if low < 0 or high > _MOST_LABELS:
        raise _refused(file, f"the label {low if low < 0 else high}")
    return array.astype(np.int32)


def _refused(file: str, found: str) -> NotReady:
    told = fault("I047", file, found=found, expected="whole numbers from 0 (background) to 100,000")
    return NotReady(f"{file}: is no label map", (told,))
