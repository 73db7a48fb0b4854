"""What a user typed as inputs of a score, as the columns of its rule: units converted, or told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hepatica.clinic.rules.score.catalogue import Score, ScoreInput, ScoreVariable, leaves, scores
from hepatica.core.errors import UsageError
from hepatica.core.unit import Factor, factor_of, known_units
from hepatica.records.header import nearest

_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(.*)", re.IGNORECASE)
_COMMA = re.compile(r"[+-]?\d+,\d+")
_FLAGS = {"y": True, "yes": True, "true": True, "n": False, "no": False, "false": False}

Cell = str | float | bool


@dataclass(frozen=True, slots=True)
class Typed:
    """One input as typed: its variable, its value in `unit`, or a word or flag."""

    variable: ScoreVariable
    value: Cell
    unit: str = ""


def accepted_inputs(score: Score) -> dict[str, tuple[ScoreInput, ...]]:
    """Variables a score takes, those of the scores it is made of included, with their columns."""
    found: dict[str, dict[str, ScoreInput]] = {}
    for one in (*score.inputs, *leaves(score)):
        found.setdefault(one.variable.name, {})[one.column] = one
    for one in score.inputs:
        if one.variable.score:
            for name, columns in accepted_inputs(scores()[one.variable.score]).items():
                found.setdefault(name, {}).update({c.column: c for c in columns})
    return {name: tuple(columns.values()) for name, columns in found.items()}


def typed_inputs(score: Score, texts: Iterable[str]) -> list[Typed]:
    """The inputs typed as NAME=VALUE, such as bilirubin=1.0mg/dL or ascites=none.

    Raises      UsageError in a sentence for an unknown name, unit or word, a value without the
                unit it needs, one that is not plausible, or a name given twice.
    """
    known = accepted_inputs(score)
    found: dict[str, Typed] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        name = name.strip().lower().replace("-", "_")
        if not equals:
            raise UsageError(f"--input {text}: expected NAME=VALUE, such as {example(score)}")
        if name not in known:
            hint = nearest(name, list(known))
            raise UsageError(
                f"{score.id} has no input {name!r}: expected {', '.join(known)}"
                + (f" ({hint})" if hint else "")
            )
        if name in found:
            raise UsageError(f"--input {name}: is given twice")
        found[name] = typed_value(known[name][0].variable, value.strip())
    return list(found.values())


def typed_value(variable: ScoreVariable, text: str, unit: str = "") -> Typed:
    """A value as typed, with its unit behind it or apart in `unit`.

    Raises      UsageError in a sentence.
    """
    if variable.kind in ("code", "flag"):
        return Typed(variable, _word(variable, text))
    match = _NUMBER.fullmatch(text)
    if match is None or _COMMA.match(text):
        hint = " (write decimals with a point)" if _COMMA.match(text) else ""
        raise UsageError(f"{variable.name}={text}: expected {expected_text(variable)}{hint}")
    value, factor = float(match[1]), _factor(variable, match[2] or unit, text)
    if variable.kind == "integer" and not value.is_integer():
        raise UsageError(f"{variable.name}={text}: expected {expected_text(variable)}")
    if not _plausible(variable, value * factor.scale):
        raise UsageError(
            f"{variable.name}={text}: is not plausible; expected "
            f"{_range(variable, factor)}{_slip(variable, value)}"
        )
    return Typed(variable, value, factor.unit)


def input_columns(score: Score, typed: Sequence[Typed]) -> dict[str, Cell]:
    """The typed inputs as columns of the rules, each in the unit of its column."""
    known = accepted_inputs(score)
    found: dict[str, Cell] = {}
    for one in typed:
        for column in known[one.variable.name]:
            found[column.column] = _converted(one, column)
    return found


def _converted(one: Typed, column: ScoreInput) -> Cell:
    if isinstance(one.value, (str, bool)):
        return one.value
    if one.variable.kind == "integer":
        return int(one.value)
    if not one.variable.test or one.unit == column.unit:
        return one.value
    factor = factor_of(one.variable.test, one.unit)
    assert factor is not None
    return one.value * factor.scale / column.scale


def _plausible(variable: ScoreVariable, standard: float) -> bool:
    """Whether a value in the standard unit lies in the range; a limit converted is still itself."""
    low, high = variable.low, variable.high
    above = low is None or standard >= low - 1e-12 * abs(low)
    return above and (high is None or standard <= high + 1e-12 * abs(high))


def units_of(variable: ScoreVariable) -> tuple[str, ...]:
    """Every unit a variable is understood in, its standard one first; none where it is a ratio."""
    if not variable.test:
        return (variable.unit,) if variable.unit else ()
    known = known_units()[variable.test]
    if known.unit == "1":
        return ()
    names = [factor.unit for factor in known.factors.values() if factor.unit]
    return tuple(dict.fromkeys([known.unit, *names]))


def example(score: Score) -> str:
    """Inputs of a score as a user would type them."""
    return " ".join(f"-i {_sample(one)}" for one in score.inputs if one.required)


def _sample(one: ScoreInput) -> str:
    variable = one.variable
    if variable.kind == "flag":
        return f"{variable.name}=N"
    if variable.codes:
        return f"{variable.name}={variable.codes[0]}"
    number = "1" if variable.kind == "integer" else "1.5"
    return f"{variable.name}={number}{'' if one.unit == '1' else one.unit}"


def _word(variable: ScoreVariable, text: str) -> Cell:
    if variable.kind == "flag":
        if text.lower() not in _FLAGS:
            raise UsageError(f"{variable.name}={text}: expected Y or N")
        return _FLAGS[text.lower()]
    by_fold = {code.lower(): code for code in variable.codes}
    if text.lower() not in by_fold:
        raise UsageError(f"{variable.name}={text}: expected {expected_text(variable)}")
    return by_fold[text.lower()]


def expected_text(variable: ScoreVariable) -> str:
    """What a value of a variable looks like, after "expected"."""
    if variable.codes:
        return "one of " + ", ".join(variable.codes)
    number = "a whole number" if variable.kind == "integer" else "a number"
    if variable.kind == "integer" and variable.low is not None and variable.high is not None:
        number += f", {variable.low:g} to {variable.high:g}"
    units = units_of(variable)
    return number + (f" in {' or '.join(units)}" if units else "")


def _factor(variable: ScoreVariable, unit: str, text: str) -> Factor:
    """How the typed unit becomes the standard one; UsageError where it is left out or unknown."""
    if not variable.test:
        if unit and unit.lower() != variable.unit.lower():
            raise UsageError(
                f"{variable.name}={text}: unit {unit!r}; expected {expected_text(variable)}"
            )
        return Factor(variable.unit, 1.0)
    factor = factor_of(variable.test, unit)
    if factor is not None:
        return factor
    units = " or ".join(units_of(variable)) or "none"
    if not unit:
        raise UsageError(f"{variable.name}={text}: say the unit, {units}")
    raise UsageError(f"{variable.name}={text}: unit {unit!r} is not known; expected {units}")


def _range(variable: ScoreVariable, factor: Factor) -> str:
    assert variable.low is not None and variable.high is not None
    unit = "" if factor.unit in ("1", "") else f" {factor.unit}"
    return f"{variable.low / factor.scale:.4g} to {variable.high / factor.scale:.6g}{unit}"


def _slip(variable: ScoreVariable, value: float) -> str:
    """The unit in which the value would be plausible, as a hint; '' where none or several would."""
    if not variable.test or variable.low is None or variable.high is None:
        return ""
    fitting = {
        factor.unit
        for factor in known_units()[variable.test].factors.values()
        if variable.low <= value * factor.scale <= variable.high
    }
    return f" (looks like {fitting.pop()})" if len(fitting) == 1 else ""
