"""Frames that are only counted have no rates; of what nothing enters the size is not known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("nibabel")

import nibabel

from hepatica.imaging.kinetics.arterial_input import ArterialInput
from hepatica.imaging.kinetics.assessment import assess_kinetics
from hepatica.imaging.kinetics.fit import fit
from hepatica.imaging.kinetics.rule import KineticRule, Source
from hepatica.imaging.mask import Segment
from hepatica.imaging.perfusion.slope import assess_slope
from hepatica.imaging.reading.image import read_image
from hepatica.imaging.volume import Volume

TIMES_S = np.arange(0.0, 100.0, 5.0)
BOLUS = np.where(TIMES_S >= 20, 5 * np.exp(-(TIMES_S - 20) / 60), 0.0)


def _read(path: Path, unit: str) -> Volume:
    grey = np.broadcast_to(10 * BOLUS, (3, 3, 3, len(BOLUS))).astype(np.float32)
    image = nibabel.Nifti1Image(grey, np.eye(4))
    image.header.set_xyzt_units("mm", unit)
    image.header.set_zooms((1, 1, 1, 5))
    nibabel.save(image, path)
    return read_image(path)[0]


def test_no_permeability_and_no_slope_without_the_seconds(tmp_path: Path) -> None:
    counted, timed = (_read(tmp_path / f"{unit}.nii", unit) for unit in ("unknown", "sec"))
    assert (counted.timed, timed.timed) == (False, True)
    whole = np.ones(counted.grid.shape, bool)
    region = [Segment.of("T1", 1, whole)]
    rule = KineticRule("patlak", agent="iodine")
    found = assess_kinetics(counted, region, rule, Source(whole))
    assert [one.code for one in found.findings] == ["I119"]
    assert all(one.value is None for one in found.quantities)
    sound = assess_kinetics(timed, region, rule, Source(whole))
    assert "I119" not in [one.code for one in sound.findings]
    assert sound.maps is not None
    ct = replace(counted, origin=replace(counted.origin, modality="CT"))
    slope = assess_slope(ct, region, {"aorta": region[0], "spleen": region[0]})
    assert {one.reason for one in slope.quantities} == {"the seconds of the frames are not known"}


@pytest.mark.parametrize("model", ["tofts", "etofts"])
def test_a_flat_curve_has_no_ve(model: str) -> None:
    found = fit(np.zeros((1, len(TIMES_S))), TIMES_S, ArterialInput(TIMES_S, BOLUS), model)
    assert found.values["Ktrans"][0] == 0
    assert np.isnan(found.values["ve"][0])
