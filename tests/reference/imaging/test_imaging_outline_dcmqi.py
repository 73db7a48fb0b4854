"""The printed values of dcmqi's example report, by DICOM SEG and by NRRD; overlapping segments."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

pytest.importorskip("pydicom")

from imaging_folder import imaging_folder

from hepatica.cli.main import app
from hepatica.imaging.mask import Segmentation
from hepatica.imaging.reading.image import read_image
from hepatica.imaging.reading.mask import read_segmentation


@pytest.fixture(scope="module")
def folder() -> Path:
    return imaging_folder("dcmqi_ct")


def outlined(folder: Path, name: str) -> Segmentation:
    return read_segmentation(folder / name, read_image(folder)[0])[0]


@pytest.mark.parametrize(("mask", "label"), [("liver.dcm", "Liver"), ("liver_seg.nrrd", 1)])
def test_liver_to_every_printed_digit(folder: Path, mask: str, label: object) -> None:
    """Attenuation 37.3289 (59.1691) HU, -778 to 221, 70361.9 mm3 at 1.0 mm, whatever the tag."""
    words = ["image", "measure", "--image", str(folder), "--mask", str(folder / mask), "--json"]
    done = CliRunner().invoke(app, words)
    (region,) = json.loads(done.stdout)["regions"]
    assert region["label"] == label
    assert region["voxels"] == 107098
    assert f"{region['mean']:.4f}" == "37.3289"
    assert f"{region['sd']:.4f}" == "59.1691"
    assert (region["min"], region["max"]) == (-778, 221)
    assert f"{region['volume_mm3']:.1f}" == "70361.9"
    assert region["slice"] == 0


def test_trap_13_seg_and_nrrd_are_the_same_voxels(folder: Path) -> None:
    seg, nrrd = outlined(folder, "liver.dcm"), outlined(folder, "liver_seg.nrrd")
    shape = seg.grid.shape
    assert (seg.segment("Liver").whole(shape) == nrrd.segment("1").whole(shape)).all()
    alone, _ = read_segmentation(folder / "liver.dcm", None)
    assert alone.grid.same_as(seg.grid)
    assert (alone.segment("Liver").whole(shape) == seg.segment("Liver").whole(shape)).all()


def test_trap_16_partial_overlaps_keep_every_segment(folder: Path) -> None:
    """Voxel counts by hand from the raw bits: frame k holds bits k x 512 x 512 onwards."""
    import pydicom

    data = pydicom.dcmread(folder / "partial_overlaps.dcm")
    bits = np.unpackbits(np.frombuffer(data.PixelData, np.uint8), bitorder="little")
    numbers = [
        int(frame.SegmentIdentificationSequence[0].ReferencedSegmentNumber)
        for frame in data.PerFrameFunctionalGroupsSequence
    ]
    size = 512 * 512
    expected = dict.fromkeys(range(1, 6), 0)
    for k, number in enumerate(numbers):
        expected[number] += int(bits[k * size : (k + 1) * size].sum())
    found = outlined(folder, "partial_overlaps.dcm")
    assert {one.number: one.voxels for one in found} == expected
    masks = {one.label: one.whole(found.grid.shape) for one in found}
    assert (masks["GREEN"] & masks["ORANGE"]).any()
    assert sum(mask.sum() for mask in masks.values()) > np.any(list(masks.values()), axis=0).sum()


def test_sparse_label_map_has_its_liver_and_no_background(folder: Path) -> None:
    found, findings = read_segmentation(folder / "sparse-labelmap-ppv5.dcm", None)
    assert findings == ()
    assert [(one.number, one.label) for one in found] == [(1, "Liver")]
    assert found.grid.spacing_mm == pytest.approx((2.5, 0.7, 0.7))
    assert found.segment("Liver").whole(found.grid.shape).any(axis=(1, 2)).tolist() == [
        True, False, True,
    ]  # fmt: skip
