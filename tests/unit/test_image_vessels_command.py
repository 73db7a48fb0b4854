"""`hepatica image vessels` on small NIfTI scans."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from click.testing import CliRunner
from imaging_vessel_scene import NOISE, scan, straight

from hepatica.cli.image_vessels_command import vessels
from hepatica.imaging.mask import Segment, Segmentation
from hepatica.imaging.writing.nifti import write_label_map, write_nifti


@pytest.fixture
def files(tmp_path):
    """A straight vessel of 4 mm on a scan, and a mask with the tumour as label 1."""

    def made(*, kissing: bool = False) -> list[str]:
        apart = np.array([2.5, 0.0, 0.0])
        tubes = [(straight(28) + apart, 2.0), (straight(28) - apart, 2.0)]
        volume, _ = scan(tubes if kissing else [(straight(28), 2.0)], seed=8, noise=NOISE)
        mask = np.zeros(volume.grid.shape, bool)
        mask[4:-4, 4:-4, 4:-4] = True
        outlined = Segmentation(volume.grid, (Segment.of("1", 1, mask),))
        image = write_nifti(tmp_path / "art.nii.gz", volume)
        label = write_label_map(tmp_path / "mask.nii.gz", outlined)
        return ["--image", str(image), "--mask", str(label), "--region", "1"]

    return made


def run(arguments: list[str]):
    return CliRunner().invoke(vessels, arguments, standalone_mode=False)


def test_quantities_and_branches_as_json(files):
    result = run([*files(), "--phase", "arterial", "--json"])
    assert result.exception is None, result.output
    document = json.loads(result.stdout)
    found = {(q["test"], q["region"]): q for q in document["quantities"]}
    assert found["VSDIAM", "1"]["value"] == pytest.approx(4.0, abs=0.25)
    assert found["VSBRANCH", "1"]["value"] == 1
    assert ("VSLDENS", "rim of 1") in found
    assert len(document["branches"][0][0]) == 4


def test_table_and_folder_of_records(files, tmp_path):
    folder = tmp_path / "out"
    result = run([*files(), "--phase", "arterial", "-o", str(folder)])
    assert result.exception is None, result.output
    assert "VSSOAM" in result.stdout
    with (folder / "image_quantities.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["test"] for row in rows} >= {"VSDIAM", "VSSOAMT", "VSVDENS"}
    assert all(row["phase"] == "arterial" for row in rows)


def test_a_scan_without_a_phase_is_told_and_not_measured(files):
    result = run(files())
    assert result.return_value == 0  # a warning
    assert result.stderr.count("I090") == 2  # region and rim
    assert "phase not known" in result.stderr


def test_kissing_vessels_are_told(files):
    result = run([*files(kissing=True), "--phase", "arterial"])
    assert "I091" in result.stderr
    assert "kissing" in result.stderr
