"""A small dynamic MR series with an artery and tissue of known parameters."""

from datetime import date
from pathlib import Path

import numpy as np

from hepatica.imaging.kinetics.arterial_input import ArterialInput, parker_blood_mm, plasma_mm
from hepatica.imaging.kinetics.model import Liver, liver_mm, tofts_mm
from hepatica.imaging.origin import Origin
from hepatica.imaging.volume import Grid, Volume

SHAPE = (3, 8, 10)
TIMES = 3.0 * np.arange(60)
FLIP, TR, R1, T10, T10_BLOOD, HEMATOCRIT = 15.0, 0.004, 4.5, 0.8, 1.6, 0.42
PLASMA = plasma_mm(parker_blood_mm(TIMES, 16.0), HEMATOCRIT)
ARTERIAL = ArterialInput(TIMES, PLASMA)
TRUTH = {"KTRANS": 0.25, "VE": 0.4, "VP": 0.05}
AFFINE = np.array([[0.0, 0, 0.9, -20], [0, 0.9, 0, 30], [3.0, 0, 0, 5], [0, 0, 0, 1]])


def signal(concentration: np.ndarray, t10: float, m0: float = 1000.0) -> np.ndarray:
    """Spoiled gradient echo of a concentration, from its textbook equation."""
    e = np.exp(-TR * (1 / t10 + R1 * concentration))
    angle = np.deg2rad(FLIP)
    return m0 * np.sin(angle) * (1 - e) / (1 - np.cos(angle) * e)


def masks() -> dict[str, np.ndarray]:
    """Artery, portal vein and tissue of the series."""
    out = {name: np.zeros(SHAPE, bool) for name in ("artery", "portal", "tissue")}
    out["artery"][1, 1:3, 1:3] = True
    out["portal"][1, 1:3, 7:9] = True
    out["tissue"][:2, 4:8, 2:8] = True
    return out


def series(noise: float = 0.0, late_s: float = 0.0, **origin: object) -> Volume:
    """Signals (times, slices, rows, columns); the first frame is not steady and too bright."""
    tissue = tofts_mm(
        ARTERIAL, TIMES, ktrans_min=TRUTH["KTRANS"], ve=TRUTH["VE"], vp=TRUTH["VP"], delay_s=late_s
    )
    array = np.empty((TIMES.size, *SHAPE))
    array[:] = signal(np.zeros(TIMES.size), 1.2)[:, None, None, None]
    array[:, masks()["tissue"]] = signal(tissue, T10)[:, None]
    array[:, masks()["artery"]] = signal(PLASMA * (1 - HEMATOCRIT), T10_BLOOD)[:, None]
    array[0] *= 1.7
    array += noise * np.random.default_rng(1).standard_normal(array.shape)
    known = {"subject": "P1", "day": date(2020, 1, 2), "modality": "MR"} | origin
    return Volume(array, Grid(SHAPE, AFFINE), Origin(**known), tuple(TIMES))


def ct_series() -> Volume:
    """Attenuation of a liver with two inputs, in HU; enhancement is 25 HU per mM of blood."""
    portal = ArterialInput(TIMES, ARTERIAL.convolved(np.array([5.0]), TIMES, 6.0)[0] * 5.0)
    liver = liver_mm(ARTERIAL, portal, TIMES, Liver(0.3, 0.9, 3.0, arterial_delay_s=2.0))
    array = np.full((TIMES.size, *SHAPE), 50.0)
    array[:, masks()["tissue"]] += 25.0 * liver[:, None]
    array[:, masks()["artery"]] += 25.0 * (1 - HEMATOCRIT) * PLASMA[:, None]
    array[:, masks()["portal"]] += 25.0 * (1 - HEMATOCRIT) * portal.plasma_mm[:, None]
    origin = Origin("P1", date(2020, 1, 2), "CT", series="1.2.3")
    return Volume(array, Grid(SHAPE, AFFINE), origin, tuple(TIMES))


def write_dicom(folder: Path, volume: Volume) -> None:
    """The series as single-frame MR files, one a slice and time."""
    import pydicom
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage

    folder.mkdir(parents=True)
    for t, frame in enumerate(volume.array):
        for s, plane in enumerate(frame):
            data = Dataset()
            data.file_meta = FileMetaDataset()
            data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
            data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID = MRImageStorage
            uid = f"1.2.826.0.1.3680043.8.498.7.{t + 1}.{s + 1}"
            data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID = uid
            data.PatientID, data.PatientName, data.Modality = "P1", "Nobody^Here", "MR"
            data.PatientBirthDate, data.PatientSex, data.AccessionNumber = "", "", ""
            data.StudyID, data.ReferringPhysicianName = "1", ""
            data.StudyInstanceUID = "1.2.826.0.1.3680043.8.498.5"
            data.SeriesInstanceUID = "1.2.826.0.1.3680043.8.498.6"
            data.FrameOfReferenceUID = "1.2.826.0.1.3680043.8.498.4"
            data.PositionReferenceIndicator = ""
            data.StudyDate = data.AcquisitionDate = data.ContentDate = "20200102"
            data.StudyTime = "100000"
            clock = 10 * 3600 + int(TIMES[t])
            moment = f"{clock // 3600:02d}{clock // 60 % 60:02d}{clock % 60:02d}"
            data.AcquisitionTime = data.ContentTime = moment
            data.SeriesNumber, data.InstanceNumber = 1, t * SHAPE[0] + s + 1
            data.TemporalPositionIdentifier = t + 1
            data.NumberOfTemporalPositions = TIMES.size
            data.Manufacturer, data.ManufacturerModelName = "Maker", "Model"
            data.ImageType = ["ORIGINAL", "PRIMARY", "M"]
            data.ImagePositionPatient = [str(v) for v in volume.grid.points_mm([[s, 0, 0]])[0]]
            data.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
            data.PixelSpacing, data.SliceThickness = ["0.9", "0.9"], "3"
            data.Rows, data.Columns = SHAPE[1:]
            data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
            data.BitsAllocated = data.BitsStored = 16
            data.HighBit, data.PixelRepresentation = 15, 0
            data.RescaleSlope, data.RescaleIntercept = "0.01", "0"
            data.PixelData = np.round(plane * 100).astype("<u2").tobytes()
            pydicom.dcmwrite(folder / f"{t:03d}_{s}.dcm", data, enforce_file_format=True)
