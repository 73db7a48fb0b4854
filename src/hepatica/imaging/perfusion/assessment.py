"""What assessing one examination's perfusion gives, and the reasons that several share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from hepatica.core.finding import Finding
from hepatica.imaging.mask import Mask, Segment
from hepatica.imaging.picture import LARGEST_PIXELS, Picture
from hepatica.imaging.quantity import Quantity
from hepatica.imaging.reading.fault import fault
from hepatica.imaging.volume import Volume

Floats = npt.NDArray[np.float64]
NOT_A_DAY = date(1, 1, 1)  # of a picture of a scan whose day is not known


@dataclass(frozen=True, eq=False)
class Assessment:
    """Quantities, each with a value or a reason; pictures of them; findings about the scans."""

    quantities: tuple[Quantity, ...]
    pictures: tuple[Picture, ...] = ()
    findings: tuple[Finding, ...] = ()


def absent(tests: Iterable[str], regions: Iterable[str], reason: str) -> tuple[Quantity, ...]:
    """A quantity without a value for every region and test."""
    return tuple(
        Quantity(test, None, "", region, reason=reason) for region in regions for test in tests
    )


def finding_at(code: str, volume: Volume, *, found: str, expected: str) -> Finding:
    """Finding at the first file of a volume, or its series where it has none."""
    place = volume.origin.files[0] if volume.origin.files else volume.origin.series or "image"
    return fault(code, place, found=found, expected=expected)


def apart(volumes: Sequence[Volume]) -> str:
    """Why voxels of these volumes are not the same places; '' where they are."""
    first = volumes[0]
    for other in volumes[1:]:
        if not first.grid.same_as(other.grid):
            return "the phases lie on different grids, and are not registered here"
        frames = {first.origin.frame_of_reference, other.origin.frame_of_reference} - {""}
        if len(frames) > 1:
            return "the phases have different frames of reference"
    return ""


def voxels(volume: Volume, segment: Segment) -> Floats:
    """Values in the box of a segment; nan where nothing was measured (padding)."""
    values = np.asarray(volume.array[(..., *segment.slices)], float)
    if volume.padding is not None:
        values = np.where(values == volume.padding, np.nan, values)
    return values


def fullest_slice(segment: Segment) -> int:
    """Slice of the whole grid with the most of the segment; the first where several have."""
    return segment.start[0] + int(segment.box.sum(axis=(1, 2)).argmax())


def plane_mask(segment: Segment, index: int, shape: tuple[int, int]) -> Mask:
    """The segment in one slice of the whole grid."""
    plane = np.zeros(shape, bool)
    inside = index - segment.start[0]
    if 0 <= inside < segment.box.shape[0]:
        plane[segment.slices[1:]] = segment.box[inside]
    return plane


def pixels_of(plane: npt.NDArray[np.generic], window: tuple[float, float]) -> npt.NDArray[np.uint8]:
    """Grey pixels of a slice under a window (centre, width)."""
    low = window[0] - window[1] / 2.0
    share = (np.asarray(plane, float) - low) / window[1]
    return np.round(255.0 * np.clip(np.nan_to_num(share), 0.0, 1.0)).astype(np.uint8)


def step_of(shape: tuple[int, int]) -> int:
    """Every how many pixels of a plane a picture takes, to hold no more than it may."""
    step = 1
    while -(-shape[0] // step) * -(-shape[1] // step) > LARGEST_PIXELS:
        step += 1
    return step
