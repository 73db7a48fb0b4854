"""Outlined regions: segments on a grid, each with its own mask, so that they may overlap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepatica.core.errors import ShapeError, UsageError
from hepatica.imaging.volume import Grid

Mask = npt.NDArray[np.bool_]
Triple = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Segment:
    """One outlined region: its label, its number in the file, and the box that holds its voxels.

    `box` (bool) begins at index `start` of the whole grid. `tracking` is the tracking identifier of
    DICOM, by which a lesion is followed through time; `code` its coded property, such as "Liver".
    """

    label: str
    number: int
    start: Triple
    box: Mask
    tracking: str = ""
    code: str = ""

    @classmethod
    def of(
        cls, label: str, number: int, mask: Mask, *, tracking: str = "", code: str = ""
    ) -> Segment:
        """Segment of a whole mask (slices, rows, columns), kept as the smallest box around it."""
        if mask.ndim != 3:
            raise ShapeError(f"a mask of shape {mask.shape}; expected three dimensions")
        axes = [mask.any(axis=tuple(a for a in range(3) if a != axis)) for axis in range(3)]
        if not axes[0].any():
            return cls(label, number, (0, 0, 0), np.zeros((0, 0, 0), bool), tracking, code)
        ends = [np.flatnonzero(line)[[0, -1]] for line in axes]
        first, last = [int(low) for low, _ in ends], [int(high) + 1 for _, high in ends]
        cut = tuple(slice(low, high) for low, high in zip(first, last, strict=True))
        start = (first[0], first[1], first[2])
        return cls(label, number, start, np.ascontiguousarray(mask[cut]), tracking, code)

    @property
    def slices(self) -> tuple[slice, slice, slice]:
        """The box in the whole grid, as an index."""
        first, second, third = (
            slice(low, low + size) for low, size in zip(self.start, self.box.shape, strict=True)
        )
        return first, second, third

    @property
    def voxels(self) -> int:
        """How many voxels are marked."""
        return int(np.count_nonzero(self.box))

    def whole(self, shape: Triple) -> Mask:
        """The mask over the whole grid."""
        full = np.zeros(shape, bool)
        full[self.slices] = self.box
        return full


@dataclass(frozen=True, eq=False)
class Segmentation:
    """The segments of one file, in the order of their numbers, on one grid.

    `named` is False where the file only numbers its regions, as a plain label map does.
    """

    grid: Grid
    segments: tuple[Segment, ...]
    series: str = ""  # the image series that was outlined, where the file says it
    named: bool = True

    def __iter__(self) -> Iterator[Segment]:
        return iter(self.segments)

    def segment(self, label: str) -> Segment:
        """The segment of that label, or of that number where no label is so.

        Raises      UsageError where there is none, naming the labels, or more than one.
        """
        named = [one for one in self.segments if one.label == label]
        found = named or [one for one in self.segments if str(one.number) == label]
        if len(found) == 1:
            return found[0]
        if found:
            numbers = ", ".join(str(one.number) for one in found)
            raise UsageError(f"several segments {label!r} (numbers {numbers}); give them names")
        known = ", ".join(one.label for one in self.segments) or "none"
        raise UsageError(f"no segment {label!r}; there are: {known}")
