"""Label maps: NIfTI and NRRD files whose voxels are whole numbers, 0 for background.

3D Slicer's segmentations (.seg.nrrd) name their segments in the header and may hold several
layers, so that segments can overlap; they are read with their names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from hepatica.core.errors import NotReady
from hepatica.core.finding import Finding
from hepatica.imaging.mask import Segment, Segmentation
from hepatica.imaging.reading.fault import fault, plain
from hepatica.imaging.reading.image import read_image
from hepatica.imaging.reading.nrrd import NrrdHeader, read_nrrd_header, read_nrrd_voxels
from hepatica.imaging.reading.outline_finding import cut_findings, empty_findings, resampled
from hepatica.imaging.reading.placed import laid_out
from hepatica.imaging.reading.plane import nearest_mask
from hepatica.imaging.volume import Grid, Volume

Labels = npt.NDArray[np.int32]
_MOST_LABELS = 100_000
_NAMED = re.compile(r"Segment(\d{1,4})_Name")


def read_label_map(path: Path, image: Volume | None) -> tuple[Segmentation, tuple[Finding, ...]]:
    """The regions of a label map, one segment a number, in order; on the grid of `image`.

    Raises      NotReady where its voxels are no labels; what `read_image` raises.
    """
    header = _named_header(path)
    if header is None:
        volume, findings = read_image(path)
        told, grid = list(findings), volume.grid
        segments = tuple(segments_of(_labels(volume.array, path.name)))
    else:
        told = []
        grid, segments = _named_segments(path, header)
    if image is not None and not grid.same_as(image.grid):
        told.append(resampled(path.name, grid, image.grid))
        told += cut_findings(path.name, segments, grid, image.grid)
        segments = tuple(moved(one, grid, image.grid) for one in segments)
        grid = image.grid
    told += empty_findings(path.name, segments)
    return Segmentation(grid, segments, named=header is not None), tuple(told)


def moved(segment: Segment, own: Grid, grid: Grid) -> Segment:
    """The segment on another grid, by nearest voxel."""
    place = Segment.of(segment.label, segment.number, nearest_mask(segment, own, grid))
    return replace(segment, start=place.start, box=place.box)


def segments_of(labels: Labels) -> Iterator[Segment]:
    """Segments of an array of labels, named by their numbers; 0 is background."""
    for number, box in enumerate(ndimage.find_objects(labels), start=1):
        if box is not None:
            start = (int(box[0].start), int(box[1].start), int(box[2].start))
            yield Segment(str(number), number, start, labels[box] == number)


def _named_header(path: Path) -> NrrdHeader | None:
    """Header of a segmentation of 3D Slicer; None for anything else."""
    if not path.name.lower().endswith((".nrrd", ".nhdr")):
        return None
    header = read_nrrd_header(path)
    return header if any(_NAMED.fullmatch(key) for key in header.keys) else None


@dataclass(frozen=True, slots=True)
class _Named:
    name: str
    label: int
    layer: int


def _named_segments(path: Path, header: NrrdHeader) -> tuple[Grid, tuple[Segment, ...]]:
    array, grid = laid_out(read_nrrd_voxels(header), header.affine)
    layers = [_labels(one, path.name) for one in (array if array.ndim == 4 else array[np.newaxis])]
    segments = []
    for number, one in enumerate(_described(header, len(layers)), start=1):
        mask = layers[one.layer] == one.label
        segments.append(Segment.of(one.name, number, mask))
    return grid, tuple(segments)


def _described(header: NrrdHeader, layers: int) -> Iterator[_Named]:
    """Name, label and layer of each segment, in their order in the header's numbering."""
    numbers = sorted(int(m[1]) for key in header.keys if (m := _NAMED.fullmatch(key)))
    for position, number in enumerate(numbers, start=1):
        own = {
            name: header.keys.get(f"Segment{number}_{name}", "") for name in ("LabelValue", "Layer")
        }
        label = int(own["LabelValue"]) if own["LabelValue"].isdigit() else position
        layer = int(own["Layer"]) if own["Layer"].isdigit() else 0
        name = plain(header.keys[f"Segment{number}_Name"], 64)
        yield _Named(name or str(number), label, min(layer, layers - 1))


def _labels(array: npt.NDArray[np.generic], file: str) -> Labels:
    """The array as whole numbers.

    Raises      NotReady where it holds anything else.
    """
    if array.ndim != 3:
        raise _refused(file, f"{array.ndim} dimensions")
    given = np.asarray(array)
    if not np.issubdtype(given.dtype, np.integer):
        given = given.astype(np.float64)
        if not np.isfinite(given).all() or (given != np.round(given)).any():
            raise _refused(file, "voxels that are no whole numbers")
    low, high = (int(given.min()), int(given.max())) if given.size else (0, 0)
    if low < 0 or high > _MOST_LABELS:
        raise _refused(file, f"the label {low if low < 0 else high}")
    return given.astype(np.int32)


def _refused(file: str, found: str) -> NotReady:
    told = fault("I047", file, found=found, expected="whole numbers from 0 (background) to 100,000")
    return NotReady(f"{file}: is no label map", (told,))
