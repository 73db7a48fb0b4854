"""Outlined regions of any file: DICOM SEG and structure sets, NIfTI and NRRD label maps."""

from __future__ import annotations

import zlib
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset
from pydicom.filereader import read_file_meta_info

from hepatica.core.errors import NotReady, Unreadable, UsageError
from hepatica.core.finding import Finding
from hepatica.imaging.mask import Segmentation
from hepatica.imaging.reading.header import read_header
from hepatica.imaging.reading.image import read_image
from hepatica.imaging.reading.label_map import read_label_map
from hepatica.imaging.reading.rtstruct import CLASS as STRUCTURE_SET
from hepatica.imaging.reading.rtstruct import read_structure_set
from hepatica.imaging.reading.segmentation import CLASSES, read_dicom_segmentation
from hepatica.imaging.reading.value import quiet, text
from hepatica.imaging.volume import Volume

LARGEST_BYTES = 1 << 30  # of a deflated file, unpacked
_DEFLATED = "1.2.840.10008.1.2.1.99"
_LABEL_MAPS = (".nii", ".nii.gz", ".hdr", ".img", ".nrrd", ".nhdr")


def read_segmentation(path: Path, image: Volume | None) -> tuple[Segmentation, tuple[Finding, ...]]:
    """The regions that a file outlines, on the grid of `image` where one is given.

    `path` is a DICOM SEG or RTSTRUCT (or a folder that holds exactly one), a NIfTI or an NRRD
    label map. A mask on another grid of the same patient's space is taken by nearest voxel, and
    told.

    Raises      Unreadable where nothing can be read, NotReady with findings where the mask must
                be refused, UsageError where a folder leaves a choice.
    """
    if path.is_dir():
        path = _only_mask(path)
    if path.name.lower().endswith(_LABEL_MAPS):
        return read_label_map(path, image)
    dataset = _dataset(path)
    kind = text(dataset, "SOPClassUID")
    with quiet():
        if kind in CLASSES:
            return read_dicom_segmentation(dataset, path.name, image)
        if kind == STRUCTURE_SET:
            return read_structure_set(dataset, path.name, image)
    raise Unreadable(f"{path.name}: is no segmentation, structure set or label map")


def read_outlined_image(path: Path, mask: Path) -> tuple[Volume, tuple[Finding, ...]]:
    """The image that a mask is measured on; of a folder of several series the one it was drawn on.

    Raises      what `read_image` raises.
    """
    try:
        return read_image(path)
    except NotReady:
        series = _referenced_series(mask)
        if not series or not path.is_dir():
            raise
        return read_image(path, series=series)


def _referenced_series(mask: Path) -> str:
    """Series that a DICOM mask was drawn on, '' where it does not say so or is no DICOM."""
    if not mask.is_file() or mask.name.lower().endswith(_LABEL_MAPS):
        return ""
    header = read_header(mask)
    return "" if isinstance(header, Finding) or len(header.refers) != 1 else header.refers[0]


def _dataset(path: Path, *, pixels: bool = True) -> Dataset:
    try:
        with quiet():
            _check_inflated(path)
            return pydicom.dcmread(path, stop_before_pixels=not pixels)
    except (OSError, Unreadable):
        raise
    except Exception as error:  # a parser of hostile files may raise anything
        raise Unreadable(f"{path.name}: is no DICOM file ({type(error).__name__})") from error


def _check_inflated(path: Path) -> None:
    """Refuse a deflated file that unpacks to more than LARGEST_BYTES, before it is unpacked."""
    meta = read_file_meta_info(str(path))
    if text(meta, "TransferSyntaxUID") != _DEFLATED:
        return
    rest = path.read_bytes()[132 + 12 + int(meta.FileMetaInformationGroupLength) :]
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    total = 0
    while rest and not unpacker.eof:
        total += len(unpacker.decompress(rest, 1 << 24))
        rest = unpacker.unconsumed_tail
        if total > LARGEST_BYTES:
            raise Unreadable(f"{path.name}: unpacks to more than {LARGEST_BYTES} bytes")


def _only_mask(folder: Path) -> Path:
    """The one segmentation or structure set of a folder."""
    found = []
    for path in sorted(p for p in folder.iterdir() if p.is_file()):
        try:
            kind = text(_dataset(path, pixels=False), "SOPClassUID")
        except Unreadable:
            continue
        if kind in (*CLASSES, STRUCTURE_SET):
            found.append(path)
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise UsageError(f"{folder.name}: holds several masks ({names}); name one")
    if not found:
        raise Unreadable(f"{folder.name}: holds no segmentation or structure set")
    return found[0]
