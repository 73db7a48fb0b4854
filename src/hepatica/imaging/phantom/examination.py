"""One synthetic examination: three phases of a CT, outlines, and the truth about both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

from hepatica.imaging.mask import Segment, Segmentation
from hepatica.imaging.origin import Origin
from hepatica.imaging.phantom import body as anatomy
from hepatica.imaging.phantom.body import FADE, Body, Size, body
from hepatica.imaging.phantom.seed import generator, noise, uid
from hepatica.imaging.phantom.shape import Ellipsoid, Floats, Point, Pose
from hepatica.imaging.phantom.tube import Tube, render_tubes
from hepatica.imaging.volume import Grid, Volume

SCANNER = "Hepatica synthetic phantom"
KERNEL = "SYNTHETIC"
NOISE_HU = 5.0
BLUR_MM = 1.2  # width of an edge, and of the point spread that blurs vessels
CHUNK = 16  # slices drawn at once, which bounds the memory

# Attenuation in HU: native, arterial, portal venous. Values of this phantom, in the range of an
# abdominal CT; the tumour's arterial enhancement is scaled by change ** FADE.
PHASES = {"unenhanced": None, "arterial": 35.0, "portal venous": 70.0}
HU = {
    "air": (-1000.0, -1000.0, -1000.0),
    "fat": (-95.0, -95.0, -95.0),
    "muscle": (55.0, 60.0, 65.0),
    "spine": (220.0, 230.0, 240.0),
    "spleen": (48.0, 120.0, 125.0),
    "aorta": (42.0, 330.0, 150.0),
    "liver": (58.0, 70.0, 115.0),
    "viable tumour": (45.0, 105.0, 118.0),
    "dead tumour": (28.0, 28.0, 28.0),
    "lipiodol": (420.0, 420.0, 420.0),
    "artery": (42.0, 300.0, 140.0),
}


@dataclass(frozen=True)
class Field:
    """What the scanner records: voxels (slices, rows, columns), their spacing, and the middle."""

    shape: tuple[int, int, int] = (60, 108, 140)
    spacing_mm: tuple[float, float, float] = (1.5, 1.5, 1.5)
    centre_mm: Point = (0.0, 0.0, 0.0)

    def grid(self) -> Grid:
        """Axial slices about the middle."""
        affine = np.zeros((4, 4))
        affine[2, 0], affine[1, 1], affine[0, 2] = self.spacing_mm
        middle = [(size - 1) / 2.0 for size in self.shape]
        affine[:3, 3] = np.array(self.centre_mm) - affine[:3, :3] @ middle
        affine[3, 3] = 1.0
        return Grid(self.shape, affine)


@dataclass(frozen=True)
class Plan:
    """Which examination is drawn."""

    seed: int
    subject: str
    day: date
    size: Size = field(default_factory=Size)
    change: float = 1.0
    oil: bool = False
    field: Field = field(default_factory=Field)


@dataclass(frozen=True, eq=False)
class Examination:
    """Phases by name, outlines on their grid, and what is true of them."""

    plan: Plan
    phases: Mapping[str, Volume]
    outlines: Segmentation
    body: Body
    pose: Pose


def render_examination(plan: Plan) -> Examination:
    """The examination of a plan: equal plans give equal voxels."""
    inside = body(plan.seed, plan.subject, plan.size, change=plan.change, oil=plan.oil)
    rng = generator(plan.seed, plan.subject, plan.day.isoformat(), "examination")
    angles, shift = rng.uniform(-2.0, 2.0, 3), rng.uniform(-1.0, 1.0, 3)
    pose = Pose.of((angles[0], angles[1], angles[2]), (shift[0], shift[1], shift[2]))
    grid = plan.field.grid()
    layers, masks = _layers(inside, pose, grid)
    bolus = 1.0 + rng.uniform(-0.03, 0.03)
    phases = {}
    for number, phase in enumerate(PHASES):
        clean = _composed(layers, inside.change, number, bolus)
        drawn = np.rint(clean + noise(rng, grid.shape, NOISE_HU)).astype(np.int16)
        phases[phase] = Volume(drawn, grid, _origin(plan, phase, rng))
    seen = [(label, mask) for label, mask in masks if mask.any()]
    segments = tuple(Segment.of(label, i + 1, mask) for i, (label, mask) in enumerate(seen))
    outlines = Segmentation(grid, segments, phases["arterial"].origin.series)
    return Examination(plan, phases, outlines, inside, pose)


def _origin(plan: Plan, phase: str, rng: np.random.Generator) -> Origin:
    words = (plan.subject, plan.day.isoformat())
    delay = PHASES[phase]
    return Origin(
        subject=plan.subject,
        day=plan.day,
        modality="CT",
        phase=phase,
        series=uid(plan.seed, *words, phase),
        description=f"SYNTHETIC {phase} phase",
        scanner=SCANNER,
        kernel=KERNEL,
        slice_mm=plan.field.spacing_mm[0],
        delay_s=None if delay is None else delay + float(rng.integers(-2, 3)),
        frame_of_reference=uid(plan.seed, *words, "frame of reference"),
        study=uid(plan.seed, *words, "study"),
    )


def _layers(
    inside: Body, pose: Pose, grid: Grid
) -> tuple[list[tuple[str, npt.NDArray[np.float32]]], list[tuple[str, npt.NDArray[np.bool_]]]]:
    """How much of each voxel is each tissue, later over earlier; and the outlines."""
    whole, core = inside.tumour.whole, inside.tumour.whole.inner(inside.tumour.core)
    shapes: list[tuple[str, str, Ellipsoid | None]] = [
        ("fat", "", anatomy.BODY),
        ("spine", "", anatomy.SPINE),
        ("muscle", "Muscle", anatomy.MUSCLE),
        ("spleen", "Spleen", anatomy.SPLEEN),
        ("aorta", "Aorta", anatomy.AORTA),
        ("liver", "Liver", anatomy.LIVER),
        ("", "Reference liver", anatomy.REFERENCE),
        ("viable tumour", f"Tumour {inside.tumour.label}", whole),
        ("dead tumour", "", core if inside.tumour.core > 0 else None),
        ("lipiodol", "Lipiodol", inside.lipiodol),
    ]
    layers, masks = [], []
    for tissue, label, shape in shapes:
        if shape is None:
            continue
        outside = _outside(shape, pose, grid)
        if tissue:
            layers.append((tissue, np.clip(0.5 - outside / BLUR_MM, 0.0, 1.0)))
        if label:
            masks.append((label, outside <= 0))
    tubes = [Tube.of(pose.placed(a.points), a.diameter_mm / 2.0) for a in inside.vessels]
    drawn = render_tubes(grid, tubes, 1.0, BLUR_MM)
    layers.append(("artery", drawn))
    masks.append((f"Arteries of {inside.tumour.label}", drawn >= 0.5))
    return layers, masks


def _outside(shape: Ellipsoid, pose: Pose, grid: Grid) -> npt.NDArray[np.float32]:
    """Distance of every voxel from the surface, (slices, rows, columns), float32 mm."""
    out = np.empty(grid.shape, np.float32)
    rows, columns = np.indices(grid.shape[1:])
    for first in range(0, grid.shape[0], CHUNK):
        last = min(first + CHUNK, grid.shape[0])
        points = [_slice_points(grid, k, rows, columns) for k in range(first, last)]
        distance = shape.outside_mm(pose.body(np.concatenate(points)))
        out[first:last] = distance.reshape(last - first, *grid.shape[1:])
    return out


def _slice_points(
    grid: Grid, k: int, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]
) -> Floats:
    at = np.column_stack([np.full(rows.size, k), rows.ravel(), columns.ravel()])
    return grid.points_mm(at)


def _composed(
    layers: list[tuple[str, npt.NDArray[np.float32]]], change: float, phase: int, bolus: float
) -> Floats:
    """Attenuation of a phase, HU: each tissue over those before it."""
    image = np.full(layers[0][1].shape, HU["air"][phase])
    for tissue, share in layers:
        image += share * (attenuation(tissue, change, phase, bolus) - image)
    return image


def attenuation(tissue: str, change: float, phase: int, bolus: float = 1.0) -> float:
    """HU of a tissue; `bolus` scales all enhancement, `change` the arterial one of the tumour."""
    native, now = HU[tissue][0], HU[tissue][phase]
    gain = bolus * (change**FADE if (tissue, phase) == ("viable tumour", 1) else 1.0)
    return native + gain * (now - native)
