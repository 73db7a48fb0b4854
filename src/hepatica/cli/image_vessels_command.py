"""`hepatica image vessels`: calibre, tortuosity and density of vessels in and around a region."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hepatica.core.finding import Finding, Place, has_error
from hepatica.core.finding_code import finding_of

if TYPE_CHECKING:
    from hepatica.imaging.vessel.assessment import VesselMeasures
    from hepatica.imaging.volume import Volume

_PATH = click.Path(path_type=Path)
_PHASES = ("arterial", "unenhanced", "portal venous", "delayed", "multiphasic")


@click.command(name="vessels")
@click.option("--image", type=_PATH, required=True, help="Arterial phase: DICOM, NIfTI or NRRD.")
@click.option("--mask", type=_PATH, required=True, help="DICOM SEG, RTSTRUCT, NIfTI or NRRD.")
@click.option("--region", required=True, metavar="LABEL", help="The tumour in the mask.")
@click.option("--vessels", metavar="LABEL", help="Outlined vessels in the mask; else found.")
@click.option("--liver", metavar="LABEL", help="The liver in the mask: the rim ends at its border.")
@click.option("--phase", type=click.Choice(_PHASES), help="Phase, where the file does not say it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
@click.option("-o", "folder", type=_PATH, help="Folder for image_quantities.csv and the picture.")
def vessels(image: Path, mask: Path, as_json: bool, folder: Path | None, **told: str | None) -> int:
    """Measure vessels of a region and of a rim of 10 mm around it."""
    from hepatica.cli.quantity_table import quantity_document, quantity_table

    volume, found, findings = _measured(image, mask, told)
    findings += _remarks(found, image.name)
    if as_json:
        document = quantity_document(found.quantities)
        document["branches"] = [points.round(3).tolist() for points in found.branches]
        print(json.dumps(document, allow_nan=False, ensure_ascii=False))
    else:
        print(quantity_table(found.quantities))
    if folder is not None:
        _write(folder, volume, found)
    for finding in findings:
        print(finding, file=sys.stderr)
    return int(has_error(findings))


def _measured(
    image: Path, mask: Path, told: dict[str, str | None]
) -> tuple[Volume, VesselMeasures, list[Finding]]:
    from hepatica.core.errors import MissingExtra, UsageError

    try:
        from hepatica.imaging.reading.mask import read_outlined_image, read_segmentation
        from hepatica.imaging.vessel.assessment import assess_vessels
        from hepatica.imaging.vessel.rule import VesselRule
    except ModuleNotFoundError as error:
        raise MissingExtra("hepatica image vessels needs hepatica[imaging]") from error
    volume, findings = read_outlined_image(image, mask)
    if phase := told["phase"]:
        if volume.origin.phase not in ("", phase):
            raise UsageError(f"the file says phase {volume.origin.phase}, the command {phase}")
        volume = replace(volume, origin=replace(volume.origin, phase=phase))
    outlined, more = read_segmentation(mask, volume)
    region, drawn, liver = (
        outlined.segment(label) if (label := told[name]) is not None else None
        for name in ("region", "vessels", "liver")
    )
    assert region is not None
    found = assess_vessels(volume, region, VesselRule(), liver=liver, vessels=drawn)
    return volume, found, [*findings, *more]


def _remarks(found: VesselMeasures, file: str) -> list[Finding]:
    """What stands in the way, once for each region."""
    remarks = []
    for region in dict.fromkeys(one.region for one in found.quantities):
        own = [one for one in found.quantities if one.region == region]
        where = Place(file, column=region)
        if all(one.value is None for one in own):
            expected = "vessels of an arterial phase, thicker than a voxel"
            remarks.append(finding_of("I090", where, found=own[0].reason, expected=expected))
        touching = [flag for flag in own[0].flags if not flag.startswith("thinner")]
        if touching:
            expected = "vessels that lie apart"
            remarks.append(finding_of("I091", where, found="; ".join(touching), expected=expected))
    return remarks


def _write(folder: Path, volume: Volume, found: VesselMeasures) -> None:
    from hepatica.imaging.picture import picture_text
    from hepatica.imaging.quantity import TABLE, quantity_row, table_text

    folder.mkdir(parents=True, exist_ok=True)
    rows = [quantity_row(one, volume.origin) for one in found.quantities]
    (folder / f"{TABLE}.csv").write_text(table_text(TABLE, rows), encoding="utf-8", newline="")
    if found.picture is not None:
        path = folder / found.picture.name
        path.write_text(picture_text(found.picture), encoding="utf-8", newline="")
