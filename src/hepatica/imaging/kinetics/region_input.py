"""The arterial input of a region: mean signal over its voxels, made concentration, checked.

The signal is averaged first and converted after, since conversion bends noise. Frames that no
concentration explains (saturated) are left out, and told: the input is then a straight line over
them and its peak too low.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepatica.core.finding import Finding
from hepatica.imaging.kinetics.arterial_input import ArterialInput, parker_blood_mm, plasma_mm
from hepatica.imaging.kinetics.curve_file import plausible_input
from hepatica.imaging.kinetics.rule import KineticRule, Source
from hepatica.imaging.kinetics.signal import Baseline, concentration_mm, enhancement_hu
from hepatica.imaging.mask import Mask
from hepatica.imaging.reading.fault import fault
from hepatica.imaging.volume import Volume

Floats = npt.NDArray[np.float64]
RISE, ONSET = 0.1, 0.02  # shares of the rise: the bolus is there, and has not begun
LEAST = 1e-3  # mM or HU; a rise below it is none
NOISES = 5.0  # a bolus is so many standard deviations of the baseline above it


@dataclass(frozen=True, eq=False)
class Inputs:
    """Inputs of a series, the baseline used, and what is doubtful; `arterial` None if refused."""

    arterial: ArterialInput | None
    portal: ArterialInput | None
    baseline: Baseline
    method: str
    findings: tuple[Finding, ...]

    def steady(self, values: Floats) -> Floats:
        """Values (..., times) without the frames before the baseline, which are not steady yet."""
        return values[..., self.baseline.first :]


def inputs_of(dynamic: Volume, rule: KineticRule, source: Source) -> Inputs:
    """Arterial (and portal) plasma input of a dynamic series by its masks or of a population."""
    times = np.asarray(dynamic.times_s, float)
    place = dynamic.origin.files[0] if dynamic.origin.files else dynamic.origin.series or "image"
    if source.arterial is None:
        before = max(int(np.searchsorted(times, source.arrival_s, side="right")), 2)
        baseline = rule.baseline or Baseline(before)
        population = ArterialInput(
            times, plasma_mm(parker_blood_mm(times, source.arrival_s), rule.hematocrit)
        )
        said = f"population input (Parker), hematocrit {rule.hematocrit:g}"
        return Inputs(population, None, baseline, said, ())
    artery = mean_curve(dynamic, source.arterial)
    baseline = rule.baseline or Baseline(arrival_frame(artery))
    arterial, findings = _plasma(artery, times, rule, baseline, place)
    portal = None
    if source.portal is not None:
        curve = mean_curve(dynamic, source.portal)
        portal, more = _plasma(curve, times, rule, baseline, place)
        findings = (*findings, *more)
    voxels = int(np.count_nonzero(source.arterial))
    said = f"input of a region of {voxels} voxels, hematocrit {rule.hematocrit:g}"
    return Inputs(arterial, portal, baseline, said, findings)


def mean_curve(dynamic: Volume, mask: Mask) -> Floats:
    """Mean signal over the voxels of a mask in every frame, (times,); nan for an empty mask."""
    if not mask.any():
        return np.full(len(dynamic.times_s), np.nan)
    return np.array([float(np.mean(frame[mask], dtype=float)) for frame in dynamic.array])


def arrival_frame(curve: Floats) -> int:
    """Frames before a curve begins to rise, 2 or more; the first is not looked at.

    From the first frame above a tenth of the rise (its 95th percentile, which one saturated frame
    does not move) back to where the rise is at most a fiftieth: a baseline with a little agent in
    it would scale every concentration.
    """
    if not np.isfinite(curve).all() or curve.size < 3:
        return 2
    rise = np.abs(curve - curve[1])
    whole = np.percentile(rise[1:], 95)
    above = rise > RISE * whole
    above[:2] = False
    if not above.any():
        return 2
    end = int(np.argmax(above))
    rise = np.abs(curve - np.median(curve[1:end]))
    while end > 2 and rise[end - 1] > ONSET * whole:
        end -= 1
    return end


def _plasma(
    curve: Floats, times: Floats, rule: KineticRule, baseline: Baseline, place: str
) -> tuple[ArterialInput | None, tuple[Finding, ...]]:
    if rule.echo is None:
        blood = enhancement_hu(curve, baseline)
    else:
        assert rule.t10_blood_s is not None
        blood = concentration_mm(curve, rule.echo, rule.t10_blood_s, baseline)
    blood, times = blood[baseline.first :], times[baseline.first :]
    sound = np.isfinite(blood)
    before = blood[: baseline.end - baseline.first]
    noise = float(np.std(before)) if np.isfinite(before).all() else 0.0
    if sound.sum() < 4 or not np.nanmax(blood) > max(NOISES * noise, LEAST):
        expected = "a bolus in the region of the artery or vein"
        return None, (fault("I121", place, found="a curve that does not rise", expected=expected),)
    findings = []
    if not sound.all():
        found = f"{np.count_nonzero(~sound)} saturated frames in the artery or vein"
        expected = "signals that a T1 explains; the peak of the input is too low"
        findings.append(fault("I122", place, found=found, expected=expected))
    plasma = plasma_mm(blood[sound], rule.hematocrit)
    if rule.echo is not None:
        told = plausible_input(fault("I122", place, found="", expected="").place, plasma)
        findings += [told] if told else []
    return ArterialInput(times[sound], plasma), tuple(findings)
