"""Masks that lie partly or wholly elsewhere, belong to somebody else, or hold nothing."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pydicom")
pytest.importorskip("nibabel")

import nibabel
import pydicom
from outline_sample import COLUMNS, ROWS, place, segment, write_seg, write_series

from hepatica.cli.image_measure_command import run_measure
from hepatica.core.errors import NotReady
from hepatica.imaging.reading.image import read_image
from hepatica.imaging.reading.mask import read_segmentation

AFFINE = np.diag([1.0, 1.0, 2.0, 1.0])


def _nifti(path: Path, voxels: np.ndarray, shift: tuple[int, int, int] = (0, 0, 0)) -> Path:
    affine = AFFINE.copy()
    affine[:3, 3] = AFFINE[:3, :3] @ shift
    nibabel.Nifti1Image(voxels, affine, dtype=voxels.dtype).to_filename(path)
    return path


def _told(mask: Path, image: Path) -> list[tuple[str, str]]:
    _, findings = read_segmentation(mask, read_image(image)[0])
    return [(one.code, one.found) for one in findings]


def test_what_the_image_cuts_off_a_label_map_is_told(tmp_path: Path) -> None:
    labels = np.zeros((8, 8, 8), np.uint8)
    labels[2:6, 2:6, 2:6] = 1
    mask = _nifti(tmp_path / "m.nii", labels)
    grey = np.zeros((5, 8, 8), np.int16)
    # an image that begins at index 4: half of the 4 x 4 x 4 voxels lie before it
    cut = _told(mask, _nifti(tmp_path / "half.nii", grey, (4, 0, 0)))
    assert ("I044", "32 voxels of '1' outside the image") in cut
    around = _told(mask, _nifti(tmp_path / "around.nii", np.zeros((5, 8, 8), np.int16), (2, 0, 0)))
    assert [code for code, _ in around] == ["I042"]
    away = _told(mask, _nifti(tmp_path / "away.nii", grey, (50, 0, 0)))
    assert [code for code, _ in away] == ["I042", "I044", "I045"]


def test_a_mask_without_a_region_is_told(tmp_path: Path) -> None:
    mask = _nifti(tmp_path / "m.nii", np.zeros((4, 4, 4), np.uint8))
    assert _told(mask, _nifti(tmp_path / "i.nii", np.zeros((4, 4, 4), np.int16))) == [
        ("I045", "a mask without a region")
    ]


def test_a_mask_of_another_patient_needs_the_frame_of_reference(tmp_path: Path) -> None:
    image, _ = read_image(write_series(tmp_path / "ct", np.zeros((3, ROWS, COLUMNS), int)))
    frame = np.zeros((ROWS, COLUMNS), np.uint8)
    frame[2:5, 2:5] = 1
    path = write_seg(tmp_path / "s.dcm", [segment(1, "T1")], [(1, place(1), frame)])
    data = pydicom.dcmread(path)
    data.PatientID, data.PatientName = "P02", "Other^Name"
    data.save_as(path)
    outlined, _ = read_segmentation(path, image)  # the same frame of reference: the same scan
    assert [one.voxels for one in outlined] == [9]
    del data.FrameOfReferenceUID
    data.save_as(path)
    with pytest.raises(NotReady) as caught:
        read_segmentation(path, image)
    (told,) = caught.value.findings
    assert told.code == "I040"
    assert "P02" not in str(told) and "Other" not in str(told)


def test_names_that_no_character_set_has_warn_of_nothing(tmp_path: Path) -> None:
    frame = np.ones((ROWS, COLUMNS), np.uint8)
    path = write_seg(tmp_path / "s.dcm", [segment(1, "T1\x1b[31m")], [(1, place(1), frame)])
    image, _ = read_image(write_series(tmp_path / "ct", np.zeros((3, ROWS, COLUMNS), int)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        outlined, _ = read_segmentation(path, image)
    assert [one.label for one in outlined] == ["T1?[31m"]


def test_doubles_that_cannot_be_squared_are_no_grey_values(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grey = np.full((4, 4, 4), 5.0)
    grey[0, 0, 0] = 1e300
    image = _nifti(tmp_path / "i.nii", grey)
    mask = _nifti(tmp_path / "m.nii", np.ones((4, 4, 4), np.uint8))
    assert run_measure(image, mask, as_json=True) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["regions"][0]["max"] == 5.0
    assert "I058" in shown.err
