"""Whether a printed confidence interval follows from the patients by any usual method.

The one place of the evaluation that computes in floating point: limits are compared with a
tolerance of 1e-9 of themselves. Methods:

survival at a time, median time    log, log-log, plain, logit, arcsin; both plateau conventions
mean                               Student's t, normal
share                              Wald, Wilson, Wilson with continuity correction, Clopper-Pearson

A limit of the median that is not reached is printed as NR, or as a dash.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from statistics import NormalDist

from scipy.special import stdtrit

from hepatica.audit import quantity
from hepatica.audit.claim import Bracket, Claim
from hepatica.audit.data_set import Duration
from hepatica.audit.printed import is_not_reached, parse_printed
from hepatica.stats.band import ConfType
from hepatica.stats.kaplan_meier import Plateau, kaplan_meier, median_survival, survival_at
from hepatica.stats.proportion import clopper_pearson, wilson

TOLERANCE = 1e-9
TYPES: tuple[ConfType, ...] = ("log", "log-log", "plain", "logit", "arcsin")
CONVENTIONS: tuple[Plateau, Plateau] = ("midpoint", "first")
Limits = tuple[float | None, float | None]


def interval_holds(
    claim: Claim,
    numbers: Sequence[Fraction],
    durations: Sequence[Duration],
    time: Fraction | None = None,
) -> bool | None:
    """Tell whether any method gives the bracket as printed; None where none applies."""
    level = parse_printed(claim.bracket.conf_level) if claim.bracket else None
    if claim.bracket is None or level is None or not 0 < level.value < 100:
        return None
    share = float(level.value / 100)
    if durations:
        limits = _duration_limits(durations, time, share)
    elif claim.statistic in {"mean", "centre"} and len(numbers) > 1:
        limits = _mean_limits(numbers, share)
    else:
        return None
    return any(_as_printed(claim.bracket, low, high) for low, high in limits)


def share_interval_holds(bracket: Bracket, count: int, of: int) -> bool | None:
    """Tell whether any method gives the bracket, in percent, as limits of `count` of `of`."""
    level = parse_printed(bracket.conf_level)
    if level is None or not 0 < level.value < 100 or not 0 <= count <= of or not of:
        return None
    limits = _share_limits(count, of, float(level.value / 100))
    return any(_as_printed(bracket, 100 * low, 100 * high) for low, high in limits)


def _duration_limits(
    durations: Sequence[Duration], time: Fraction | None, level: float
) -> Iterator[Limits]:
    times = [float(d.time) for d in durations]
    events = [d.event for d in durations]
    for conf_type in TYPES:
        curve = kaplan_meier(times, events, conf_type=conf_type, conf_level=level)
        if time is None:
            for convention in CONVENTIONS:
                found = median_survival(curve, convention)
                yield found.lower, found.upper
        else:
            (point,) = survival_at(curve, [float(time)], extend=True)
            if point.lower is not None and point.upper is not None:
                yield 100 * point.lower, 100 * point.upper


def _mean_limits(numbers: Sequence[Fraction], level: float) -> Iterator[Limits]:
    spread = quantity.variance(numbers) or Fraction(0)
    centre, error = float(quantity.mean(numbers)), math.sqrt(spread / len(numbers))
    for factor in (_normal(level), float(stdtrit(len(numbers) - 1, 0.5 + level / 2))):
        yield centre - factor * error, centre + factor * error


def _share_limits(count: int, of: int, level: float) -> Iterator[tuple[float, float]]:
    share = count / of
    half = _normal(level) * math.sqrt(share * (1 - share) / of)
    yield share - half, share + half
    yield max(0.0, share - half), min(1.0, share + half)
    yield wilson(count, of, level)
    yield wilson(count, of, level, correct=True)
    yield clopper_pearson(count, of, level)


def _normal(level: float) -> float:
    return NormalDist().inv_cdf(0.5 + level / 2)


def _as_printed(bracket: Bracket, low: float | None, high: float | None) -> bool:
    return _limit_as_printed(bracket.low, low) and _limit_as_printed(bracket.high, high)


def _limit_as_printed(text: str, limit: float | None) -> bool:
    if is_not_reached(text):
        return limit is None
    printed = parse_printed(text)
    if printed is None or limit is None:
        return False
    slack = TOLERANCE * (1 + abs(limit))
    return float(printed.low) - slack <= limit <= float(printed.high) + slack
