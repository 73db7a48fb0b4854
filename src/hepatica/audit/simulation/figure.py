"""Survival as a paper prints it: medians with limits, rates, numbers at risk, events."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hepatica.audit.claim import Bracket
from hepatica.audit.data_set import Duration
from hepatica.audit.simulation.press import Press
from hepatica.audit.simulation.trial import Trial
from hepatica.stats.kaplan_meier import Curve, kaplan_meier, median_survival, survival_at

PLACE = "Figure 1"
NOT_REACHED = "NR"


def durations(trial: Trial, population: str, variable: str) -> list[Duration]:
    """The times of a population, of those who have one."""
    values = (p.values.get(variable) for p in trial.rows(population))
    return [v for v in values if isinstance(v, Duration)]


def print_survival(press: Press, trial: Trial, population: str) -> None:
    """Overall and progression-free survival of one population."""
    for variable in ("OS", "PFS"):
        times = durations(trial, population, variable)
        curve = kaplan_meier(
            [float(d.time) for d in times],
            [d.event for d in times],
            conf_type=press.style.conf_type,
        )
        where = {"population": population}
        _print_median(press, curve, variable, times, where)
        events = str(sum(d.event for d in times))
        press.claim("Results", variable, "events", value=events, **where)
        step = max(3, trial.followed_months // 6)
        marks = [m for m in range(0, trial.followed_months, step) if m <= curve.max_time]
        for mark in marks:
            at_risk = str(sum(d.time >= mark for d in times))
            press.claim(PLACE, variable, "at_risk", level=str(mark), value=at_risk, **where)
        for mark in marks[1:3]:
            _print_landmark(press, curve, variable, mark, where)


def _print_median(
    press: Press, curve: Curve, variable: str, times: list[Duration], where: dict[str, Any]
) -> None:
    found = median_survival(curve, press.style.plateau)
    decimals = press.style.time_decimals
    value, low, high = (
        NOT_REACHED if x is None else press.number(_snapped(x), decimals)
        for x in (found.estimate, found.lower, found.upper)
    )
    bracket = Bracket(low, high, "ci")
    if press.style.spread == "range":
        ends = (min(d.time for d in times), max(d.time for d in times))
        bracket = press.bracket(*ends, decimals, "range")
    fields: dict[str, Any] = {"value": value, "unit": "months", "bracket": bracket, **where}
    if press.style.tells_denominator:
        fields["denominator"] = str(curve.n)
    press.claim("Results", variable, "median", **fields)


def _print_landmark(
    press: Press, curve: Curve, variable: str, mark: int, where: dict[str, Any]
) -> None:
    (point,) = survival_at(curve, [mark])
    if point.survival is None:
        return
    decimals = press.style.percent_decimals
    fields: dict[str, Any] = {"level": str(mark), "unit": "%", **where}
    fields["value"] = press.number(_snapped(100 * point.survival), decimals)
    if point.lower is not None and point.upper is not None:
        ends = (100 * point.lower, 100 * point.upper)
        fields["bracket"] = press.bracket(*ends, decimals, "ci")
    press.claim("Results", variable, "survival", **fields)


def _snapped(number: float) -> Fraction:
    """The fraction of small terms that a float stands for, so that halves are exact again."""
    near = Fraction(number).limit_denominator(10**5)
    return near if abs(float(near) - number) < 1e-9 else Fraction(number)
