"""What eligibility asks of one variable, as a set of values: enough to see contradictions.

A demand is a comparison that every included patient must satisfy: a part of an inclusion
criterion joined by `all`, or the contrary of an exclusion criterion. Comparisons below `any`
bind nobody for certain and are left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from hepatica.study.criterion import Criterion, Expression
from hepatica.study.vocabulary import Variable, variables

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Demand:
    """A comparison at its place in study.toml; `wanted` is False where it must not hold."""

    path: KeyPath
    expression: Expression
    wanted: bool


@dataclass(frozen=True, slots=True)
class Span:
    """An interval of numbers; each end is open where the number itself is left out."""

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = True
    high_open: bool = True

    def meets(self, other: Span) -> Span:
        """The numbers in both."""
        low, low_open = max((self.low, self.low_open), (other.low, other.low_open))
        high, high_closed = min((self.high, not self.high_open), (other.high, not other.high_open))
        return Span(low, high, low_open, not high_closed)

    @property
    def empty(self) -> bool:
        """Whether no number is left."""
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))


def parts(expression: Expression, path: KeyPath) -> Iterator[tuple[KeyPath, Expression]]:
    """Every comparison in an expression with its key path, all readings included."""
    if isinstance(expression, Criterion):
        for name, reading in expression.readings.items():
            yield from parts(reading, (*path, "readings", name))
    if expression.variable:
        yield path, expression
    for key, inner in (("all", expression.all_of), ("any", expression.any_of)):
        for position, part in enumerate(inner):
            yield from parts(part, (*path, key, position))
    if expression.negated is not None:
        yield from parts(expression.negated, (*path, "not"))


def demands(expression: Expression, path: KeyPath, *, wanted: bool) -> Iterator[Demand]:
    """What the expression (its chosen reading) asks of every patient, one comparison at a time."""
    if isinstance(expression, Criterion) and expression.readings:
        path, expression = (*path, "readings", expression.reading), expression.chosen
    if expression.variable:
        yield Demand(path, expression, wanted)
    elif expression.negated is not None:
        yield from demands(expression.negated, (*path, "not"), wanted=not wanted)
    else:
        key, inner = ("all", expression.all_of) if wanted else ("any", expression.any_of)
        for position, part in enumerate(inner):
            yield from demands(part, (*path, key, position), wanted=wanted)


def allowed_codes(demand: Demand) -> frozenset[object] | None:
    """The codes a demand leaves of a variable that has codes or is a flag; None for others."""
    expression = demand.expression
    variable = variables()[expression.variable]
    known: frozenset[object] = frozenset(variable.codes)
    if variable.kind == "flag":
        known = frozenset({True, False})
    if not known:
        return None
    values = _values(expression)
    kept: set[object]
    match expression.comparator:
        case "is-true" | "is-false":
            kept = {expression.comparator == "is-true"}
        case "==" | "in":
            kept = {code for code in known if code in values}
        case "!=" | "not-in":
            kept = {code for code in known if code not in values}
        case _:
            kept = {code for code in known if _within(expression, code)}
    return frozenset(kept) if demand.wanted else known - kept


def allowed_span(demand: Demand) -> Span | None:
    """The numbers a demand leaves of a numeric variable; None where it is not one interval."""
    expression, sign = demand.expression, demand.expression.comparator
    contrary = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "!=": "=="}
    if not demand.wanted:
        sign = contrary.get(str(sign))
    if not _is_number(expression.value):
        return None
    number = float(expression.value)
    return {
        "<": Span(high=number),
        "<=": Span(high=number, high_open=False),
        ">": Span(low=number),
        ">=": Span(low=number, low_open=False),
        "==": Span(number, number, False, False),
    }.get(str(sign))


def whole_span(variable: Variable) -> Span:
    """Every number the variable can take."""
    low, high = variable.low, variable.high
    return Span(
        -math.inf if low is None else low,
        math.inf if high is None else high,
        low is None,
        high is None,
    )


def _within(expression: Expression, code: object) -> bool:
    span = allowed_span(Demand((), expression, True))
    if span is None or not _is_number(code):
        return True
    number = float(str(code))
    return not span.meets(Span(number, number, False, False)).empty


def _values(expression: Expression) -> tuple[object, ...]:
    value = expression.value
    return value if isinstance(value, tuple) else (value,)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
