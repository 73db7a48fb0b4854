"""From printed times to days: whole days of which the claims about times still hold.

A time of 9.2 months is an interval of days. The nearest day is taken and, where a claim does not
survive that (a median at the edge of its rounding), days are moved by one until it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from hepatica.audit.claim import Paper
from hepatica.audit.data_set import DataSet, Duration, Patient
from hepatica.audit.evaluation import broken_claims

_UNIT_DAYS = {"day": Fraction(1), "week": Fraction(7), "month": Fraction(0), "year": Fraction(0)}

Days = Mapping[str, int]


def unit_days(paper: Paper, variable: str, month_days: Fraction) -> Fraction:
    """Days in the unit in which the paper prints the times of `variable`; months where none is."""
    for claim in paper.claims:
        unit = claim.unit.strip().lower().rstrip("s")
        if claim.variable == variable and unit in _UNIT_DAYS:
            return {"month": month_days, "year": 12 * month_days}.get(unit, _UNIT_DAYS[unit])
    return month_days


def patient_days(
    paper: Paper, data_set: DataSet, month_days: Fraction, used: Iterable[str]
) -> tuple[Days, ...]:
    """Whole days of every time of every patient; `used` are the claims that hold of the data set.

    The order of a patient's own times, and of the patients' times of one variable, is kept.
    """
    names = sorted({n for p in data_set for n, v in p.values.items() if isinstance(v, Duration)})
    units = {name: unit_days(paper, name, month_days) for name in names}
    days = [
        {n: _nearest(v.time * units[n]) for n, v in p.values.items() if isinstance(v, Duration)}
        for p in data_set
    ]
    wanted = [c for c in used if _is_about(paper, c, names)]
    _mend(paper, data_set, days, units, wanted)
    return tuple(days)


def _nearest(days: Fraction) -> int:
    return int(days + Fraction(1, 2))


def _is_about(paper: Paper, identifier: str, names: Sequence[str]) -> bool:
    return any(c.id == identifier and c.variable in names for c in paper.claims)


def dated(data_set: DataSet, days: Sequence[Days], units: Mapping[str, Fraction]) -> DataSet:
    """The data set with every time as its days make it."""
    return tuple(_dated(p, d, units) for p, d in zip(data_set, days, strict=True))


def _dated(patient: Patient, days: Days, units: Mapping[str, Fraction]) -> Patient:
    values = {
        name: replace(v, time=days[name] / units[name]) if isinstance(v, Duration) else v
        for name, v in patient.values.items()
    }
    return replace(patient, values=values)


def _mend(
    paper: Paper,
    data_set: DataSet,
    days: list[dict[str, int]],
    units: Mapping[str, Fraction],
    wanted: Sequence[str],
) -> None:
    """Move days by one, in place, while that makes more of the wanted claims hold."""
    broken = len(broken_claims(paper, dated(data_set, days, units), wanted))
    moves = [(i, n, step) for i, d in enumerate(days) for n in sorted(d) for step in (1, -1)]
    for index, name, step in moves:
        if not broken:
            return
        days[index][name] += step
        left = len(broken_claims(paper, dated(data_set, days, units), wanted))
        if left < broken and _in_order(days[index], data_set[index]):
            broken = left
        else:
            days[index][name] -= step


def _in_order(days: Days, patient: Patient) -> bool:
    return all(day >= 0 for day in days.values()) and not (
        "PFS" in days and "OS" in days and days["PFS"] > days["OS"]
    )
