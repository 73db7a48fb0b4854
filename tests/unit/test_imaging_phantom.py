"""Synthetic examinations: what is called true holds of the shapes; equal plans, equal bytes."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pydicom = pytest.importorskip("pydicom", reason="needs hepatica[imaging]")
pytest.importorskip("highdicom", reason="needs hepatica[imaging]")

from hepatica.imaging.mask import Segmentation  # noqa: E402
from hepatica.imaging.phantom.body import Size, body  # noqa: E402
from hepatica.imaging.phantom.examination import (  # noqa: E402
    Examination,
    Field,
    Plan,
    attenuation,
    render_examination,
)
from hepatica.imaging.phantom.folder import write_examination  # noqa: E402
from hepatica.imaging.phantom.seed import generator, noise, uid  # noqa: E402
from hepatica.imaging.phantom.shape import Artery, Ellipsoid, Pose  # noqa: E402
from hepatica.imaging.phantom.truth import truth  # noqa: E402
from hepatica.imaging.reading.image import read_image  # noqa: E402
from hepatica.imaging.reading.mask import read_segmentation  # noqa: E402

DAY = date(2020, 2, 3)
SMALL = Field((12, 40, 40), (1.5, 1.5, 1.5), (-40.0, -8.0, 2.0))
PLAN = Plan(7, "S1", DAY, Size("T1", 40.0, 32.0), field=SMALL)


def _bytes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phantom")
    write_examination(PLAN, folder)
    return folder


@pytest.fixture(scope="module")
def drawn() -> Examination:
    return render_examination(PLAN)


def _described(plan: Plan) -> dict[str, Any]:
    """The truth of a plan whose voxels nobody draws."""
    inside = body(plan.seed, plan.subject, plan.size, change=plan.change)
    pose = Pose.of((2.0, -2.0, 1.0), (0.5, 0.0, -0.5))
    outlines = Segmentation(plan.field.grid(), ())
    return truth(Examination(plan, {}, outlines, inside, pose))


def test_the_same_plan_gives_the_same_bytes(written: Path, tmp_path: Path) -> None:
    write_examination(PLAN, tmp_path)
    assert _bytes(written) == _bytes(tmp_path)
    assert len(_bytes(written)) == 3 * 12 + 2


def test_another_day_lies_otherwise_with_other_noise(drawn: Examination) -> None:
    other = render_examination(replace(PLAN, day=date(2020, 3, 5)))
    assert not np.array_equal(other.pose.turn, drawn.pose.turn)
    for phase, volume in other.phases.items():
        assert volume.origin.series != drawn.phases[phase].origin.series
        assert not np.array_equal(volume.array, drawn.phases[phase].array)


def test_everything_says_that_it_is_synthetic(written: Path) -> None:
    files = sorted(written.rglob("*.dcm"))
    for path in (files[0], files[-1], written / "outlines" / "outlines.dcm"):
        data = pydicom.dcmread(path, stop_before_pixels=True)
        assert str(data.PatientName) == "Synthetic^Phantom"
        assert data.PatientID == "S1"
        assert data.SeriesDescription.startswith("SYNTHETIC")
        assert "SYNTHETIC" in data.ImageComments
        assert data.SOPInstanceUID.startswith("2.25.")


def test_what_is_read_is_what_was_drawn(written: Path, drawn: Examination) -> None:
    for phase, volume in drawn.phases.items():
        read, findings = read_image(written / phase.replace(" ", "_"))
        assert findings == ()
        assert read.grid.same_as(volume.grid)
        assert np.array_equal(read.array, volume.array)
        assert (read.origin.phase, read.origin.day, read.origin.subject) == (phase, DAY, "S1")
        assert read.origin.delay_s == volume.origin.delay_s
        assert (read.origin.slice_mm, read.origin.kernel) == (1.5, "SYNTHETIC")
    arterial, _ = read_image(written / "arterial")
    outlines, findings = read_segmentation(written / "outlines" / "outlines.dcm", arterial)
    assert findings == ()
    assert [one.label for one in outlines] == [one.label for one in drawn.outlines]
    assert {"Liver", "Tumour T1", "Arteries of T1"} <= {one.label for one in outlines}
    for one, other in zip(outlines, drawn.outlines, strict=True):
        assert np.array_equal(one.whole(SMALL.shape), other.whole(SMALL.shape))


def test_the_axial_diameters_of_a_turned_ellipsoid_are_those_of_its_points() -> None:
    """Every axial section, sampled: the longest chord of any and its width across."""
    shape, pose = Ellipsoid((3.0, -4.0, 5.0), (20.0, 17.0, 11.0)), Pose.of((25, -30, 40), (1, 2, 3))
    longest, across = shape.axial_mm(pose.turn)
    axis = np.arange(-21.0, 21.0, 0.25)
    x, y, z = np.meshgrid(axis, axis, np.arange(-4.0, 4.0, 0.5), indexing="ij")
    points = np.column_stack([x.ravel(), y.ravel(), z.ravel()])
    centre = pose.placed([shape.centre])
    inside = points[shape.outside_mm(pose.body(points + centre)) <= 0]
    best = 0.0
    for level in np.unique(inside[:, 2]):
        flat = inside[inside[:, 2] == level][:, :2]
        turned = [np.ptp(flat @ [np.cos(a), np.sin(a)]) for a in np.linspace(0, np.pi, 181)]
        if max(turned) > best:
            best, width = max(turned), min(turned)
    assert longest == pytest.approx(best, abs=0.5)
    assert across == pytest.approx(width, abs=0.6)


def test_no_line_clear_of_the_dead_core_is_longer_than_the_viable_diameter() -> None:
    """In the plane of a circle of 20 mm with a core of 12 mm: 2 x sqrt(20^2 - 12^2) = 32 mm."""
    tumour = body(1, "S", Size("T1", 40.0, 32.0)).tumour
    assert tumour.core * 20.0 == pytest.approx(12.0)
    assert tumour.enhancing_share == pytest.approx(1 - 0.6**3)


def test_an_artery_knows_its_length() -> None:
    quarter = np.linspace(0, np.pi / 2, 500)
    arc = np.column_stack([10 * np.cos(quarter), 10 * np.sin(quarter), 0 * quarter])
    artery = Artery("arc", arc, 3.0)
    assert artery.length_mm == pytest.approx(5 * np.pi, rel=1e-5)
    assert artery.distance_metric == pytest.approx(5 * np.pi / np.sqrt(200), rel=1e-5)


def test_change_makes_vessels_thinner_and_straighter_and_no_change_leaves_them() -> None:
    first, same, less = (body(3, "S", Size(), change=c).vessels for c in (1.0, 1.0, 0.8))
    for a, b, c in zip(first, same, less, strict=True):
        assert np.array_equal(a.points, b.points)
        assert c.diameter_mm == pytest.approx(0.8 * a.diameter_mm)
        assert 1.0 < c.distance_metric < a.distance_metric
        assert np.array_equal(a.points[[0, -1]], c.points[[0, -1]])
    assert attenuation("viable tumour", 0.8, 1) == pytest.approx(45 + 0.64 * 60)
    assert attenuation("viable tumour", 0.8, 2) == attenuation("viable tumour", 1.0, 2)


def test_truth_is_that_of_the_plan() -> None:
    told = _described(PLAN)
    assert told["tumour"]["asked_mm"] == 40.0
    assert told["tumour"]["volume_ml"] == pytest.approx(
        4 / 3 * np.pi * 20 * (0.92 * 20) * (0.88 * 20) / 1000
    )
    assert told["aef_percent"]["tumour"] == pytest.approx(100 * 60 / 73)
    assert told["synthetic"] is True


def test_a_tumour_larger_than_the_field_is_drawn_smaller_and_said_so() -> None:
    told = _described(replace(PLAN, size=Size("T1", 80.0, 80.0)))["tumour"]
    assert told["asked_mm"] == 80.0
    assert told["longest_axial_mm"] == pytest.approx(told["drawn_no_larger_than_mm"], rel=0.01)


def test_noise_has_the_spread_asked_for() -> None:
    drawn = noise(generator(1, "n"), (8, 64, 64), 5.0)
    assert drawn.std() == pytest.approx(5.0, rel=0.05)
    assert drawn.mean() == pytest.approx(0.0, abs=0.1)


def test_uids_follow_seed_and_words() -> None:
    assert uid(1, "a", "b") == uid(1, "a", "b")
    assert len({uid(1, "a", "b"), uid(1, "ab"), uid(2, "a", "b"), uid(1, "b", "a")}) == 4
    assert all(len(uid(n, "x")) <= 64 for n in range(50))
