"""Aalen-Johansen: the probability of one cause by a time, where other causes compete with it.

One minus Kaplan-Meier with the competing causes censored answers another question and is too high.
With F the incidence, S the survival free of every cause, n at risk, d1 events of interest and d2
competing ones at a time s, the variance is that of R cmprsk 2.2-11 cuminc, summed over s <= t:

    (1 + g)^2 S(s-)^2 c1 d1 / n^2 + g^2 S(s-)^2 c2 d2 / n^2        g = (F(s) - F(t)) / S(s)

where c = 1 - (d - 1) / (n - 1) for tied events of one kind, and 1 / S(s) is 0 once S is 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from hepatica.core.errors import UsageError
from hepatica.stats.band import check_level
from hepatica.stats.cause import CauseTable, cause_table, check_cause
from hepatica.stats.observation import Floats, Ints

IncidenceConfType = Literal["plain", "log", "log-log"]


@dataclass(frozen=True, slots=True)
class Incidence:
    """A cumulative incidence curve: one element a distinct follow-up time.

    `std_err` is the standard error of the incidence; the limits are nan where the incidence is 0
    or, for 'log-log', 1. `n_events` counts the cause of interest, `n_competing` the others.
    """

    time: Floats
    at_risk: Ints
    events: Ints
    competing: Ints
    censored: Ints
    incidence: Floats
    std_err: Floats
    lower: Floats
    upper: Floats
    n: int
    n_events: int
    n_competing: int
    conf_type: str
    conf_level: float
    max_time: float


@dataclass(frozen=True, slots=True)
class IncidenceAt:
    """The incidence at one time with its limits; None beyond the last follow-up."""

    time: float
    incidence: float | None
    lower: float | None
    upper: float | None
    at_risk: int
    std_err: float | None


def cumulative_incidence(
    time: ArrayLike,
    cause: ArrayLike,
    *,
    event: int = 1,
    conf_type: IncidenceConfType = "log-log",
    conf_level: float = 0.95,
) -> Incidence:
    """Aalen-Johansen estimate of the incidence of one cause, with pointwise limits.

    Parameters
    ----------
    time : numbers >= 0, (n,)
    cause : whole numbers >= 0, (n,)     0 = censored, `event` = the cause of interest.
    conf_type : 'log-log' F^exp(+-z s / (F log F)), 'log' F exp(+-z s / F), 'plain' F +- z s

    Raises      as `check_cause`; UsageError for the options.
    References  Aalen & Johansen 1978; Gray 1988; R cmprsk 2.2-11 cuminc
    """
    if conf_type not in get_args(IncidenceConfType):
        expected = ", ".join(get_args(IncidenceConfType))
        raise UsageError(f"confidence type {conf_type!r}: expected one of {expected}")
    z = check_level(conf_level)
    table = cause_table(check_cause(time, cause, event))
    before, incidence = _incidence(table)
    std_err = np.sqrt(np.maximum(_variance(table, before, incidence), 0.0))
    lower, upper = _limits(incidence, std_err, conf_type, z)
    return Incidence(
        *(table.time, table.at_risk, table.events, table.competing, table.censored),
        *(incidence, std_err, lower, upper),
        n=table.n,
        n_events=int(table.events.sum()),
        n_competing=int(table.competing.sum()),
        conf_type=conf_type,
        conf_level=conf_level,
        max_time=float(table.time[-1]),
    )


def incidence_at(curve: Incidence, times: Iterable[float]) -> list[IncidenceAt]:
    """The incidence at given times, in the order given.

    Beyond the last follow-up it is None, except where nobody was left without an event.

    Raises      UsageError for a missing time.
    """
    wanted = np.array([float(t) for t in times], dtype=np.float64)
    if np.isnan(wanted).any():
        raise UsageError("a time asked for is missing")
    everybody = not bool(curve.censored[-1])
    out = []
    for t in wanted:
        k = int(np.searchsorted(curve.time, t, side="right")) - 1
        coming = int(np.searchsorted(curve.time, t, side="left"))
        left = int(curve.at_risk[coming]) if coming < len(curve.time) else 0
        if k < 0:
            out.append(IncidenceAt(float(t), 0.0, None, None, left, 0.0))
        elif t > curve.max_time and not everybody:
            out.append(IncidenceAt(float(t), None, None, None, left, None))
        else:
            limits = (_known(curve.lower[k]), _known(curve.upper[k]))
            value, se = float(curve.incidence[k]), float(curve.std_err[k])
            out.append(IncidenceAt(float(t), value, *limits, left, se))
    return out


def _incidence(table: CauseTable) -> tuple[Floats, Floats]:
    """S just before each time, and F at each time."""
    n = table.at_risk.astype(np.float64)
    free = np.cumprod(1 - (table.events + table.competing) / n)
    before = np.concatenate(([1.0], free[:-1]))
    incidence: Floats = np.cumsum(before * table.events / n)
    return before, incidence


def _variance(table: CauseTable, before: Floats, incidence: Floats) -> Floats:
    """Both sums, expanded in F(t), so that one running sum a power serves all times."""
    n = table.at_risk.astype(np.float64)
    d1, d2 = table.events.astype(np.float64), table.competing.astype(np.float64)
    free = before * (n - d1 - d2) / n
    inverse = np.zeros(len(n))
    np.divide(1.0, free, out=inverse, where=n > d1 + d2)
    one, two = (before**2 * _untied(d, n) * d / n**2 for d in (d1, d2))
    both = inverse**2 * (one + two)
    # Centred on the last value: the running sums would otherwise lose digits late in the curve.
    f = incidence - incidence[-1]
    lift = 1 + f * inverse
    constant = np.cumsum(one * lift**2 + two * (f * inverse) ** 2)
    linear = np.cumsum(one * inverse * lift + two * inverse**2 * f)
    total: Floats = constant - 2 * f * linear + f**2 * np.cumsum(both)
    return total


def _untied(events: Floats, at_risk: Floats) -> Floats:
    """1 - (d - 1) / (n - 1), 1 where nothing is tied."""
    surplus = np.maximum(events - 1, 0)
    return 1 - np.divide(surplus, at_risk - 1, out=np.zeros(len(at_risk)), where=at_risk > 1)


def _limits(
    incidence: Floats, std_err: Floats, conf_type: IncidenceConfType, z: float
) -> tuple[Floats, Floats]:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if conf_type == "plain":
            lower, upper = incidence - z * std_err, incidence + z * std_err
        elif conf_type == "log":
            factor = np.exp(z * std_err / incidence)
            lower, upper = incidence / factor, incidence * factor
        else:
            # F log F is negative, so that the larger power is the lower limit.
            factor = np.exp(-z * std_err / (incidence * np.log(incidence)))
            lower, upper = incidence**factor, incidence ** (1 / factor)
    lower, upper = np.clip(lower, 0, 1), np.clip(upper, 0, 1)
    undefined = incidence <= 0
    if conf_type == "log-log":
        undefined = undefined | (incidence >= 1 - 1e-12)
    lower[undefined] = upper[undefined] = np.nan
    return lower, upper


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
