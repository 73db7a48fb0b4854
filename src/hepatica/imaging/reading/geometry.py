"""Where planes lie: normal, order and spacing of slices from their positions, and their faults.

Spacing is the distance of positions along the normal (row direction x column direction), never
SliceThickness, which differs wherever slices overlap or are set apart. Planes that a tilted
gantry has shifted sideways are refused: neither a volume nor a diameter of them would be right,
and to resample them is a choice that belongs to whoever measures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepatica.core.finding import Finding
from hepatica.imaging.reading.fault import fault
from hepatica.imaging.reading.frame import Frame

Floats = npt.NDArray[np.float64]

SAME_MM = 0.01  # positions nearer than this along the normal are one slice
SIDEWAYS_MM = 0.1  # slices may be shifted sideways by so much, over the whole stack
UNEVEN = 0.1  # of the slice distance: how far a slice may lie from the regular ladder
TURNED = 1e-3  # of the direction cosines: unit length, right angle, equal in all planes


@dataclass(frozen=True, eq=False)
class Ladder:
    """Planes by slice: `rungs[i]` are those at one position, ascending along the normal."""

    rungs: tuple[tuple[Frame, ...], ...]
    spacing_mm: float | None  # None for a single slice
    axes: Floats  # (3, 3): normal, down the columns of pixels, along the rows


def directions(frame: Frame) -> Floats | None:
    """Unit vectors from slice to slice, row to row and column to column; None where skewed."""
    assert frame.axes is not None
    along, down = np.array(frame.axes[:3]), np.array(frame.axes[3:])
    lengths = np.array([np.linalg.norm(along), np.linalg.norm(down)])
    if np.abs(lengths - 1).max() > TURNED or abs(float(along @ down)) > TURNED:
        return None
    along = along / lengths[0]
    down = down - along * float(along @ down)
    down = down / np.linalg.norm(down)
    return np.stack([np.cross(along, down), down, along])


def affine_of(ladder: Ladder, step_mm: float) -> Floats:
    """Affine (4, 4) from (slice, row, column, 1) to mm, LPS."""
    first = ladder.rungs[0][0]
    assert first.place is not None and first.pixel_mm is not None
    affine = np.eye(4)
    affine[:3, :3] = (ladder.axes * np.array([[step_mm], *([one] for one in first.pixel_mm)])).T
    affine[:3, 3] = first.place
    return affine


def ladder_of(frames: Sequence[Frame]) -> tuple[Ladder | None, list[Finding]]:
    """Planes in slice order with their distance, or the findings that forbid to use them."""
    for frame in frames:
        if wrong := _unplaced(frame):
            return None, [wrong]
    axes = directions(frames[0])
    if axes is None:
        return None, [_skewed(frames[0], "directions of rows and columns not at right angles")]
    places = np.array([f.place for f in frames], float)
    along = places @ axes[0]
    order = np.lexsort((np.arange(len(frames)), along))
    if wrong := _tilt([frames[i] for i in order], places[order] - places[order[0]], axes):
        return None, [wrong]
    starts = np.flatnonzero(np.diff(along[order], prepend=-np.inf) > SAME_MM)
    rungs = tuple(
        tuple(frames[i] for i in sorted(part)) for part in np.split(order, starts[1:].tolist())
    )
    heights = along[order][starts]
    if len(rungs) == 1:
        return Ladder(rungs, None, axes), []
    if faults := _unevenness(rungs, heights):
        return None, faults
    spacing = float(heights[-1] - heights[0]) / (len(rungs) - 1)
    return Ladder(rungs, round(spacing, 6), axes), []  # positions are decimals of 1e-6 mm


def _unplaced(frame: Frame) -> Finding | None:
    if frame.place is None or frame.axes is None or frame.pixel_mm is None:
        return fault(
            "I009",
            frame.file,
            found="a plane without position, directions or pixel spacing",
            expected="ImagePositionPatient, ImageOrientationPatient and PixelSpacing",
        )
    if min(frame.pixel_mm) <= 0 or max(map(abs, (*frame.pixel_mm, *frame.place))) > 1e5:
        return _skewed(frame, "a pixel spacing or position that cannot be")
    return None


def _skewed(frame: Frame, found: str) -> Finding:
    return fault("I022", frame.file, found=found, expected="a place in the patient, in mm")


def _tilt(frames: Sequence[Frame], offsets: Floats, axes: Floats) -> Finding | None:
    sideways = np.linalg.norm(offsets - np.outer(offsets @ axes[0], axes[0]), axis=1)
    worst = int(sideways.argmax())
    if sideways[worst] <= SIDEWAYS_MM:
        return None
    return fault(
        "I012",
        frames[worst].file,
        found=f"a slice shifted sideways by {sideways[worst]:.1f} mm",
        expected="slices above each other along their normal",
        hint="tilted gantry, or planes of several blocks; have it reconstructed without tilt",
    )


def _unevenness(rungs: Sequence[tuple[Frame, ...]], heights: Floats) -> list[Finding]:
    steps = np.diff(heights)
    usual = float(np.median(steps))
    gaps = np.flatnonzero(steps > 1.5 * usual)
    if gaps.size:
        return [_gap(rungs, int(i), float(steps[i]), usual) for i in gaps[:20]]
    ladder = np.linspace(heights[0], heights[-1], len(heights))
    apart = np.abs(heights - ladder)
    if apart.max() <= UNEVEN * usual:
        return []
    worst = int(apart.argmax())
    return [
        fault(
            "I014",
            rungs[worst][0].file,
            found=f"slices between {steps.min():.2f} and {steps.max():.2f} mm apart",
            expected="equal distances",
        )
    ]


def _gap(rungs: Sequence[tuple[Frame, ...]], index: int, step: float, usual: float) -> Finding:
    missing = max(round(step / usual) - 1, 1)
    return fault(
        "I005",
        rungs[index + 1][0].file,
        found=f"{step:.2f} mm to the slice before it, where {usual:.2f} is usual",
        expected=f"{missing} slice{'s' if missing > 1 else ''} between them",
        hint="export the series again, whole",
    )
