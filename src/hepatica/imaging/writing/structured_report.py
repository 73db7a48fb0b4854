"""Measurements of lesions as a DICOM SR by template TID 1500, by highdicom, as viewers read it.

One report a scan. A lesion is a measurement group: its name is the tracking identifier, and the
longest diameter that the ends of its row belong to has its line, on the image where the ends lie
on a slice of the series (so that a viewer can draw it), else in the patient's space. Viable
diameters have codes of our own (99HEPATICA), since no standard has them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import highdicom as hd
import numpy as np
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from hepatica.core.errors import UsageError
from hepatica.core.version import VERSION
from hepatica.imaging.volume import Floats
from hepatica.imaging.writing.derived import content_uid, quiet, tracking_uid, write_derived

Row = Mapping[str, Any]
MANUFACTURER = "Hepatica"
_SERIES_NUMBER = 901
_OWN = "99HEPATICA"
_ON_PLANE_MM = 0.1
_OFF_MM, _OFF_SHARE = 1.0, 0.05  # by which a line may differ from the length it is drawn for
_LENGTHS = {
    "diameter_mm": codes.SCT.LongAxis,
    "short_axis_mm": codes.SCT.ShortAxis,
    "viable_mm": hd.sr.CodedConcept("VLDIAM", _OWN, "Longest viable axial diameter"),
    "viable_perpendicular_mm": hd.sr.CodedConcept("VPERP", _OWN, "Viable perpendicular diameter"),
}
_ROLES = {
    "target": codes.DCM.TargetLesionAtBaseline,
    "non-target": codes.DCM.NonTargetLesionAtBaseline,
}
_SITES = {"liver": codes.SCT.Liver, "lymph node": codes.SCT.LymphNode, "lung": codes.SCT.Lung}


def write_report(
    path: Path, measurements: Sequence[Row], lesions: Mapping[str, Row], sources: Sequence[Dataset]
) -> Path:
    """Write the measurements of one scan as a structured report.

    Parameters
    ----------
    measurements : rows of the table `measurements`, of one subject, day and reader
    lesions : rows of the table `lesions` by lesion; role and site are taken from them
    sources : headers of the images of the series that was measured (`read_sources`)

    Raises      UsageError where there is nothing to write.
    """
    rows = sorted(measurements, key=lambda row: str(row["lesion"]))
    if not rows or not sources:
        raise UsageError("a report needs measurements and the images they were made on")
    words = json.dumps([[dict(row), dict(lesions.get(row["lesion"], {}))] for row in rows],
                       default=str, sort_keys=True)  # fmt: skip
    images = "".join(str(one.SOPInstanceUID) for one in sources)
    instance = content_uid("SR", words, images)
    with quiet():
        report = hd.sr.MeasurementReport(
            observation_context=_observers(str(rows[0].get("reader") or "")),
            procedure_reported=codes.SCT.ImagingProcedure,
            imaging_measurements=[_group(row, lesions, sources) for row in rows],
            title=codes.DCM.ImagingMeasurementReport,
        )
        data = hd.sr.Comprehensive3DSR(
            evidence=list(sources),
            content=report,
            series_instance_uid=content_uid("series of", instance),
            series_number=_SERIES_NUMBER,
            sop_instance_uid=instance,
            instance_number=1,
            manufacturer=MANUFACTURER,
            manufacturer_model_name=MANUFACTURER,
            software_versions=VERSION,
            is_complete=True,
            series_description="Measurements",
        )
    return write_derived(data, sources[0], path)


def _observers(reader: str) -> hd.sr.ObservationContext:
    device = hd.sr.ObserverContext(
        observer_type=codes.DCM.Device,
        observer_identifying_attributes=hd.sr.DeviceObserverIdentifyingAttributes(
            uid=content_uid("device"), name=MANUFACTURER, model_name=VERSION
        ),
    )
    person = None
    if reader:
        person = hd.sr.ObserverContext(
            observer_type=codes.DCM.Person,
            observer_identifying_attributes=hd.sr.PersonObserverIdentifyingAttributes(
                name=reader.replace(" ", "^")
            ),
        )
    return hd.sr.ObservationContext(observer_device_context=device, observer_person_context=person)


def _group(
    row: Row, lesions: Mapping[str, Row], sources: Sequence[Dataset]
) -> hd.sr.MeasurementsAndQualitativeEvaluations:
    name = str(row["lesion"])
    lesion = lesions.get(name, {})
    site = _SITES.get(str(lesion.get("site") or "").lower())
    role = _ROLES.get(str(lesion.get("role") or ""))
    told = [hd.sr.QualitativeEvaluation(codes.DCM.Finding, role)] if role else []
    if row.get("status") == "absent":
        told.append(hd.sr.QualitativeEvaluation(codes.DCM.Finding, codes.DCM.Absent))
    return hd.sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(
            uid=tracking_uid(sources[0], name), identifier=name
        ),
        finding_type=codes.SCT.Lesion,
        finding_sites=[hd.sr.FindingSite(anatomic_location=site)] if site else None,
        measurements=list(_measurements(row, sources)),
        qualitative_evaluations=told or None,
    )


def _measurements(row: Row, sources: Sequence[Dataset]) -> Iterator[hd.sr.Measurement]:
    ends = _ends(str(row.get("endpoints") or ""))
    drawn = "" if ends is None else _drawn(row, ends)
    for column, concept in _LENGTHS.items():
        value = row.get(column)
        if value is None:
            continue
        line = None if ends is None or column != drawn else [_line(ends, sources)]
        yield hd.sr.Measurement(
            name=concept,
            value=float(value),
            unit=codes.UCUM.Millimeter,
            referenced_coordinates=line,
        )


def _drawn(row: Row, ends: Floats) -> str:
    """The longest diameter whose line the ends are, by its length; '' where neither is so long."""
    length = float(np.linalg.norm(ends[1] - ends[0]))
    apart = {
        column: abs(float(value) - length)
        for column in ("viable_mm", "diameter_mm")
        if (value := row.get(column)) is not None
    }
    nearest = min(apart, key=lambda column: apart[column], default="")
    fits = nearest and apart[nearest] <= max(_OFF_MM, _OFF_SHARE * float(row[nearest]))
    return nearest if fits else ""


def _ends(text: str) -> Floats | None:
    """Ends (2, 3) of "x y z; x y z"; None for anything else."""
    try:
        points = np.array([[float(word) for word in part.split()] for part in text.split(";")])
    except ValueError:
        return None
    return points if points.shape == (2, 3) and np.isfinite(points).all() else None


def _line(
    ends: Floats, sources: Sequence[Dataset]
) -> hd.sr.CoordinatesForMeasurement | hd.sr.CoordinatesForMeasurement3D:
    for source in sources:
        pixels = _pixels(ends, source)
        if pixels is not None:
            image = hd.sr.SourceImageForRegion(source.SOPClassUID, source.SOPInstanceUID)
            return hd.sr.CoordinatesForMeasurement("POLYLINE", pixels, image)
    return hd.sr.CoordinatesForMeasurement3D("POLYLINE", ends, str(sources[0].FrameOfReferenceUID))


def _pixels(ends: Floats, source: Dataset) -> Floats | None:
    """Column and row of the ends on a slice; None where they do not lie on it."""
    if source.get("ImagePositionPatient") is None or int(source.get("NumberOfFrames") or 1) > 1:
        return None
    place = np.array(source.ImagePositionPatient, float)
    directions = np.array(source.ImageOrientationPatient, float).reshape(2, 3)
    down_mm, along_mm = (float(mm) for mm in source.PixelSpacing)
    steps = ends - place
    if np.abs(steps @ np.cross(*directions)).max() > _ON_PLANE_MM:
        return None
    pixels: Floats = (steps @ directions.T) / (along_mm, down_mm) + 0.5
    inside = (pixels >= 0) & (pixels <= (int(source.Columns), int(source.Rows)))
    return pixels if inside.all() else None
