"""Vessels of known course and calibre as small scans: tubes, helices, sines and trees."""

from __future__ import annotations

from datetime import date

import numpy as np
from scipy.spatial.transform import Rotation

from hepatica.imaging.origin import Origin
from hepatica.imaging.phantom.tube import Tube, render_tubes
from hepatica.imaging.volume import Floats, Grid, Volume

CUBIC = (1.0, 1.0, 1.0)
SLICES = (2.5, 0.7, 0.7)
GROUND, HEIGHT, NOISE = 50.0, 200.0, 0.15
ARTERIAL = Origin("P01", date(2020, 3, 2), "CT", "arterial", series="1.2.3")


def straight(length: float) -> Floats:
    return np.linspace(0.0, length, 30)[:, None] * np.array([0.0, 0.0, 1.0])


def helix(radius: float, pitch: float, turns: float) -> Floats:
    t = np.linspace(0.0, 2 * np.pi * turns, 300)
    return np.stack([radius * np.cos(t), radius * np.sin(t), pitch * t / (2 * np.pi)], axis=1)


def sine(height: float, wave: float, waves: float) -> Floats:
    x = np.linspace(0.0, wave * waves, 300)
    return np.stack([x, height * np.sin(2 * np.pi * x / wave), 0 * x], axis=1)


def tree(levels: int, seed: int) -> list[tuple[Floats, float]]:
    """A tree that forks `levels` times, 2 ** (levels + 1) - 1 branches: (points, radius) each."""
    rng = np.random.default_rng(seed)
    found: list[tuple[Floats, float]] = []

    def grow(start: Floats, ahead: Floats, left: int, radius: float, length: float) -> None:
        end = start + ahead * length
        found.append((np.linspace(start, end, 12), radius))
        if not left:
            return
        across = np.cross(ahead, rng.normal(size=3))
        across /= np.linalg.norm(across)
        for side in (1.0, -1.0):
            angle = side * np.deg2rad(rng.uniform(30, 45))
            child = ahead * np.cos(angle) + across * np.sin(angle)
            grow(end, child, left - 1, radius * 0.8, length * 0.9)

    grow(np.zeros(3), np.array([0.0, 0.0, 1.0]), levels, 2.5, 16.0)
    return found


def grid_of(shape: tuple[int, int, int], spacing: tuple[float, float, float]) -> Grid:
    """An axial grid whose first voxel lies at 0, 0, 0."""
    affine = np.zeros((4, 4))
    affine[2, 0], affine[1, 1], affine[0, 2], affine[3, 3] = *spacing, 1.0
    return Grid(shape, affine)


def scan(
    tubes: list[tuple[Floats, float]],
    *,
    seed: int,
    spacing: tuple[float, float, float] = CUBIC,
    noise: float = 0.0,
    height: float = HEIGHT,
    psf: float = 1.0,
) -> tuple[Volume, list[Floats]]:
    """The tubes in a pose and a sub-voxel place of their own, and where they lie then.

    `noise` is its standard deviation as a share of `height`; seed 0 is not turned.
    """
    turn = Rotation.random(random_state=seed).as_matrix() if seed else np.eye(3)
    turned = [points @ turn.T for points, _ in tubes]
    every = np.concatenate(turned)
    low, high = every.min(axis=0), every.max(axis=0)
    margin = max(radius for _, radius in tubes) + 7.0
    rng = np.random.default_rng(seed)
    place = margin - low + rng.uniform(-0.5, 0.5, 3) * np.array(spacing[::-1])
    sizes = np.ceil(((high - low)[::-1] + 2 * margin) / np.array(spacing)).astype(int)
    grid = grid_of((int(sizes[0]), int(sizes[1]), int(sizes[2])), spacing)
    placed = [points + place for points in turned]
    drawn = [Tube.of(p, r) for p, (_, r) in zip(placed, tubes, strict=True)]
    grey = GROUND + height * render_tubes(grid, drawn, 1.0, psf)
    if noise:
        grey = grey + rng.normal(0.0, noise * height, grid.shape)
    return Volume(grey.astype(np.float32), grid, ARTERIAL), placed


def turn_per_mm(points: Floats) -> float:
    """Turning of a finely drawn curve over its length: the true in-plane sum of angles, rad/mm."""
    steps = np.diff(points, axis=0)
    size = np.linalg.norm(steps, axis=1)
    cosine = (steps[1:] * steps[:-1]).sum(axis=1) / size[1:] / size[:-1]
    return float(np.arccos(np.clip(cosine, -1, 1)).sum() / size.sum())


def true_metric(points: Floats, ends: Floats) -> float:
    """Length over distance of a finely drawn curve between its points nearest to `ends`."""
    first, last = sorted(int(((points - e) ** 2).sum(axis=1).argmin()) for e in ends)
    part = points[first : last + 1]
    length = np.linalg.norm(np.diff(part, axis=0), axis=1).sum()
    return float(length / np.linalg.norm(part[-1] - part[0]))
