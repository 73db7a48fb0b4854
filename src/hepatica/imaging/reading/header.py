"""Header of a DICOM file: what it is, whose, when, where its planes lie; no pixel is read.

Sizes are believed only as far as the bytes that are there: a header that promises more pixels
than the file can hold is told before anything is allocated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from hepatica.core.errors import MissingExtra
from hepatica.core.finding import Finding
from hepatica.imaging.reading.fault import fault
from hepatica.imaging.reading.frame import Frame, acquired_s, frames_of
from hepatica.imaging.reading.storage import damaged, pixel_bytes, pixel_fault, undecodable
from hepatica.imaging.reading.value import (
    clock_s,
    day,
    item,
    items,
    number,
    quiet,
    raw,
    text,
    whole,
)

_LOSSY = tuple(f"1.2.840.10008.1.2.4.{end}" for end in (50, 51, 81))  # JPEG, near-lossless JPEG-LS
_DEFLATED = "1.2.840.10008.1.2.1.99"
_DIRECTORY = "1.2.840.10008.1.3.10"
_STORAGE = "1.2.840.10008.5.1.4.1.1."
_ROLES = {"66.4": "SEG", "66.7": "SEG", "481.3": "RTSTRUCT", "30": "PM"}
_OTHER = ("66", "66.1", "66.2", "66.3", "66.5", "66.6", "481", "11", "104", "9", "67", "68")
_SCREENS = ("7", "6", "3")  # secondary capture and ultrasound
_PROJECTIONS = ("XA", "RF", "DX", "CR", "MG", "US", "ES")
_WORD = re.compile(r"\w+")
_PHANTOM = {"synthetic", "phantom"}  # the name that `image phantom` gives is to be seen
_TAGS = """
SOPClassUID SOPInstanceUID Modality PatientID StudyInstanceUID SeriesInstanceUID StudyDate
SeriesDate AcquisitionDate ContentDate AcquisitionDateTime AcquisitionTime ContrastBolusStartTime
SeriesDescription ProtocolName Manufacturer ManufacturerModelName ConvolutionKernel SequenceName
PulseSequenceName FrameOfReferenceUID SamplesPerPixel PhotometricInterpretation NumberOfFrames Rows
Columns BitsAllocated PixelRepresentation PixelPaddingValue PixelSpacing ImagePositionPatient
ImageOrientationPatient SliceThickness RescaleSlope RescaleIntercept LossyImageCompression ImageType
TemporalPositionIdentifier TriggerTime EchoTime FlipAngle DiffusionBValue InversionTime FrameTime
FrameTimeVector CineRate PixelSpacingCalibrationType SharedFunctionalGroupsSequence
PerFrameFunctionalGroupsSequence ReferencedSeriesSequence ReferencedFrameOfReferenceSequence
CurrentRequestedProcedureEvidenceSequence PatientName
""".split()  # noqa: SIM905 - a list of this length reads better as a text


@dataclass(frozen=True, slots=True)
class Header:
    """What a DICOM file says of itself; `fault` is why its pixels cannot be used, if so.

    `role` is image, SEG, RTSTRUCT, SR, PM (a parametric map) or other; `refers` the series that a
    derived object is about; `delay_s` seconds from the start of the injection; `padding` the
    stored number of pixels outside the field of view.
    """

    path: Path
    role: str
    instance: str
    subject: str
    study: str
    series: str
    modality: str
    day: date | None
    description: str
    protocol: str
    scanner: str
    kernel: str
    frame_of_reference: str
    delay_s: float | None
    thickness_mm: float | None
    shape: tuple[int, int]
    photometric: str
    lossy: bool
    padding: int | None
    calibrated: bool
    frames: tuple[Frame, ...] = ()
    refers: tuple[str, ...] = ()
    fault: Finding | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Patient and series."""
        return self.subject, self.series


def read_header(path: Path) -> Header | Finding:
    """Header of one DICOM file, or the finding that tells why it has none.

    Raises      MissingExtra without pydicom; OSError where the file cannot be opened.
    """
    try:
        import pydicom  # noqa: F401, PLC0415 - the extra
    except ImportError as missing:
        raise MissingExtra("reading DICOM needs hepatica[imaging]") from missing
    size = path.stat().st_size
    with path.open("rb") as file, quiet():
        head = file.read(132)
        if not head:
            return fault("I002", path, found="an empty file", expected="a DICOM file")
        if head[128:] != b"DICM":
            return _foreign(path)
        file.seek(0)
        try:
            return _header(path, file, size)
        except MissingExtra:
            raise
        except Exception as error:  # pydicom raises whatever its parser meets
            return damaged(path, f"a damaged header ({type(error).__name__})")


def _foreign(path: Path) -> Finding:
    """A file without the mark of DICOM: damaged where its name says DICOM, else another thing."""
    if path.suffix.lower() in (".dcm", ".ima", ".dicom"):
        return damaged(path, "no mark of DICOM (DICM) at byte 128")
    return fault(
        "I001", path, found="a file that is not DICOM", expected="images", hint="passed by"
    )


def _header(path: Path, file: BinaryIO, size: int) -> Header | Finding:
    import pydicom  # noqa: PLC0415
    from pydicom.filereader import read_file_meta_info  # noqa: PLC0415

    meta = read_file_meta_info(str(path))
    syntax = text(meta, "TransferSyntaxUID")
    if text(meta, "MediaStorageSOPClassUID") == _DIRECTORY:
        return fault(
            "I025",
            path,
            found="a directory of a medium (DICOMDIR)",
            expected="images",
            hint="the files themselves are read",
        )
    if syntax == _DEFLATED:  # unpacked whole by pydicom, without a bound
        return undecodable(path, syntax)
    data = pydicom.dcmread(file, defer_size=size, stop_before_pixels=True, specific_tags=_TAGS)
    if not text(data, "SOPClassUID") or not text(data, "SeriesInstanceUID"):
        return damaged(path, "no class or series (cut short?)")
    role = _role(text(data, "SOPClassUID"), data)
    wrong = None
    if role in ("image", "PM"):
        wrong = pixel_fault(path, data, (syntax, size), pixel_bytes(file, syntax))
    count = 1 if wrong else max(whole(data, "NumberOfFrames") or 1, 1)
    planes = frames_of(data, str(path), count) if role in ("image", "PM") else ()
    return _filled(path, data, role, planes, wrong)


def _filled(
    path: Path, data: Any, role: str, planes: tuple[Frame, ...], wrong: Finding | None
) -> Header:
    rows, columns = whole(data, "Rows") or 0, whole(data, "Columns") or 0
    modality = text(data, "Modality")
    measures = item(item(data, "SharedFunctionalGroupsSequence"), "PixelMeasuresSequence")
    thickness = number(data, "SliceThickness")
    if thickness is None and measures is not None:
        thickness = number(measures, "SliceThickness")
    padding = whole(data, "PixelPaddingValue")
    return Header(
        path=path,
        role=role,
        instance=text(data, "SOPInstanceUID"),
        subject=text(data, "PatientID"),
        study=text(data, "StudyInstanceUID"),
        series=text(data, "SeriesInstanceUID"),
        modality=modality,
        day=_day(data),
        description=_nameless(data, "SeriesDescription"),
        protocol=_nameless(data, "ProtocolName"),
        scanner=" ".join(
            one for n in ("Manufacturer", "ManufacturerModelName") if (one := text(data, n))
        ),
        kernel=_kernel(data),
        frame_of_reference=text(data, "FrameOfReferenceUID"),
        delay_s=_delay_s(data),
        thickness_mm=thickness,
        shape=(rows, columns),
        photometric=text(data, "PhotometricInterpretation"),
        lossy=_is_lossy(data),
        padding=padding,
        calibrated=_is_calibrated(data, modality, planes),
        frames=planes,
        refers=tuple(sorted(_refers(data))),
        fault=wrong,
    )


def _nameless(data: Any, name: str) -> str:
    """Text of an attribute without the words of the patient's name, which are typed in anywhere."""
    told = {part.casefold() for part in _WORD.findall(_name(data))}
    hidden = {part for part in told - _PHANTOM if len(part) > 1}
    found = text(data, name)
    if not hidden & {word.casefold() for word in _WORD.findall(found)}:
        return found
    kept = _WORD.sub(lambda word: "" if word[0].casefold() in hidden else word[0], found)
    return " ".join(kept.split())


def _name(data: Any) -> str:
    """The patient's name, to be left out; it goes nowhere else."""
    try:
        return str(raw(data, "PatientName") or "")
    except Exception:  # a name in a character set that is none
        return ""


def _role(sop_class: str, data: Any) -> str:
    kind = sop_class.removeprefix(_STORAGE)
    if kind in _ROLES:
        return _ROLES[kind]
    if kind.startswith("88."):
        return "SR" if text(data, "Modality") == "SR" else "other"
    if kind.split(".")[0] in _SCREENS and not _is_placed(data):
        return "other"
    if kind in _OTHER or kind.split(".")[0] in ("11", "104", "9", "481"):
        return "other"
    return "image"


def _kernel(data: Any) -> str:
    """Reconstruction kernel, also of an enhanced CT, else the name of the sequence."""
    shared = item(item(data, "SharedFunctionalGroupsSequence"), "CTReconstructionSequence")
    named = text(shared, "ConvolutionKernel") if shared is not None else ""
    own = ("ConvolutionKernel", "SequenceName", "PulseSequenceName")
    return named or next((found for name in own if (found := text(data, name))), "")


def _is_lossy(data: Any) -> bool:
    syntax = text(getattr(data, "file_meta", {}), "TransferSyntaxUID")
    return syntax in _LOSSY or text(data, "LossyImageCompression") == "01"


def _is_placed(data: Any) -> bool:
    """Whether planes have a position: a screenshot or an ultrasound image has none."""
    names = ("ImagePositionPatient", "PerFrameFunctionalGroupsSequence")
    return any(raw(data, name) is not None for name in names)


def _day(data: Any) -> date | None:
    names = ("AcquisitionDateTime", "AcquisitionDate", "StudyDate", "SeriesDate", "ContentDate")
    return next((found for n in names if (found := day(text(data, n)))), None)


def _delay_s(data: Any) -> float | None:
    """Seconds from the start of the injection to the acquisition, where both are told."""
    start, end = clock_s(text(data, "ContrastBolusStartTime")), acquired_s(data)
    if start is None or end is None:
        return None
    delay = end % 86400 - start
    delay += 86400 if delay < -43200 else 0  # past midnight
    return round(delay, 3) if 0 <= delay <= 7200 else None


def _is_calibrated(data: Any, modality: str, planes: tuple[Frame, ...]) -> bool:
    """Whether pixels are mm in the patient; a projection only after a calibration said so.

    A plane with a place is none: a cone-beam CT is of the modality XA too.
    """
    if text(data, "PixelSpacingCalibrationType") in ("GEOMETRY", "FIDUCIAL"):
        return True
    return modality not in _PROJECTIONS or bool(planes and planes[0].place)


def _refers(data: Any) -> set[str]:
    """Series that a derived object names: SEG, map, structured report, RTSTRUCT."""
    found = {text(one, "SeriesInstanceUID") for one in items(data, "ReferencedSeriesSequence")}
    for study in items(data, "CurrentRequestedProcedureEvidenceSequence"):
        found |= {text(s, "SeriesInstanceUID") for s in items(study, "ReferencedSeriesSequence")}
    for frame in items(data, "ReferencedFrameOfReferenceSequence"):
        for study in items(frame, "RTReferencedStudySequence"):
            series = items(study, "RTReferencedSeriesSequence")
            found |= {text(one, "SeriesInstanceUID") for one in series}
    return found - {""}
