"""`hepatica image sr-out` and `seg-out`: measurements and outlines as DICOM objects."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from hepatica.core.errors import MissingExtra
from hepatica.core.finding import has_error

_PATH = click.Path(path_type=Path)


@click.command(name="seg-out")
@click.option("--image", type=_PATH, required=True, help="Folder of the DICOM series.")
@click.option("--mask", type=_PATH, required=True, help="RTSTRUCT, NIfTI, NRRD or DICOM SEG.")
@click.option("-o", "--output", type=_PATH, required=True, help="File to write, .dcm.")
def seg_out(image: Path, mask: Path, output: Path) -> int:
    """Write the regions of a mask as a DICOM SEG of the series it belongs to."""
    try:
        from hepatica.imaging.reading.mask import read_outlined_image, read_segmentation
        from hepatica.imaging.writing.segmentation import write_segmentation
    except ModuleNotFoundError as error:
        raise MissingExtra("hepatica image seg-out needs hepatica[imaging]") from error
    volume, findings = read_outlined_image(image, mask)
    outlined, told = read_segmentation(mask, volume)
    write_segmentation(output, outlined, volume)
    count = sum(1 for one in outlined if one.voxels)
    print(f"{output.name}: {count} {'segment' if count == 1 else 'segments'}")
    for finding in (*findings, *told):
        print(finding, file=sys.stderr)
    return int(has_error((*findings, *told)))


@click.command(name="sr-out")
@click.argument("tables", type=_PATH)
@click.option("--images", type=_PATH, required=True, help="Folder of the DICOM series.")
@click.option("-o", "--output", type=_PATH, required=True, help="Folder for the reports.")
def sr_out(tables: Path, images: Path, output: Path) -> int:
    """Write measurements of TABLES (measurements.csv, lesions.csv) as DICOM SR, one a scan.

    A measurement is written where its series lies below the folder of images.
    """
    try:
        from hepatica.imaging.writing.report_folder import write_reports
    except ModuleNotFoundError as error:
        raise MissingExtra("hepatica image sr-out needs hepatica[imaging]") from error
    done = write_reports(tables, images, output)
    count = len(done.paths)
    print(f"{output.name}: {count} {'report' if count == 1 else 'reports'}")
    if done.left_out:
        print(f"{done.left_out} measurements without their series: not written", file=sys.stderr)
    for finding in done.findings:
        print(finding, file=sys.stderr)
    return int(has_error(done.findings))
