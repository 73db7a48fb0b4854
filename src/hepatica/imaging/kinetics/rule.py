"""What a dynamic series is assessed by: model, agent, sequence, baseline, delay, inputs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepatica.core.errors import UsageError
from hepatica.core.finding import Finding
from hepatica.imaging.kinetics.arterial_input import HEMATOCRIT
from hepatica.imaging.kinetics.model import MODELS
from hepatica.imaging.kinetics.signal import Baseline, GradientEcho
from hepatica.imaging.mask import Mask
from hepatica.imaging.reading.fault import fault
from hepatica.imaging.volume import Volume

Floats = npt.NDArray[np.float64]
EXTRACELLULAR = ("extracellular", "iodine")
HEPATOBILIARY = ("gadoxetate", "gadobenate")
AGENTS = (*EXTRACELLULAR, *HEPATOBILIARY)
SPARE_FRAMES = 2  # beyond the parameters of the model


@dataclass(frozen=True)
class KineticRule:
    """Choices of an assessment; none of them is guessed from the images, except the baseline.

    `echo` and the T1 values are for MR and absent for CT, whose enhancement in HU is proportional
    to concentration. `t10_s` is one number or a map (slices, rows, columns), `t10_blood_s` that of
    arterial blood. `baseline` None takes the frames before the bolus arrives in the artery, without
    the first. `delay_s` None fits the delay, on the mean curve of what is mapped.
    """

    model: str = "etofts"
    agent: str = "extracellular"
    echo: GradientEcho | None = None
    t10_s: float | Floats | None = None
    t10_blood_s: float | None = None
    baseline: Baseline | None = None
    hematocrit: float = HEMATOCRIT
    delay_s: float | None = 0.0
    linear: bool = False

    def __post_init__(self) -> None:
        if self.model not in MODELS:
            raise UsageError(f"model {self.model!r}: expected one of {', '.join(MODELS)}")
        if self.agent not in AGENTS:
            raise UsageError(f"agent {self.agent!r}: expected one of {', '.join(AGENTS)}")
        if self.linear and self.model == "2cxm":
            raise UsageError("2cxm is fitted non-linearly only")
        if self.echo is not None and (self.t10_s is None or self.t10_blood_s is None):
            raise UsageError("MR signals need the T1 of tissue and of blood before the agent")


@dataclass(frozen=True, eq=False)
class Source:
    """Where the input comes from: masks of artery and portal vein, or a population's curve.

    `arterial` None is the population input of [parker2006], arriving at `arrival_s`.
    """

    arterial: Mask | None = None
    portal: Mask | None = None
    arrival_s: float = 0.0


def check_dynamic(dynamic: Volume, rule: KineticRule, source: Source) -> tuple[Finding, ...]:
    """Why a series cannot be assessed by this rule: agent, frames, inputs."""
    place = dynamic.origin.files[0] if dynamic.origin.files else dynamic.origin.series or "image"
    findings = []
    if rule.agent in HEPATOBILIARY:
        findings.append(
            fault(
                "I118", place, found=f"{MODELS[rule.model].name} for {rule.agent}",
                expected="an extracellular agent",
                hint="liver cells take the agent up, which none of these models has",
            )
        )  # fmt: skip
    needed = MODELS[rule.model].parameters + SPARE_FRAMES
    frames = len(dynamic.times_s)
    if dynamic.array.ndim != 4 or frames < needed:
        expected = f"a dynamic series of {needed} frames or more"
        findings.append(fault("I119", place, found=f"{frames or 1} frames", expected=expected))
    elif not (np.diff(dynamic.times_s) > 0).all():
        expected = "frames each later than the one before"
        findings.append(fault("I119", place, found="times that do not increase", expected=expected))
    elif not dynamic.timed:
        expected = "the seconds of each frame"
        findings.append(fault("I119", place, found="frames without times", expected=expected))
    if rule.echo is None and source.arterial is None:
        found = "a population input in mM for a series without a sequence to convert"
        expected = "an artery in the images, or flip angle, TR, r1 and T10"
        findings.append(fault("I120", place, found=found, expected=expected))
    if rule.model == "materne" and (source.arterial is None or source.portal is None):
        expected = "masks of an artery and of the portal vein"
        findings.append(fault("I120", place, found="a dual-input model", expected=expected))
    return tuple(findings)
