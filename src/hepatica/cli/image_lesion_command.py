"""`hepatica image lesion`: whole and viable diameters, volumes, qEASL of outlined tumours."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hepatica.cli.columned import columned
from hepatica.core.errors import MissingExtra, UsageError
from hepatica.core.finding import Finding, has_error

if TYPE_CHECKING:
    from hepatica.imaging.lesion.assessment import LesionMeasures, LesionOutlines
    from hepatica.imaging.mask import Segment, Segmentation
    from hepatica.imaging.volume import Volume

_PATH = click.Path(path_type=Path)
_MODALITY = click.Choice(["CT", "MR"])


class _Within(click.FloatRange):
    """A range that nan is not in; click compares only, and nan is neither below nor above."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        found = super().convert(value, param, ctx)
        if math.isnan(found):
            self.fail(f"{value!r} is no number", param, ctx)
        return found


@click.command(name="lesion")
@click.option("--arterial", type=_PATH, help="Arterial phase: DICOM folder, NIfTI or NRRD.")
@click.option("--native", type=_PATH, help="Native phase, in the same frame of reference.")
@click.option("--mask", type=_PATH, required=True, help="DICOM SEG, RTSTRUCT, NIfTI or NRRD.")
@click.option(
    "--tumour", "tumours", multiple=True, required=True, help="Label of a tumour; may be repeated."
)
@click.option("--liver", default="", help="Label of the liver.")
@click.option("--reference", default="", help="Label of a region of normal liver.")
@click.option("--modality", type=_MODALITY, help="For NIfTI and NRRD, which do not say it.")
@click.option("--sd", type=_Within(0, 100), default=2.0, help="Threshold: mean + so many SD.")
@click.option(
    "--lipiodol-hu", type=_Within(0, 4000), default=100.0, help="Lipiodol is above, on native CT."
)
@click.option("--speck-mm2", type=_Within(0, 10_000), default=10.0, help="Smallest viable piece.")
@click.option("--smooth-mm", type=_Within(0, 20), default=0.0, help="Smoothing before it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
def lesion(as_json: bool, **given: Any) -> int:
    """Measure tumours: longest and viable diameters, EASL product, volume, qEASL, necrosis."""
    return run_lesion(as_json=as_json, **given)


def run_lesion(*, as_json: bool, **given: Any) -> int:
    """Print what is measured; return 1 where a finding at error level stands."""
    try:
        from hepatica.imaging.lesion.assessment import assess_lesions
        from hepatica.imaging.lesion.phase import LesionImages
        from hepatica.imaging.lesion.rule import LesionRule
        from hepatica.imaging.reading.mask import read_segmentation
    except ModuleNotFoundError as error:
        raise MissingExtra("hepatica image lesion needs hepatica[imaging]") from error
    rule = LesionRule(
        given["sd"],
        given["lipiodol_hu"],
        speck_mm2=given["speck_mm2"],
        smooth_mm=given["smooth_mm"],
    )
    findings: list[Finding] = []
    arterial, native = (
        _image(given[name], given["mask"], given["modality"], findings)
        for name in ("arterial", "native")
    )
    shown = arterial or native
    if shown is None:
        raise UsageError("give --arterial, --native or both")
    segmentation, told = read_segmentation(given["mask"], shown)
    outlines = _outlines(segmentation, given["tumours"], given["liver"], given["reference"])
    found = assess_lesions(LesionImages(arterial, native), outlines, rule)
    every = (*findings, *told, *found.findings)
    print(json.dumps(_document(found), allow_nan=False) if as_json else _table(found))
    for finding in every:
        print(finding, file=sys.stderr)
    return int(has_error(every))


def _image(
    path: Path | None, mask: Path, modality: str | None, findings: list[Finding]
) -> Volume | None:
    from hepatica.imaging.reading.mask import read_outlined_image

    if path is None:
        return None
    volume, told = read_outlined_image(path, mask)
    findings.extend(told)
    if modality and not volume.origin.modality:
        volume = replace(volume, origin=replace(volume.origin, modality=modality))
    return volume


def _outlines(
    segmentation: Segmentation, tumours: tuple[str, ...], liver: str, reference: str
) -> LesionOutlines:
    from hepatica.imaging.lesion.assessment import LesionOutlines

    def segment(label: str) -> Segment | None:
        return segmentation.segment(label) if label else None

    return LesionOutlines(
        segmentation.grid,
        tuple(segmentation.segment(label) for label in dict.fromkeys(tumours)),
        segment(liver),
        segment(reference),
    )


def _document(found: LesionMeasures) -> dict[str, Any]:
    return {
        "quantities": [
            {
                "test": q.test, "region": q.region, "value": q.value, "unit": q.unit,
                "lower": q.lower, "upper": q.upper, "reason": q.reason, "slice": q.slice,
                "endpoints": q.endpoints, "method": q.method, "flags": list(q.flags),
            }
            for q in found.quantities
        ],
        "measurements": list(found.measurements),
    }  # fmt: skip


def _table(found: LesionMeasures) -> str:
    from hepatica.report.number import number

    rows = [("region", "quantity", "value", "unit", "slice", "remark")]
    for q in found.quantities:
        value = "" if q.value is None else number(q.value, 1)
        limits = ""
        if q.lower is not None and q.upper is not None:
            limits = f"{number(q.lower, 1)} to {number(q.upper, 1)}; "
        remark = q.reason or limits + "; ".join(q.flags)
        rows.append((q.region, q.test, value, q.unit, q.slice, remark))
    return columned(rows)
