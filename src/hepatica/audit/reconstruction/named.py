"""Patients whom a paper describes one by one, such as the patient of a figure.

The data set has somebody of whom all that is told holds; what is told beyond the data set (a
laboratory value, a later performance status) goes into that patient's records.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from hepatica.audit.claim import EVERYONE, Claim, Paper
from hepatica.audit.condition import parse_span, satisfies
from hepatica.audit.data_set import DataSet, Duration, Patient

Told = Mapping[str, str]


def told_values(paper: Paper, data_set: DataSet, kept: Collection[str]) -> dict[int, Told]:
    """What the paper tells of single patients, by their position in the data set."""
    single = dict.fromkeys(
        c.population
        for c in paper.claims
        if c.statistic == "value" and c.id in kept and c.population != EVERYONE
        if paper.sizes.get(c.population) == 1 or c.of == 1
    )
    found: dict[int, Told] = {}
    for population in single:
        claims = [c for c in paper.select(population=population, statistic="value") if c.id in kept]
        fitting = (i for i, p in enumerate(data_set) if _fits(p, claims) and i not in found)
        who = next(fitting, None)
        if who is not None:
            found[who] = {c.variable: c.value or c.level for c in claims}
    return found


def _fits(patient: Patient, claims: list[Claim]) -> bool:
    return all(_holds(patient, claim) is not False for claim in claims)


def _holds(patient: Patient, claim: Claim) -> bool | None:
    """Whether a told value is the patient's; None where the data set does not know it."""
    value = patient.values.get(claim.variable)
    if value is None:
        return None
    if isinstance(value, Duration):
        return claim.number.admits(value.time) if claim.number else None
    if isinstance(value, str):
        return satisfies(value, claim.value or claim.level, claim.variable)
    return claim.number.admits(value) if claim.number else None


def narrower(level: str, told: str) -> str:
    """The told value where it writes numbers, some of them inside the level; else the level."""
    own, span = parse_span(level), parse_span(told)
    return told if span and (own is None or own.meets(span)) else level
