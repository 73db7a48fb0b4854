"""Small CT series, segmentations and structure sets made by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

CT = "1.2.840.10008.5.1.4.1.1.2"
SEG = "1.2.840.10008.5.1.4.1.1.66.4"
LABEL_MAP = "1.2.840.10008.5.1.4.1.1.66.7"
STRUCTURE_SET = "1.2.840.10008.5.1.4.1.1.481.3"
FRAME, STUDY, SERIES = "1.2.3.90", "1.2.3.91", "1.2.3.92"
ROWS, COLUMNS = 12, 10
ROW_MM, COLUMN_MM, SLICE_MM = 0.5, 0.8, 2.0
PLACE = (-10.0, -20.0, 30.0)  # of the first pixel of the lowest slice


def dataset(path: Path, sop_class: str, instance: str, modality: str) -> FileDataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = sop_class, instance
    data = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID, data.Modality = sop_class, instance, modality
    data.PatientName, data.PatientID, data.PatientBirthDate = "Nobody^Test", "P01", "19500101"
    data.PatientSex, data.AccessionNumber, data.StudyID = "O", "", "1"
    data.ReferringPhysicianName = ""
    data.StudyDate, data.StudyTime, data.StudyInstanceUID = "20240105", "101500", STUDY
    data.FrameOfReferenceUID = FRAME
    return data


def place(k: float) -> list[float]:
    return [PLACE[0], PLACE[1], PLACE[2] + k * SLICE_MM]


def write_series(folder: Path, array: np.ndarray, thickness_mm: float = SLICE_MM) -> Path:
    """An axial CT of (slices, rows, columns) HU; files are named against their order."""
    folder.mkdir(parents=True, exist_ok=True)
    for k, pixels in enumerate(array):
        path = folder / f"{len(array) - k:02d}.dcm"
        data = dataset(path, CT, f"1.2.3.93.{k + 1}", "CT")
        data.SeriesInstanceUID, data.SeriesNumber, data.InstanceNumber = SERIES, 3, k + 1
        data.Manufacturer, data.ManufacturerModelName = "Maker", "Model"
        data.ImagePositionPatient = place(k)
        data.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        data.PixelSpacing, data.SliceThickness = [ROW_MM, COLUMN_MM], thickness_mm
        data.RescaleSlope, data.RescaleIntercept = 1, -1024
        data.Rows, data.Columns = pixels.shape
        data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
        data.BitsAllocated, data.BitsStored, data.HighBit = 16, 16, 15
        data.PixelRepresentation = 0
        data.PixelData = (pixels + 1024).astype("<u2").tobytes()
        data.save_as(path, enforce_file_format=True)
    return folder


def segment(number: int, label: str, tracking: str = "") -> Dataset:
    data = Dataset()
    data.SegmentNumber, data.SegmentLabel, data.SegmentAlgorithmType = number, label, "MANUAL"
    kind = Dataset()
    kind.CodeValue, kind.CodingSchemeDesignator, kind.CodeMeaning = "108369006", "SCT", "Neoplasm"
    data.SegmentedPropertyTypeCodeSequence = [kind]
    if tracking:
        data.TrackingID = tracking
    return data


def write_seg(
    path: Path,
    segments: list[Dataset],
    frames: list[tuple[int, list[float], np.ndarray]],
    kind: str = "BINARY",
    **more: Any,
) -> Path:
    """A SEG of frames (segment, position, pixels), in the order given."""
    data = dataset(path, LABEL_MAP if kind == "LABELMAP" else SEG, "1.2.3.94.1", "SEG")
    data.SeriesInstanceUID = "1.2.3.94"
    reference = Dataset()
    reference.SeriesInstanceUID = SERIES
    data.ReferencedSeriesSequence = [reference]
    data.SegmentationType, data.SegmentSequence = kind, segments
    measures, orientation, shared = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing = more.pop("spacing", [ROW_MM, COLUMN_MM])
    measures.SliceThickness = measures.SpacingBetweenSlices = SLICE_MM
    orientation.ImageOrientationPatient = more.pop("directions", [1, 0, 0, 0, 1, 0])
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [orientation]
    data.SharedFunctionalGroupsSequence = [shared]
    data.PerFrameFunctionalGroupsSequence = []
    for number, position, _ in frames:
        item, where, named = Dataset(), Dataset(), Dataset()
        where.ImagePositionPatient = position
        item.PlanePositionSequence = [where]
        if kind != "LABELMAP":
            named.ReferencedSegmentNumber = number
            item.SegmentIdentificationSequence = [named]
        data.PerFrameFunctionalGroupsSequence.append(item)
    pixels = np.stack([one for *_, one in frames])
    data.NumberOfFrames, data.Rows, data.Columns = pixels.shape
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.PixelRepresentation = 0
    if kind == "BINARY":
        data.BitsAllocated, data.BitsStored, data.HighBit = 1, 1, 0
        packed = np.packbits(pixels.astype(bool).ravel(), bitorder="little").tobytes()
    else:
        data.BitsAllocated, data.BitsStored, data.HighBit = 8, 8, 7
        packed = pixels.astype(np.uint8).tobytes()
    data.PixelData = packed + b"\0" * (len(packed) % 2)
    for keyword, value in more.items():
        setattr(data, keyword, value)
    data.save_as(path, enforce_file_format=True)
    return path


def contour(points: list[tuple[float, float]], k: float, kind: str = "CLOSED_PLANAR") -> Dataset:
    """Contour through (row, column) points of slice k."""
    data = Dataset()
    data.ContourGeometricType, data.NumberOfContourPoints = kind, len(points)
    flat: list[float] = []
    for row, column in points:
        x, y, z = place(k)
        flat += [x + column * COLUMN_MM, y + row * ROW_MM, z]
    data.ContourData = flat
    return data


def write_structure_set(path: Path, regions: dict[str, list[Dataset]], frame: str = FRAME) -> Path:
    data = dataset(path, STRUCTURE_SET, "1.2.3.95.1", "RTSTRUCT")
    data.SeriesInstanceUID = "1.2.3.95"
    reference, study, series = Dataset(), Dataset(), Dataset()
    reference.FrameOfReferenceUID = frame
    series.SeriesInstanceUID = SERIES
    study.RTReferencedSeriesSequence = [series]
    reference.RTReferencedStudySequence = [study]
    data.ReferencedFrameOfReferenceSequence = [reference]
    data.StructureSetROISequence, data.ROIContourSequence = [], []
    for number, (name, contours) in enumerate(regions.items(), start=1):
        roi, drawn = Dataset(), Dataset()
        roi.ROINumber, roi.ROIName = number, name
        drawn.ReferencedROINumber, drawn.ContourSequence = number, contours
        data.StructureSetROISequence.append(roi)
        data.ROIContourSequence.append(drawn)
    data.save_as(path, enforce_file_format=True)
    return path
