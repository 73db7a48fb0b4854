"""Two arms compared as papers compare them: tests of the baseline, odds ratio, hazard ratio."""

from __future__ import annotations

import math
from fractions import Fraction
from random import Random
from typing import Any

from hepatica.audit.data_set import DataSet
from hepatica.audit.simulation.figure import durations
from hepatica.audit.simulation.press import Press
from hepatica.audit.simulation.rounding import ROUNDINGS, printed_p
from hepatica.audit.simulation.trial import Trial
from hepatica.stats.contingency import chi_square, fisher_exact
from hepatica.stats.cox import cox
from hepatica.stats.log_rank import log_rank
from hepatica.stats.two_sample import mann_whitney, t_test

TABLE = "Table 1"


def print_comparisons(press: Press, trial: Trial, rng: Random) -> None:
    """p-values of the baseline table, response and survival of the two arms."""
    arms = [trial.rows(arm) for arm in trial.arms]
    told = {(c.variable, c.statistic) for c in press.claims if c.population in trial.arms}
    for variable, statistic in sorted(told):
        if statistic == "percent" and variable in {"sex", "Child-Pugh", "cause", "prior surgery"}:
            _print_table_p(press, trial, arms, variable, rng)
        if statistic in {"mean", "median"} and variable not in {"OS", "PFS"}:
            _print_number_p(press, trial, arms, variable)
    _print_odds_ratio(press, trial, arms)
    for variable in ("OS", "PFS"):
        _print_hazard_ratio(press, trial, variable)


def _print_p(press: Press, trial: Trial, variable: str, p: float, method: str, place: str) -> None:
    if math.isfinite(p):
        value = printed_p(min(p, 1.0), press.style.p_decimals)
        fields: dict[str, Any] = {"value": value, "between": trial.arms}
        fields["method"] = method if press.style.tells_method else ""
        press.claim(place, variable, "p", **fields)


def _print_table_p(
    press: Press, trial: Trial, arms: list[DataSet], variable: str, rng: Random
) -> None:
    levels = sorted(
        {str(p.values[variable]) for rows in arms for p in rows if variable in p.values}
    )
    table = [
        [sum(p.values.get(variable) == level for p in rows) for rows in arms] for level in levels
    ]
    if len(levels) < 2 or not all(map(any, zip(*table, strict=True))):
        return
    if rng.random() < 0.5:
        p, method = fisher_exact(table).p_value, "Fisher's exact test"
    else:
        yates = rng.random() < 0.3
        p, method = chi_square(table, correct=yates).p_value, "chi-square test"
    _print_p(press, trial, variable, p, method, TABLE)


def _print_number_p(press: Press, trial: Trial, arms: list[DataSet], variable: str) -> None:
    first, second = (
        [float(v) for p in rows if isinstance(v := p.values.get(variable), Fraction)]
        for rows in arms
    )
    if min(len(first), len(second)) < 2 or len({*first, *second}) < 2:
        return
    if press.style.spread != "sd":
        p, method = mann_whitney(first, second).p_value, "Mann-Whitney U test"
        _print_p(press, trial, variable, p, method, TABLE)
        return
    if len(set(first)) < 2 or len(set(second)) < 2:
        return
    student = t_test(first, second, pooled=True)
    if press.style.rounding == ROUNDINGS[0]:
        _print_p(press, trial, variable, student.p_value, "Student's t test", TABLE)
    else:
        _print_p(press, trial, variable, t_test(first, second).p_value, "t test", TABLE)
    shown = press.number(student.statistic, 2)
    value = f"t({round(student.df)}) = {shown}, p = {press.number(student.p_value, 3)}"
    if student.p_value >= 0.001:
        press.claim("Results", variable, "test", value=value, between=trial.arms)


def _print_odds_ratio(press: Press, trial: Trial, arms: list[DataSet]) -> None:
    """Odds of response with the limits of Woolf 1955, and Fisher's p."""
    response = [[str(p.values["best response"]) for p in rows] for rows in arms]
    table = [[sum(r in {"CR", "PR"} for r in column) for column in response]]
    table.append([len(column) - yes for column, yes in zip(response, table[0], strict=True)])
    (a, b), (c, d) = table
    if press.style.evaluable_only or not all((a, b, c, d)):
        return
    ratio, error = Fraction(a * d, b * c), math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    factor = math.exp(1.959963984540054 * error)
    bracket = press.bracket(float(ratio) / factor, float(ratio) * factor, 2, "ci")
    fields: dict[str, Any] = {"between": trial.arms, "bracket": bracket}
    press.claim("Results", "ORR", "odds_ratio", value=press.number(ratio, 2), **fields)
    p = fisher_exact(table).p_value
    _print_p(press, trial, "ORR", p, "Fisher's exact test", "Results")


def _print_hazard_ratio(press: Press, trial: Trial, variable: str) -> None:
    first, second = (durations(trial, arm, variable) for arm in trial.arms)
    if not any(d.event for d in first) or not any(d.event for d in second):
        return
    both = [*first, *second]
    times, events = [float(d.time) for d in both], [d.event for d in both]
    group = [1.0] * len(first) + [0.0] * len(second)
    fit = cox(times, events, group)
    ends = [float(fit.hazard_ratio[0]), float(fit.lower[0]), float(fit.upper[0])]
    if not fit.converged or not all(math.isfinite(x) and 0.01 < x < 100 for x in ends):
        return
    bracket = press.bracket(ends[1], ends[2], 2, "ci")
    fields: dict[str, Any] = {"between": trial.arms, "bracket": bracket, "method": "Cox"}
    press.claim("Results", variable, "hazard_ratio", value=press.number(ends[0], 2), **fields)
    p = log_rank(times, events, group).p_value
    _print_p(press, trial, variable, p, "log-rank test", "Results")
