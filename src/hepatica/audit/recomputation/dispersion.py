"""How wide the confidence interval of a median time is, against published oncology trials.

W = sqrt(events) x ln(upper / lower). The log of a median has a standard error of about a constant
over sqrt(events), so W hardly depends on the size of the trial. A range is far wider than a
confidence interval, and its W grows with the number of patients.

Reference: 368 arms with both limits (log type, as R) of the trials reconstructed in [fell2021],
R package kmdata 1.0.1, R survival 3.5-3: median 3.8, 95 % below 7.0, 99 % below 9.0, 99.9 % below
10.6, largest 11.0. A wide interval is unusual, never impossible: with a hazard that falls steeply
(Weibull shape 0.7) every fifth interval of 20 patients is wider than 10.5.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from hepatica.audit.printed import Printed
from hepatica.stats.band import check_level

ARMS = 368
# Share of the arms in percent, and the W that they stay below.
REFERENCE: tuple[tuple[float, float], ...] = ((50, 3.8), (95, 7.0), (99, 9.0), (99.9, 10.6))
LARGEST = 11.0
_UNUSUAL = 9.0


@dataclass(frozen=True, slots=True)
class Dispersion:
    """W of a printed interval with so many events, and the least within its rounding."""

    w: float
    least: float
    events: int

    @property
    def is_unusual(self) -> bool:
        """Tell whether fewer than 1 % of the reference arms are as wide."""
        return self.least > _UNUSUAL


def dispersion(
    low: Printed, high: Printed, events: int, *, level: float = 0.95
) -> Dispersion | None:
    """W of two printed limits; None unless both are positive and apart.

    A level other than 95 % is brought to it by the ratio of the normal quantiles.
    Raises      UsageError for the level.
    """
    near = float(low.high), float(high.low)
    if events < 1 or low.value <= 0 or near[0] >= near[1]:
        return None
    scale = math.sqrt(events) * check_level(0.95) / check_level(level)
    w = scale * math.log(high.value / low.value)
    return Dispersion(w, scale * math.log(near[1] / near[0]), events)


def told_reference(w: float) -> str:
    """Where W stands among the reference arms, in words."""
    if w > LARGEST:
        return f"the largest of {ARMS} oncology arms is {LARGEST}"
    below = [(share, most) for share, most in REFERENCE if w <= most]
    if not below:
        return f"99.9 % of {ARMS} oncology arms are below {REFERENCE[-1][1]}"
    passed = [(share, most) for share, most in REFERENCE if w > most]
    share, most = passed[-1] if passed else below[0]
    return f"{share:g} % of {ARMS} oncology arms are below {most}"
