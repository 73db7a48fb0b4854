"""The longest line in viable tissue: equal to brute force in fractions, never across necrosis."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from scipy import ndimage
from test_lesion_diameter import ellipse, grid_of

from hepatica.core.errors import ShapeError
from hepatica.imaging.lesion import line as module
from hepatica.imaging.lesion.diameter import longest_axial
from hepatica.imaging.lesion.line import LINE_ENDS_PX, longest_viable


def clear(cells, one, other):
    """Whether a line from pixel to pixel stays in cells, piece by piece between pixel edges."""
    run = [b - a for a, b in zip(one, other, strict=True)]
    cuts = {Fraction(0), Fraction(1)}
    corners = None
    for length in run:
        edges = range(min(0, length), max(0, length))
        own = {(Fraction(2 * e + 1, 2) / length) for e in edges} if length else set()
        corners = own if corners is None else corners & own
        cuts |= own
    cuts = sorted(cuts)

    def cell(t):
        return tuple(math.floor(a + t * d + Fraction(1, 2)) for a, d in zip(one, run, strict=True))

    path = [cell((a + b) / 2) for a, b in itertools.pairwise(cuts)] or [one]
    if not all(spot in cells for spot in path):
        return False
    for corner in corners:
        k = cuts.index(corner)
        (r1, c1), (r2, c2) = path[k - 1], path[k]
        if (r1, c2) not in cells and (r2, c1) not in cells:
            return False
    return True


def brute_force(mask, row_mm, column_mm):
    """Longest clear line between rim pixels, and its place: the first of equal ones."""
    best, place = -1.0, None
    for index, image in enumerate(mask):
        cells = {(int(r), int(c)) for r, c in np.argwhere(image)}
        rim = sorted(
            (r, c)
            for r, c in cells
            if not all((r + i, c + j) in cells for i in (-1, 0, 1) for j in (-1, 0, 1))
        )
        for i, one in enumerate(rim):
            for other in rim[i:]:
                length = math.hypot((other[0] - one[0]) * row_mm, (other[1] - one[1]) * column_mm)
                if length > best + 1e-9 and clear(cells, one, other):
                    best, place = length, (index, one, other)
    return best, place


@pytest.mark.parametrize("seed", range(40))
def test_equals_brute_force_on_torn_and_hollow_regions(seed):
    rng = np.random.default_rng(seed)
    shape = (2, int(rng.integers(3, 12)), int(rng.integers(3, 12)))
    noise = ndimage.gaussian_filter(rng.normal(size=shape), (0, *rng.uniform(0, 1.5, 2)))
    mask = noise > np.quantile(noise, rng.uniform(0.1, 0.8))
    row_mm, column_mm = ((1.0, 1.0), (0.8, 0.8), (0.7, 1.3))[seed % 3]
    found = longest_viable(mask, grid_of(mask.shape, row_mm, column_mm))
    length, (index, *ends) = brute_force(mask, row_mm, column_mm)
    assert found.centres_mm == pytest.approx(length, abs=1e-9)
    assert (found.slice, list(found.pixels)) == (index, ends)


def annulus(inner_mm, outer_mm, pixel=0.8):
    size = int(2 * outer_mm / pixel) + 8
    y, x = (np.mgrid[:size, :size] - size / 2 + 0.3) * pixel
    far = np.hypot(x, y)
    return ((far <= outer_mm) & (far >= inner_mm))[None]


def marked_along(mask, grid, ends):
    """Share of a fine sampling of a line whose nearest voxel is marked."""
    points = ends[0] + np.linspace(0, 1, 4001)[:, None] * (ends[1] - ends[0])
    spots = np.floor(grid.indices(points) + 0.5).astype(int)
    return mask[tuple(spots.T)].mean()


@pytest.mark.parametrize(("core_mm", "across_mm"), [(15, 51.96), (22, 13.84)])
def test_a_necrotic_core_leaves_the_chord_beside_it(core_mm, across_mm):
    """Outer radius 30: the chord touches the core, 2 sqrt(900 - core^2) long.

    A core of 15 lets the perpendicular pass above it, as long as the chord; a core of 22 stops it:
    at the end of the chord, 20.4 from the middle, it runs from outside (22.0) to core (8.2).
    """
    mask = annulus(core_mm, 30)
    grid = grid_of(mask.shape, 0.8, 0.8)
    found = longest_viable(mask, grid)
    assert longest_axial(mask, grid).longest_mm == pytest.approx(60, abs=0.5)
    assert found.longest_mm == pytest.approx(2 * math.sqrt(30**2 - core_mm**2), abs=1.2)
    assert found.perpendicular_mm == pytest.approx(across_mm, abs=1.5)
    inner = found.endpoints_mm.mean(axis=0) + 0.98 * (
        found.endpoints_mm - found.endpoints_mm.mean(axis=0)
    )
    assert marked_along(mask, grid, inner) == 1.0
    middle = found.perpendicular_endpoints_mm.mean(axis=0)
    across = middle + 0.97 * (found.perpendicular_endpoints_mm - middle)
    assert marked_along(mask, grid, across) == 1.0


def test_two_nodules_in_one_lesion_are_not_joined_by_a_line():
    mask = np.zeros((1, 20, 40), bool)
    mask[0, 5:15, 4:14] = mask[0, 5:15, 20:36] = True
    found = longest_viable(mask, grid_of(mask.shape))
    assert found.centres_mm == pytest.approx(math.hypot(9, 15))
    assert min(found.pixels[0][1], found.pixels[1][1]) >= 20


def test_a_bridge_is_crossed_lengthwise_and_a_corner_is_not_squeezed_through():
    mask = np.zeros((1, 9, 20), bool)
    mask[0, 2:7, 1:6] = mask[0, 2:7, 14:19] = mask[0, 4, 6:14] = True
    # Row 4 is entered at column 5.25 and left at 13.75: just within the bridge of columns 6 to 13.
    assert longest_viable(mask, grid_of(mask.shape)).pixels == ((3, 1), (5, 18))
    mask[:] = False
    mask[0, [2, 3], [2, 3]] = True
    assert longest_viable(mask, grid_of(mask.shape)).centres_mm == 0


def test_one_voxel_and_none():
    mask = np.zeros((2, 4, 5), bool)
    assert longest_viable(mask, grid_of(mask.shape)) is None
    mask[1, 2, 4] = True
    found = longest_viable(mask, grid_of(mask.shape))
    assert (found.slice, found.centres_mm) == (1, 0)
    assert found.longest_mm == pytest.approx(LINE_ENDS_PX)
    assert 0 < found.perpendicular_mm <= found.longest_mm
    with pytest.raises(ShapeError):
        longest_viable(mask, grid_of((2, 4, 6)))


def test_a_lesion_viable_throughout_has_the_diameters_of_the_whole():
    rng = np.random.default_rng(3)
    across = []
    for _ in range(20):
        mask, _, short = ellipse(rng, 0.8)
        grid = grid_of(mask.shape, 0.8, 0.8)
        found = longest_viable(mask, grid)
        assert found.longest_mm == pytest.approx(longest_axial(mask, grid).longest_mm, abs=1e-9)
        across.append(found.perpendicular_mm - short)
    assert abs(np.mean(across)) <= 0.12
    assert np.std(across) <= 0.35


def test_a_rim_as_torn_as_noise_is_searched_in_bounded_time_and_says_so(monkeypatch):
    mask = np.random.default_rng(5).random((1, 40, 40)) < 0.7
    grid = grid_of(mask.shape)
    whole = longest_viable(mask, grid)
    monkeypatch.setattr(module, "LARGEST_RIM", 300)
    thinned = longest_viable(mask, grid)
    assert not whole.flags
    assert thinned.flags
    assert thinned.centres_mm <= whole.centres_mm
