"""`hepatica image dsa`: how regions of an angiogram fill, against a reference artery."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hepatica.core.finding import Finding, has_error

if TYPE_CHECKING:
    from hepatica.imaging.mask import Segment
    from hepatica.imaging.volume import Volume

_PATH = click.Path(path_type=Path)
UNTIMED = "I026"


@click.command(name="dsa")
@click.option("--image", type=_PATH, required=True, help="The run: multi-frame DICOM file.")
@click.option("--mask", type=_PATH, required=True, help="Label map of one slice: NIfTI or NRRD.")
@click.option("--reference", default="", help="Name or number of the reference artery.")
@click.option("--mask-frame", type=int, multiple=True, help="Frame without contrast.  [default: 0]")
@click.option("--log", "is_log", is_flag=True, help="Pixels are logarithms or subtracted already.")
@click.option("--bright", "is_bright", is_flag=True, help="Contrast is brighter than the mask.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
def dsa(image: Path, mask: Path, reference: str, mask_frame: tuple[int, ...], **how: bool) -> int:
    """Time to peak, peak, area and mean time of fitted density curves, relative to an artery."""
    from hepatica.cli.quantity_table import quantity_document, quantity_table
    from hepatica.imaging.perfusion.angiography import Signal, assess_dsa
    from hepatica.imaging.reading.image import read_image
    from hepatica.imaging.reading.mask import read_segmentation

    as_json = how.pop("as_json")
    run, findings = read_image(image)
    outlined, more = read_segmentation(mask, None)
    told = [*findings, *more]
    if outlined.grid.shape != run.grid.shape:
        told.append(_misfit(mask, run, outlined.grid.shape))
        return _print_findings(told)
    regions, artery = _parted(list(outlined), reference)
    timed = not any(one.code == UNTIMED for one in findings)
    signal = Signal(mask_frame or (0,), timed=timed, **how)
    found = assess_dsa(run, regions, artery, signal=signal)
    told += found.findings
    if as_json:
        print(json.dumps(quantity_document(found.quantities), allow_nan=False, ensure_ascii=False))
    else:
        print(quantity_table(found.quantities))
    return _print_findings(told)


def _parted(segments: list[Segment], reference: str) -> tuple[list[Segment], Segment | None]:
    """The regions, and the reference artery among them: by label, or by the number of the mask."""
    from hepatica.core.errors import UsageError

    if not reference:
        return segments, None
    for one in segments:
        if reference in (one.label, str(one.number)):
            return [other for other in segments if other is not one], one
    known = ", ".join(one.label for one in segments) or "none"
    raise UsageError(f"--reference {reference}: the mask has {known}")


def _misfit(mask: Path, run: Volume, shape: tuple[int, int, int]) -> Finding:
    from hepatica.imaging.reading.fault import fault

    sizes = [" x ".join(str(size) for size in one) for one in (shape, run.grid.shape)]
    return fault("I137", mask, found=f"a mask of {sizes[0]}", expected=f"the run's {sizes[1]}")


def _print_findings(findings: list[Finding]) -> int:
    for finding in findings:
        print(finding, file=sys.stderr)
    return int(has_error(findings))
