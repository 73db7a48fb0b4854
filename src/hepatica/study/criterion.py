"""The language of eligibility: one comparison, or all / any / not of others, nested.

``variable = "albumin", comparator = ">=", value = 28, unit = "g/L", window_days = 7`` is a
comparison. ``all = [...]``, ``any = [...]`` and ``not = {...}`` join comparisons. A criterion
whose wording can be read in several ways gives each under ``readings`` and names the one chosen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from hepatica.study.part import Part
from hepatica.study.vocabulary import Word, unknown_word, variables

Scalar = bool | int | float | str


class Expression(Part):
    """One comparison or one compound; exactly one of the two, never both."""

    text: str = ""
    variable: str = ""
    comparator: Annotated[str, Word("comparator")] | None = None
    value: Any = None
    unit: str = ""
    window_days: Annotated[int, Field(ge=0, le=3650)] | None = None
    all_of: tuple[Expression, ...] = Field(default=(), alias="all", strict=False)
    any_of: tuple[Expression, ...] = Field(default=(), alias="any", strict=False)
    negated: Expression | None = Field(default=None, alias="not")

    @field_validator("variable")
    @classmethod
    def _known(cls, name: str) -> str:
        if name and name not in variables():
            raise unknown_word(name, variables())
        return name

    @field_validator("value")
    @classmethod
    def _scalars(cls, value: object) -> object:
        items = tuple(value) if isinstance(value, list | tuple) else (value,)
        if not items or not all(map(_is_scalar, items)):
            raise PydanticCustomError("value", "bad", {"expected": "a number, a word or a list"})
        return items if isinstance(value, list | tuple) else value

    @model_validator(mode="after")
    def _one_shape(self) -> Expression:
        shapes = [self.variable, self.all_of, self.any_of, self.negated, *self._other_shapes()]
        if sum(map(bool, shapes)) != 1:
            raise PydanticCustomError(
                "shape", "bad", {"expected": "exactly one of variable, all, any, not, readings"}
            )
        if self.variable and self.comparator is None:
            raise PydanticCustomError("shape", "bad", {"expected": "a comparator beside variable"})
        return self

    def _other_shapes(self) -> tuple[object, ...]:
        return ()

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The expressions this one is made of, one level down; empty for a comparison."""
        return self.all_of + self.any_of + ((self.negated,) if self.negated else ())


class Criterion(Expression):
    """One inclusion or exclusion criterion, as the protocol numbers it."""

    id: Annotated[str, Field(min_length=1, max_length=40)]
    text: Annotated[str, Field(min_length=1)]
    reading: str = ""
    readings: dict[str, Expression] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _reading_exists(self) -> Criterion:
        if bool(self.readings) != bool(self.reading):
            raise PydanticCustomError("shape", "bad", {"expected": "reading and readings together"})
        if self.readings and self.reading not in self.readings:
            raise unknown_word(self.reading, self.readings)
        return self

    def _other_shapes(self) -> tuple[object, ...]:
        return (self.readings,)

    @property
    def chosen(self) -> Expression:
        """The expression in force: the chosen reading, or the criterion itself."""
        return self.readings[self.reading] if self.readings else self


def _is_scalar(item: object) -> bool:
    return isinstance(item, Scalar) and not (isinstance(item, float) and not math.isfinite(item))


_SIGNS = {"==": "=", "!=": "not", "<=": "≤", ">=": "≥"}


def criterion_sentence(criterion: Criterion | Expression) -> str:
    """The rule as a sentence, with unit and window, as the report's protocol section prints it.

    Returns     str, such as "serum albumin ≥ 28 g/L (within 7 days)"; of a criterion with several
                readings the chosen one, named.
    """
    if isinstance(criterion, Criterion) and criterion.readings:
        return f"{_sentence(criterion.chosen)} [reading: {criterion.reading}]"
    return _sentence(criterion)


def _sentence(expression: Expression, *, nested: bool = False) -> str:
    if expression.negated is not None:
        return f"not ({_sentence(expression.negated)})"
    if not expression.variable:
        word = " and " if expression.all_of else " or "
        joined = word.join(_sentence(part, nested=True) for part in expression.parts)
        return f"({joined})" if nested and len(expression.parts) > 1 else joined
    window = expression.window_days
    when = f" (within {window} days)" if window is not None else ""
    return _comparison(expression) + when


def _comparison(expression: Expression) -> str:
    variable, sign, value = (
        variables()[expression.variable],
        str(expression.comparator),
        expression.value,
    )
    match sign:
        case "is-true":
            return variable.label
        case "is-false":
            return f"{variable.negation} {variable.label}"
        case "within-days":
            return f"{variable.label} within {value} days before the first treatment"
        case "in":
            return f"{variable.label} {_listed(value, 'or')}"
        case "not-in":
            return f"{variable.label} other than {_listed(value, 'and')}"
    return f"{variable.label} {_SIGNS.get(sign, sign)} {_quantity(value, expression.unit)}"


def _listed(values: Sequence[object], word: str) -> str:
    *earlier, last = map(str, values)
    return f"{', '.join(earlier)} {word} {last}" if earlier else last


def _quantity(value: object, unit: str) -> str:
    if unit.endswith("grade"):
        return f"{unit} {value}"
    shown = {"score": "", "ratio": "", "x ULN": "× ULN", "10^9/L": "× 10^9/L"}.get(unit, unit)
    return f"{value} {shown}".rstrip()
