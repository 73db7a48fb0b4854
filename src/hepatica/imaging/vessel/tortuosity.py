"""Tortuosity of one piece of a vessel: distance metric, inflection count, sums of angles.

    distance metric             L / D
    inflection count metric     (n + 1) L / D, n inflections
    sum of angles, in plane     sum |IP| / L              rad/mm
    sum of angles, with torsion sum sqrt(IP2 + TP2) / L   rad/mm, exploratory

L length, D distance of the ends, IP the angle between two steps, TP the angle between the planes
of two successive pairs of steps (180 degrees count as 0). [bullitt2003] counts an inflection where
the squared change of the Frenet normal between two points has a local maximum above 1.

Choices where it is silent: an inflection counts only where the curvature on both sides exceeds
a guard, and an angle of torsion likewise: without, a straight vessel shows 7 to 20 inflections
and 0.8 rad/mm, made of noise. Its angles are per cm [not confirmed]; ours are per mm. The angle in
plane stands first, that with torsion is exploratory. D near 0, a closed loop, has no distance
metric.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from hepatica.imaging.vessel.curve import arc_mm
from hepatica.imaging.vessel.rule import VesselRule
from hepatica.imaging.volume import Floats

_TURN = 0.2  # rad, about 11 degrees
_CLOSED = 0.05  # ends nearer than this share of the length: a loop


@dataclass(frozen=True, slots=True)
class Tortuosity:
    """Of one piece: length and distance of the ends in mm, what the module's table says.

    `distance_metric` and `icm` are None for a closed loop.
    """

    length_mm: float
    chord_mm: float
    distance_metric: float | None
    inflections: int
    soam: float
    soam_torsion: float

    @property
    def icm(self) -> float | None:
        """Inflection count metric."""
        return (
            None if self.distance_metric is None else (self.inflections + 1) * self.distance_metric
        )


def tortuosity(fine: Floats, points: Floats, rule: VesselRule) -> Tortuosity:
    """Tortuosity of a piece: length from the `fine` curve, angles from `points` (n, 3) in mm.

    Both are the same curve; `points` are equally spaced by the rule's step.
    """
    length = float(arc_mm(fine)[-1])
    chord = float(np.linalg.norm(fine[-1] - fine[0]))
    steps = np.diff(points, axis=0)
    size = np.linalg.norm(steps, axis=1)
    unit = steps / np.maximum(size, 1e-12)[:, None]
    planes = np.cross(unit[:-1], unit[1:])
    sine = np.linalg.norm(planes, axis=1)
    bend = _bend(unit)
    curvature = bend / np.maximum((size[:-1] + size[1:]) / 2.0, 1e-12)
    normal = planes / np.maximum(sine, 1e-12)[:, None]
    twist = _twist(normal, curvature, rule.torsion_per_mm)
    total = float(size.sum())
    return Tortuosity(
        length_mm=length,
        chord_mm=chord,
        distance_metric=length / chord if chord > _CLOSED * length else None,
        inflections=_inflections(unit, normal, curvature, rule.inflection_per_mm),
        soam=float(bend.sum()) / total,
        soam_torsion=float(np.hypot(bend, twist).sum()) / total,
    )


def _twist(normal: Floats, curvature: Floats, guard: float) -> Floats:
    """Angle between the plane of each pair of steps and the next; 0 below the guard."""
    twist = np.zeros(len(normal))
    if len(normal) < 2:
        return twist
    cosine = np.clip(np.einsum("nd,nd->n", normal[:-1], normal[1:]), -1.0, 1.0)
    angle = np.arccos(cosine)
    both = np.minimum(curvature[:-1], curvature[1:]) > guard
    # A plane that turns over is an inflection of a flat curve and no torsion.
    flat = np.isclose(angle, np.pi, atol=1e-6)
    twist[:-1] = np.where(both & ~flat, angle, 0.0)
    return twist


def _inflections(unit: Floats, normal: Floats, curvature: Floats, guard: float) -> int:
    """Changes of the Frenet normal by more than 1 (squared) between two bends that are sure.

    The curvature vector is averaged over three steps first, which noise that bends to and fro
    within them does not survive; a bend is sure where it exceeds the guard and turns the vessel by
    at least `_TURN` on its side of the inflection.
    """
    if len(normal) < 2:
        return 0
    along = unit[:-1] + unit[1:]
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-12)
    inward = np.cross(normal, along) * curvature[:, None]
    mean = ndimage.uniform_filter1d(inward, 3, axis=0, mode="nearest")
    size = np.linalg.norm(mean, axis=1)
    sure = size > guard
    frenet = mean[sure] / size[sure, None]
    bends = np.where(curvature > 0, size / np.maximum(curvature, 1e-12), 0.0)[sure]
    return _turns(frenet, bends * _bend(unit)[sure])


def _turns(frenet: Floats, bend: Floats) -> int:
    """Changes between successive sides that turn far enough."""
    if len(frenet) < 2:
        return 0
    change = (np.diff(frenet, axis=0) ** 2).sum(axis=1)
    high = np.concatenate([[0.0], np.where(change > 1.0, change, 0.0), [0.0]])
    peak = (high[1:-1] > 0) & (high[1:-1] >= high[:-2]) & (high[1:-1] > high[2:])
    side = np.concatenate([[0], np.cumsum(peak)])
    far = np.flatnonzero(np.bincount(side, bend) >= _TURN)
    first = np.array([frenet[side == s][0] for s in far]).reshape(-1, 3)
    last = np.array([frenet[side == s][-1] for s in far]).reshape(-1, 3)
    between = ((first[1:] - last[:-1]) ** 2).sum(axis=1)
    return int((between > 1.0).sum())


def _bend(unit: Floats) -> Floats:
    """Angle between each step and the next."""
    sine = np.linalg.norm(np.cross(unit[:-1], unit[1:]), axis=1)
    bend: Floats = np.arctan2(sine, np.einsum("nd,nd->n", unit[:-1], unit[1:]))
    return bend
