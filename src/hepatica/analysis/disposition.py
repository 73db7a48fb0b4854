"""Flow of patients and exposure to the study treatment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from hepatica.analysis.population import Group, Population, Row
from hepatica.analysis.result import Result
from hepatica.clinic.dataset import Adam
from hepatica.stats.describe import description

_STEPS: tuple[tuple[str, Callable[[Row], bool]], ...] = (
    ("Screened", lambda r: True),
    ("Not enrolled", lambda r: r["ENRLFL"] != "Y"),
    ("Enrolled", lambda r: r["ENRLFL"] == "Y"),
    ("Enrolled, not treated", lambda r: r["ENRLFL"] == "Y" and r["SAFFL"] != "Y"),
    ("Treated", lambda r: r["ENRLFL"] == "Y" and r["SAFFL"] == "Y"),
    ("With a baseline scan", lambda r: _treated(r) and r["BLSCANDT"] is not None),
    ("Evaluable for response", lambda r: _treated(r) and r["RESPEVFL"] == "Y"),
    ("Died", lambda r: _treated(r) and r["DTHFL"] == "Y"),
    (
        "Alive at last contact",
        lambda r: _treated(r) and r["DTHFL"] != "Y" and r["EOSSTT"] != "lost to follow-up",
    ),
    (
        "Lost to follow-up",
        lambda r: _treated(r) and r["DTHFL"] != "Y" and r["EOSSTT"] == "lost to follow-up",
    ),
    ("New anticancer therapy", lambda r: _treated(r) and r["NACTDT"] is not None),
)


def _treated(row: Row) -> bool:
    return bool(row["ENRLFL"] == "Y" and row["SAFFL"] == "Y")


def disposition_results(adam: Adam) -> Iterator[Result]:
    """Counts of the flow diagram, from every subject on record."""
    rows = adam["ADSL"].to_pylist()
    for name, holds in _STEPS:
        subjects = tuple(r["SUBJID"] for r in rows if holds(r))
        yield Result(
            "disposition",
            "screened",
            name,
            "n",
            float(len(subjects)),
            unit="patients",
            subjects=subjects,
            dataset="ADSL",
        )


def exposure_results(people: Population) -> Iterator[Result]:
    """Sessions and cumulative dose, described; and how many had 1, 2, 3 ... sessions."""
    for group in people.parts:
        given = [r for r in group.rows if r["NSESS"] is not None]
        row = partial(
            Result,
            "exposure",
            people.id,
            group=group.name,
            dataset="ADSL",
            subjects=tuple(r["SUBJID"] for r in given),
        )
        if given:
            total = float(sum(r["NSESS"] for r in given))
            yield row("Sessions", "N", total, unit="sessions", method="sum over patients")
        lacking = len(group.rows) - len(given)
        note = (
            f"{lacking} without sessions: none on record, or given over periods" if lacking else ""
        )
        counted = partial(row, note=note)
        yield from _described(counted, "Sessions", "sessions", [r["NSESS"] for r in given])
        counts = {r["NSESS"] for r in people.everyone.rows if r["NSESS"] is not None}
        for count in sorted(counts):
            who = tuple(r["SUBJID"] for r in given if r["NSESS"] == count)
            yield Result(
                "exposure",
                people.id,
                "Sessions",
                "n",
                float(len(who)),
                group=group.name,
                level=str(count),
                unit="patients",
                subjects=who,
                dataset="ADSL",
            )
        yield from _doses(row, group)


def _doses(row: partial[Result], group: Group) -> Iterator[Result]:
    """Cumulative doses in their one unit; doses in several units are not put together."""
    dosed = [r for r in group.rows if r["CUMDOSE"] is not None]
    units = {r["CUMDOSU"] for r in dosed}
    named = partial(row, subjects=tuple(r["SUBJID"] for r in dosed))
    if len(units) > 1:
        yield named("Cumulative dose", "mean", None, note="doses in more than one unit")
        return
    unit = next(iter(units), None) or ""
    yield from _described(named, "Cumulative dose", unit, [r["CUMDOSE"] for r in dosed])


def _described(
    row: partial[Result], variable: str, unit: str, values: list[float]
) -> Iterator[Result]:
    if not values:
        yield row(variable, "n", 0.0, unit="patients", note="not on record for any patient")
        return
    summary = description([float(v) for v in values])
    yield row(variable, "n", float(len(values)), unit="patients")
    for name in ("mean", "sd", "median", "min", "max"):
        value = getattr(summary, name)
        note = "" if value is not None else "not defined for one value"
        yield row(variable, name, value, unit=unit, method=name, note=note)
