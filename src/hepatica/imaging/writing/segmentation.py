"""Outlined regions as a DICOM Segmentation object, by highdicom, as dcmqi and viewers read it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import highdicom as hd
import numpy as np
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from hepatica.core.errors import UsageError
from hepatica.core.version import VERSION
from hepatica.imaging.mask import Segment, Segmentation
from hepatica.imaging.volume import Volume
from hepatica.imaging.writing.derived import (
    content_uid,
    quiet,
    read_sources,
    tracking_uid,
    write_derived,
)

MANUFACTURER = "Hepatica"
_SERIES_NUMBER = 900
_ORGANS = {
    "liver": codes.SCT.Liver,
    "spleen": codes.SCT.Spleen,
    "aorta": codes.SCT.Aorta,
    "lymph node": codes.SCT.LymphNode,
}


def write_segmentation(path: Path, segmentation: Segmentation, image: Volume) -> Path:
    """Write segments as a binary DICOM SEG of the series that `image` was read from.

    Segments are numbered from 1 in their order, as the standard asks; their labels stay, and those
    without a voxel are left out. How a region was outlined is not known here: MANUAL is written,
    which claims no algorithm. The same content gives the same bytes.

    Raises      UsageError where the image was not read from DICOM, the grids differ, or there is
                no voxel at all.
    """
    if not image.origin.files or not image.origin.frame_of_reference:
        raise UsageError("a DICOM segmentation needs an image that was read from DICOM")
    if not segmentation.grid.same_as(image.grid):
        raise UsageError("the segmentation is not on the grid of the image")
    segments = [one for one in segmentation if one.voxels]
    if not segments:
        raise UsageError("no segment has a voxel")
    sources = read_sources(image.origin.files)
    instance = content_uid("SEG", _digest(segments, sources))
    with quiet():
        data = hd.seg.Segmentation(
            source_images=sources,
            pixel_array=_stacked(segments, image),
            segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
            segment_descriptions=[
                _described(i, one, sources[0]) for i, one in enumerate(segments, start=1)
            ],
            series_instance_uid=content_uid("series of", instance),
            series_number=_SERIES_NUMBER,
            sop_instance_uid=instance,
            instance_number=1,
            manufacturer=MANUFACTURER,
            manufacturer_model_name=MANUFACTURER,
            software_versions=VERSION,
            device_serial_number="1",
            series_description="Outlined regions",
        )
    return write_derived(data, sources[0], path)


def _stacked(segments: list[Segment], image: Volume) -> hd.Volume:
    masks = np.stack([one.whole(image.grid.shape) for one in segments], axis=-1)
    return hd.Volume(
        masks.astype(np.uint8),
        image.grid.affine,
        coordinate_system="PATIENT",
        frame_of_reference_uid=image.origin.frame_of_reference,
        channels={hd.ChannelDescriptor("SegmentNumber"): list(range(1, len(segments) + 1))},
    )


def _described(number: int, segment: Segment, source: Dataset) -> hd.seg.SegmentDescription:
    organ = _ORGANS.get((segment.code or segment.label).lower())
    name = segment.tracking or segment.label
    described = hd.seg.SegmentDescription(
        segment_number=number,
        segment_label=segment.label[:64],
        segmented_property_category=codes.SCT.AnatomicalStructure
        if organ
        else codes.SCT.MorphologicallyAbnormalStructure,
        segmented_property_type=organ or codes.SCT.Neoplasm,
        algorithm_type=hd.seg.SegmentAlgorithmTypeValues.MANUAL,
        tracking_id=name,
        tracking_uid=tracking_uid(source, name),
    )
    described.SegmentDescription = segment.label[:64]
    return described


def _digest(segments: list[Segment], sources: list[Dataset]) -> str:
    total = hashlib.sha256()
    for source in sources:
        total.update(str(source.SOPInstanceUID).encode())
    for one in segments:
        words = (
            f"{one.label}\0{one.number}\0{one.start}\0{one.box.shape}\0{one.tracking}\0{one.code}"
        )
        total.update(words.encode())
        total.update(np.packbits(one.box).tobytes())
    return total.hexdigest()
