"""Pixels of a stack as values: rescaled, in slice order, whole numbers wherever the slope is 1."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from hepatica.core.finding import Finding
from hepatica.imaging.reading.fault import fault
from hepatica.imaging.reading.frame import Frame
from hepatica.imaging.reading.stack import Stack
from hepatica.imaging.reading.storage import LARGEST_BYTES
from hepatica.imaging.reading.value import quiet

Voxels = npt.NDArray[np.generic]


def read_pixels(stack: Stack) -> tuple[Voxels | None, tuple[Finding, ...]]:
    """Voxels (slices, rows, columns), or (times, slices, rows, columns) of a dynamic stack.

    Values are stored numbers x slope + intercept. Where every slope is 1 and every intercept
    whole they stay whole numbers, in the smallest of int16 and int32; else they are float32.
    """
    count, (rows, columns) = len(stack.frames), stack.grid.shape[1:]
    whole = all(_is_whole(f) for f in stack.frames)
    if count * rows * columns * 4 > LARGEST_BYTES:
        return None, (_too_large(stack),)
    array: Voxels | None = None
    where: dict[str, list[int]] = {}
    for index, frame in enumerate(stack.frames):
        where.setdefault(frame.file, []).append(index)
    for name, indices in where.items():
        try:
            planes = _planes(name)
            if planes.shape[1:] != (rows, columns):
                raise ValueError(f"pixels {planes.shape}")
            for index in indices:
                frame = stack.frames[index]
                plane = _rescaled(planes[frame.number], frame, whole=whole)
                if array is None:
                    kind = np.int16 if plane.dtype.kind == "i" else np.float32
                    array = np.empty((count, rows, columns), kind)
                array = _wide_enough(array, plane)
                array[index] = plane
        except Exception as error:  # decoders raise whatever they meet
            return None, (_undecoded(name, error),)
    assert array is not None
    shape = (len(stack.times_s), *stack.grid.shape) if stack.times_s else stack.grid.shape
    return array.reshape(shape), ()


def _is_whole(frame: Frame) -> bool:
    return frame.slope == 1 and frame.intercept % 1 == 0 and abs(frame.intercept) < 2**30


def _rescaled(plane: Voxels, frame: Frame, *, whole: bool) -> Voxels:
    if whole and plane.dtype.kind in "iu":
        return plane.astype(np.int64) + int(frame.intercept)
    return plane.astype(np.float64) * frame.slope + frame.intercept


def _wide_enough(array: Voxels, plane: Voxels) -> Voxels:
    """The voxels so far, in a wider type of whole numbers where this plane needs one."""
    if array.dtype.kind != "i" or plane.dtype.kind != "i":
        return array if array.dtype.kind == "f" else array.astype(np.float32)
    low, high = int(plane.min()), int(plane.max())
    for kind in (np.int16, np.int32):
        limits = np.iinfo(kind)
        if limits.min <= low and high <= limits.max:
            return array if array.itemsize >= np.dtype(kind).itemsize else array.astype(kind)
    return array.astype(np.int64, copy=False)


def _planes(name: str) -> Voxels:
    """Stored numbers of a file, (frames, rows, columns)."""
    import pydicom  # noqa: PLC0415 - the extra

    with quiet():
        pixels: Voxels = pydicom.dcmread(name).pixel_array
    return pixels[np.newaxis] if pixels.ndim == 2 else pixels


def _too_large(stack: Stack) -> Finding:
    return fault(
        "I004",
        Path(stack.frames[0].file),
        found=f"{len(stack.frames)} planes of {stack.grid.shape[1]} x {stack.grid.shape[2]}",
        expected=f"a volume of at most {LARGEST_BYTES} bytes",
    )


def _undecoded(name: str, error: Exception) -> Finding:
    return fault(
        "I003",
        name,
        found=f"pixels that cannot be decoded ({type(error).__name__})",
        expected="pixels in the transfer syntax that the header names",
        hint="export it uncompressed (Explicit VR Little Endian)",
    )
