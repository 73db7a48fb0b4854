"""The CT of dcmqi's example: place and values of its three slices, by its printed report.

Source: dcmqi, doc/examples and its structured report of the liver; BSD-style licence. The printed
truth stands in the README of the data: mean 37.3289 HU, minimum -778, maximum 221, standard
deviation 59.1691 (n - 1), volume 70361.9 mm3. The masks came as NRRD beside the DICOM.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pydicom")

from imaging_folder import imaging_folder

from hepatica.imaging.reading.image import read_image
from hepatica.imaging.reading.index import read_index
from hepatica.imaging.volume import Volume


@pytest.fixture(scope="module")
def folder() -> Path:
    return imaging_folder("dcmqi_ct")


@pytest.fixture(scope="module")
def ct(folder: Path) -> Volume:
    return read_image(folder)[0]


def test_slices_lie_one_millimetre_apart_though_the_tag_says_more(folder: Path) -> None:
    volume, findings = read_image(folder)
    assert volume.grid.shape == (3, 512, 512)
    assert volume.grid.spacing_mm == (1.0, 0.810547, 0.810547)
    assert [(f.code, f.found) for f in findings if f.code == "I013"] == [
        ("I013", "SliceThickness 1.25 mm")
    ]
    assert [Path(f).name for f in volume.origin.files] == ["03.dcm", "02.dcm", "01.dcm"]
    assert volume.grid.points_mm([[0, 0, 0]])[0] == pytest.approx(
        [-235.2, -226.8, -128.69], abs=1e-5
    )


def test_liver_has_the_printed_values(ct: Volume, folder: Path) -> None:
    mask, findings = read_image(folder / "liver_seg.nrrd")
    assert findings == ()
    assert mask.grid.same_as(ct.grid)
    inside = ct.array[mask.array > 0].astype(float)
    assert inside.size == 107_098
    assert f"{inside.mean():.4f}" == "37.3289"
    assert (inside.min(), inside.max()) == (-778, 221)
    assert f"{inside.std(ddof=1):.4f}" == "59.1691"
    assert f"{inside.size * ct.grid.voxel_mm3:.1f}" == "70361.9"


def test_padding_is_named_and_kept(ct: Volume) -> None:
    assert ct.array.dtype == np.int16
    assert ct.padding == -3024 == ct.array.min()


def test_index_tells_the_series_and_its_segmentations(folder: Path) -> None:
    index = read_index(folder)
    (image,) = [e for e in index.entries if e.role == "image" and e.modality == "CT"]
    assert (image.subject, image.images, image.spacing_mm) == (
        "99000",
        3,
        (1.0, 0.810547, 0.810547),
    )
    assert {e.path.name for e in index.about(image.series)} == {"liver.dcm", "partial_overlaps.dcm"}
    assert "JANCT" not in repr(index)
