"""Tiny DICOM files for tests: slices, series, multi-frame objects, and ways to spoil them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

CLASSES = {
    "CT": "1.2.840.10008.5.1.4.1.1.2",
    "MR": "1.2.840.10008.5.1.4.1.1.4",
    "XA": "1.2.840.10008.5.1.4.1.1.12.1",
    "enhanced CT": "1.2.840.10008.5.1.4.1.1.2.1",
    "enhanced MR": "1.2.840.10008.5.1.4.1.1.4.1",
    "SR": "1.2.840.10008.5.1.4.1.1.88.22",
    "SEG": "1.2.840.10008.5.1.4.1.1.66.4",
    "RTSTRUCT": "1.2.840.10008.5.1.4.1.1.481.3",
    "screen OT": "1.2.840.10008.5.1.4.1.1.7",
    "PM": "1.2.840.10008.5.1.4.1.1.30",
}
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def data_set(kind: str = "CT", **given: Any) -> Dataset:
    """Header of an object; keywords of DICOM replace or, where None, remove what is usual."""
    data = Dataset()
    data.SOPClassUID = CLASSES[kind]
    data.Modality = kind.rsplit(maxsplit=1)[-1]
    usual = {
        "SOPInstanceUID": "1.2.3.1",
        "StudyInstanceUID": "1.2.3",
        "SeriesInstanceUID": "1.2.3.4",
        "FrameOfReferenceUID": "1.2.3.9",
        "PatientID": "P01",
        "PatientName": "Secret^Name",
        "StudyDate": "20240102",
        "AcquisitionDate": "20240102",
        "SeriesDescription": "Liver arterial",
        "Manufacturer": "Maker",
        "ManufacturerModelName": "Model 1",
        "ConvolutionKernel": "B30f",
    }
    if kind == "CT":
        usual |= {"RescaleSlope": 1, "RescaleIntercept": 0}
    for name, value in (usual | given).items():
        if value is not None:
            setattr(data, name, value)
    return data


def with_pixels(data: Dataset, pixels: np.ndarray[Any, Any]) -> Dataset:
    """The header with pixels (rows, columns) or (frames, rows, columns) of 8 or 16 bits."""
    data.SamplesPerPixel = data.get("SamplesPerPixel", 1)
    data.PhotometricInterpretation = data.get("PhotometricInterpretation", "MONOCHROME2")
    data.Rows, data.Columns = pixels.shape[-2:]
    if pixels.ndim == 3:
        data.NumberOfFrames = pixels.shape[0]
    data.BitsAllocated = data.BitsStored = 8 * pixels.itemsize
    data.HighBit = data.BitsAllocated - 1
    data.PixelRepresentation = int(pixels.dtype.kind == "i")
    data.PixelData = pixels.tobytes()
    data["PixelData"].VR = "OW" if pixels.itemsize == 2 else "OB"
    return data


def write(path: Path, data: Dataset, syntax: str = ExplicitVRLittleEndian) -> Path:
    """Write a data set as a DICOM file, its pixels labelled with a transfer syntax."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data.file_meta = FileMetaDataset()
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.save_as(path, enforce_file_format=True)
    if syntax != ExplicitVRLittleEndian:
        relabel(path, syntax)
    return path


def relabel(path: Path, syntax: str) -> None:
    """Put another transfer syntax, of 18 to 22 characters, into a file's header."""
    import pydicom

    data = pydicom.dcmread(path)
    data.file_meta.TransferSyntaxUID = UID(syntax)
    if UID(syntax).is_encapsulated:
        from pydicom.encaps import encapsulate

        data.PixelData = encapsulate([b"\xff\xd8not a jpeg at all\xff\xd9"])
        data["PixelData"].is_undefined_length = True
        data["PixelData"].VR = "OB"
    data.save_as(path, implicit_vr=False, little_endian=True, enforce_file_format=True)


def series(folder: Path, count: int = 4, *, step_mm: float = 2.0, **given: Any) -> list[Path]:
    """A CT series of 16 x 16 slices upwards from z = 0; slice i holds the number 100 * i + 1024."""
    uid = given.get("SeriesInstanceUID", "1.2.3.4")
    pixels, stem = given.pop("pixels", None), given.pop("stem", "im")
    paths = []
    for i in range(count):
        own = {
            "SOPInstanceUID": f"{uid}.{i + 1}",
            "ImagePositionPatient": [-10.0, -20.0, step_mm * i],
            "ImageOrientationPatient": list(AXIAL),
            "PixelSpacing": [0.7, 0.7],
            "SliceThickness": step_mm,
            "RescaleSlope": 1,
            "RescaleIntercept": -1024,
            "InstanceNumber": i + 1,
        }
        data = data_set(**(own | given))
        plane = np.full((16, 16), 1024 + 100 * i, np.int16) if pixels is None else pixels[i]
        paths.append(write(folder / f"{stem}{i:03}.dcm", with_pixels(data, plane)))
    return paths
