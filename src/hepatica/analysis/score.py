"""Clinical scores at baseline, and how often a reported score is the derived one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pyarrow.compute as pc

from hepatica.analysis.population import Group, Population, Row
from hepatica.analysis.result import Result
from hepatica.clinic.dataset import Adam
from hepatica.clinic.rules.score.catalogue import Score, ScoreParameter, scores
from hepatica.stats.describe import description
from hepatica.study import Study

COMPARED = {"CPUGH": "Child-Pugh", "BCLC18": "BCLC stage"}

_STATISTICS = ("mean", "sd", "median", "q1", "q3", "min", "max")
_METHOD = {
    "mean": "arithmetic mean",
    "sd": "standard deviation (n - 1)",
    "median": "median",
    "min": "smallest observed",
    "max": "largest observed",
}


def score_results(study: Study, adam: Adam, people: Population) -> Iterator[Result]:
    """Baseline distribution of every score that somebody has, for everybody and each arm."""
    flagged = adam["ADSC"].filter(pc.equal(adam["ADSC"]["ABLFL"], "Y"))
    found: dict[str, dict[str, Row]] = {}
    for row in flagged.to_pylist():
        found.setdefault(row["PARAMCD"], {})[row["SUBJID"]] = row
    for group in people.parts:
        for score in scores().values():
            for parameter in score.parameters:
                rows = found.get(parameter.code, {})
                anybody = [rows[s] for s in people.everyone.subjects if _result(rows.get(s))]
                if anybody:
                    levels = _levels(score, parameter, anybody)
                    yield from _parameter(study, people.id, group, (parameter, levels), rows)
    yield from _comparisons(adam, people)


def _result(row: Row | None) -> bool:
    return row is not None and (row["AVAL"] is not None or row["AVALCAT1"] is not None)


def _parameter(
    study: Study,
    population: str,
    group: Group,
    what: tuple[ScoreParameter, tuple[str, ...]],
    rows: Mapping[str, Row],
) -> Iterator[Result]:
    parameter, levels = what
    result: Any = partial(
        Result,
        "score",
        population,
        parameter.label,
        group=group.name,
        dataset="ADSC",
    )
    having = [rows[s] for s in group.subjects if _result(rows.get(s))]
    who = tuple(row["SUBJID"] for row in having)
    there = set(who)
    lacking = tuple(s for s in group.subjects if s not in there)
    yield result("n", float(len(having)), unit="patients", subjects=who)
    yield result("missing", float(len(lacking)), unit="patients", subjects=lacking)
    if parameter.value and parameter.value != parameter.category and having:
        yield from _described(study, result, having, who)
    yield from _classes(result, levels, having, len(group.rows))


def _described(
    study: Study, result: Any, having: list[Row], who: tuple[str, ...]
) -> Iterator[Result]:
    quantile_type = study.conventions.quantile_type
    summary = description([float(r["AVAL"]) for r in having], quantile_type=quantile_type)
    for name in _STATISTICS:
        value = getattr(summary, name)
        method = _METHOD.get(name, f"quantile type {quantile_type}")
        note = "" if value is not None else "not defined for one value"
        yield result(name, value, method=method, note=note, subjects=who)


def _levels(score: Score, parameter: ScoreParameter, having: list[Row]) -> tuple[str, ...]:
    """The classes that somebody has, in the order of the score; none of a score without classes."""
    if not parameter.category:
        return ()
    known = score.output(parameter.category).codes
    present = {row["AVALCAT1"] for row in having}
    return (*(c for c in known if c in present), *sorted(present - set(known)))


def _classes(
    result: Any, levels: tuple[str, ...], having: list[Row], total: int
) -> Iterator[Result]:
    for level in levels:
        who = tuple(row["SUBJID"] for row in having if row["AVALCAT1"] == level)
        yield result("n", float(len(who)), level=level, unit="patients", subjects=who)
        yield result(
            "percent",
            100 * len(who) / total,
            level=level,
            unit="percent",
            method="percent of all patients of the group",
            subjects=who,
        )


def _comparisons(adam: Adam, people: Population) -> Iterator[Result]:
    """Records with a reported score that can be derived the same day: all, and those that agree."""
    inside = set(people.everyone.subjects)
    for code, label in COMPARED.items():
        pairs = [
            row
            for row in adam["ADSC"].filter(pc.equal(adam["ADSC"]["PARAMCD"], code)).to_pylist()
            if row["SUBJID"] in inside and row["RPTVAL"] and row["AVALCAT1"]
        ]
        for level, chosen in (
            ("compared", pairs),
            ("the same", [row for row in pairs if _agrees(row)]),
            ("different", [row for row in pairs if not _agrees(row)]),
        ):
            yield Result(
                "score",
                people.id,
                f"{label}, reported against derived",
                "n",
                float(len(chosen)),
                level=level,
                unit="records",
                subjects=tuple(dict.fromkeys(row["SUBJID"] for row in chosen)),
                dataset="ADSC",
            )


def _agrees(row: Row) -> bool:
    derived = {row["AVALCAT1"], "" if row["AVAL"] is None else str(int(row["AVAL"]))}
    return set(row["RPTVAL"].replace(",", "").split()) <= derived
