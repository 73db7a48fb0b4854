"""The body of a phantom: organs, tumours and the arteries that feed them, drawn from a seed.

Sizes are those of a small liver, so that one examination is a few megabytes. How a course changes
vessels and tumour is one number, `change`: the factor of the vessels' diameter, 1 for no change.
Vessels of a tumour that is "normalized" are thinner, straighter, and feed less enhancement, hence
`STRAIGHTEN` and `FADE`: choices of this phantom, not findings about patients.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepatica.imaging.phantom.seed import generator
from hepatica.imaging.phantom.shape import Artery, Ellipsoid, Floats, Point

LARGEST_MM = 50.0  # a tumour is drawn no larger than this; truth.json says so
STRAIGHTEN = 3  # sideways amplitude of vessels: times change to this power
FADE = 2  # enhancement of the tumour, and its Ktrans: times change to this power
TRUNK_MM, BRANCH_MM = 5.2, 4.4
BRANCHES = 3
_TRUNK_LONG_MM, _BRANCH_LONG_MM = 30.0, 52.0
_AMPLITUDE_MM, _WAVE_MM, _STEP_MM = 3.4, 22.0, 0.5
_SPREAD_DEG = 25.0

LIVER = Ellipsoid((-36.0, -8.0, 0.0), (60.0, 60.0, 42.0))
SPLEEN = Ellipsoid((74.0, 22.0, 4.0), (20.0, 28.0, 30.0))
BODY = Ellipsoid((0.0, 0.0, 0.0), (104.0, 80.0, 1e5))
SPINE = Ellipsoid((6.0, 62.0, 0.0), (15.0, 13.0, 1e5))
AORTA = Ellipsoid((22.0, 40.0, 0.0), (10.0, 10.0, 1e5))
MUSCLE = Ellipsoid((42.0, 56.0, 0.0), (14.0, 11.0, 1e5))
REFERENCE = Ellipsoid((-40.0, 30.0, -6.0), (9.0, 9.0, 9.0))
_TUMOUR_AT: Point = (-52.0, -16.0, 3.0)
_HILUM: Point = (2.0, 6.0, -8.0)


@dataclass(frozen=True)
class Size:
    """Size of a tumour on a day: longest diameter, and longest diameter of its enhancing part."""

    label: str = "T1"
    diameter_mm: float = 40.0
    viable_mm: float = 35.0


@dataclass(frozen=True)
class Tumour:
    """A tumour: an ellipsoid with a dead core of the same shape and `core` times its axes.

    No straight line that stays clear of such a core is longer than sqrt(1 - core^2) of the longest
    diameter, in any axial slice: that is how the core follows from the viable diameter.
    """

    label: str
    whole: Ellipsoid
    core: float

    @property
    def enhancing_share(self) -> float:
        """Share of the volume that enhances."""
        return 1.0 - self.core**3


@dataclass(frozen=True, eq=False)
class Body:
    """What lies in one subject on one day."""

    tumour: Tumour
    vessels: tuple[Artery, ...]
    change: float
    lipiodol: Ellipsoid | None


def body(seed: int, subject: str, size: Size, *, change: float = 1.0, oil: bool = False) -> Body:
    """The subject's body, with a tumour of that size and vessels changed by that factor.

    The same seed and subject give the same vessels before they are changed. `oil` puts lipiodol
    into the middle of the tumour's dead core, as after a chemoembolization.
    """
    rng = generator(seed, subject, "body")
    centre = np.array(_TUMOUR_AT) + rng.uniform(-2.0, 2.0, 3)
    half = min(size.diameter_mm, LARGEST_MM) / 2.0
    whole = Ellipsoid((centre[0], centre[1], centre[2]), (half, 0.92 * half, 0.88 * half))
    share = min(size.viable_mm / size.diameter_mm, 1.0) if size.diameter_mm else 0.0
    tumour = Tumour(size.label, whole, float(np.sqrt(1.0 - share**2)))
    deposit = whole.inner(0.6 * tumour.core) if oil and tumour.core >= 0.3 else None
    return Body(tumour, _vessels(rng, centre, change), change, deposit)


def _vessels(rng: np.random.Generator, tumour: Floats, change: float) -> tuple[Artery, ...]:
    """A trunk from the hilum towards the tumour, and branches that spread from it through it."""
    hilum = np.array(_HILUM)
    along = (tumour - hilum) / np.linalg.norm(tumour - hilum)
    fork = hilum + _TRUNK_LONG_MM * along
    first = np.cross(along, rng.normal(size=3))
    first /= np.linalg.norm(first)
    second = np.cross(along, first)
    spread = np.deg2rad(_SPREAD_DEG)
    lines = [("trunk", hilum, fork, TRUNK_MM)]
    for i in range(BRANCHES):
        around = 2.0 * np.pi * i / BRANCHES
        side = np.cos(around) * first + np.sin(around) * second
        end = fork + _BRANCH_LONG_MM * (np.cos(spread) * along + np.sin(spread) * side)
        lines.append((f"branch {i + 1}", fork, end, BRANCH_MM))
    made = []
    for label, start, end, diameter in lines:
        turn = rng.uniform(0.0, 2.0 * np.pi)
        points = _winding(start, end, _AMPLITUDE_MM * change**STRAIGHTEN, turn)
        made.append(Artery(label, points, diameter * change))
    return tuple(made)


def _winding(start: Floats, end: Floats, amplitude_mm: float, turn: float) -> Floats:
    """A wave from start to end that begins and ends on the straight line."""
    long = float(np.linalg.norm(end - start))
    along = (end - start) / long
    across = np.cross(along, [0.0, 0.0, 1.0])
    across /= np.linalg.norm(across)
    side = np.cos(turn) * across + np.sin(turn) * np.cross(along, across)
    at = np.linspace(0.0, long, int(long / _STEP_MM) + 1)
    fade = np.clip(np.minimum(at, long - at) / (_WAVE_MM / 2.0), 0.0, 1.0)
    wave = amplitude_mm * fade * fade * (3.0 - 2.0 * fade) * np.sin(2.0 * np.pi * at / _WAVE_MM)
    points: Floats = start + at[:, None] * along + wave[:, None] * side
    return points
