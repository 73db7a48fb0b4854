"""One file de-identified: the bytes of its copy and its new name, or why it is not copied."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pydicom import config, dcmread, dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset

from hepatica.core.disguise import disguise
from hepatica.imaging.deidentification.dataset import taken_dataset
from hepatica.imaging.deidentification.pixel import PIXELS, take_pixels, writing_in_pixels
from hepatica.imaging.deidentification.profile import profile
from hepatica.imaging.deidentification.text import Person
from hepatica.imaging.deidentification.uid import IMPLEMENTATION, remapped_uid

EXPLICIT = "1.2.840.10008.1.2.1"
_DEFLATED = b"1.2.840.10008.1.2.1.99"
_META = 4096
_TEXT = {"LO", "SH", "CS", "UT", "UC", "LT", "ST", "PN", "AE", "DS", "IS"}
# Digits that could as well be a size or a position; a longer number is as good as a name.
_SHORT_NAME, _SHORT_NUMBER = 3, 6
# CID 7050: basic profile, clean descriptors, modified dates.
_METHODS = {
    "113100": "Basic Application Confidentiality Profile",
    "113105": "Clean Descriptors Option",
    "113107": "Retain Longitudinal Temporal Information Modified Dates Option",
}


@dataclass(frozen=True)
class People:
    """Who the patients are: the key, and the study's identifier of each PatientID where given."""

    key: bytes
    subjects: Mapping[str, str] | None = None

    def person(self, patient: str) -> Person | None:
        """The person of a PatientID; None where it is empty or not among the subjects."""
        subject = patient if self.subjects is None else self.subjects.get(patient, "")
        if not subject:
            return None
        return Person(self.key, disguise(self.key, [subject], ()), subject)


@dataclass(frozen=True)
class Copied:
    """A copy: its name in the new tree, its bytes, and codes of findings that do not stop it."""

    name: str
    data: bytes
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refused:
    """Why a file has no copy: code of the finding, and what was found, without a word of it."""

    code: str
    found: str


def copied_file(data: bytes, people: People) -> Copied | Refused:
    """The de-identified copy of a DICOM file's bytes, the same for the same bytes and key."""
    if data[128:132] != b"DICM" and data[:2] not in (b"\x08\x00", b"\x02\x00"):
        return Refused("I061", "no DICOM file")
    if _DEFLATED in data[:_META]:
        return Refused("I065", "a deflated coding")
    try:
        with _quiet():
            return _copied(data, people)
    except Exception as error:  # a hostile file makes pydicom raise anything at any element
        return Refused("I060", f"a file that cannot be read through ({type(error).__name__})")


def _copied(data: bytes, people: People) -> Copied | Refused:

    source = dcmread(io.BytesIO(data), force=data[128:132] != b"DICM")
    kind = str(source.get("SOPClassUID", ""))
    syntax = str(source.file_meta.get("TransferSyntaxUID", "")) or str(
        "1.2.840.10008.1.2" if source.original_encoding[0] else EXPLICIT
    )
    coding = profile().transfer.get(syntax, "")
    writing = writing_in_pixels(source)
    person = people.person(str(source.get("PatientID", "") or "").strip())
    if refused := _refused(source, kind, coding, writing):
        return refused
    if person is None:
        return Refused("I066", "no identifier of a known subject")
    new = _made(source, person, coding)
    if _identifier_left(source, new):
        return Refused("I069", "an identifier of the patient in the copy")
    codes = ["I064"] if writing == "may" else []
    if str(source.get("SeriesDescription", "") or "") and not new.get("SeriesDescription"):
        codes.append("I068")
    out = _written(new, syntax if coding != "plain" else EXPLICIT)
    name = "/".join(
        (person.pseudonym, new.StudyInstanceUID, new.SeriesInstanceUID, new.SOPInstanceUID + ".dcm")
    )
    return Copied(name, out, tuple(codes))


def _refused(source: Any, kind: str, coding: str, writing: str) -> Refused | None:
    for keyword in ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID"):
        if not str(source.get(keyword, "") or ""):
            return Refused("I060", f"a file without {keyword}")
    if kind not in profile().objects:
        return Refused("I065", "another kind of object")
    if not coding or str(source.get("PhotometricInterpretation", "")) == "PALETTE COLOR":
        return Refused("I065", "another coding of pixels")
    if kind not in profile().pixelless and not any(word in source for word in PIXELS):
        return Refused("I060", "an image without pixels")
    if writing == "likely":
        return Refused("I063", "writing that must be expected in the pixels")
    return None


def _made(source: Any, person: Person, coding: str) -> Any:
    new = taken_dataset(source, person)
    take_pixels(new, source, coding)
    new.SpecificCharacterSet = "ISO_IR 192"
    new.PatientID = new.PatientName = person.pseudonym
    new.PatientIdentityRemoved = "YES"
    new.LongitudinalTemporalInformationModified = "MODIFIED"
    new.DeidentificationMethod = f"Hepatica, profile {profile().number}, after DICOM PS3.15"
    new.DeidentificationMethodCodeSequence = [
        _method(value, meaning) for value, meaning in _METHODS.items()
    ]
    for keyword in ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID"):
        setattr(new, keyword, remapped_uid(person.key, str(source[keyword].value)))
    return new


def _method(value: str, meaning: str) -> Any:

    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "DCM", meaning
    return item


def _written(new: Any, syntax: str) -> bytes:

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = new.SOPClassUID
    meta.MediaStorageSOPInstanceUID = new.SOPInstanceUID
    meta.TransferSyntaxUID = syntax
    meta.ImplementationClassUID = IMPLEMENTATION
    meta.ImplementationVersionName = "HEPATICA"
    new.file_meta, new.preamble = meta, b"\0" * 128
    out = io.BytesIO()
    dcmwrite(out, new, enforce_file_format=True, overwrite=True)
    return out.getvalue()


def _identifier_left(source: Any, new: Any) -> bool:
    """Whether a name or number of the patient is a word of the copy's text: the last look.

    Words of the profile's closed lists tell nothing about anybody, whoever bears them.
    """
    known = profile().words | {word.lower() for word in profile().terms}
    looked_for = {word for word in _identifiers(source) if word not in known}
    return any(
        not looked_for.isdisjoint(_words(str(element.value)))
        for element in new.iterall()
        if element.VR in _TEXT and element.value
    )


def _identifiers(source: Any) -> set[str]:
    found: set[str] = set()
    for keyword in ("PatientID", "PatientName", "OtherPatientIDs", "AccessionNumber"):
        for word in _words(str(source.get(keyword, "") or "")):
            if len(word) >= (_SHORT_NUMBER if word.isdigit() else _SHORT_NAME):
                found.add(word)
    return found


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


@contextmanager
def _quiet() -> Iterator[None]:
    """Let pydicom check nothing and say nothing: its warnings quote the values."""
    logger, was_off = config.logger, config.logger.disabled
    reading, writing = (
        config.settings.reading_validation_mode,
        config.settings.writing_validation_mode,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logger.disabled = True
        config.settings.reading_validation_mode = config.IGNORE
        config.settings.writing_validation_mode = config.IGNORE
        try:
            yield
        finally:
            logger.disabled = was_off
            config.settings.reading_validation_mode = reading
            config.settings.writing_validation_mode = writing
