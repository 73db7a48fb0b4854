"""Measure lesion diameters: speed on an organ, and bias of endpoint conventions on ellipses.

    python bench/imaging_lesion.py [ellipses]

Made data, seeded. The figures are those of docs/reference/imaging-accuracy.md.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np

from hepatica.imaging.lesion.diameter import longest_axial
from hepatica.imaging.lesion.line import longest_viable
from hepatica.imaging.mask import Mask
from hepatica.imaging.volume import Grid

SEED = 20150507


def grid_of(shape: tuple[int, ...], pixel_mm: float, slice_mm: float = 2.5) -> Grid:
    affine = np.zeros((4, 4))
    affine[2, 0], affine[1, 1], affine[0, 2], affine[3, 3] = slice_mm, pixel_mm, pixel_mm, 1
    return Grid((shape[0], shape[1], shape[2]), affine)


def organ() -> Mask:
    """Two joined ellipsoids, the size of a liver on 512 x 512 x 200."""
    s, r, c = np.ogrid[:200, :512, :512]
    right = ((s - 100) / 85) ** 2 + ((r - 250) / 100) ** 2 + ((c - 230) / 150) ** 2 < 1
    left = ((s - 110) / 60) ** 2 + ((r - 300) / 110) ** 2 + ((c - 330) / 70) ** 2 < 1
    return np.asarray(right | left)


def hollow(noise: float) -> Mask:
    """A tumour of 100 mm with a dead core of 64 mm; `noise` is the share of voxels lost."""
    s, r, c = np.ogrid[:40, :200, :200]
    far = np.sqrt(((s - 20) * 3.0) ** 2 + (r - 100) ** 2 + (c - 100) ** 2)
    kept = np.random.default_rng(SEED).random((40, 200, 200)) >= noise
    return np.asarray((far < 62) & (far >= 40) & kept)


def timed(name: str, work: Callable[[], object], times: int = 3) -> None:
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    print(f"{name:<58} {min(seconds):6.2f} s", flush=True)


def ellipse(rng: np.random.Generator, pixel_mm: float, share: float) -> tuple[Mask, float, float]:
    """A slice with an ellipse of 10 to 100 mm at any place and angle, and its true diameters."""
    long = rng.uniform(10, 100)
    short = long * share
    size = int(long / pixel_mm) + 6
    y, x = (np.mgrid[:size, :size] - (size - 1) / 2 + rng.uniform(-0.5, 0.5, (2, 1, 1))) * pixel_mm
    turn = rng.uniform(0, np.pi)
    along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    return ((along / long) ** 2 + (across / short) ** 2 <= 0.25)[None], long, short


def bias(pixel_mm: float, low: float, high: float, count: int) -> None:
    """Mean and SD of the error of each length, for ellipses of these shares of axes."""
    rng = np.random.default_rng(SEED)
    errors = []
    for _ in range(count):
        mask, long, short = ellipse(rng, pixel_mm, rng.uniform(low, high))
        grid = grid_of(mask.shape, pixel_mm)
        found, line = longest_axial(mask, grid), longest_viable(mask, grid)
        assert found is not None and line is not None
        errors.append(
            (
                found.centres_mm - long,
                found.longest_mm - long,
                found.short_mm - short,
                line.longest_mm - long,
                line.perpendicular_mm - short,
            )
        )
    names = ("centres", "longest", "short", "viable", "perpendicular")
    told = "  ".join(
        f"{name} {mean:+.2f} ({sd:.2f})"
        for name, mean, sd in zip(names, np.mean(errors, 0), np.std(errors, 0), strict=True)
    )
    print(f"{pixel_mm} mm, axes {low}-{high}: {told}", flush=True)


def run(count: int) -> None:
    mask = organ()
    grid = grid_of(mask.shape, 0.8)
    timed("longest axial diameter, organ of 512 x 512 x 200", lambda: longest_axial(mask, grid))
    for noise in (0.0, 0.05, 0.3):
        torn = hollow(noise)
        own = grid_of(torn.shape, 0.8, 3.0)
        timed(
            f"longest viable line, 100 mm with a core, {noise:.0%} of voxels lost",
            lambda m=torn, g=own: longest_viable(m, g),  # type: ignore[misc]
            1,
        )
    for pixel_mm in (0.5, 0.8, 1.0):
        bias(pixel_mm, 0.4, 1.0, count)
    for low, high in ((0.4, 0.6), (0.6, 0.8), (0.8, 0.95), (1.0, 1.0)):
        bias(0.8, low, high, count)


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
