"""Volumes and label maps as NIfTI: what this wing measures, for programs that read no DICOM."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import numpy.typing as npt

from hepatica.core.errors import UsageError
from hepatica.imaging.mask import Segmentation
from hepatica.imaging.volume import Floats, Grid, Volume


def write_nifti(path: Path, volume: Volume) -> Path:
    """Write a volume with its values and place; the same volume gives the same bytes."""
    return _write(path, volume.array, volume.grid)


def write_label_map(path: Path, segmentation: Segmentation) -> Path:
    """Write segments by their numbers, 0 for background.

    Raises      UsageError where segments overlap, which one label a voxel cannot hold.
    """
    labels = np.zeros(segmentation.grid.shape, np.int16)
    for one in segmentation:
        box = labels[one.slices]
        if (box[one.box] != 0).any():
            raise UsageError(f"segment {one.label!r} overlaps another one; write a DICOM SEG")
        box[one.box] = one.number
    return _write(path, labels, segmentation.grid)


def _write(path: Path, array: npt.NDArray[Any], grid: Grid) -> Path:
    # Columns run first and slices last in a NIfTI file, and its axes point right and to the front.
    turned = np.moveaxis(array, (-1, -2, -3), (0, 1, 2))
    image = nibabel.Nifti1Image(np.ascontiguousarray(turned), _affine(grid), dtype=array.dtype)
    image.header.set_xyzt_units("mm", "sec")
    path.parent.mkdir(parents=True, exist_ok=True)
    nibabel.save(image, path)
    return path


def _affine(grid: Grid) -> Floats:
    """Affine of (column, row, slice) in RAS mm."""
    order = grid.affine[:, [2, 1, 0, 3]]
    turned: Floats = np.diag([-1.0, -1.0, 1.0, 1.0]) @ order
    return turned
