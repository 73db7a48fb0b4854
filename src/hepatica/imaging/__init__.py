"""Imaging: from scans and outlines to measurements with their place, convention and limits.

A wing of its own (extra ``imaging``): pydicom, highdicom, nibabel and scikit-image are imported in
here and nowhere else. What it measures leaves as rows of the records (`imaging.quantity`), what is
looked at as small picture files (`imaging.picture`); ADR 0008.

>>> from hepatica import imaging
>>> image, findings = imaging.read_image("ct-folder")                    # doctest: +SKIP
>>> outlines, more = imaging.read_segmentation("liver.dcm", image)       # doctest: +SKIP
>>> imaging.measure_regions(image, outlines)                             # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hepatica.imaging.deidentification.tree import run_import
    from hepatica.imaging.kinetics.assessment import assess_kinetics
    from hepatica.imaging.kinetics.fit import fit
    from hepatica.imaging.kinetics.liver import fit_liver
    from hepatica.imaging.lesion.assessment import assess_lesions
    from hepatica.imaging.lesion.diameter import longest_axial
    from hepatica.imaging.lesion.line import longest_viable
    from hepatica.imaging.mask import Segment, Segmentation
    from hepatica.imaging.origin import Origin
    from hepatica.imaging.perfusion.angiography import assess_dsa
    from hepatica.imaging.perfusion.attenuation import assess_attenuation
    from hepatica.imaging.perfusion.enhancement import assess_enhancement_fraction
    from hepatica.imaging.perfusion.slope import assess_slope
    from hepatica.imaging.phantom.examination import render_examination
    from hepatica.imaging.picture import Picture, read_picture
    from hepatica.imaging.process.batch import run_batch
    from hepatica.imaging.quantity import Quantity
    from hepatica.imaging.reading.image import read_image
    from hepatica.imaging.reading.index import read_index
    from hepatica.imaging.reading.mask import read_segmentation
    from hepatica.imaging.reading.structured_report import read_reports
    from hepatica.imaging.region import measure_regions
    from hepatica.imaging.vessel.assessment import assess_vessels
    from hepatica.imaging.volume import Grid, Volume

# Where each public name lives; imported when first asked for.
_HOME = {
    "Grid": "volume",
    "Origin": "origin",
    "Picture": "picture",
    "Quantity": "quantity",
    "Segment": "mask",
    "Segmentation": "mask",
    "Volume": "volume",
    "assess_attenuation": "perfusion.attenuation",
    "assess_dsa": "perfusion.angiography",
    "assess_enhancement_fraction": "perfusion.enhancement",
    "assess_kinetics": "kinetics.assessment",
    "assess_lesions": "lesion.assessment",
    "assess_slope": "perfusion.slope",
    "assess_vessels": "vessel.assessment",
    "fit": "kinetics.fit",
    "fit_liver": "kinetics.liver",
    "longest_axial": "lesion.diameter",
    "longest_viable": "lesion.line",
    "measure_regions": "region",
    "read_image": "reading.image",
    "read_index": "reading.index",
    "read_picture": "picture",
    "read_reports": "reading.structured_report",
    "read_segmentation": "reading.mask",
    "render_examination": "phantom.examination",
    "run_batch": "process.batch",
    "run_import": "deidentification.tree",
}

__all__ = [
    "Grid",
    "Origin",
    "Picture",
    "Quantity",
    "Segment",
    "Segmentation",
    "Volume",
    "assess_attenuation",
    "assess_dsa",
    "assess_enhancement_fraction",
    "assess_kinetics",
    "assess_lesions",
    "assess_slope",
    "assess_vessels",
    "fit",
    "fit_liver",
    "longest_axial",
    "longest_viable",
    "measure_regions",
    "read_image",
    "read_index",
    "read_picture",
    "read_reports",
    "read_segmentation",
    "render_examination",
    "run_batch",
    "run_import",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"hepatica.imaging.{_HOME[name]}"), name)
    raise AttributeError(f"module 'hepatica.imaging' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
