"""`hepatica image perfusion`: enhancement fraction, attenuation, maximum slope of CT."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hepatica.core.errors import UsageError
from hepatica.core.finding import Finding, has_error

if TYPE_CHECKING:
    from hepatica.imaging.mask import Segment
    from hepatica.imaging.perfusion.assessment import Assessment
    from hepatica.imaging.volume import Volume

_PATH = click.Path(path_type=Path)
_PHASES = {"native": "unenhanced", "arterial": "arterial", "portal": "portal venous"}
_INPUTS = ("aorta", "portal", "spleen")


@click.command(name="perfusion")
@click.option("--native", type=_PATH, help="Native phase.")
@click.option("--arterial", type=_PATH, help="Arterial phase.")
@click.option("--portal", type=_PATH, help="Portal venous phase.")
@click.option("--dynamic", type=_PATH, help="CT through time, for the maximum slope.")
@click.option("--mask", type=_PATH, required=True, help="Outlines with names.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
def perfusion(mask: Path, as_json: bool, **images: Path | None) -> int:
    """Enhancement fraction (three phases), attenuation (native), maximum slope (dynamic)."""
    from hepatica.cli.quantity_table import quantity_document, quantity_table

    found, findings = _assessed(mask, {name: path for name, path in images.items() if path})
    quantities = [one for part in found for one in part.quantities]
    if as_json:
        print(json.dumps(quantity_document(quantities), allow_nan=False, ensure_ascii=False))
    else:
        print(quantity_table(quantities))
    told = [*findings, *(one for part in found for one in part.findings)]
    for finding in told:
        print(finding, file=sys.stderr)
    return int(has_error(told))


def _assessed(mask: Path, images: dict[str, Path]) -> tuple[list[Assessment], list[Finding]]:
    from hepatica.imaging.perfusion.attenuation import assess_attenuation
    from hepatica.imaging.perfusion.enhancement import assess_enhancement_fraction
    from hepatica.imaging.perfusion.slope import assess_slope
    from hepatica.imaging.reading.image import read_image

    if not images:
        raise UsageError("name at least one of --native, --arterial, --portal, --dynamic")
    findings: list[Finding] = []
    volumes: dict[str, Volume] = {}
    for name, path in images.items():
        volumes[name], told = read_image(path)
        findings += told
    for name in set(volumes) & set(_PHASES):
        volumes[name] = _named(volumes[name], _PHASES[name])
    out = []
    if base := volumes.get("arterial") or volumes.get("portal"):
        roles = _roles(mask, base, findings)
        regions = [one for role in ("tumour", "liver", "") for one in roles.get(role, ())]
        native, arterial, portal = (volumes.get(name) for name in _PHASES)
        without = roles.get("lipiodol", ())
        out.append(assess_enhancement_fraction(native, arterial, portal, regions, excluded=without))
    if "native" in volumes:
        roles = _roles(mask, volumes["native"], findings)
        out.append(assess_attenuation(volumes["native"], roles))
    if "dynamic" in volumes:
        roles = _roles(mask, volumes["dynamic"], findings)
        inputs = {role: roles[role][0] for role in _INPUTS if roles.get(role)}
        rest = [one for role, some in roles.items() if role not in _INPUTS for one in some]
        out.append(assess_slope(volumes["dynamic"], rest, inputs))
    return out, findings


def _named(volume: Volume, phase: str) -> Volume:
    """The volume as the phase that the command calls it, unless its file knows another."""
    from dataclasses import replace

    if volume.origin.phase:
        return volume
    modality = volume.origin.modality or "CT"
    return replace(volume, origin=replace(volume.origin, phase=phase, modality=modality))


def _roles(mask: Path, image: Volume, findings: list[Finding]) -> dict[str, list[Segment]]:
    """Segments on an image by what their names mean; '' where no list knows the name."""
    from hepatica.imaging.process.region import read_rules
    from hepatica.imaging.reading.mask import read_segmentation

    outlined, told = read_segmentation(mask, image)
    findings += [one for one in told if one not in findings]
    rules = read_rules()
    roles: dict[str, list[Segment]] = {}
    for one in outlined:
        name = rules.name_of(one.label, tracking=one.tracking, code=one.code)
        roles.setdefault(name.role if name else "", []).append(one)
    return roles
