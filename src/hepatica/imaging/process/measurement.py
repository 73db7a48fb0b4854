"""One examination measured: every part that its series and outlines allow, as plain rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from hepatica.core.errors import HepaticaError, MissingExtra
from hepatica.core.finding import Finding, Level, Place
from hepatica.core.finding_code import finding_of
from hepatica.imaging.picture import Picture, picture_text
from hepatica.imaging.process.examination import Examination
from hepatica.imaging.process.kinetics import measure_kinetics
from hepatica.imaging.process.lesion import measure_lesions
from hepatica.imaging.process.material import Material, read_material
from hepatica.imaging.process.part import Part
from hepatica.imaging.process.perfusion import measure_perfusion
from hepatica.imaging.process.region import Rules
from hepatica.imaging.process.vessel import measure_vessels
from hepatica.imaging.quantity import Quantity, quantity_row
from hepatica.imaging.reading.fault import plain

Document = dict[str, Any]
PARTS: dict[str, Callable[[Material, int], Part]] = {
    "lesions": measure_lesions,
    "vessels": measure_vessels,
    "kinetics": measure_kinetics,
    "perfusion": measure_perfusion,
}
DIGITS = 9  # significant ones kept, so that two machines' last bits do not make two tables


def measured(examination: Examination, rules: Rules, seed: int) -> Document:
    """Rows, pictures and findings of one examination, as values that JSON can hold."""
    return material_document(read_material(examination, rules), seed)


def material_document(material: Material, seed: int) -> Document:
    """The same of an examination that has been read.

    A part that fails for a reason nobody foresaw is a finding, and the other parts are measured.
    """
    examination = material.examination
    whole = Part(findings=list(material.findings))
    for name, measure in PARTS.items():
        try:
            whole.extend(measure(material, seed))
        except MissingExtra:
            raise
        except (HepaticaError, ArithmeticError, ValueError, LookupError, TypeError) as error:
            whole.findings.append(_failed(examination, name, error))
    return _document(material, whole)


def _document(material: Material, whole: Part) -> Document:
    boluses = {v.origin.series: _bolus_hu(material, v.origin.series) for v in material.volumes()}
    rows = [
        quantity_row(_rounded(one), origin, bolus_hu=boluses.get(origin.series))
        for one, origin in whole.quantities
    ]
    synthetic = any("SYNTHETIC" in v.origin.description for v in material.volumes())
    return {
        "image_quantities": rows,
        "measurements": [{k: _kept(v) for k, v in row.items()} for row in whole.measurements],
        "lesions": whole.lesions,
        "scans": [_scan(material)] if list(material.volumes()) else [],
        "pictures": dict(_pictures(whole.pictures, synthetic)),
        "findings": [
            finding_document(replace(one, subject=material.examination.subject))
            for one in whole.findings
        ],
    }


def _pictures(pictures: Iterable[Picture], synthetic: bool) -> Iterable[tuple[str, str]]:
    for one in pictures:
        yield one.name, picture_text(replace(one, synthetic=one.synthetic or synthetic))


def _bolus_hu(material: Material, series: str) -> float | None:
    """Mean attenuation of the aorta on a CT series; None where it is not outlined there."""
    volume = next((v for v in material.phases.values() if v.origin.series == series), None)
    if volume is None or volume.origin.modality != "CT":
        return None
    for one in material.on(volume).get("aorta", ()):
        if one.voxels:
            return float(f"{volume.array[one.slices][one.box].mean():.{DIGITS}g}")
    return None


def _scan(material: Material) -> dict[str, Any]:
    """Row of the table `scans`: one phase by its name, several as multiphasic."""
    volumes = list(material.volumes())
    origin = material.base.origin if material.base else volumes[0].origin
    row = quantity_row(Quantity("LVOL", 0.0, ""), origin)
    phases = {v.origin.phase for v in volumes}
    slices = [v.origin.slice_mm for v in volumes if v.origin.slice_mm is not None]
    return {
        "subject": row["subject"],
        "date": row["date"],
        "modality": row["modality"],
        "phase": phases.pop() if len(phases) == 1 else "multiphasic",
        "slice_mm": max(slices) if slices else None,
    }


def _rounded(one: Quantity) -> Quantity:
    value, lower, upper = _kept(one.value), _kept(one.lower), _kept(one.upper)
    return replace(one, value=value, lower=lower, upper=upper)


def _kept(value: Any) -> Any:
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def _failed(examination: Examination, part: str, error: Exception) -> Finding:
    said = plain(str(error)) if isinstance(error, HepaticaError) else type(error).__name__
    return _told(examination, "I158", f"{part} could not be measured: {said}", "measurements")


def _told(examination: Examination, code: str, found: str, expected: str) -> Finding:
    return finding_of(code, Place(examination.file), found=found, expected=expected)


def finding_document(one: Finding) -> Document:
    """A finding as a value that JSON can hold."""
    return asdict(one) | {"level": str(one.level)}


def finding_from(given: Mapping[str, Any]) -> Finding:
    """The finding of such a value."""
    place = Place(**given["place"])
    return Finding(**{**given, "place": place, "level": Level(given["level"])})
