"""Shapes of a phantom: ellipsoids and arteries of known size."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Point = tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Pose:
    """How somebody lies in the scanner: turned by `turn` (3, 3), then moved by `shift_mm`."""

    turn: Floats
    shift_mm: Floats

    @classmethod
    def of(cls, angles_deg: Point, shift_mm: Point) -> Pose:
        """Pose of small turns about x, y and z."""
        turn = np.eye(3)
        for axis, angle in enumerate(np.deg2rad(angles_deg)):
            one = np.eye(3)
            i, j = (axis + 1) % 3, (axis + 2) % 3
            one[i, i] = one[j, j] = np.cos(angle)
            one[i, j], one[j, i] = -np.sin(angle), np.sin(angle)
            turn = one @ turn
        return cls(turn, np.array(shift_mm, float))

    def placed(self, points: npt.ArrayLike) -> Floats:
        """Points (n, 3) of the body, in the scanner."""
        return np.asarray(points, float) @ self.turn.T + self.shift_mm

    def body(self, points: Floats) -> Floats:
        """Points (n, 3) of the scanner, in the body."""
        return (points - self.shift_mm) @ self.turn


@dataclass(frozen=True)
class Ellipsoid:
    """An ellipsoid in the body: centre and half axes along x, y, z in mm."""

    centre: Point
    half_mm: Point

    def outside_mm(self, points: Floats) -> Floats:
        """Distance of body points (n, 3) from the surface, below 0 within; exact to first order."""
        scaled = (points - np.array(self.centre)) / np.array(self.half_mm)
        radius = np.sqrt((scaled**2).sum(axis=1))
        slope = np.sqrt(((scaled / np.array(self.half_mm)) ** 2).sum(axis=1))
        outside: Floats = (radius - 1.0) * radius / np.maximum(slope, 1e-9)
        return outside

    def inner(self, share: float) -> Ellipsoid:
        """The same ellipsoid with its axes times `share`."""
        x, y, z = self.half_mm
        return Ellipsoid(self.centre, (x * share, y * share, z * share))

    @property
    def volume_ml(self) -> float:
        """Volume in mL."""
        x, y, z = self.half_mm
        return 4.0 / 3.0 * np.pi * x * y * z / 1000.0

    def axial_mm(self, turn: Floats) -> tuple[float, float]:
        """Longest axial diameter and its perpendicular, when turned by `turn`.

        The largest axial section of an ellipsoid is the one through its centre, an ellipse whose
        matrix is the upper left block of the ellipsoid's.
        """
        matrix = turn @ np.diag(1.0 / np.array(self.half_mm) ** 2) @ turn.T
        least, most = np.linalg.eigvalsh(matrix[:2, :2])
        return float(2.0 / np.sqrt(least)), float(2.0 / np.sqrt(most))


@dataclass(frozen=True, eq=False)
class Artery:
    """An artery along a curve: body points (n, 3) half a mm apart or less, of one diameter."""

    label: str
    points: Floats
    diameter_mm: float

    @cached_property
    def length_mm(self) -> float:
        """Length along the curve."""
        return float(np.linalg.norm(np.diff(self.points, axis=0), axis=1).sum())

    @property
    def distance_metric(self) -> float:
        """Length over the distance of the ends."""
        return self.length_mm / float(np.linalg.norm(self.points[-1] - self.points[0]))
