"""`hepatica image lesion` on files: JSON, the table, wrong labels, a missing phase."""

import json

import numpy as np
import pytest
from command import hepatica

nibabel = pytest.importorskip("nibabel")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two phases and a mask: tumour 1 a disc of radius 10 mm with a dead core of 5, liver 2,
    reference 3; pixels of 1 mm, slices 2.5 mm apart.
    """
    path = tmp_path_factory.mktemp("lesion")
    x, y, _ = np.meshgrid(np.arange(70), np.arange(50), np.arange(5), indexing="ij")
    far = np.hypot(x - 20, y - 25)
    mask = np.full(x.shape, 2)
    mask[np.hypot(x - 52, y - 25) <= 6] = 3
    mask[far <= 10] = 1
    native = np.full(x.shape, 50.0)
    arterial = native + 8 + (x + y) % 3 + np.where((far <= 10) & (far > 5), 50, 0)
    affine = np.diag([-1.0, -1.0, 2.5, 1.0])
    for name, voxels in (
        ("mask", mask.astype("int16")),
        ("native", native),
        ("arterial", arterial),
    ):
        nibabel.Nifti1Image(voxels, affine).to_filename(path / f"{name}.nii.gz")
    return path


def arguments(folder, *more, phases=("arterial", "native")):
    given = [word for phase in phases for word in (f"--{phase}", folder / f"{phase}.nii.gz")]
    labels = ("--mask", folder / "mask.nii.gz", "--tumour", "1", "--liver", "2", "--reference", "3")
    return ("image", "lesion", *given, *labels, *more)


def test_json_has_quantities_and_the_row_of_the_records(folder):
    run = hepatica(*arguments(folder, "--modality", "CT", "--json"))
    assert run.returncode == 0, run.stderr
    document = json.loads(run.stdout)
    got = {one["test"]: one["value"] for one in document["quantities"]}
    disc, core = (sum(i * i + j * j <= r * r for i in range(-r, r + 1) for j in range(-r, r + 1))
                  for r in (10, 5))  # fmt: skip
    assert got["LDIAM"] == pytest.approx(20.38)
    assert got["VLDIAM"] == pytest.approx(2 * np.sqrt(75), abs=1.5)
    assert got["TVOL"] == pytest.approx(disc * 5 * 2.5 / 1000)
    assert got["QEASL"] == pytest.approx(100 * (disc - core) / disc)
    assert got["LVOL"] == pytest.approx((70 * 50 - 113) * 5 * 2.5 / 1000)
    (row,) = document["measurements"]
    assert row["viable_mm"] == got["VLDIAM"]


def test_the_table_says_why_something_is_missing(folder):
    run = hepatica(*arguments(folder, phases=("arterial",)))
    assert run.returncode == 0
    assert "no native phase" in run.stdout
    assert "I073" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_label_that_is_not_there_is_a_wrong_call(folder):
    run = hepatica(*arguments(folder, "--tumour", "9"))
    assert run.returncode == 2
    assert "no segment '9'" in run.stderr
    run = hepatica("image", "lesion", "--mask", folder / "mask.nii.gz", "--tumour", "1")
    assert run.returncode == 2


def test_numbers_that_no_rule_can_hold_are_a_wrong_call(folder):
    for name, value in (("--sd", "nan"), ("--smooth-mm", "1e9"), ("--lipiodol-hu", "nan")):
        run = hepatica(*arguments(folder, name, value))
        assert run.returncode == 2, name
        assert name in run.stderr
        assert "Traceback" not in run.stderr
