"""The results table as a reporting event of the CDISC Analysis Results Standard, version 1 [ars].

An analysis is one variable of one population under one criterion; its method lists an operation
for each statistic with its method and unit; its results are grouped by the group and the level of
the results table. Raw values are unrounded; formatted ones are rounded as the report rounds them.
Analyses are identified by the words of the results table, so that they keep their identifiers
when others are added.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from hepatica.analysis.population import FLAGS
from hepatica.analysis.result import Result
from hepatica.clinic.dataset import datasets
from hepatica.report import number
from hepatica.study import Study
from hepatica.study.endpoint import Endpoint

_COUNTS = {"n", "N", "missing", "events", "censored", "at_risk"}
_PURPOSE = {
    "primary": "PRIMARY OUTCOME MEASURE",
    "secondary": "SECONDARY OUTCOME MEASURE",
    "exploratory": "EXPLORATORY OUTCOME MEASURE",
}
_GROUP, _LEVEL = "Grp_group", "Grp_level"

Document = dict[str, Any]
Key = tuple[str, str, str, str, int]


@dataclass(slots=True)
class _Analysis:
    """The results of one analysis, and whether they are split by group and by level."""

    id: str
    results: list[Result] = field(default_factory=list)

    @property
    def first(self) -> Result:
        return self.results[0]

    @property
    def operations(self) -> tuple[tuple[str, str, str], ...]:
        return tuple(dict.fromkeys(_operation(one) for one in self.results))


def ars_json(study: Study, results: Iterable[Result]) -> str:
    """The reporting event of a study as JSON text.

    Parameters
    ----------
    study : Study                 Populations and endpoints.
    results : iterable of Result  The results table; its order is kept.
    """
    analyses = _analyses(results)
    methods = _methods(analyses)
    names = tuple(dict.fromkeys(one.first.population for one in analyses))
    document = {
        "id": f"RE_{_word(study.study.id)}",
        "version": 1,
        "name": study.study.title,
        "label": study.study.id,
        "mainListOfContents": _contents(analyses),
        "referenceDocuments": [
            {"id": "Ref_protocol", "name": "Protocol and analysis plan", "location": "study.toml"}
        ],
        "analysisSets": [_analysis_set(study, name, order) for order, name in enumerate(names, 1)],
        "dataSubsets": list(_subsets(analyses).values()),
        "analysisGroupings": [_grouping(_GROUP, "Group"), _grouping(_LEVEL, "Level")],
        "methods": list(methods.values()),
        "analyses": [_analysis(study, one, methods[one.operations]) for one in analyses],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _analyses(results: Iterable[Result]) -> list[_Analysis]:
    """Results by analysis; a number that stands twice in one begins another of the same name."""
    found: dict[Key, _Analysis] = {}
    seen: dict[tuple[Any, ...], int] = {}
    taken: dict[str, int] = {}
    for one in results:
        key = (one.analysis, one.population, one.criterion, one.variable)
        cell = (*key, one.group, one.level, _operation(one))
        copy = seen[cell] = seen.get(cell, -1) + 1
        if (*key, copy) not in found:
            found[*key, copy] = _Analysis(_unique("_".join(map(_word, ("An", *key))), taken))
        found[*key, copy].results.append(one)
    return list(found.values())


def _unique(word: str, taken: dict[str, int]) -> str:
    taken[word] = taken.get(word, 0) + 1
    return word if taken[word] == 1 else f"{word}_{taken[word]}"


def _operation(one: Result) -> tuple[str, str, str]:
    return one.statistic, one.method, one.unit


def _methods(analyses: list[_Analysis]) -> dict[tuple[tuple[str, str, str], ...], Document]:
    """One method for each set of operations, by those operations."""
    methods: dict[tuple[tuple[str, str, str], ...], Document] = {}
    taken: dict[str, int] = {}
    for one in analyses:
        if one.operations in methods:
            continue
        key = _unique(f"Mth_{_word(one.first.analysis)}", taken)
        said = "; ".join(dict.fromkeys(method for _, method, _ in one.operations if method))
        methods[one.operations] = {
            "id": key,
            "name": said or "Description",
            "description": said or "Counts and descriptive statistics",
            "operations": [
                {
                    "id": f"{key}_{order}_{statistic}",
                    "name": ", ".join(filter(None, (statistic, method, unit))),
                    "label": statistic,
                    "order": order,
                }
                for order, (statistic, method, unit) in enumerate(one.operations, 1)
            ],
        }
    return methods


def _contents(analyses: list[_Analysis]) -> Document:
    items = [
        {"name": _name(one.first), "level": 1, "order": order, "analysisId": one.id}
        for order, one in enumerate(analyses, 1)
    ]
    about = {"name": "List of analyses", "label": "Analyses in the order of the results table"}
    return {**about, "contentsList": {"listItems": items}}


def _name(one: Result) -> str:
    return ", ".join(filter(None, (one.analysis, one.variable, one.criterion, one.population)))


def _analysis_set(study: Study, name: str, order: int) -> Document:
    about: Document = {"id": f"Pop_{_word(name)}", "name": name, "level": 1, "order": order}
    known = next((p for p in study.populations if p.id == name), None)
    if known is None:
        return about
    flags = FLAGS[known.definition]
    conditions = [_condition("ADSL", flag, ["Y"]) for flag in flags]
    return about | {"name": known.label} | _where(conditions)


def _condition(dataset: str, variable: str, value: list[str]) -> Document:
    return {"dataset": dataset, "variable": variable, "comparator": "EQ", "value": value}


def _where(conditions: list[Document]) -> Document:
    """A single condition as it is; several of them all required."""
    if len(conditions) == 1:
        return {"condition": conditions[0]}
    clauses = [
        {"level": 2, "order": order, "condition": condition}
        for order, condition in enumerate(conditions, 1)
    ]
    return {"compoundExpression": {"logicalOperator": "AND", "whereClauses": clauses}}


def _source(one: Result) -> tuple[str, str]:
    """Dataset and PARAMCD behind a result; '' where it names none."""
    name, _, parameter = one.dataset.partition(" ")
    if name not in datasets():
        return "", ""
    variables = {variable.name for variable in datasets()[name].variables}
    legal = "PARAMCD" in variables and re.fullmatch(r"[A-Z][A-Z0-9]{0,7}", parameter)
    return name, parameter if legal else ""


def _subset_id(one: Result) -> str:
    name, parameter = _source(one)
    return "_".join(map(_word, ("Ds", name, parameter, one.criterion))) if parameter else ""


def _subsets(analyses: list[_Analysis]) -> dict[str, Document]:
    found: dict[str, Document] = {}
    for one in analyses:
        name, parameter = _source(one.first)
        key = _subset_id(one.first)
        if not key or key in found:
            continue
        conditions = [_condition(name, "PARAMCD", [parameter])]
        variables = {variable.name for variable in datasets()[name].variables}
        if one.first.criterion and "PARCAT1" in variables:
            conditions.append(_condition(name, "PARCAT1", [one.first.criterion]))
        label = ", ".join(filter(None, (name, parameter, one.first.criterion)))
        found[key] = {
            "id": key,
            "name": label,
            "level": 1,
            "order": len(found) + 1,
            **_where(conditions),
        }
    return found


def _grouping(key: str, name: str) -> Document:
    return {"id": key, "name": f"{name} of the results table", "label": name, "dataDriven": True}


def _analysis(study: Study, one: _Analysis, method: Document) -> Document:
    first = one.first
    dataset = _source(first)[0]
    endpoint = _endpoint(study, first)
    planned = "PROTOCOL" if first.clause or endpoint else "SAP"
    used = {key: any(_groups(r).get(key) for r in one.results) for key in (_GROUP, _LEVEL)}
    ordered = [key for key, present in used.items() if present]
    operations = dict(zip(one.operations, method["operations"], strict=True))
    document: Document = {
        "id": one.id,
        "version": 1,
        "name": _name(first),
        "reason": {"controlledTerm": f"SPECIFIED IN {planned}"},
        "purpose": {"controlledTerm": _PURPOSE[endpoint.role if endpoint else "exploratory"]},
        "analysisSetId": f"Pop_{_word(first.population)}",
        "methodId": method["id"],
        "orderedGroupings": [
            {"order": order, "groupingId": key, "resultsByGroup": True}
            for order, key in enumerate(ordered, 1)
        ],
        "results": [_result(r, operations[_operation(r)]["id"]) for r in one.results],
    }
    if dataset:
        document |= {"dataset": dataset, "variable": _variable(dataset, first)}
    if key := _subset_id(first):
        document["dataSubsetId"] = key
    return document


def _endpoint(study: Study, one: Result) -> Endpoint | None:
    parameter = _source(one)[1]
    names = {one.variable, parameter} - {""}
    return next((e for e in study.endpoints if names & {e.id, e.parameter}), None)


def _variable(dataset: str, one: Result) -> str:
    """The variable analysed: the one of that name, the analysis value, or else the subject."""
    names = {variable.name for variable in datasets()[dataset].variables}
    return next((n for n in (one.variable, "AVAL", "AEDECOD") if n in names), "USUBJID")


def _groups(one: Result) -> Mapping[str, str]:
    return {_GROUP: one.group, _LEVEL: one.level}


def _result(one: Result, operation: str) -> Document:
    groups = [
        {"groupingId": key, "groupValue": value} for key, value in _groups(one).items() if value
    ]
    raw = "" if one.value is None else repr(float(one.value))
    return {
        "operationId": operation,
        "resultGroups": groups,
        "rawValue": raw,
        "formattedValue": _formatted(one),
    }


def _formatted(one: Result) -> str:
    if one.value is None:
        return number.NOT_ESTIMABLE
    if one.statistic in _COUNTS:
        return number.count(one.value)
    if one.statistic == "p_value":
        return number.p_value(one.value)
    if one.statistic == "hazard_ratio" or "hazard ratio" in one.unit:
        return number.ratio(one.value)
    if one.unit == "probability":
        return number.number(one.value, 3)
    return number.number(one.value)


def _word(text: str) -> str:
    """A text as part of an identifier: letters and figures, `all` where there is no text.

    Where more is lost than blanks and stops (other scripts, < and >=), figures of a digest tell it
    from other texts whatever else is there.
    """
    plain = re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")
    if re.search(r"[^ -~]|[<>=+]", text):
        plain = f"{plain}-{sha256(text.encode()).hexdigest()[:8]}".strip("-")
    return plain or "all"
