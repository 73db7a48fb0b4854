"""Pointwise confidence limits of a survival curve: the five types of R's survfit.

log       S exp(+-z s)                        s = standard error of log S (Greenwood)
log-log   S^exp(+-z s / log S)
plain     S +- z s S
logit     expit(logit S +- z s / (1 - S))
arcsin    sin^2(arcsin sqrt S +- z/2 s sqrt(S / (1 - S)))

Limits are cut to [0, 1] and are nan where R gives NA: at S = 0 always, at S = 1 for log-log,
logit and arcsin. Source: R survival 3.5-3, survfit_confint.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Literal, get_args

import numpy as np

from hepatica.core.errors import UsageError
from hepatica.stats.observation import Floats

ConfType = Literal["log", "log-log", "plain", "logit", "arcsin"]
CONF_TYPES: tuple[str, ...] = get_args(ConfType)


def check_level(level: float) -> float:
    """The two-sided normal quantile of a confidence level such as 0.95.

    Raises      UsageError unless 0 < level < 1.
    """
    if not 0 < level < 1:
        raise UsageError(f"confidence level {level}: expected a number between 0 and 1")
    return NormalDist().inv_cdf(1 - (1 - level) / 2)


def confidence_band(
    survival: Floats, log_se: Floats, *, conf_type: str, z: float
) -> tuple[Floats, Floats]:
    """Lower and upper limit at each point of a survival curve.

    Parameters
    ----------
    survival : in [0, 1], (k,)
    log_se : (k,)        Standard error of log S; inf where S = 0.

    Raises      UsageError for an unknown type.
    """
    if conf_type not in CONF_TYPES:
        raise UsageError(f"confidence type {conf_type!r}: expected one of {', '.join(CONF_TYPES)}")
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        lower, upper = _BANDS[conf_type](survival, log_se, z)
    gone = survival == 0
    lower[gone] = upper[gone] = np.nan
    return lower, upper


def _log(s: Floats, se: Floats, z: float) -> tuple[Floats, Floats]:
    factor = np.exp(z * se)
    return s / factor, np.minimum(s * factor, 1.0)


def _log_log(s: Floats, se: Floats, z: float) -> tuple[Floats, Floats]:
    log_s = np.where(s == 1, np.nan, np.log(s))
    factor = np.exp(z * se / log_s)
    return np.exp(log_s / factor), np.exp(log_s * factor)


def _plain(s: Floats, se: Floats, z: float) -> tuple[Floats, Floats]:
    half = z * se * s
    return np.maximum(s - half, 0.0), np.minimum(s + half, 1.0)


def _logit(s: Floats, se: Floats, z: float) -> tuple[Floats, Floats]:
    half = z * se * (1 + s / (1 - s))
    odds = np.log(s / (1 - s))
    return 1 - 1 / (1 + np.exp(odds - half)), 1 - 1 / (1 + np.exp(odds + half))


def _arcsin(s: Floats, se: Floats, z: float) -> tuple[Floats, Floats]:
    half = 0.5 * z * se * np.sqrt(s / (1 - s))
    angle = np.arcsin(np.sqrt(s))
    lower = np.sin(np.maximum(angle - half, 0.0)) ** 2
    upper = np.sin(np.minimum(angle + half, np.pi / 2)) ** 2
    return lower, upper


_BANDS = {"log": _log, "log-log": _log_log, "plain": _plain, "logit": _logit, "arcsin": _arcsin}
