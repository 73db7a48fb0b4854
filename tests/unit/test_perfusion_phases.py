"""Enhancement fraction and attenuation: hand-made phases, and every reason for no value."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.imaging.mask import Segment
from hepatica.imaging.origin import Origin
from hepatica.imaging.perfusion.attenuation import assess_attenuation
from hepatica.imaging.perfusion.enhancement import (
    assess_enhancement_fraction,
    enhancement_fraction,
)
from hepatica.imaging.picture import picture_text
from hepatica.imaging.volume import Grid, Volume

SHAPE = (12, 40, 40)


def volume(
    array: np.ndarray, phase: str, *, mm: float = 2.0, frame: str = "F", **origin: str
) -> Volume:
    told = {"modality": "CT", "phase": phase, "frame_of_reference": frame} | origin
    return Volume(array, Grid(array.shape, np.diag([mm, mm, mm, 1.0])), Origin(**told))


def flat(value: float, phase: str, **how: str) -> Volume:
    return volume(np.full(SHAPE, value), phase, **how)


def box(label: str, low: int, high: int) -> Segment:
    mask = np.zeros(SHAPE, bool)
    mask[2:10, low:high, low:high] = True
    return Segment.of(label, 1, mask)


def test_fraction_of_uniform_phases_is_the_quotient_of_their_rises() -> None:
    found = assess_enhancement_fraction(
        flat(50, "unenhanced"), flat(80, "arterial"), flat(110, "portal venous"), [box("T1", 5, 20)]
    )
    ratio, median = found.quantities
    assert (ratio.value, ratio.unit, ratio.region) == (pytest.approx(50.0), "%", "T1")
    assert (median.value, median.region) == (pytest.approx(50.0), "T1 (median of voxels)")
    (picture,) = found.pictures
    assert picture.overlay is not None and np.nanmax(picture.overlay) == pytest.approx(50.0)
    assert np.isfinite(picture.overlay).sum() == 15 * 15
    assert picture_text(picture)


def test_ratio_of_means_and_masked_voxels_by_hand() -> None:
    native = np.array([40.0, 40.0, 40.0, 40.0])
    arterial, portal = np.array([60.0, 70.0, 60.0, 41.0]), np.array([80.0, 90.0, 65.0, 41.0])
    found = enhancement_fraction(native, arterial, portal)
    assert found.percent == pytest.approx(100.0 * (20 + 30 + 20 + 1) / (40 + 50 + 25 + 1))
    assert found.voxel_percent[:3] == pytest.approx([50.0, 60.0, 80.0])
    assert np.isnan(found.voxel_percent[3]) and found.masked_share == pytest.approx(0.25)
    assert found.median_percent == pytest.approx(60.0)


@pytest.mark.parametrize("late", [40.0, 30.0, 49.0])
def test_a_denominator_near_zero_has_no_ratio(late: float) -> None:
    found = enhancement_fraction(np.full(5, 40.0), np.full(5, 60.0), np.full(5, late))
    assert found.percent is None and "too little enhancement" in found.reason
    assert found.median_percent is None


def test_signal_without_hu_is_masked_by_its_share() -> None:
    found = enhancement_fraction(
        np.zeros(4), np.full(4, 0.5), np.array([1.0, 1.0, 1.0, 0.05]), least=None
    )
    assert found.masked_share == pytest.approx(0.25)
    assert found.percent == pytest.approx(100 * 2.0 / 3.05)


def test_padding_and_lipiodol_are_no_tissue() -> None:
    arterial = np.full(SHAPE, 80.0)
    arterial[:, 5:8] = -2000.0
    arterial[:, 10:12] = 900.0
    phase = replace(volume(arterial, "arterial"), padding=-2000.0)
    oil = np.zeros(SHAPE, bool)
    oil[:, 10:12] = True
    found = assess_enhancement_fraction(
        flat(50, "unenhanced"), phase, flat(110, "portal venous"), [box("T1", 5, 20)],
        excluded=[Segment.of("lipiodol", 2, oil)],
    )  # fmt: skip
    assert found.quantities[0].value == pytest.approx(50.0)


@pytest.mark.parametrize(
    ("change", "why"),
    [({"frame": "G"}, "frames of reference"), ({"mm": 2.2}, "different grids")],
)
def test_phases_that_do_not_lie_on_each_other_are_refused(change: dict, why: str) -> None:
    other = volume(np.full(SHAPE, 110.0), "portal venous", **change)
    found = assess_enhancement_fraction(
        flat(50, "unenhanced"), flat(80, "arterial"), other, [box("T1", 5, 20)]
    )
    assert found.quantities[0].value is None and why in found.quantities[0].reason
    assert [one.code for one in found.findings] == ["I130"]


def test_a_missing_phase_is_named() -> None:
    found = assess_enhancement_fraction(None, flat(80, "arterial"), None, [box("T1", 5, 20)])
    assert found.quantities[0].reason == "no unenhanced and no portal venous phase"


def test_many_masked_voxels_are_told() -> None:
    late = np.full(SHAPE, 110.0)
    late[:, 5:12] = 52.0
    found = assess_enhancement_fraction(
        flat(50, "unenhanced"),
        flat(80, "arterial"),
        volume(late, "portal venous"),
        [box("T1", 5, 20)],
    )
    assert [one.code for one in found.findings] == ["I131"]
    assert found.quantities[0].flags == ("voxels masked",)


# --- attenuation -------------------------------------------------------------------------------


def native_liver() -> tuple[Volume, dict[str, list[Segment]]]:
    """Liver 55 HU with a tumour of 30, a vessel of 42, oil of 800 and a bright surface."""
    shape = (40, 60, 60)
    array = np.full(shape, 0.0)
    masks = {name: np.zeros(shape, bool) for name in ("liver", "tumour", "vessels", "spleen")}
    masks["liver"][4:36, 4:50, 4:40] = True
    array[masks["liver"]] = 300.0
    array[6:34, 6:48, 6:38] = 55.0
    masks["tumour"][15:20, 15:22, 15:22] = True
    masks["vessels"][15:18, 38:40, 10:30] = True
    array[masks["tumour"]], array[masks["vessels"]] = 30.0, 42.0
    array[30, 30, 30] = 800.0
    masks["spleen"][4:20, 4:20, 45:58] = True
    array[masks["spleen"]] = 45.0
    roles = {name: [Segment.of(name, 1, mask)] for name, mask in masks.items()}
    return volume(array, "unenhanced", mm=2.0), roles


def test_free_liver_is_without_tumour_vessels_lipiodol_and_margins() -> None:
    native, roles = native_liver()
    liver, less = assess_attenuation(native, roles).quantities
    assert (liver.test, liver.value, liver.unit) == ("LIVERHU", 55.0, "HU")
    assert (less.test, less.value) == ("LIVERDIF", 10.0) and less.method.endswith("less spleen")
    assert "oedema" not in liver.method + less.method


def test_muscle_stands_for_a_spleen_that_is_not_outlined() -> None:
    native, roles = native_liver()
    roles["muscle"] = roles.pop("spleen")
    _, less = assess_attenuation(native, roles).quantities
    assert less.value == 10.0 and less.method.endswith("less muscle")
    del roles["muscle"]
    liver, less = assess_attenuation(native, roles).quantities
    assert liver.value == 55.0
    assert (less.value, less.reason) == (None, "neither spleen nor muscle outlined")


def test_a_reference_region_stands_for_the_liver() -> None:
    native, _ = native_liver()
    drawn = np.zeros(native.grid.shape, bool)
    drawn[24:34, 8:28, 8:28] = True
    found = assess_attenuation(native, {"reference": [Segment.of("reference", 1, drawn)]})
    assert found.quantities[0].value == 55.0


@pytest.mark.parametrize(
    ("phase", "modality", "why"),
    [
        ("portal venous", "CT", "the phase is portal venous"),
        ("", "CT", "the phase is not known"),
        ("unenhanced", "MR", "attenuation is of CT only"),
    ],
)
def test_a_phase_that_is_not_native_is_refused(phase: str, modality: str, why: str) -> None:
    native, roles = native_liver()
    other = replace(native, origin=replace(native.origin, phase=phase, modality=modality))
    found = assess_attenuation(other, roles)
    assert all(one.value is None and why in one.reason for one in found.quantities)
    assert [one.code for one in found.findings] == ["I132"]


def test_contrast_in_the_aorta_tells_that_a_phase_is_not_native() -> None:
    native, roles = native_liver()
    array = np.array(native.array)
    array[:, 55:58, 2:4] = 140.0
    mask = np.zeros(array.shape, bool)
    mask[:, 55:58, 2:4] = True
    found = assess_attenuation(
        replace(native, array=array), roles | {"aorta": [Segment.of("aorta", 1, mask)]}
    )
    assert "the aorta has 140 HU" in found.quantities[0].reason


def test_what_is_not_outlined_or_too_small_is_a_reason() -> None:
    native, roles = native_liver()
    assert assess_attenuation(None, roles).quantities[0].reason == "no unenhanced phase"
    for role in ("liver", "tumour", "vessels"):
        fewer = {name: one for name, one in roles.items() if name != role}
        why = assess_attenuation(native, fewer).quantities[0].reason
        assert why == f"no {role} and no reference region outlined"
    small = volume(np.array(native.array), "unenhanced", mm=0.05)
    assert "less than 1 mL" in assess_attenuation(small, roles).quantities[0].reason
