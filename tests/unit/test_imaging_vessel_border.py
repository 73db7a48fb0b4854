"""Lengths and volumes of vessels that cross the border of a region, by hand geometry."""

import numpy as np
import pytest

pytest.importorskip("scipy", reason="needs hepatica[imaging]")

from imaging_vessel_scene import CUBIC, grid_of

from hepatica.imaging.vessel.centreline import Branch
from hepatica.imaging.vessel.network import Network, network
from hepatica.imaging.vessel.rule import VesselRule

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
