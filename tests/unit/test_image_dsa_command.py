"""`hepatica image dsa` and `hepatica image perfusion` on files, as a user calls them."""

import json
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pytest
from click.testing import CliRunner, Result
from pydicom.dataset import Dataset, FileMetaDataset

from hepatica.cli.image_command import image as image_group
from hepatica.core.errors import UsageError

SIZE = 16
TIMES = np.arange(0, 15, 0.5)


def gamma(peak: float, arrival: float, rise: float, shape: float) -> np.ndarray:
    x = np.maximum((TIMES - arrival) / rise, 0.0)
    return peak * x**shape * np.exp(shape * (1.0 - x))


def write_run(path: Path, *, timed: bool = True) -> None:
    """A run of 2 frames/s: an artery in columns 2-3 at 3 s, a tumour in columns 8-11 at 5 s."""
    filled = np.zeros((TIMES.size, SIZE, SIZE))
    filled[:, 2:12, 2:4] = gamma(1.2, 1.0, 2.0, 4.0)[:, None, None]
    filled[:, 2:12, 8:12] = gamma(0.6, 1.5, 3.5, 3.0)[:, None, None]
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    ds.SOPClassUID, ds.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.12.1", "1.2.3.4"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = "1.2.3", "1.2.3.5"
    ds.PatientID, ds.PatientName, ds.Modality = "S-1", "NOBODY", "XA"
    ds.StudyDate = ds.SeriesDate = "20240103"
    ds.Rows = ds.Columns = SIZE
    ds.NumberOfFrames = TIMES.size
    if timed:
        ds.FrameTime, ds.FrameIncrementPointer = 500, 0x00181063
    ds.ImagerPixelSpacing = [0.3, 0.3]
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.PixelData = np.round(3000.0 * np.exp(-filled)).astype("<u2").tobytes()
    ds["PixelData"].VR = "OW"
    pydicom.dcmwrite(path, ds, enforce_file_format=True)


def write_mask(path: Path, size: int = SIZE) -> None:
    labels = np.zeros((size, size, 1), np.uint8)  # columns, rows, slices of NIfTI
    labels[2:4, 2:12] = 1
    labels[8:12, 2:12] = 2
    nibabel.save(nibabel.Nifti1Image(labels, np.diag([-1.0, -1.0, 1.0, 1.0])), path)


def call(*arguments: object) -> Result:
    return CliRunner().invoke(image_group, [*map(str, arguments)], standalone_mode=False)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    run, mask = tmp_path / "run.dcm", tmp_path / "mask.nii"
    write_run(run)
    write_mask(mask)
    return run, mask


def test_dsa_prints_what_was_built(files: tuple[Path, Path]) -> None:
    run, mask = files
    done = call("dsa", "--image", run, "--mask", mask, "--reference", "1", "--json")
    assert done.exception is None and done.return_value == 0, done.output
    told = {one["test"]: one for one in json.loads(done.stdout)["quantities"]}
    assert told["DSATTP"]["value"] == pytest.approx(2.0, abs=0.02)
    assert told["DSAPEAK"]["value"] == pytest.approx(0.5, abs=0.005)
    assert told["DSATTP"]["unit"] == "s" and told["DSATTP"]["region"] == "2"
    shown = call("dsa", "--image", run, "--mask", mask, "--reference", "1").stdout
    assert "2.00" in shown and "0.500" in shown and "mm" not in shown


def test_dsa_without_reference_times_or_a_fitting_mask_tells_why(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    run, mask = files
    done = call("dsa", "--image", run, "--mask", mask)
    assert done.return_value == 1 and "I134" in done.stderr and "I018" in done.stderr
    with pytest.raises(UsageError, match="the mask has 1, 2"):
        raise call("dsa", "--image", run, "--mask", mask, "--reference", "9").exception  # type: ignore[misc]
    write_mask(mask, SIZE + 1)
    done = call("dsa", "--image", run, "--mask", mask, "--reference", "1")
    assert done.return_value == 1 and "I137" in done.stderr and "mask.nii" in done.stderr
    write_mask(mask)
    write_run(run, timed=False)
    done = call("dsa", "--image", run, "--mask", mask, "--reference", "1")
    assert done.return_value == 1 and "I133" in done.stderr


def nifti(path: Path, value: float, shape: tuple[int, ...] = (20, 20, 12)) -> Path:
    array = np.full(shape, value, np.float32)
    nibabel.save(nibabel.Nifti1Image(array, np.diag([-2.0, -2.0, 2.0, 1.0])), path)
    return path


def test_perfusion_of_three_phases_and_a_mask(tmp_path: Path) -> None:
    paths = [
        nifti(tmp_path / f"{name}.nii", value)
        for name, value in (("native", 50), ("arterial", 80), ("portal", 110), ("mask", 0))
    ]
    labels = np.zeros((20, 20, 12), np.uint8)
    labels[4:16, 4:16, 2:10] = 1
    nibabel.save(nibabel.Nifti1Image(labels, np.diag([-2.0, -2.0, 2.0, 1.0])), paths[3])
    native, arterial, portal, mask = paths
    done = call(
        "perfusion", "--native", native, "--arterial", arterial, "--portal", portal,
        "--mask", mask, "--json",
    )  # fmt: skip
    assert done.exception is None, done.output
    told = json.loads(done.stdout)["quantities"]
    assert [(one["test"], one["value"]) for one in told[:2]] == [("AEF", 50.0), ("AEF", 50.0)]
    assert {one["test"]: one["reason"] for one in told[2:]} == {
        "LIVERHU": "no liver and no reference region outlined",
        "LIVERDIF": "no liver and no reference region outlined",
    }
    alone = call("perfusion", "--arterial", arterial, "--mask", mask)
    assert "no unenhanced and no portal venous phase" in alone.stdout
    assert isinstance(call("perfusion", "--mask", mask).exception, UsageError)


def test_perfusion_of_a_series_that_is_not_through_time(tmp_path: Path) -> None:
    still, mask = nifti(tmp_path / "still.nii", 50), nifti(tmp_path / "mask.nii", 1)
    done = call("perfusion", "--dynamic", still, "--mask", mask)
    assert done.return_value == 1 and "I138" in done.stderr
