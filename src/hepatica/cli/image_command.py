"""`hepatica image`: what scans show, as rows of the records; the group of its commands."""

from __future__ import annotations

import click

from hepatica.cli.image_dsa_command import dsa
from hepatica.cli.image_fit_command import fit
from hepatica.cli.image_import_command import image_import
from hepatica.cli.image_index_command import image_index
from hepatica.cli.image_lesion_command import lesion
from hepatica.cli.image_map_command import map_
from hepatica.cli.image_measure_command import measure
from hepatica.cli.image_perfusion_command import perfusion
from hepatica.cli.image_phantom_command import phantom
from hepatica.cli.image_process_command import process
from hepatica.cli.image_sr_command import sr
from hepatica.cli.image_vessels_command import vessels
from hepatica.cli.image_write_command import seg_out, sr_out


@click.group()
def image() -> None:
    """Index, measure, fit and process scans (needs hepatica[imaging])."""


image.add_command(fit)
image.add_command(image_import)
image.add_command(image_index)
image.add_command(map_)
image.add_command(lesion)
image.add_command(measure)
image.add_command(phantom)
image.add_command(sr)
image.add_command(sr_out)
image.add_command(seg_out)
image.add_command(process)
image.add_command(dsa)
image.add_command(perfusion)
image.add_command(vessels)
