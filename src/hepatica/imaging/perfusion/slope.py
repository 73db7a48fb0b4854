"""Maximum slope of a dynamic CT: perfusion for relative use only.

Perfusion is the steepest rise of the tissue over the highest enhancement of what feeds it: of the
aorta for the arterial part, before the spleen's peak (or the portal vein's, where no spleen is
outlined), of the portal vein for the portal part, after it [miles1991], in the liver [blomley1995];
both cited from memory. It assumes that nothing leaves the tissue before the steepest rise. In the
liver that is never so: of a simulated dual-input liver it reads three quarters of the arterial and
half of the portal inflow, or more where both rise together (docs/reference/imaging-accuracy.md). So
it can be compared within a patient on one machine and protocol, and is no flow.

The rise is that of a smoothed curve: a local parabola through the frames, weighed by a bell of
BELL_S seconds or one frame, whichever is wider. Inputs are smoothed in the same way. Frames before
the aorta passes a tenth of its enhancement are the baseline. No correction for haematocrit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hepatica.core.errors import ShapeError
from hepatica.imaging.mask import Segment
from hepatica.imaging.perfusion.assessment import (
    NOT_A_DAY,
    Assessment,
    Floats,
    absent,
    finding_at,
    voxels,
)
from hepatica.imaging.picture import Picture
from hepatica.imaging.quantity import Quantity
from hepatica.imaging.volume import Volume

BELL_S = 1.5
FINE_S = 0.1
LEAST_FRAMES = 8
LONGEST_STEP_S = 5.0
LEAST_HU = 20.0  # that an input enhances by
UNIT = "mL/100 mL/min"
TESTS = ("ARTPERF", "PORTPERF")
_METHOD = "maximum slope of the smoothed curve over peak of the {feeder}; relative use only"


@dataclass(frozen=True, eq=False)
class Smooth:
    """A curve on fine times: its value and its rise per second."""

    times_s: Floats
    value: Floats
    rise: Floats

    def steepest(self, after_s: float, until_s: float) -> float:
        """Steepest rise between two times."""
        inside = (self.times_s >= after_s) & (self.times_s <= until_s)
        return float(self.rise[inside].max()) if inside.any() else float("nan")

    @property
    def peak_s(self) -> float:
        """When it is highest."""
        return float(self.times_s[self.value.argmax()])


def smooth(values: Floats, times_s: Floats) -> Smooth:
    """Local parabola of a curve every FINE_S seconds.

    Raises      ShapeError where they do not fit or there are fewer than three frames.
    """
    if values.shape != times_s.shape or times_s.size < 3:
        raise ShapeError(f"values {values.shape} at {times_s.shape} times; expected three or more")
    bell_s = max(BELL_S, float(np.median(np.diff(times_s))))
    fine = np.arange(times_s[0], times_s[-1] + FINE_S / 2.0, FINE_S)
    away = times_s - fine[:, None]
    weight = np.exp(-0.5 * (away / bell_s) ** 2)
    terms = np.stack([np.ones_like(away), away, away**2], axis=2)
    matrix = np.einsum("ft,fti,ftj->fij", weight, terms, terms)
    matrix += 1e-9 * np.einsum("fii->f", matrix)[:, None, None] * np.eye(3)
    right = np.einsum("ft,fti,t->fi", weight, terms, values)
    found = np.linalg.solve(matrix, right[:, :, None])[:, :, 0]
    return Smooth(fine, found[:, 0], found[:, 1])


def assess_slope(
    dynamic: Volume, regions: Sequence[Segment], inputs: Mapping[str, Segment]
) -> Assessment:
    """ARTPERF and PORTPERF of each region, with the curves.

    `dynamic` is (times, slices, rows, columns) in HU; `inputs` holds the segments aorta, portal
    and spleen; the aorta is needed for both, spleen or portal for the arterial part, portal for
    the portal part.
    """
    names = [one.label for one in regions]
    why = _refusal(dynamic)
    if why:
        told = finding_at("I138", dynamic, found=why, expected="frames of a CT, 5 s apart or less")
        return Assessment(absent(TESTS, names, why), findings=(told,))
    if "aorta" not in inputs:
        return Assessment(absent(TESTS, names, "no aorta outlined"))
    times_s = np.asarray(dynamic.times_s)
    raw = {name: mean_curve(dynamic, one) for name, one in inputs.items()}
    before = _baseline(raw["aorta"])
    if before == 0:
        why = "contrast is in the aorta from the first frame on, or never comes"
        return Assessment(absent(TESTS, names, why))
    raw |= {one.label: mean_curve(dynamic, one) for one in regions}
    curves = {name: values - values[:before].mean() for name, values in raw.items()}
    smoothed = {name: smooth(values, times_s) for name, values in curves.items()}
    out = [q for name in names for q in _perfusion(name, smoothed, inputs)]
    return Assessment(tuple(out), (_picture(dynamic, curves),))


def mean_curve(dynamic: Volume, one: Segment) -> Floats:
    """Mean of a region's voxels in each frame."""
    mean: Floats = np.nanmean(voxels(dynamic, one)[:, one.box], axis=1)
    return mean


def _refusal(dynamic: Volume) -> str:
    if dynamic.array.ndim != 4:
        return "no series through time"
    if dynamic.origin.modality != "CT":
        return "maximum slope is of CT only: other signals are not in proportion to contrast"
    if len(dynamic.times_s) < LEAST_FRAMES:
        return f"{len(dynamic.times_s)} frames: too few for a slope"
    if not dynamic.timed:
        return "the seconds of the frames are not known"
    step_s = float(np.median(np.diff(dynamic.times_s)))
    if step_s > LONGEST_STEP_S:
        return f"{step_s:.1f} s between frames: too long for a slope"
    return ""


def _baseline(aorta: Floats) -> int:
    """How many frames there are before the aorta passes a tenth of its enhancement."""
    rise = aorta - aorta[0]
    if rise.max() < LEAST_HU:
        return 0
    return int(np.argmax(rise > 0.1 * rise.max()))


def _perfusion(
    region: str, smoothed: Mapping[str, Smooth], inputs: Mapping[str, Segment]
) -> tuple[Quantity, Quantity]:
    tissue, aorta = smoothed[region], smoothed["aorta"]
    divide = next((name for name in ("spleen", "portal") if name in inputs), "")
    if not divide:
        why = (
            "neither spleen nor portal vein outlined: arterial and portal part cannot be told apart"
        )
        return Quantity(TESTS[0], None, "", region, reason=why), Quantity(
            TESTS[1], None, "", region, reason=why
        )
    at_s = smoothed[divide].peak_s
    arterial = _share(region, tissue.steepest(tissue.times_s[0], at_s), aorta, "aorta")
    if "portal" not in inputs:
        return arterial, Quantity(TESTS[1], None, "", region, reason="no portal vein outlined")
    late = tissue.steepest(at_s, float(tissue.times_s[-1]))
    return arterial, _share(region, late, smoothed["portal"], "portal")


def _share(region: str, rise: float, feeder: Smooth, name: str) -> Quantity:
    test = TESTS[name == "portal"]
    named = {"aorta": "aorta", "portal": "portal vein"}[name]
    peak = float(feeder.value.max())
    if peak < LEAST_HU:
        return Quantity(
            test, None, "", region, reason=f"the {named} enhances by {peak:.0f} HU only"
        )
    if not rise > 0.0:
        return Quantity(test, None, "", region, reason=f"no rise in the part of the {named}")
    method = _METHOD.format(feeder=named)
    return Quantity(test, 6000.0 * rise / peak, UNIT, region, method, flags=("relative use only",))


def _picture(dynamic: Volume, curves: Mapping[str, Floats]) -> Picture:
    times_s = np.asarray(dynamic.times_s)
    return Picture(
        subject=dynamic.origin.subject,
        day=dynamic.origin.day or NOT_A_DAY,
        kind="curve",
        region="maximum slope",
        series=dynamic.origin.series,
        phase=dynamic.origin.phase,
        curves={name: np.stack([times_s, values], axis=1) for name, values in curves.items()},
        unit="HU",
    )
