"""Enhancement fraction, attenuation and angiography of one examination."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from hepatica.imaging.mask import Segment
from hepatica.imaging.perfusion.angiography import TESTS as DSA
from hepatica.imaging.perfusion.angiography import Signal, assess_dsa
from hepatica.imaging.perfusion.assessment import Assessment
from hepatica.imaging.perfusion.attenuation import assess_attenuation
from hepatica.imaging.perfusion.enhancement import assess_enhancement_fraction
from hepatica.imaging.process.material import Material
from hepatica.imaging.process.part import Part, absent
from hepatica.imaging.quantity import Quantity
from hepatica.imaging.volume import Volume

_UNSAID = "how pixels mean contrast is not written down: [dsa] of the rules"
_BESIDE = " (median of voxels)"


def measure_perfusion(material: Material, seed: int) -> Part:
    """AEF of liver and tumours, attenuation of the native liver in CT, filling in angiograms."""
    part = Part()
    for run in material.runs:
        _measure_run(part, material, run)
    base = material.base
    if base is None or not material.regions:
        return part
    if base.origin.modality == "CT":
        native = material.phases.get("unenhanced")
        roles = material.on(native or base)
        _add(part, assess_attenuation(native, roles), native or base)
    roles = material.on(base)
    tumours = roles.get("tumour", ())
    livers = [_without(one, tumours, base.grid.shape) for one in roles.get("liver", ())]
    regions = [*tumours, *livers]
    found = assess_enhancement_fraction(
        native=material.phases.get("unenhanced"),
        arterial=material.phases.get("arterial"),
        portal=material.phases.get("portal venous"),
        regions=regions,
        excluded=roles.get("lipiodol", ()),
    )
    named = {one.label for one in livers if tumours}
    quantities = tuple(_told(one, named) for one in found.quantities)
    _add(part, replace(found, quantities=quantities), base)
    return part


def _without(one: Segment, others: Sequence[Segment], shape: tuple[int, int, int]) -> Segment:
    """A segment without the voxels of others: the liver's fraction is not that of its tumours."""
    mask = one.whole(shape)
    for other in others:
        mask[other.slices] &= ~other.box
    return Segment.of(one.label, one.number, mask, tracking=one.tracking, code=one.code)


def _told(one: Quantity, livers: Collection[str]) -> Quantity:
    if one.value is None or one.region.removesuffix(_BESIDE) not in livers:
        return one
    return replace(one, method=f"{one.method}; liver without its tumours")


def _measure_run(part: Part, material: Material, run: Volume) -> None:
    """An angiogram: how its pixels mean contrast is written down in [dsa] of the rules."""
    roles = material.on(run)
    regions = [*roles.get("tumour", ()), *roles.get("liver", ())]
    choices = material.rules.choices.get("dsa")
    if choices is None:
        for one in regions:
            part.add(absent(DSA, one.label, _UNSAID), run.origin)
        return
    artery = next(iter(roles.get("catheter", ())), None)
    frames = tuple(int(one) for one in choices.get("mask_frames", (0,)))
    timed = not any(one.code == "I026" for one in material.findings)
    signal = Signal(frames, choices.get("log", False), choices.get("bright", False), timed)
    _add(part, assess_dsa(run, regions, artery, signal=signal), run)


def _add(part: Part, found: Assessment, volume: Volume) -> None:
    part.add([_named(one) for one in found.quantities], volume.origin)
    part.pictures.extend(found.pictures)
    part.findings.extend(found.findings)


def _named(one: Quantity) -> Quantity:
    """A row beside that of a region gets a name that is not taken for another such region."""
    if one.region.endswith(_BESIDE):
        return replace(one, region=f"median of voxels of {one.region.removesuffix(_BESIDE)}")
    return one
