"""Accuracy of vessels over random poses and loads, and speed; needs hepatica[imaging].

    python bench/imaging_vessel.py [poses] [accuracy|enhancement|network|contact|speed ...]

Known tubes are drawn with a point spread of 1 mm (FWHM), in random poses and sub-voxel places, at
1 mm and at 0.7 x 0.7 x 2.5 mm. Each line: mean (and worst) difference from the truth.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
from scipy import ndimage

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "unit"))

from imaging_vessel_scene import (
    ARTERIAL,
    CUBIC,
    SLICES,
    grid_of,
    helix,
    scan,
    sine,
    straight,
    tree,
    true_metric,
    turn_per_mm,
)

from hepatica.imaging.mask import Segment
from hepatica.imaging.phantom.tube import Tube, render_tubes
from hepatica.imaging.vessel.assessment import assess_vessels
from hepatica.imaging.vessel.centreline import branches_of
from hepatica.imaging.vessel.curve import spaced
from hepatica.imaging.vessel.ridge import Cube, ridge_mask
from hepatica.imaging.vessel.rule import VesselRule
from hepatica.imaging.vessel.section import Grey
from hepatica.imaging.vessel.skeleton import traced
from hepatica.imaging.vessel.tortuosity import tortuosity
from hepatica.imaging.volume import Volume

RULE = VesselRule()
COURSES = {
    "straight": straight(40),
    "helix R8": helix(8, 20, 1.5),
    "helix R4": helix(4, 12, 2.5),
    "sine": sine(5, 40, 1.5),
}


def branches(volume):
    cube, grey = Cube.of(volume.grid), volume.array.astype(np.float32)
    _, courses = traced(ridge_mask(cube, grey, RULE), cube, RULE)
    return branches_of(Grey(grey, volume.grid), courses, RULE)


def worst(values):
    known = np.array(values, float)
    return f"{known.mean():+.3f} ({known[np.abs(known).argmax()]:+.3f})"


def accuracy(poses):
    print(
        "spacing radius noise course | pieces | diameter mm | DM % | SOAM | inflections | torsion"
    )
    for spacing in (CUBIC, SLICES):
        for radius in (1.0, 1.5, 2.0, 3.0):
            if 2 * radius < max(spacing):
                continue
            for noise in (0.0, 0.15):
                for name, course in COURSES.items():
                    _course(spacing, radius, noise, name, course, poses)


def _course(spacing, radius, noise, name, course, poses):
    pieces, diameter, metric, angle, inflections, torsion = [], [], [], [], [], []
    for seed in range(1, poses + 1):
        volume, (placed,) = scan([(course, radius)], seed=seed, spacing=spacing, noise=noise)
        found = branches(volume)
        pieces.append(len(found))
        longest = max(found, key=lambda b: b.length_mm)
        clear = longest.points[longest.clear]
        told = tortuosity(clear, spaced(clear, max(2.0, radius)), RULE)
        truth = true_metric(placed, clear[[0, -1]])
        ends = sorted(int(((placed - e) ** 2).sum(axis=1).argmin()) for e in clear[[0, -1]])
        part = placed[ends[0] : ends[1] + 1]
        diameter.append(longest.diameter_mm[longest.counted].mean() - 2 * radius)
        metric.append(100 * (told.distance_metric / truth - 1))
        angle.append(told.soam - turn_per_mm(part))
        inflections.append(told.inflections)
        torsion.append(told.soam_torsion)
    print(
        f"{max(spacing)} {radius} {noise:.2f} {name:9} | {max(pieces)} | {worst(diameter)} | "
        f"{worst(metric)} | {worst(angle)} | {min(inflections)}-{max(inflections)} | "
        f"{np.mean(torsion):.3f}",
        flush=True,
    )


def measured(volume):
    found = assess_vessels(volume, np.ones(volume.grid.shape, bool), RULE)
    return {q.test: q for q in found.quantities if q.region == "region"}, found


def enhancement(poses):
    print("diameter noise | half maximum % (worst) | fixed 150 HU mask % (mean)")
    for diameter in (2.0, 3.0, 5.0, 8.0):
        for noise in (0.0, 0.15):
            change, fixed = [], []
            for seed in range(1, poses + 1):
                half, mask = [], []
                for height in (200.0, 130.0):
                    volume, _ = scan(
                        [(straight(35), diameter / 2)], seed=seed, height=height, psf=1.25,
                        noise=noise * 200.0 / height,
                    )  # fmt: skip
                    half.append(measured(volume)[0]["VSDIAM"].value or np.nan)
                    mask.append(np.sqrt(np.count_nonzero(_largest(volume.array > 150))))
                change.append(100 * (half[1] / half[0] - 1))
                fixed.append(100 * (mask[1] / mask[0] - 1))
            print(f"{diameter} {noise:.2f} | {worst(change)} | {np.mean(fixed):+.1f}", flush=True)


def _largest(mask):
    label, count = ndimage.label(mask)
    if not count:
        return mask
    return label == 1 + np.bincount(label.ravel())[1:].argmax()


def network(poses):
    print("spacing noise branches | found")
    for spacing in (CUBIC, SLICES):
        for noise in (0.0, 0.15):
            for levels in (1, 2, 3):
                counts, lengths = [], []
                for seed in range(1, poses + 1):
                    made = tree(levels, seed)
                    volume, placed = scan(made, seed=seed, spacing=spacing, noise=noise)
                    _, found = measured(volume)
                    counts.append(len(found.branches))
                    true = sum(np.linalg.norm(p[-1] - p[0]) for p in placed)
                    steps = [
                        np.linalg.norm(np.diff(b[:, :3], axis=0), axis=1) for b in found.branches
                    ]
                    lengths.append(100 * (sum(s.sum() for s in steps) / true - 1))
                right = sum(c == 2 ** (levels + 1) - 1 for c in counts)
                print(
                    f"{max(spacing)} {noise:.2f} {2 ** (levels + 1) - 1:2} | {right} of {poses}, "
                    f"{min(counts)}-{max(counts)} | length % {worst(lengths)}",
                    flush=True,
                )


def contact(poses):
    print("gap | branches | flagged")
    for gap in (0.0, 0.5, 1.0, 1.5, 2.0, 3.0):
        apart = np.array([(4.0 + gap) / 2, 0.0, 0.0])
        counts, flagged = [], 0
        for seed in range(1, poses + 1):
            tubes = [(straight(32) + side * apart, 2.0) for side in (1, -1)]
            volume, _ = scan(tubes, seed=seed, noise=0.15)
            quantities, found = measured(volume)
            counts.append(len(found.branches))
            flagged += bool(quantities["VSDIAM"].flags)
        print(f"{gap} | {min(counts)}-{max(counts)} | {flagged} of {poses}", flush=True)


def speed(_poses):
    """A whole liver's vessels, outlined: 200 x 512 x 512, 0.7 x 0.7 x 1 mm."""
    grid = grid_of((200, 512, 512), (1.0, 0.7, 0.7))
    rng = np.random.default_rng(1)
    tubes = []
    for _ in range(18):
        course = helix(rng.uniform(8, 25), 25, 4)
        start = np.array([rng.uniform(40, 300), rng.uniform(40, 300), rng.uniform(10, 80)])
        tubes.append(Tube.of(course + start, rng.uniform(1.2, 2.6)))
    grey = 50 + 200 * render_tubes(grid, tubes, 1.0, 1.0) + rng.normal(0, 20, grid.shape)
    mask = ndimage.gaussian_filter(grey.astype(np.float32), 0.7) > 140
    volume = Volume(grey.astype(np.float32), grid, ARTERIAL)
    points = Segment.of("liver", 1, np.ones(grid.shape, bool))
    for name, drawn in (("outlined", mask), ("found", None)):
        start = time.perf_counter()
        found = assess_vessels(volume, points, RULE, vessels=drawn)
        seconds = time.perf_counter() - start
        print(f"{name}: {np.count_nonzero(mask)} vessel voxels, {len(found.branches)} branches, "
              f"{seconds:.1f} s", flush=True)  # fmt: skip


PARTS = {
    "accuracy": accuracy,
    "enhancement": enhancement,
    "network": network,
    "contact": contact,
    "speed": speed,
}

if __name__ == "__main__":
    given = sys.argv[1:]
    count = int(given.pop(0)) if given and given[0].isdigit() else 8
    for part in given or PARTS:
        PARTS[part](count)
