"""From signal to concentration: spoiled gradient echo (MR), enhancement (CT).

S = M0 sin(a) (1 - E) / (1 - cos(a) E), E = exp(-TR / T1); M0 follows from the baseline and T10, T1
of every later frame from M0, and C = (1/T1 - 1/T10) / r1. The baseline leaves the first frame out
unless told otherwise, for the signal is not yet steady there, as the reference of the OSIPI
collection has it; with the first frame its curves are missed by up to 10,000 tolerances. A signal
that no T1 explains (saturated, or negative) is no number and told: never the nearest one that has.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepatica.core.errors import ShapeError, UsageError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GradientEcho:
    """A spoiled gradient echo: flip angle in degrees, TR in s, relaxivity r1 per mM per s."""

    flip_deg: float
    tr_s: float
    r1_per_mm_s: float

    def __post_init__(self) -> None:
        if not (0 < self.flip_deg < 180 and 0 < self.tr_s <= 1 and 0 < self.r1_per_mm_s <= 50):
            raise UsageError(
                f"flip {self.flip_deg} deg, TR {self.tr_s} s, r1 {self.r1_per_mm_s} /mM/s: "
                "expected 0 to 180 deg, TR of at most 1 s (is it in ms?), r1 of at most 50"
            )


@dataclass(frozen=True, slots=True)
class Baseline:
    """Frames before the contrast agent: from `first` (0-based) up to, not including, `end`."""

    end: int
    first: int = 1

    def mean(self, signal: Floats) -> Floats:
        """Mean over the frames of signals (..., times), (...)."""
        if not 0 <= self.first < self.end <= signal.shape[-1]:
            raise UsageError(
                f"baseline frames {self.first} to {self.end} of {signal.shape[-1]}: expected one "
                "frame or more; the first one of the series is left out unless first=0"
            )
        return np.asarray(signal[..., self.first : self.end].mean(axis=-1), float)


def concentration_mm(
    signal: Floats, echo: GradientEcho, t10_s: npt.ArrayLike, baseline: Baseline
) -> Floats:
    """Concentration in mM of signals (..., times); nan where no T1 explains the signal.

    Parameters
    ----------
    t10_s : float or (...)      T1 before the agent, in s; nan or 0 gives nan.
    """
    t10 = np.asarray(t10_s, float)
    signal = np.asarray(signal, float)
    if t10.shape not in ((), signal.shape[:-1]):
        raise ShapeError(f"T10 of shape {t10.shape} for signals {signal.shape}")
    with np.errstate(divide="ignore", invalid="ignore"):
        r10 = np.where(t10 > 0, 1.0 / t10, np.nan)
        before = np.exp(-echo.tr_s * r10)
        cosine = np.cos(np.deg2rad(echo.flip_deg))
        start = (1.0 - before) / (1.0 - cosine * before) / baseline.mean(signal)
        share = signal * start[..., None]  # S / (M0 sin a)
        decay = (1.0 - share) / (1.0 - cosine * share)
        sound = (decay > 0) & (decay < 1) & (start[..., None] > 0)
        r1 = -np.log(np.where(sound, decay, np.nan)) / echo.tr_s
        return np.asarray((r1 - r10[..., None]) / echo.r1_per_mm_s, float)


def enhancement_hu(attenuation: Floats, baseline: Baseline) -> Floats:
    """Attenuation (..., times) above its baseline, HU, which is proportional to concentration."""
    attenuation = np.asarray(attenuation, float)
    return np.asarray(attenuation - baseline.mean(attenuation)[..., None], float)
