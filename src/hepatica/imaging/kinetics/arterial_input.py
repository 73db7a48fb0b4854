"""Arterial inputs: plasma concentration over time, measured or of a population.

Units are in the names: times in s, concentrations in mM (mmol/L) of **plasma**. What is measured
in a vessel is whole blood, Cb; plasma is Cp = Cb / (1 - hematocrit).

Population input of [parker2006, Table 1]: two Gaussians plus an exponential modulated by a
sigmoid, minutes and mM of whole blood, for 0.1 mmol/kg at a standard rate. The parameters were
checked against the curves of the OSIPI collection, not against the paper.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepatica.core.errors import ShapeError, UsageError
from hepatica.imaging.kinetics.convolution import convolution, shifted

Floats = npt.NDArray[np.float64]
HEMATOCRIT = 0.42  # of [parker2006], stated where it is used

_AREAS = (0.809, 0.330)  # mM min
_CENTRES = (0.17046, 0.365)  # min
_WIDTHS = (0.0563, 0.132)  # min
_ALPHA, _BETA = 1.050, 0.1685  # mM; /min
_STEEPNESS, _TURN = 38.078, 0.483  # /min; min


@dataclass(frozen=True, eq=False)
class ArterialInput:
    """Plasma concentration (n,) in mM at increasing times (n,) in s; a straight line between."""

    times_s: Floats
    plasma_mm: Floats

    def __post_init__(self) -> None:
        if self.times_s.ndim != 1 or self.times_s.shape != self.plasma_mm.shape:
            raise ShapeError(f"times {self.times_s.shape} with values {self.plasma_mm.shape}")
        if self.times_s.size < 2 or not (np.diff(self.times_s) > 0).all():
            raise UsageError("an arterial input needs two times or more, each after the last")

    def concentration(self, at_s: Floats, delay_s: float = 0.0) -> Floats:
        """Concentration at times (m,) in s of an input that arrives `delay_s` later, mM."""
        return shifted(self.times_s, self.plasma_mm, np.asarray(at_s, float) - delay_s)

    def convolved(self, rates_min: Floats, at_s: Floats, delay_s: float = 0.0) -> Floats:
        """Input convolved with exp(-rate t), (rates..., times), mM min; exact between lines."""
        at = np.asarray(at_s, float) - delay_s
        own = at.shape == self.times_s.shape and bool((at == self.times_s).all())
        return convolution(
            self.times_s / 60.0, self.plasma_mm, rates_min, None if own else at / 60.0
        )


def plasma_mm(blood_mm: Floats, hematocrit: float) -> Floats:
    """Plasma concentration of a whole-blood concentration: Cb / (1 - hematocrit).

    Raises      UsageError for a hematocrit outside [0, 0.8].
    """
    if not 0.0 <= hematocrit <= 0.8:
        raise UsageError(f"hematocrit {hematocrit}: expected a fraction such as 0.42")
    return np.asarray(blood_mm, float) / (1.0 - hematocrit)


def parker_blood_mm(times_s: Floats, arrival_s: float = 0.0) -> Floats:
    """Whole-blood concentration of the population input, mM; 0 before the bolus arrives.

    References  [parker2006, eq. 1, Table 1]
    """
    t = (np.asarray(times_s, float) - arrival_s) / 60.0
    total = np.zeros_like(t)
    for area, centre, width in zip(_AREAS, _CENTRES, _WIDTHS, strict=True):
        peak = area / (width * np.sqrt(2.0 * np.pi))
        total += peak * np.exp(-((t - centre) ** 2) / (2.0 * width**2))
    sigmoid = 1.0 / (1.0 + np.exp(-_STEEPNESS * (np.maximum(t, 0.0) - _TURN)))
    total += _ALPHA * np.exp(-_BETA * np.maximum(t, 0.0)) * sigmoid
    return np.where(t >= 0.0, total, 0.0)
