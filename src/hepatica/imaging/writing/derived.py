"""What derived DICOM objects have in common: UIDs of their content, the day of their source.

The same content gives the same bytes: UIDs are made of it under the root 2.25 (DICOM PS3.5, annex
B.2), dates and times are those of the source image, and no clock is asked. Objects carry the
source's patient ID and study, so that an archive files them there; name and birth date stay empty.
"""

from __future__ import annotations

import uuid
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset

from hepatica.core.errors import Unreadable

SPACE = uuid.UUID("6f0a3d0e-9b0f-5c55-8d4b-5a1f9c1e7b52")  # drawn once, for names of this program
_NAMED = ("PatientName", "PatientBirthDate", "ReferringPhysicianName")
_DAYS = ("InstanceCreationDate", "ContentDate", "SeriesDate")
_TIMES = ("InstanceCreationTime", "ContentTime", "SeriesTime")


def content_uid(*parts: str) -> str:
    """The UID of these words: the same for the same words, 2.25 and a UUID (version 5)."""
    return f"2.25.{uuid.uuid5(SPACE, chr(0).join(parts)).int}"


def tracking_uid(source: Dataset, lesion: str) -> str:
    """The tracking UID of a patient's lesion: the same on every scan and in every object."""
    return content_uid("tracking", str(source.get("PatientID", "")), lesion)


def read_sources(paths: Sequence[Path | str]) -> list[Dataset]:
    """Headers of the source images, without names.

    Raises      Unreadable where one is no DICOM image.
    """
    sources = []
    for path in paths:
        try:
            with quiet():
                data = pydicom.dcmread(path, stop_before_pixels=True)
                for keyword in _NAMED:
                    setattr(data, keyword, "")
                if not data.get("SpecificCharacterSet"):
                    data.SpecificCharacterSet = "ISO_IR 192"
                str(data.SOPInstanceUID)
        except OSError:
            raise
        except Exception as error:  # a parser of hostile files may raise anything
            raise Unreadable(f"{Path(path).name}: is no DICOM image") from error
        sources.append(data)
    return sources


@contextmanager
def quiet() -> Iterator[None]:
    """Without pydicom's warnings, which print what a file holds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def write_derived(data: Dataset, source: Dataset, path: Path) -> Path:
    """Write a derived object with the days of its source and UIDs that its content decides."""
    day = str(source.get("StudyDate") or source.get("ContentDate") or "")
    time = str(source.get("StudyTime") or "000000")
    own = str(data.SOPInstanceUID)
    with quiet():
        for keyword in _DAYS:
            if keyword in data:
                setattr(data, keyword, day)
        for keyword in _TIMES:
            if keyword in data:
                setattr(data, keyword, time)
        _settle(data, own, {}, day + time.split(".", maxsplit=1)[0])
        path.parent.mkdir(parents=True, exist_ok=True)
        data.save_as(path, enforce_file_format=True)
    return path


def _settle(data: Dataset, own: str, made: dict[str, str], moment: str) -> None:
    """Replace UIDs drawn at random, and moments of the clock, throughout a dataset."""
    for element in data:
        if element.VR == "SQ":
            for item in element.value:
                _settle(item, own, made, moment)
        elif element.keyword in ("DimensionOrganizationUID", "TrackingUID") or (
            element.VR == "UI" and str(element.value).startswith("1.2.826.0.1.3680043.10.511.3.")
        ):
            known = str(element.value)
            if not known.startswith("2.25."):
                element.value = made.setdefault(known, content_uid(own, str(len(made))))
        elif element.keyword in ("ContributionDateTime", "ObservationDateTime"):
            element.value = moment
