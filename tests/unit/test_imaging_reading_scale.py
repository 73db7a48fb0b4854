"""Slope and intercept of DICOM images: what makes no values is refused; a CT has to say them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("pydicom")

from scan_folder import AXIAL, data_set, with_pixels, write

from hepatica.core.errors import NotReady
from hepatica.imaging.reading.image import read_image


def _folder(path: Path, kind: str = "CT", **given: Any) -> Path:
    for i in range(3):
        place = {
            "SOPInstanceUID": f"1.2.3.4.{i}",
            "ImagePositionPatient": [0.0, 0.0, 2.0 * i],
            "ImageOrientationPatient": list(AXIAL),
            "PixelSpacing": [1.0, 1.0],
        }
        own = given if i == 1 else {}
        data = data_set(kind, **(place | own))
        write(path / f"{i}.dcm", with_pixels(data, np.full((2, 2), 7, np.int16)))
    return path


@pytest.mark.parametrize("scale", [{"RescaleSlope": 0}, {"RescaleIntercept": "1e300"}])
def test_a_scale_that_makes_no_values_refuses_the_series(
    tmp_path: Path, scale: dict[str, Any]
) -> None:
    with pytest.raises(NotReady) as caught:
        read_image(_folder(tmp_path, **scale))
    assert [(one.code, one.place.file) for one in caught.value.findings] == [("I033", "1.dcm")]


def test_a_ct_without_a_scale_is_told_and_an_mr_is_not(tmp_path: Path) -> None:
    bare = {"RescaleSlope": None, "RescaleIntercept": None}
    volume, findings = read_image(_folder(tmp_path / "ct", **bare))
    assert [one.code for one in findings] == ["I034"]
    assert volume.array.tolist() == np.full((3, 2, 2), 7).tolist()
    assert read_image(_folder(tmp_path / "mr", "MR"))[1] == ()
