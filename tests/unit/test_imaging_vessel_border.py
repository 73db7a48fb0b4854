"""Lengths of vessels at the border of a region, at their ends and at the end of the scan."""

import numpy as np
import pytest

pytest.importorskip("scipy", reason="needs hepatica[imaging]")

from imaging_vessel_scene import CUBIC, grid_of, scan, straight

from hepatica.imaging.vessel.centreline import Branch, Course, branches_of
from hepatica.imaging.vessel.network import Network, network
from hepatica.imaging.vessel.rule import VesselRule
from hepatica.imaging.vessel.section import Grey

STARTS = np.arange(0.05, 1.0, 0.1)


def along_the_slices(start: float) -> Branch:
    """A vessel 4 mm wide in steps of 1 mm through slices of 1 mm, from `start` mm on."""
    n = 61
    points = np.full((n, 3), 10.0)
    points[:, 2] = start + np.arange(n)
    full, yes = np.full(n, 4.0), np.ones(n, bool)
    return Branch(points, full, full, full, full, ~yes, yes, yes, (True, True), (0, 1))


def lengths(low: int, high: int) -> list[Network]:
    """Networks of the vessel at ten places within slices `low` up to, not including, `high`."""
    grid = grid_of((64, 21, 21), CUBIC)
    inside = np.zeros(grid.shape, bool)
    inside[low:high] = True
    return [network([along_the_slices(s)], inside, grid, VesselRule()) for s in STARTS]


def test_a_vessel_through_a_slab_is_as_long_as_the_slab_is_thick():
    found = lengths(20, 50)
    assert np.mean([n.length_mm for n in found]) == pytest.approx(30.0, abs=0.01)
    assert all(abs(n.length_mm - 30.0) <= 1.0 for n in found)
    assert np.mean([n.vessel_mm3 for n in found]) == pytest.approx(30.0 * np.pi * 4.0, rel=1e-3)


def test_pieces_of_a_whole_vessel_add_up_to_it():
    parts = [lengths(*ends) for ends in ((0, 20), (20, 50), (50, 64))]
    for three in zip(*parts, strict=True):
        assert sum(n.length_mm for n in three) == pytest.approx(60.0, abs=1e-9)


def traced_to(end_mm: float, slices: int | None = None) -> tuple[float, float]:
    """Height where a vessel of 40 mm ends whose course was lost beyond `end_mm`, and its own."""
    volume, (placed,) = scan([(straight(40), 2.0)], seed=0)
    low = placed[0, 2]
    points = placed[0] + np.linspace(0.0, end_mm, 60)[:, None] * np.array([0.0, 0.0, 1.0])
    course = Course(points, np.full(60, 2.0), (2.0, 2.0), (True, True), (0, 1))
    grid = volume.grid
    if slices is not None:
        grid = grid.cut((0, 0, 0), (slices, *grid.shape[1:]))
    grey = Grey(volume.array[: grid.shape[0]], grid)
    (found,) = branches_of(grey, [course], VesselRule())
    return float(found.points[-1, 2]), float(low + 40.0)


def test_a_free_end_that_thinning_lost_is_carried_on():
    reached, end = traced_to(39.0)  # the cap of the tube is 2 mm
    assert reached == pytest.approx(end + 2.0, abs=1.5)
    reached, end = traced_to(30.0)
    assert end - 10.0 + 5.0 < reached <= end + 2.0


def test_no_vessel_is_carried_on_beyond_the_scan():
    volume, _ = scan([(straight(40), 2.0)], seed=0)
    slices = volume.grid.shape[0] - 14
    reached, _ = traced_to(34.0, slices)
    assert reached <= slices - 0.5
