"""Treatment as planned and as given: doses, intervals, intensity, conditions, stopping."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from hepatica.analysis.population import Group, Population
from hepatica.analysis.result import Result
from hepatica.clinic.dataset import Adam
from hepatica.stats.describe import description
from hepatica.study import Study

Row = dict[str, Any]
_STATES = ("STOP", "HOLD", "UNKNOWN", "OK")
_DESCRIBED = (
    ("Given less planned dose", "PDOSEDIF", "percent", "100 x (given - planned) / planned"),
    ("Interval between sessions", "INTERVAL", "days", "days since the session before"),
    ("Infusion time", "EXDURMIN", "min", "as recorded"),
    ("Lipiodol", "LIPIODOL", "mL", "as recorded"),
    ("Left in the vials", "WASTEMG", "mg", "least waste over the vials there are"),
)
_INTENSITY = (
    "(total given / days) / (total planned / planned days); days from the first to the last "
    "session and one planned interval more"
)


def treatment_results(study: Study, adam: Adam, people: Population) -> Iterator[Result]:
    """Results of the population's sessions (ADEX), for everybody and by arm.

    Nothing where no session was given in doses (periods of constant dosing have none).
    """
    members = set(people.everyone.subjects)
    rows = [r for r in adam["ADEX"].to_pylist() if r["SUBJID"] in members]
    if not any(r["PLDOSE"] is not None or r["TECHNIQ"] or r["HOLDSTAT"] for r in rows):
        return
    for group in people.parts:
        inside = set(group.subjects)
        yield from _group(study, people.id, group, [r for r in rows if r["SUBJID"] in inside])


def _group(study: Study, population: str, group: Group, rows: list[Row]) -> Iterator[Result]:
    row = partial(
        Result, "treatment", population, group=group.name, dataset="ADEX", clause="treatment"
    )
    yield from _policy(row, rows)
    for variable, column, unit, method in _DESCRIBED:
        yield from _described(row, rows, variable, (column, unit, method))
    yield from _relative_dose(row, rows)
    yield from _intensity(row, study, rows)
    yield from _redosing(row, rows)
    yield from _holds(row, rows)
    yield from _stopping(row, rows)


def _policy(row: partial[Result], rows: list[Row]) -> Iterator[Result]:
    judged = [r for r in rows if r["INPOLFL"]]
    known = [r for r in rows if r["EXDOSE"] is not None]
    for level, own in (
        ("with a given dose", known),
        ("with a given and a planned dose", judged),
        ("within the dosing policy", [r for r in judged if r["INPOLFL"] == "Y"]),
        ("outside the dosing policy", [r for r in judged if r["INPOLFL"] == "N"]),
    ):
        yield _count(row, "Sessions", level, own)


def _described(
    row: partial[Result], rows: list[Row], variable: str, how: tuple[str, str, str]
) -> Iterator[Result]:
    column, unit, method = how
    seen: dict[tuple[str, Any], Row] = {}
    for one in rows:
        # An interval belongs to the day, whatever the number of drugs.
        key = (one["SUBJID"], one["ADT"] if column in ("INTERVAL", "LIPIODOL") else one["ASEQ"])
        if one[column] is not None:
            seen.setdefault(key, one)
    own = list(seen.values())
    yield _count(row, variable, "", own)
    if own:
        yield from _summary(row, variable, unit, method, own, [float(r[column]) for r in own])


def _summary(
    row: partial[Result],
    variable: str,
    unit: str,
    method: str,
    rows: Sequence[Row],
    values: list[float],
) -> Iterator[Result]:
    summary = description(values)
    for name in ("mean", "sd", "median", "min", "max"):
        value = getattr(summary, name)
        yield row(
            variable=variable,
            statistic=name,
            value=value,
            unit=unit,
            method=method,
            note="" if value is not None else "not defined for one value",
            subjects=_subjects(rows),
        )


def _relative_dose(row: partial[Result], rows: list[Row]) -> Iterator[Result]:
    """Total given over total planned of each subject, where both are known at every session."""
    total = _totals(rows)
    yield from _of_subjects(
        row,
        "Relative dose",
        {s: 100 * given / planned for s, (given, planned) in total.items()},
        "100 x total given / total planned, patients with both at every session",
    )


def _intensity(row: partial[Result], study: Study, rows: list[Row]) -> Iterator[Result]:
    interval = study.dosing.interval_days
    if interval is None:
        note = "not defined: the protocol plans no fixed interval between sessions"
        yield row(
            variable="Relative dose intensity",
            statistic="median",
            value=None,
            unit="percent",
            method=_INTENSITY,
            note=note,
        )
        return
    found = {}
    for subject, (given, planned) in _totals(rows).items():
        days = [r["ADT"] for r in rows if r["SUBJID"] == subject]
        actual = (max(days) - min(days)).days + interval
        found[subject] = 100 * (given / actual) / (planned / (len(set(days)) * interval))
    yield from _of_subjects(row, "Relative dose intensity", found, _INTENSITY)


def _totals(rows: list[Row]) -> dict[str, tuple[float, float]]:
    totals: dict[str, tuple[float, float]] = {}
    unknown = {r["SUBJID"] for r in rows if r["DOSEDIF"] is None}
    for r in rows:
        if r["SUBJID"] not in unknown:
            given, planned = totals.get(r["SUBJID"], (0.0, 0.0))
            totals[r["SUBJID"]] = (given + r["EXDOSE"], planned + r["PLDOSE"])
    return totals


def _of_subjects(
    row: partial[Result], variable: str, values: dict[str, float], method: str
) -> Iterator[Result]:
    own: list[Row] = [{"SUBJID": subject} for subject in values]
    yield row(
        variable=variable,
        statistic="n",
        value=float(len(own)),
        unit="patients",
        method=method,
        subjects=tuple(values),
    )
    if own:
        yield from _summary(row, variable, "percent", method, own, list(values.values()))


def _redosing(row: partial[Result], rows: list[Row]) -> Iterator[Result]:
    for level, flag in (("asked for", "Y"), ("not asked for", "N")):
        yield _count(row, "New dose by weight change", level, _flagged(rows, "REDOSEFL", flag))


def _holds(row: partial[Result], rows: list[Row]) -> Iterator[Result]:
    method = "gravest of the conditions that records tell, by session"
    if any(r["HOLDSTAT"] for r in rows):
        for state in _STATES:
            found = _flagged(rows, "HOLDSTAT", state)
            yield _count(row, "Hold and stop conditions", state, found, method)


def _stopping(row: partial[Result], rows: list[Row]) -> Iterator[Result]:
    last = {r["SUBJID"]: r for r in rows if r["LASTFL"] == "Y"}
    method = "first event on record after the last session, within the planned interval"
    reasons: dict[str, list[Row]] = {}
    for one in last.values():
        reasons.setdefault(one["STOPRSN"], []).append(one)
    for reason in sorted(reasons, key=lambda r: (r == "not on record", -len(reasons[r]), r)):
        yield row(
            variable="Reason for stopping",
            level=reason,
            statistic="n",
            value=float(len(reasons[reason])),
            unit="patients",
            method=method,
            subjects=_subjects(reasons[reason]),
        )


def _flagged(rows: list[Row], column: str, value: str) -> list[Row]:
    return [r for r in rows if r[column] == value]


def _count(
    row: partial[Result], variable: str, level: str, rows: Sequence[Row], method: str = ""
) -> Result:
    return row(
        variable=variable,
        level=level,
        statistic="n",
        value=float(len(rows)),
        unit="sessions",
        method=method,
        subjects=_subjects(rows),
    )


def _subjects(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(r["SUBJID"] for r in rows))
