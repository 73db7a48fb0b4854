"""Synthetic examinations as DICOM files: one file a slice, and one file of outlines.

The same examination gives the same bytes: UIDs come from the seed, times are those of the plan.
Needs the extra ``imaging``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from hepatica.core.errors import MissingExtra
from hepatica.imaging.phantom.examination import SCANNER, Examination, Plan
from hepatica.imaging.phantom.seed import uid
from hepatica.imaging.volume import Volume

try:
    from highdicom.seg import (
        SegmentAlgorithmTypeValues,
        Segmentation,
        SegmentationTypeValues,
        SegmentDescription,
    )
    from pydicom import Dataset, dcmread, dcmwrite
    from pydicom.dataset import FileMetaDataset
    from pydicom.sr.codedict import codes
except ImportError as missing:
    raise MissingExtra("writing DICOM needs hepatica[imaging]") from missing

COMMENT = "SYNTHETIC: drawn by a program, no patient"
PATIENT = "Synthetic^Phantom"
INJECTED = timedelta(hours=10)  # time of day at which contrast medium is injected
_CT, _MR = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4"
_EXPLICIT = "1.2.840.10008.1.2.1"
_WRITER = "2.25.118270319021560466174803116571935431702"  # implementation class of these files


def write_series(plan: Plan, volume: Volume, folder: Path) -> list[Path]:
    """Write a CT phase, one file a slice, into a folder that is made; paths in slice order."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for k in range(volume.grid.shape[0]):
        path = folder / f"{k + 1:04d}.dcm"
        write_dataset(slice_dataset(plan, volume, k), path)
        paths.append(path)
    return paths


def slice_dataset(plan: Plan, volume: Volume, k: int) -> Dataset:
    """One slice of a CT phase as a DICOM dataset."""
    origin, grid = volume.origin, volume.grid
    data = common_dataset(plan, _CT, uid(plan.seed, origin.series, str(k)))
    moment = _moment(plan, origin.delay_s)
    _set(
        data,
        Modality="CT",
        ImageType=["ORIGINAL", "PRIMARY", "AXIAL"],
        SeriesInstanceUID=origin.series,
        SeriesDescription=origin.description,
        SeriesNumber=2 + ["unenhanced", "arterial", "portal venous"].index(origin.phase),
        InstanceNumber=k + 1,
        AcquisitionDate=moment.strftime("%Y%m%d"),
        AcquisitionTime=moment.strftime("%H%M%S"),
        SeriesTime=moment.strftime("%H%M%S"),
        ContentTime=moment.strftime("%H%M%S"),
        FrameOfReferenceUID=origin.frame_of_reference,
        PositionReferenceIndicator="",
        ConvolutionKernel=origin.kernel,
        KVP="120",
        SliceThickness=_number(grid.spacing_mm[0]),
        RescaleIntercept="0",
        RescaleSlope="1",
        RescaleType="HU",
    )
    if origin.delay_s is not None:
        data.ContrastBolusAgent = "SYNTHETIC"
        data.ContrastBolusStartTime = _moment(plan, 0.0).strftime("%H%M%S")
    add_plane(data, volume, k)
    add_pixels(data, volume.array[k])
    return data


def common_dataset(plan: Plan, sop_class: str, instance: str) -> Dataset:
    """What every file of the examination says: who, when, and that it is synthetic."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    _set(
        data.file_meta,
        MediaStorageSOPClassUID=sop_class,
        MediaStorageSOPInstanceUID=instance,
        TransferSyntaxUID=_EXPLICIT,
        ImplementationClassUID=_WRITER,
        ImplementationVersionName="HEPATICA",
    )
    day = plan.day.strftime("%Y%m%d")
    _set(
        data,
        SOPClassUID=sop_class,
        SOPInstanceUID=instance,
        PatientName=PATIENT,
        PatientID=plan.subject,
        PatientBirthDate="",
        PatientSex="O",
        PatientIdentityRemoved="YES",
        DeidentificationMethod=COMMENT,
        StudyInstanceUID=uid(plan.seed, plan.subject, plan.day.isoformat(), "study"),
        StudyDate=day,
        StudyTime="095000",
        StudyID="1",
        StudyDescription="SYNTHETIC liver",
        AccessionNumber="",
        ReferringPhysicianName="",
        SeriesDate=day,
        ContentDate=day,
        Manufacturer=SCANNER.split(maxsplit=1)[0],
        ManufacturerModelName=SCANNER.split(maxsplit=1)[1],
        SoftwareVersions="1",
        DeviceSerialNumber="1",
        ImageComments=COMMENT,
        BurnedInAnnotation="NO",
    )
    return data


def add_plane(data: Dataset, volume: Volume, k: int) -> None:
    """Where the slice lies."""
    grid = volume.grid
    rows, columns = grid.affine[:3, 1], grid.affine[:3, 2]
    along, down = columns / np.linalg.norm(columns), rows / np.linalg.norm(rows)
    data.ImagePositionPatient = [_number(v) for v in grid.points_mm([[k, 0, 0]])[0]]
    data.ImageOrientationPatient = [_number(v) for v in (*along, *down)]
    data.PixelSpacing = [_number(grid.spacing_mm[1]), _number(grid.spacing_mm[2])]


def add_pixels(data: Dataset, pixels: Any) -> None:
    """Signed 16-bit pixels of one slice."""
    _set(
        data,
        Rows=pixels.shape[0],
        Columns=pixels.shape[1],
        SamplesPerPixel=1,
        PhotometricInterpretation="MONOCHROME2",
        BitsAllocated=16,
        BitsStored=16,
        HighBit=15,
        PixelRepresentation=1,
    )
    data.PixelData = np.ascontiguousarray(pixels, "<i2").tobytes()
    data["PixelData"].VR = "OW"


def write_dataset(data: Dataset, path: Path) -> None:
    """Write a dataset as a DICOM file."""
    dcmwrite(path, data, enforce_file_format=True)


def write_outlines(examination: Examination, sources: list[Path], path: Path) -> Path:
    """Write the outlines as a DICOM SEG of the series in `sources` (one file a slice, in order)."""
    plan = examination.plan
    images = [dcmread(one) for one in sources]
    words = (plan.subject, plan.day.isoformat(), "outlines")
    data = _segmentation(examination, images, [uid(plan.seed, *words, w) for w in "ab"])
    moment = _moment(plan, 600.0)
    for name in ("ContentDate", "SeriesDate", "InstanceCreationDate"):
        setattr(data, name, moment.strftime("%Y%m%d"))
    for name in ("ContentTime", "SeriesTime", "InstanceCreationTime"):
        setattr(data, name, moment.strftime("%H%M%S"))
    organization = uid(plan.seed, *words, "dimensions")
    for item in (*data.DimensionOrganizationSequence, *data.DimensionIndexSequence):
        item.DimensionOrganizationUID = organization
    del data.ContributingEquipmentSequence  # names a library and the time of day
    data.file_meta.ImplementationClassUID = _WRITER
    data.file_meta.ImplementationVersionName = "HEPATICA"
    data.ImageComments = COMMENT
    path.parent.mkdir(parents=True, exist_ok=True)
    write_dataset(data, path)
    return path


def _segmentation(examination: Examination, images: list[Dataset], uids: list[str]) -> Dataset:
    outlines = examination.outlines
    masks = np.stack([one.whole(outlines.grid.shape) for one in outlines], axis=-1)
    made: Dataset = Segmentation(
        source_images=images,
        pixel_array=masks.astype(np.uint8),
        segmentation_type=SegmentationTypeValues.BINARY,
        segment_descriptions=[
            _description(examination.plan, one.label, one.number) for one in outlines
        ],
        series_instance_uid=uids[0],
        series_number=9,
        sop_instance_uid=uids[1],
        instance_number=1,
        manufacturer=SCANNER.split(maxsplit=1)[0],
        manufacturer_model_name=SCANNER.split(maxsplit=1)[1],
        software_versions="1",
        device_serial_number="1",
        series_description="SYNTHETIC outlines",
        content_label="OUTLINES",
        content_creator_name=PATIENT,
    )
    return made


def _description(plan: Plan, label: str, number: int) -> Any:
    tumour = label.startswith("Tumour")
    kind = codes.SCT.MorphologicallyAbnormalStructure if tumour else codes.SCT.AnatomicalStructure
    return SegmentDescription(
        segment_number=number,
        segment_label=label,
        segmented_property_category=kind,
        segmented_property_type=codes.SCT.Neoplasm if tumour else _organ(label),
        algorithm_type=SegmentAlgorithmTypeValues.MANUAL,
        tracking_uid=uid(plan.seed, plan.subject, label) if tumour else None,
        tracking_id=label.removeprefix("Tumour ") if tumour else None,
    )


def _organ(label: str) -> Any:
    words = {"Spleen": "Spleen", "Aorta": "Aorta", "Muscle": "Muscle"}
    return getattr(codes.SCT, words.get(label, "Artery" if "Arter" in label else "Liver"))


def _moment(plan: Plan, delay_s: float | None) -> datetime:
    """Time of an image: seconds after the injection, or a minute before it for the native one."""
    start = datetime(plan.day.year, plan.day.month, plan.day.day) + INJECTED
    return start + timedelta(seconds=-60.0 if delay_s is None else delay_s)


def _number(value: float) -> str:
    return f"{float(value) + 0.0:.10g}"[:16]


def _set(data: Dataset, **values: Any) -> None:
    for name, value in values.items():
        setattr(data, name, value)
