"""Faults of the eligibility criteria: words, units, windows, contradictions."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

from hepatica.core.finding import Finding
from hepatica.core.finding_code import finding_of
from hepatica.study.criterion import Expression, criterion_sentence
from hepatica.study.demand import (
    Demand,
    KeyPath,
    Span,
    allowed_codes,
    allowed_span,
    demands,
    parts,
    whole_span,
)
from hepatica.study.liver_reach import child_pugh_cap
from hepatica.study.model import Study
from hepatica.study.vocabulary import Variable, suggestion, variables

_FITTING = {
    "flag": ("is-true", "is-false"),
    "number": ("<", "<=", ">", ">=", "==", "!="),
    "integer": ("<", "<=", ">", ">=", "==", "!=", "in", "not-in"),
    "code": ("==", "!=", "in", "not-in"),
    "date": ("within-days",),
}


def check_criteria(study: Study) -> Iterator[Finding]:
    """Every fault of the inclusion and exclusion criteria.

    Contradictions are looked for only between criteria that are sound in themselves.
    """
    faults = [f for path, e in _comparisons(study) for f in _comparison_faults(study, path, e)]
    yield from faults
    if any(f.level == "error" for f in faults):
        return
    everything = [d for d in _demands(study)]
    yield from _impossible(study, everything)
    yield from _vacuous(study, everything)
    yield from _unreachable_classes(study, everything)
    yield from _other_measurability(study)


def _comparisons(study: Study) -> Iterator[tuple[KeyPath, Expression]]:
    for key, criteria in (("inclusion", study.inclusion), ("exclusion", study.exclusion)):
        for position, criterion in enumerate(criteria):
            yield from parts(criterion, (key, position))


def _demands(study: Study) -> Iterator[Demand]:
    for position, criterion in enumerate(study.inclusion):
        yield from demands(criterion, ("inclusion", position), wanted=True)
    for position, criterion in enumerate(study.exclusion):
        yield from demands(criterion, ("exclusion", position), wanted=False)


def _comparison_faults(study: Study, path: KeyPath, expression: Expression) -> Iterator[Finding]:
    variable = variables()[expression.variable]
    yield from _unit_faults(study, path, expression, variable)
    yield from _value_faults(study, path, expression, variable)
    if variable.timed and expression.window_days is None:
        yield finding_of(
            "S013",
            study.place(*path, "window_days"),
            found="no window_days",
            expected=f"how many days before treatment {variable.label} counts",
        )


def _unit_faults(
    study: Study, path: KeyPath, expression: Expression, variable: Variable
) -> Iterator[Finding]:
    place = study.place(*path, "unit")
    if variable.units and not expression.unit:
        expected = _one_of(variable.units)
        yield finding_of("S010", place, found=f"{variable.name} without unit", expected=expected)
    elif expression.unit and expression.unit not in variable.units:
        yield finding_of(
            "S011",
            place,
            found=repr(expression.unit),
            expected=_one_of(variable.units) if variable.units else "no unit",
            hint=suggestion(expression.unit, variable.units),
        )


def _value_faults(
    study: Study, path: KeyPath, expression: Expression, variable: Variable
) -> Iterator[Finding]:
    fitting = _FITTING[variable.kind]
    if expression.comparator not in fitting:
        yield finding_of(
            "S014",
            study.place(*path, "comparator"),
            found=f"{expression.comparator!r} for {variable.name}",
            expected=_one_of(fitting),
        )
        return
    place = study.place(*path, "value")
    expected = _fitting_value(expression, variable)
    if expected:
        yield finding_of("S014", place, found=f"value {expression.value!r}", expected=expected)
        return
    listed = expression.value if isinstance(expression.value, tuple) else (expression.value,)
    for value in listed if variable.codes and expression.value is not None else ():
        if value not in variable.codes:
            known = [str(code) for code in variable.codes]
            hint = suggestion(str(value), known)
            yield finding_of("S001", place, found=repr(value), expected=_one_of(known), hint=hint)


def _fitting_value(expression: Expression, variable: Variable) -> str:
    """What the value should have been, or '' where it fits."""
    value, listed = expression.value, isinstance(expression.value, tuple)
    if variable.kind == "flag":
        return "" if value is None else "no value"
    if expression.comparator in {"in", "not-in"}:
        if not listed:
            return "a list of values"
    elif listed or value is None:
        return "one value"
    values = value if listed else (value,)
    wanted = str if variable.kind == "code" else (int, float)
    fits = all(isinstance(v, wanted) and not isinstance(v, bool) for v in values)
    return "" if fits else ("words" if variable.kind == "code" else "numbers")


def _impossible(study: Study, everything: list[Demand]) -> Iterator[Finding]:
    codes: dict[str, frozenset[object]] = {}
    spans: dict[tuple[str, str], Span] = {}
    sources: defaultdict[str, list[Demand]] = defaultdict(list)
    for demand in everything:
        name, unit = demand.expression.variable, demand.expression.unit
        kept, span = allowed_codes(demand), allowed_span(demand)
        empty = False
        if kept is not None:
            codes[name] = codes.get(name, kept) & kept
            empty = not codes[name]
        elif span is not None:
            start = spans.get((name, unit), whole_span(variables()[name]))
            spans[name, unit] = start.meets(span)
            empty = spans[name, unit].empty
        if empty:
            yield _impossible_finding(study, demand, sources[name])
            return
        sources[name].append(demand)


def _impossible_finding(study: Study, demand: Demand, earlier: list[Demand]) -> Finding:
    others = ", ".join(f"{_demand_text(d)} (line {study.place(*d.path).row})" for d in earlier)
    return finding_of(
        "S016",
        study.place(*demand.path),
        found=f"{_demand_text(demand)}" + (f" together with {others}" if others else ""),
        expected="criteria that a patient can meet",
    )


def _vacuous(study: Study, everything: list[Demand]) -> Iterator[Finding]:
    for demand in everything:
        variable = variables()[demand.expression.variable]
        kept, span = allowed_codes(demand), allowed_span(demand)
        whole = whole_span(variable)
        if kept is not None:
            vacuous = variable.kind != "flag" and kept >= frozenset(variable.codes)
        else:
            vacuous = span is not None and math.isfinite(whole.low) and whole.meets(span) == whole
        if vacuous:
            yield finding_of(
                "S017",
                study.place(*demand.path),
                found=_demand_text(demand),
                expected="a criterion that somebody can fail",
                hint="every possible value is allowed",
            )


def _unreachable_classes(study: Study, everything: list[Demand]) -> Iterator[Finding]:
    cap = child_pugh_cap(everything)
    reached = {"A"} | ({"B"} if cap >= 7 else set()) | ({"C"} if cap >= 10 else set())
    for path, expression in _comparisons(study):
        if expression.variable != "child_pugh_class" or path[0] not in {"inclusion", "exclusion"}:
            continue
        named = allowed_codes(Demand(path, expression, True)) or frozenset()
        lost = sorted(str(code) for code in named - reached)
        if lost:
            yield finding_of(
                "S018",
                study.place(*path),
                found=f"Child-Pugh class {', '.join(lost)}",
                expected=f"a class that the other criteria allow: at most {cap} points",
                hint="bilirubin, albumin, INR, ascites and encephalopathy are limited elsewhere",
            )


def _other_measurability(study: Study) -> Iterator[Finding]:
    for path, expression in _comparisons(study):
        criterion = variables()[expression.variable].criterion
        if criterion and criterion != study.response.criterion:
            yield finding_of(
                "S023",
                study.place(*path),
                found=f"measurable by {criterion}, response by {study.response.criterion}",
                expected="one criterion for both",
                hint="both are kept; lesions need the measurements of both",
            )


def _demand_text(demand: Demand) -> str:
    sentence = criterion_sentence(demand.expression)
    return sentence if demand.wanted else f"not {sentence}"


def _one_of(known: tuple[str, ...] | list[str]) -> str:
    quoted = [repr(word) for word in known]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " or " + quoted[-1]
