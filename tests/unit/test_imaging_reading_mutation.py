"""Damaged files, by chance: a volume, a refusal or a finding, never anything else."""

from __future__ import annotations

import gzip
import random
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pydicom")

from scan_folder import AXIAL, data_set, with_pixels, write

from hepatica.core.errors import NotReady, Unreadable
from hepatica.imaging.reading.image import read_image
from hepatica.imaging.reading.index import read_index

TIMES = 30  # a format; the same test was run 3000 times a format by hand


def _dicom(path: Path) -> bytes:
    data = data_set(
        ImagePositionPatient=[0, 0, 1], ImageOrientationPatient=list(AXIAL), RescaleSlope=1,
        PixelSpacing=[0.7, 0.7], RescaleIntercept=-1024, AcquisitionTime="101010",
    )  # fmt: skip
    write(path, with_pixels(data, np.arange(64, dtype=np.int16).reshape(8, 8)))
    return path.read_bytes()


def _multi_frame(path: Path) -> bytes:
    data = data_set("XA", FrameTime=100)
    write(path, with_pixels(data, np.arange(128, dtype=np.int16).reshape(2, 8, 8)))
    return path.read_bytes()


def _nifti(path: Path) -> bytes:
    nibabel = pytest.importorskip("nibabel")
    nibabel.save(nibabel.Nifti1Image(np.zeros((4, 5, 6), np.int16), np.eye(4)), path)
    return path.read_bytes()


def _packed(path: Path) -> bytes:
    return gzip.compress(_nifti(path.with_suffix("").with_suffix(".nii")), mtime=0)


def _nrrd(path: Path) -> bytes:
    return (
        b"NRRD0004\ntype: short\ndimension: 3\nspace: LPS\nsizes: 4 5 6\nencoding: raw\n"
        b"space directions: (1,0,0) (0,1,0) (0,0,1)\nspace origin: (0,0,0)\n\n" + bytes(240)
    )


def _mutated(raw: bytes, chance: random.Random) -> bytes:
    """A few bytes changed, a piece cut out, doubled or swapped, or the end cut off."""
    data = bytearray(raw)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data))
        piece = slice(at, at + chance.randint(1, 16))
        match chance.randrange(5):
            case 0:
                data[at] = chance.choice((0, 255, chance.randrange(256)))
            case 1:
                data[piece] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 8)))
            case 2:
                del data[piece]
            case 3:
                data[at:at] = data[piece]
            case 4:
                data = data[:at]
        data = data or bytearray(1)
    return bytes(data)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.dcm", _dicom),
        ("b.dcm", _multi_frame),
        ("c.nii", _nifti),
        ("d.nii.gz", _packed),
        ("e.nrrd", _nrrd),
    ],
)
def test_damage_is_told_and_never_raised(
    tmp_path: Path,
    name: str,
    make: Callable[[Path], bytes],
    caplog: pytest.LogCaptureFixture,
) -> None:
    raw = make(tmp_path / name)
    folder = tmp_path / "damaged"
    folder.mkdir()
    chance = random.Random(5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(TIMES):
            (folder / name).write_bytes(_mutated(raw, chance))
            for path in (folder / name, folder):
                try:
                    read_image(path)
                except (Unreadable, NotReady) as refusal:
                    assert "Secret" not in str(refusal)
            index = read_index(folder)
            assert index.entries or index.findings
    assert caplog.text == ""
