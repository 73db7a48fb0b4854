"""How fast scans are read and listed, in how much memory, and where voxels come to lie.

Run by hand: ``python bench/imaging_reading.py``. Poses are held against highdicom, which reads
positions independently of us.
"""

from __future__ import annotations

import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import highdicom
import numpy as np
import pydicom

from hepatica.imaging.reading.image import read_image
from hepatica.imaging.reading.index import read_index

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "unit"))
from scan_folder import data_set, series, with_pixels, write

POSES = 200


def pose_error(folder: Path, chance: np.random.Generator) -> float:
    """Largest difference of an index from highdicom's, over the voxels of one random pose."""
    turn = np.linalg.qr(chance.normal(size=(3, 3)))[0]
    along, down = turn[:, 0], turn[:, 1]
    start, step = chance.uniform(-300, 300, 3), np.cross(along, down) * chance.uniform(0.3, 5)
    spacing = [f"{x:.6f}" for x in chance.uniform(0.3, 2, 2)]
    for i, name in enumerate(chance.permutation(5)):
        data = data_set(
            SOPInstanceUID=f"1.2.3.4.{i + 1}",
            ImagePositionPatient=[f"{x:.9f}"[:16] for x in start + i * step],
            ImageOrientationPatient=[f"{x:.12f}"[:16] for x in (*along, *down)],
            PixelSpacing=spacing,
            RescaleSlope=1,
            RescaleIntercept=0,
        )
        pixels = chance.integers(0, 1000, (4, 6)).astype(np.int16)
        write(folder / f"{name}.dcm", with_pixels(data, pixels))
    volume = read_image(folder)[0]
    theirs = highdicom.get_volume_from_series([pydicom.dcmread(p) for p in folder.iterdir()])
    ours = np.array(list(np.ndindex(volume.grid.shape)))
    points = np.c_[volume.grid.points_mm(ours), np.ones(len(ours))]
    at = (points @ np.linalg.inv(theirs.affine).T)[:, :3]
    assert np.array_equal(theirs.array[tuple(at.round().astype(int).T)], volume.array.ravel())
    return float(np.abs(at - at.round()).max())


def cost(work: Callable[[], object]) -> str:
    """Seconds, and the peak of memory in a second run under tracemalloc."""
    work()
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return f"{seconds:.2f} s, {peak / 1e6:.1f} MB"


def main() -> None:
    chance = np.random.default_rng(11)
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        errors = []
        for pose in range(POSES):
            errors.append(pose_error(root / "pose" / str(pose), chance))
        print(f"{POSES} poses: every value where highdicom has it, index within {max(errors):.1e}")
        planes = list(chance.integers(0, 2000, (200, 512, 512)).astype(np.int16))
        series(root / "large", 200, step_mm=1.0, pixels=planes)
        del planes
        print("read 200 x 512 x 512:", cost(lambda: read_image(root / "large")))
        for patient in range(60):
            uid = f"1.2.3.{patient + 1}"
            place = root / "many" / str(patient)
            series(place, 50, SeriesInstanceUID=uid, PatientID=str(patient))
        print("index of 60 series of 50 images:", cost(lambda: read_index(root / "many")))


if __name__ == "__main__":
    main()
