"""Structured reports made by hand, as OHIF, 3D Slicer and ePAD write TID 1500."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

COMPREHENSIVE = "1.2.840.10008.5.1.4.1.1.88.33"
CT = "1.2.840.10008.5.1.4.1.1.2"
SEG = "1.2.840.10008.5.1.4.1.1.66.4"
FREE_TEXT = ("CORNERSTONEFREETEXT", "CORNERSTONEJS")
LONG, SHORT = ("G-A185", "SRT", "Long Axis"), ("G-A186", "SRT", "Short Axis")
TARGET = ("112074", "DCM", "Target Lesion at Baseline")
NON_TARGET = ("112075", "DCM", "Non-Target Lesion at Baseline")
Triplet = tuple[str, str, str]


def coded(triplet: Triplet) -> Dataset:
    data = Dataset()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # OHIF's free-text code is longer than its kind allows
        data.CodeValue, data.CodingSchemeDesignator, data.CodeMeaning = triplet
    return data


def content(kind: str, relation: str, name: Triplet | None = None, **own: Any) -> Dataset:
    data = Dataset()
    data.RelationshipType, data.ValueType = relation, kind
    if name is not None:
        data.ConceptNameCodeSequence = [coded(name)]
    for keyword, value in own.items():
        setattr(data, keyword, value)
    return data


def text(name: Triplet, words: str, relation: str = "CONTAINS") -> Dataset:
    return content("TEXT", relation, name, TextValue=words)


def code(name: Triplet, meaning: Triplet, relation: str = "CONTAINS") -> Dataset:
    return content("CODE", relation, name, ConceptCodeSequence=[coded(meaning)])


def finding(meaning: Triplet) -> Dataset:
    return code(("121071", "DCM", "Finding"), meaning)


def site(meaning: str) -> Dataset:
    return code(("363698007", "SCT", "Finding Site"), ("10200004", "SCT", meaning))


def image(instance: str, sop_class: str = CT) -> Dataset:
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = sop_class, instance
    return content("IMAGE", "SELECTED FROM", ReferencedSOPSequence=[reference])


def line(points: list[float], instance: str = "") -> Dataset:
    """A drawn line: in pixels of an image, or in mm where no image is named."""
    data = content("SCOORD" if instance else "SCOORD3D", "INFERRED FROM")
    data.GraphicType, data.GraphicData = "POLYLINE", points
    if instance:
        data.ContentSequence = [image(instance)]
    else:
        data.ReferencedFrameOfReferenceUID = "1.2.3.99"
    return data


def number(
    name: Triplet, value: float, unit: str = "mm", *below: Dataset, words: str = ""
) -> Dataset:
    measured = Dataset()
    measured.NumericValue = str(value)
    measured.MeasurementUnitsCodeSequence = [coded((unit, "UCUM", words or unit))]
    data = content("NUM", "CONTAINS", name, MeasuredValueSequence=[measured])
    if below:
        data.ContentSequence = list(below)
    return data


def group(identifier: str, unique: str, *items: Dataset) -> Dataset:
    own = [
        text(("112039", "DCM", "Tracking Identifier"), identifier, "HAS OBS CONTEXT"),
        content(
            "UIDREF", "HAS OBS CONTEXT",
            ("112040", "DCM", "Tracking Unique Identifier"), UID=unique,
        ),
    ]  # fmt: skip
    data = content("CONTAINER", "CONTAINS", ("125007", "DCM", "Measurement Group"))
    data.ContentSequence = [*own, *items]
    return data


def evidence(study: str, series: str, instances: list[str], sop_class: str = CT) -> Dataset:
    one = Dataset()
    one.StudyInstanceUID = study
    inner = Dataset()
    inner.SeriesInstanceUID = series
    inner.ReferencedSOPSequence = []
    for instance in instances:
        reference = Dataset()
        reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = sop_class, instance
        inner.ReferencedSOPSequence.append(reference)
    one.ReferencedSeriesSequence = [inner]
    return one


def write_report(
    path: Path,
    groups: list[Dataset],
    subject: str = "P01",
    day: str = "20240105",
    seen: Dataset | None = None,
    **more: Any,
) -> Path:
    """A report file. `more` sets attributes; `head` items stand before the measurements."""
    head = more.pop("head", [])
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    instance = more.pop("instance", f"1.2.3.4.1{day}.{1 + sum(map(ord, path.name))}")
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = COMPREHENSIVE, instance
    data = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID, data.Modality = COMPREHENSIVE, instance, "SR"
    data.PatientName, data.PatientID, data.StudyDate = "Nobody^Test", subject, day
    data.StudyInstanceUID = f"1.2.3.{day or 0}"
    data.SeriesInstanceUID = f"1.2.3.{day or 0}.9"
    data.Manufacturer = "OHIF"
    data.ValueType = "CONTAINER"
    data.ConceptNameCodeSequence = [coded(("126000", "DCM", "Imaging Measurement Report"))]
    data.CurrentRequestedProcedureEvidenceSequence = [] if seen is None else [seen]
    measurements = content("CONTAINER", "CONTAINS", ("126010", "DCM", "Imaging Measurements"))
    measurements.ContentSequence = groups
    data.ContentSequence = [*head, measurements]
    for keyword, value in more.items():
        setattr(data, keyword, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data.save_as(path, enforce_file_format=True)
    return path
