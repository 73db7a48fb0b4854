"""Files of structured reports, and of the images they speak of: who, when, on which series."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pydicom

from hepatica.core.finding import Finding
from hepatica.imaging.reading.dicom import header_phase
from hepatica.imaging.reading.fault import fault
from hepatica.imaging.reading.header import Header, read_header
from hepatica.imaging.reading.measurement_group import (
    Group,
    Line,
    measurement_groups,
    observer_of,
    time_point_of,
)
from hepatica.imaging.reading.report_item import Item, read_item
from hepatica.imaging.reading.series import read_tree
from hepatica.imaging.reading.value import day, items, text
from hepatica.imaging.volume import Floats

LARGEST_REPORT = 64 << 20
_SEGMENTATIONS = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
_CLASSES = {"2": "CT", "2.1": "CT", "4": "MRI", "4.1": "MRI", "4.4": "MRI", "128": "PET-CT",
            "12.1": "DSA", "12.1.1": "DSA", "6.1": "US"}  # fmt: skip
_MODALITIES = {"CT": "CT", "MR": "MRI", "PT": "PET-CT", "XA": "DSA", "US": "US"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a report says of an image that it refers to."""

    study: str
    series: str
    sop_class: str


@dataclass(frozen=True, eq=False)
class Report:
    """One structured report; `day` is that of its study, None where it says none."""

    file: str
    instance: str
    subject: str
    study: str
    day: date | None
    writer: str
    reader: str
    replaces: tuple[str, ...]
    evidence: dict[str, Evidence]
    groups: tuple[Group, ...]


@dataclass(eq=False)
class Pile:
    """Reports, headers of images by their instance, and what was wrong with the files."""

    reports: list[Report] = field(default_factory=list)
    images: dict[str, Header] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def read_pile(paths: Sequence[Path]) -> Pile:
    """Every report of files and folders, with the images that lie beside them."""
    pile = Pile()
    for header in _headers(paths, pile.findings):
        if header.role == "SR":
            report = _report(header.path)
            if isinstance(report, Report):
                pile.reports.append(report)
            else:
                pile.findings.append(report)
        elif header.role == "image":
            pile.images[header.instance] = header
    pile.reports.sort(key=lambda one: (one.subject, str(one.day), one.file, one.instance))
    return pile


def _headers(paths: Sequence[Path], findings: list[Finding]) -> Iterator[Header]:
    for path in paths:
        if path.is_dir():
            files = read_tree(path)
            findings += files.findings
            yield from files.headers()
        else:
            header = read_header(path)
            if isinstance(header, Finding):
                findings.append(header)
            else:
                yield header


def _report(path: Path) -> Report | Finding:
    expected = "a report of measurements (DICOM SR, TID 1500)"
    if path.stat().st_size > LARGEST_REPORT:
        return fault("I050", path, found="a report of more than 64 MB", expected=expected)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they would print what the file holds
        try:
            data = pydicom.dcmread(path)
            root = read_item(data)
        except Exception as error:  # a parser of hostile files may raise anything
            found = f"a report that cannot be read ({type(error).__name__})"
            return fault("I050", path, found=found, expected=expected)
        return _filled(path, data, root) or fault(
            "I050", path, found="a report without measurement groups", expected=expected
        )


def _filled(path: Path, data: Any, root: Item) -> Report | None:
    groups = measurement_groups(root, time_point_of(root))
    if not groups:
        return None
    writer = " ".join(
        one for name in ("Manufacturer", "ManufacturerModelName") if (one := text(data, name))
    )
    return Report(
        file=path.name,
        instance=text(data, "SOPInstanceUID"),
        subject=text(data, "PatientID"),
        study=text(data, "StudyInstanceUID"),
        day=day(text(data, "StudyDate")),
        writer=writer,
        reader=observer_of(root),
        replaces=tuple(_replaced(data)),
        evidence=_evidence(data),
        groups=groups,
    )


def _replaced(data: Any) -> Iterator[str]:
    for study in items(data, "PredecessorDocumentsSequence"):
        for series in items(study, "ReferencedSeriesSequence"):
            for one in items(series, "ReferencedSOPSequence"):
                yield text(one, "ReferencedSOPInstanceUID")


def _evidence(data: Any) -> dict[str, Evidence]:
    found = {}
    for name in ("CurrentRequestedProcedureEvidenceSequence", "PertinentOtherEvidenceSequence"):
        for study in items(data, name):
            for series in items(study, "ReferencedSeriesSequence"):
                for one in items(series, "ReferencedSOPSequence"):
                    found[text(one, "ReferencedSOPInstanceUID")] = Evidence(
                        text(study, "StudyInstanceUID"),
                        text(series, "SeriesInstanceUID"),
                        text(one, "ReferencedSOPClassUID"),
                    )
    return found


@dataclass(frozen=True, slots=True)
class Seen:
    """The image a measurement was made on, as far as report and files say it."""

    day: date | None
    series: str
    slice: str
    modality: str
    phase: str
    header: Header | None


def seen_on(report: Report, pile: Pile, instance: str, frame: int | None) -> Seen:
    """Day, series, slice and modality of a measurement.

    Without the image the day is that of the report's study, unless the report refers to an image
    of another study.
    """
    header, told = pile.images.get(instance), report.evidence.get(instance)
    if told is not None and told.sop_class in _SEGMENTATIONS:
        header, told, instance = None, Evidence(told.study, "", ""), ""
    own = told is None or told.study in ("", report.study)
    slice_ = instance + (f" frame {frame}" if instance and frame else "")
    if header is not None:
        modality = _MODALITIES.get(header.modality, "other")
        phase = header_phase(header)
        return Seen(header.day or report.day, header.series, slice_, modality, phase, header)
    kind = told.sop_class.removeprefix("1.2.840.10008.5.1.4.1.1.") if told else ""
    series = told.series if told else ""
    return Seen(report.day if own else None, series, slice_, _CLASSES.get(kind, ""), "", None)


def ends_mm(line: Line, header: Header | None) -> Floats | None:
    """Ends of a line (2, 3) in mm of the patient; None where its image is not at hand.

    In a report, column 0.5 and row 0.5 are the centre of the first pixel (DICOM PS3.3, C.18.6).
    """
    if line.in_patient:
        return line.points
    number = (line.frame or 1) - 1
    if header is None or not 0 <= number < len(header.frames):
        return None
    one = header.frames[number]
    if one.place is None or one.axes is None or one.pixel_mm is None:
        return None
    along, down = np.array(one.axes[:3]) * one.pixel_mm[1], np.array(one.axes[3:]) * one.pixel_mm[0]
    steps = line.points - 0.5
    ends: Floats = np.array(one.place) + steps[:, :1] * along + steps[:, 1:] * down
    return ends


def points_text(points: Floats) -> str:
    """Points as the records hold them: "x y z; x y z", to a hundredth of a millimetre."""
    return "; ".join(" ".join(f"{value:.2f}" for value in point) for point in points)
