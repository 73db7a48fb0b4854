"""Dynamic series and angiograms in the batch: measured by written choices, refused without."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pytest

pytest.importorskip("pydicom", reason="needs hepatica[imaging]")

from hepatica.imaging.mask import Segment
from hepatica.imaging.origin import Origin
from hepatica.imaging.process.examination import Examination
from hepatica.imaging.process.kinetics import measure_kinetics
from hepatica.imaging.process.material import Material, Region
from hepatica.imaging.process.perfusion import measure_perfusion
from hepatica.imaging.process.region import Name, Rules, read_rules
from hepatica.imaging.volume import Grid, Volume

DAY = date(2020, 1, 2)
KTRANS, VE, HEMATOCRIT = 0.2, 0.3, 0.4
TIMES_S = np.arange(60) * 3.0


def _curves() -> tuple[Any, Any]:
    """HU of blood and of Tofts tissue at the times; the convolution is a plain sum of 0.05 s."""
    fine = np.arange(0.0, 180.0, 0.05)
    since = np.clip(fine - 12.0, 0.0, None)
    blood = 300.0 * (since / 10.0) * np.exp(1.0 - since / 10.0) + 40.0 * (since > 0)
    plasma = blood / (1.0 - HEMATOCRIT)
    washed = np.exp(-KTRANS / VE / 60.0 * fine)
    tissue = KTRANS / 60.0 * 0.05 * np.convolve(plasma, washed)[: fine.size]
    return np.interp(TIMES_S, fine, blood), np.interp(TIMES_S, fine, tissue)


def _material(choices: Mapping[str, Any], modality: str = "CT") -> Material:
    blood, tissue = _curves()
    array = np.zeros((TIMES_S.size, 4, 8, 8), np.float32)
    array[:, :, :, :4] = 40.0 + blood[:, None, None, None]
    array[:, :, :, 4:] = 60.0 + tissue[:, None, None, None]
    affine = np.diag([2.0, 2.0, 2.0, 1.0])[[2, 1, 0, 3]]
    grid = Grid((4, 8, 8), affine)
    origin = Origin("S1", DAY, modality, "multiphasic", series="1.2.3")
    volume = Volume(array, grid, origin, tuple(TIMES_S))
    rules = read_rules()
    found = Material(
        Examination("S1", DAY, modality, (), ()), Rules(rules.text, rules.tables, choices)
    )
    found.dynamic.append(volume)
    mask = np.zeros((4, 8, 8), bool)
    mask[1:3, 2:6, :3] = True
    found.regions.append(Region(Name("aorta"), Segment.of("a", 1, mask), "1.2.3"))
    found.regions.append(
        Region(Name("tumour", "T1"), Segment.of("t", 2, mask[:, :, ::-1]), "1.2.3")
    )
    return found


def test_a_known_ktrans_is_found_by_written_choices() -> None:
    choices = {"kinetics": {"model": "tofts", "hematocrit": HEMATOCRIT}}
    found = {
        (one.test, one.region): one for one, _ in measure_kinetics(_material(choices), 0).quantities
    }
    assert found["KTRANS", "tumour T1"].value == pytest.approx(KTRANS, rel=0.03)
    assert found["VE", "tumour T1"].value == pytest.approx(VE, rel=0.03)


@pytest.mark.parametrize(
    ("choices", "modality"),
    [({}, "CT"), ({}, "MR"), ({"kinetics": {"model": "tofts", "t10_s": 0.8}}, "MR")],
)
def test_without_them_there_is_a_reason(choices: Mapping[str, Any], modality: str) -> None:
    rows = [one for one, _ in measure_kinetics(_material(choices, modality), 0).quantities]
    (ktrans,) = [one for one in rows if one.test == "KTRANS"]
    assert ktrans.value is None
    assert ktrans.reason.startswith("model, agent, sequence and T1 are not all written down")


def test_an_angiogram_without_written_choices_has_reasons() -> None:
    material = _material({}, "XA")
    material.runs, material.dynamic = material.dynamic, []
    rows = [one for one, _ in measure_perfusion(material, 0).quantities]
    assert {one.test for one in rows} == {"DSATTP", "DSAPEAK", "DSAAUC", "DSAMTT"}
    assert all(one.value is None and "[dsa]" in one.reason for one in rows)
