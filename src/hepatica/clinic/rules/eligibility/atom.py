"""One comparison as decided, with the value, the limit and the record behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from hepatica.clinic.rules.eligibility.truth import Truth
from hepatica.core.finding import Place
from hepatica.study.criterion import Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Atom:
    """One comparison as decided: the value, the limit in its unit, the record, the reason.

    `number` and `limit` are in `unit`, the unit of the report; `text` is the value as a word.
    """

    expression: Expression
    truth: Truth
    reason: str
    number: Decimal | None = None
    text: str = ""
    unit: str = ""
    limit: Decimal | None = None
    on: date | None = None
    source: str = ""
    place: Place = field(default_factory=Place)


def plain(number: Decimal) -> str:
    """A decimal in figures, without needless zeros and with at most 6 decimals."""
    rounded = round(number, 6)
    text = format(rounded, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def days_text(count: int) -> str:
    """A number of days with its word."""
    return f"{count} day" if count == 1 else f"{count} days"
