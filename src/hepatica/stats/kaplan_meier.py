"""Kaplan-Meier: the survival curve, its limits, quantiles, landmark rates and restricted mean.

Agrees with R survival 3.5-3 (survfit, quantile.survfit, summary.survfit, survmean). Where the
curve stands exactly at the probability asked for, two rules exist and the caller names one:

midpoint   the middle of the plateau (R, SAS)
first      the first time at which the curve is at or below the probability
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from hepatica.core.errors import NotDefined, UsageError
from hepatica.stats.band import ConfType, check_level, confidence_band
from hepatica.stats.count import RiskTable, risk_table
from hepatica.stats.observation import TOLERANCE, Floats, Ints, check_observation

Plateau = Literal["midpoint", "first"]


@dataclass(frozen=True, slots=True)
class Curve:
    """A Kaplan-Meier curve: one element a distinct follow-up time, events or not.

    `std_err` is Greenwood's standard error of S, nan where S = 0; `lower` and `upper` are nan
    where R gives NA; `n` counts subjects, `n_events` events, `max_time` is the last follow-up.
    """

    time: Floats
    at_risk: Ints
    events: Ints
    censored: Ints
    survival: Floats
    std_err: Floats
    lower: Floats
    upper: Floats
    n: int
    n_events: int
    conf_type: str
    conf_level: float
    max_time: float


@dataclass(frozen=True, slots=True)
class Quantile:
    """A time by which a share of the subjects had the event; None where not reached."""

    estimate: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class SurvivalAt:
    """The curve at one time: S, its limits, number at risk just before, standard error of S."""

    time: float
    survival: float | None
    lower: float | None
    upper: float | None
    at_risk: int
    std_err: float | None


def kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    conf_type: ConfType = "log",
    conf_level: float = 0.95,
) -> Curve:
    """Kaplan-Meier curve with pointwise limits, equal to R's survfit (survival 3.5-3).

    Parameters
    ----------
    time : numbers >= 0, (n,)
    event : bool or 0/1, (n,)       1 = event at `time`, 0 = censored then.
    entry : numbers >= 0, (n,)      Delayed entry: at risk after `entry` only.
    conf_type : 'log' (R's default), 'log-log' (SAS's default), 'plain', 'logit', 'arcsin'

    Raises      ShapeError, NotDefined as `check_observation`; UsageError for the options.
    Notes       Times closer than R's timefix tolerance are one time.
    """
    z = check_level(conf_level)
    table = risk_table(check_observation(time, event, entry))
    survival, log_se = _product_limit(table)
    lower, upper = confidence_band(survival, log_se, conf_type=conf_type, z=z)
    with np.errstate(invalid="ignore"):
        std_err = survival * log_se  # nan where S = 0, as in R
    return Curve(
        *(table.time, table.at_risk, table.events, table.censored),
        *(survival, std_err, lower, upper),
        n=table.n,
        n_events=int(table.events.sum()),
        conf_type=conf_type,
        conf_level=conf_level,
        max_time=float(table.time[-1]),
    )


def quantile(curve: Curve, p: float, plateau: Plateau = "midpoint") -> Quantile:
    """Time by which the share `p` had the event, with limits by inverting the band.

    Parameters
    ----------
    p : in [0, 1]        0.5 is the median.
    plateau : 'midpoint' or 'first'       The rule where S equals 1 - p (within 1.49e-8).

    Returns     Quantile; None for a part that the curve or the band does not reach.
    Raises      UsageError for `p` outside [0, 1] or another rule.
    References  Brookmeyer & Crowley 1982 (inversion); R quantile.survfit
    """
    if not 0 <= p <= 1:
        raise UsageError(f"probability {p}: expected a number from 0 to 1")
    if plateau not in get_args(Plateau):
        raise UsageError(f"plateau rule {plateau!r}: expected midpoint or first")
    rule = _midpoint if plateau == "midpoint" else _first
    return Quantile(
        rule(curve.time, curve.survival, p),
        rule(curve.time, curve.lower, p),
        rule(curve.time, curve.upper, p),
    )


def median_survival(curve: Curve, plateau: Plateau = "midpoint") -> Quantile:
    """Median survival time with its limits; see `quantile`."""
    return quantile(curve, 0.5, plateau)


def survival_at(curve: Curve, times: Iterable[float], *, extend: bool = False) -> list[SurvivalAt]:
    """Survival at given times, in the order given (landmark rates).

    Beyond the last follow-up the curve is not defined: survival, limits and standard error are
    None, except where the curve has reached 0 and stays there. `extend` carries the last value
    forward instead, as R's summary(fit, times, extend=TRUE).

    Raises      UsageError for a missing time.
    """
    wanted = np.array([float(t) for t in times], dtype=np.float64)
    if np.isnan(wanted).any():
        raise UsageError("a time asked for is missing")
    last = np.searchsorted(curve.time, wanted, side="right")
    coming = np.searchsorted(curve.time, wanted, side="left")
    return [
        _point(curve, float(t), int(i), int(j), extend)
        for t, i, j in zip(wanted, last, coming, strict=True)
    ]


def median_follow_up(
    time: ArrayLike,
    event: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    conf_type: ConfType = "log",
    conf_level: float = 0.95,
    plateau: Plateau = "midpoint",
) -> Quantile:
    """Median follow-up by the reverse Kaplan-Meier method: censoring is the event.

    The status is flipped and nothing else, as in R's survfit(Surv(time, 1 - event)).
    Parameters, Raises  as `kaplan_meier`.
    References  Schemper & Smith 1996
    """
    seen = check_observation(time, event, entry)
    curve = kaplan_meier(
        seen.time, ~seen.event, entry=seen.entry, conf_type=conf_type, conf_level=conf_level
    )
    return median_survival(curve, plateau)


def restricted_mean(curve: Curve, tau: float) -> tuple[float, float]:
    """Mean survival time up to `tau` and its standard error: the area under the curve.

    Beyond the last follow-up the curve goes on at its last value, as in R's survmean.

    Raises      NotDefined unless `tau` is positive and finite.
    """
    if not 0 < tau < np.inf:
        raise NotDefined(f"restricted mean up to {tau}: expected a positive time")
    used = curve.time <= tau
    time, survival = curve.time[used], curve.survival[used]
    events, at_risk = curve.events[used], curve.at_risk[used]
    width = np.diff(np.concatenate(([0.0], time, [tau])))
    area = width * np.concatenate(([1.0], survival))
    left = (at_risk - events).astype(np.float64)
    hazard_var = np.zeros(len(time))
    np.divide(events, at_risk * left, out=hazard_var, where=left > 0)
    beyond = np.cumsum(area[1:][::-1])[::-1]
    return float(area.sum()), float(np.sqrt(np.sum(beyond**2 * hazard_var)))


def cumulative_hazard(curve: Curve) -> tuple[Floats, Floats]:
    """Nelson-Aalen cumulative hazard and its standard error at each time of the curve."""
    risk = curve.at_risk.astype(np.float64)
    hazard: Floats = np.cumsum(curve.events / risk)
    std_err: Floats = np.sqrt(np.cumsum(curve.events / risk**2))
    return hazard, std_err


def _product_limit(table: RiskTable) -> tuple[Floats, Floats]:
    at_risk = table.at_risk.astype(np.float64)
    left = at_risk - table.events
    survival = np.cumprod(left / at_risk, dtype=np.float64)
    step = np.full(len(left), np.inf)
    np.divide(table.events, at_risk * left, out=step, where=left > 0)
    log_se: Floats = np.sqrt(np.cumsum(step))
    return survival, log_se


def _point(curve: Curve, time: float, last: int, coming: int, extend: bool) -> SurvivalAt:
    at_risk = int(curve.at_risk[coming]) if coming < len(curve.time) else 0
    if last == 0:
        return SurvivalAt(time, 1.0, 1.0, 1.0, at_risk, 0.0)
    k = last - 1
    if time > curve.max_time and not extend and curve.survival[k] > 0:
        return SurvivalAt(time, None, None, None, at_risk, None)
    return SurvivalAt(
        time,
        float(curve.survival[k]),
        _known(curve.lower[k]),
        _known(curve.upper[k]),
        at_risk,
        _known(curve.std_err[k]),
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _first(time: Floats, height: Floats, p: float) -> float | None:
    if p == 0:
        return 0.0
    with np.errstate(invalid="ignore"):
        low = height <= 1 - p + TOLERANCE
    k = int(np.argmax(low))
    return float(time[k]) if low[k] else None


def _midpoint(time: Floats, height: Floats, p: float) -> float | None:
    """R's findq: the mean of the first times at which 1 - S reaches p - tol and p + tol."""
    if p == 0:
        return 0.0
    drop = np.concatenate(([0.0], 1 - height))
    here, there = _least(drop + TOLERANCE, p), _least(drop - TOLERANCE, p)
    if here is None:
        return None
    start = 0.0 if here == 0 else float(time[here - 1])
    if there is None or abs(p - drop[here]) < TOLERANCE:
        # Where the curve ends on this plateau, its right end is the last follow-up.
        if _ends_at(drop, p):
            return (start + float(time[-1])) / 2
        if there is None:
            return None
    return (start + float(time[there - 1])) / 2


def _least(drop: Floats, p: float) -> int | None:
    """Where the least value that is p or more first occurs.

    Not the first such value: an upper limit can rise again, and R sorts the values.
    """
    reached = drop[drop >= p]
    return int(np.argmax(drop == reached.min())) if len(reached) else None


def _ends_at(drop: Floats, p: float) -> bool:
    """Whether the last new value of the curve or band is p; not where it ends undefined."""
    fresh = np.flatnonzero(np.concatenate(([True], drop[1:] != drop[:-1])))
    unknown = np.flatnonzero(np.isnan(drop))
    for k in fresh[::-1]:
        if not np.isnan(drop[k]) and not np.any(drop[:k] == drop[k]):
            return bool(abs(p - drop[k]) < TOLERANCE) and not (len(unknown) and unknown[0] > k)
    return False
