"""`hepatica image measure`: what an image says within the regions of a mask."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hepatica.core.finding import has_error

if TYPE_CHECKING:
    from hepatica.imaging.mask import Segmentation
    from hepatica.imaging.region import Region

_PATH = click.Path(path_type=Path)
_HEADINGS = ("label", "voxels", "mL", "mean", "sd", "min", "max", "long mm", "short mm", "slice")


@click.command(name="measure")
@click.option("--image", type=_PATH, required=True, help="DICOM folder or file, NIfTI or NRRD.")
@click.option("--mask", type=_PATH, required=True, help="DICOM SEG, RTSTRUCT, NIfTI or NRRD.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
def measure(image: Path, mask: Path, as_json: bool) -> int:
    """Measure the regions of a mask: voxels, volume, grey values, axial diameters."""
    return run_measure(image, mask, as_json=as_json)


def run_measure(image: Path, mask: Path, *, as_json: bool) -> int:
    """Print what is measured; return 1 where a finding at error level stands."""
    from hepatica.core.errors import MissingExtra

    try:
        from hepatica.imaging.reading.mask import read_outlined_image, read_segmentation
        from hepatica.imaging.region import measure_regions
    except ModuleNotFoundError as error:
        raise MissingExtra("hepatica image measure needs hepatica[imaging]") from error
    volume, findings = read_outlined_image(image, mask)
    outlined, more = read_segmentation(mask, volume)
    regions, told = measure_regions(volume, outlined, mask.name)
    rows = [region_document(region, outlined) for region in regions]
    if as_json:
        print(json.dumps({"regions": rows}, allow_nan=False, ensure_ascii=False))
    else:
        print(_table(rows))
    for finding in (*findings, *more, *told):
        print(finding, file=sys.stderr)
    return int(has_error((*findings, *more, *told)))


def region_document(region: Region, outlined: Segmentation) -> dict[str, Any]:
    """One region for machines; its label is a number where the mask only numbers regions."""
    found = region.diameters
    return {
        "label": region.segment.label if outlined.named else region.segment.number,
        "voxels": region.voxels,
        "volume_mm3": region.volume_mm3,
        "mean": region.mean,
        "sd": region.sd,
        "min": region.minimum,
        "max": region.maximum,
        "longest_axial_mm": found and found.longest_mm,
        "short_axis_mm": found and found.short_mm,
        "slice": found and found.slice,
    }


def _table(rows: list[dict[str, Any]]) -> str:
    from hepatica.report.number import number

    def cell(value: float | None, digits: int) -> str:
        return "" if value is None else number(value, digits)

    lines = [list(_HEADINGS)]
    for row in rows:
        greys = [cell(row[name], 1) for name in ("mean", "sd", "min", "max")]
        lengths = [cell(row[name], 1) for name in ("longest_axial_mm", "short_axis_mm")]
        volume = cell(row["volume_mm3"] / 1000, 2)
        last = cell(row["slice"], 0)
        lines.append([str(row["label"]), cell(row["voxels"], 0), volume, *greys, *lengths, last])
    widths = [max(len(line[i]) for line in lines) for i in range(len(_HEADINGS))]
    return "\n".join(
        "  ".join(
            text.ljust(width) if i == 0 else text.rjust(width)
            for i, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
