"""One comparison of the protocol against one value on record, decided exactly or not at all."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from hepatica.clinic.rules.eligibility.atom import Atom, days_text, plain
from hepatica.clinic.rules.eligibility.evidence import (
    Evidence,
    Fact,
    decimal_of,
    first_tests,
    remarks,
)
from hepatica.clinic.rules.eligibility.lookback import look_back
from hepatica.clinic.rules.eligibility.truth import Truth
from hepatica.core.unit import factor_of
from hepatica.study.criterion import Expression
from hepatica.study.vocabulary import variables

WEEKS_PER_MONTH = Decimal("30.4375") / 7
_LOOKBACK = ("other_malignancy",)
_SIGNS = {"==": "=", "!=": "other than", "<=": "≤", ">=": "≥"}
# Units that a number is said without.
_SILENT = {"score", "ratio", "1", "West Haven grade"}


class _Decided(NamedTuple):
    truth: Truth
    reason: str
    limit: Decimal | None = None


def compare(expression: Expression, evidence: Evidence) -> Atom:
    """Decide a comparison for a subject; UNKNOWN, with the reason, where the records do not."""
    name = expression.variable
    if evidence.day is None:
        return Atom(expression=expression, truth=Truth.UNKNOWN, reason="no date on record")
    if variables()[name].kind == "date" or name in _LOOKBACK:
        return look_back(expression, evidence, evidence.day)
    fact = evidence.facts.get(name)
    if fact is None:
        reason = _absence(evidence.later.get(name), evidence.day)
        return Atom(expression=expression, truth=Truth.UNKNOWN, reason=reason)
    late = _outside(fact, evidence.day, expression.window_days)
    if late:
        decided = _Decided(Truth.UNKNOWN, late)
    elif name in evidence.confounded:
        decided = _Decided(Truth.UNKNOWN, evidence.confounded[name])
    else:
        decided = _decided(expression, fact)
    return _atom(expression, fact, decided)


def _atom(expression: Expression, fact: Fact, decided: _Decided) -> Atom:
    remark = remarks().get(fact.variable)
    extra = [text for text in (fact.note, remark.note if remark else "") if text]
    return Atom(
        expression=expression,
        truth=decided.truth,
        reason="; ".join([decided.reason, *extra]),
        number=fact.number,
        text=_shown(fact),
        unit=fact.unit,
        limit=decided.limit,
        on=fact.on,
        source=fact.source,
        place=fact.place,
    )


def _absence(later: Fact | None, day: date) -> str:
    if later is None or later.earliest is None:
        return "not recorded"
    return f"first recorded {days_text((later.earliest - day).days)} after the reference day"


def _outside(fact: Fact, day: date, window: int | None) -> str:
    """Why a fact does not lie in the window; '' where it does."""
    if window is None:
        return ""
    if fact.earliest is None or fact.latest is None:
        return "the value has no date"
    if fact.latest <= day and (day - fact.earliest).days <= window:
        return ""
    if fact.latest > day or (day - fact.latest).days <= window:
        return f"its date is not whole, so it may lie outside the {days_text(window)} before"
    return f"last value is {days_text((day - fact.latest).days)} old, {days_text(window)} allowed"


def _decided(expression: Expression, fact: Fact) -> _Decided:
    sign = str(expression.comparator)
    if sign in {"is-true", "is-false"}:
        if fact.flag is None:
            return _Decided(Truth.UNKNOWN, "the record does not tell")
        return _Decided(Truth.of(fact.flag == (sign == "is-true")), _flag_word(fact))
    if sign in {"in", "not-in"} or fact.number is None:
        return _coded(expression, fact, sign)
    limit, why = _limit(expression, fact)
    if limit is None:
        return _Decided(Truth.UNKNOWN, why)
    truth = holds(fact.number, fact.operator, sign, limit)
    word = {Truth.TRUE: "is", Truth.FALSE: "is not"}.get(truth, "may or may not be")
    shown = f"{_SIGNS.get(sign, sign)} {plain(limit)}"
    if fact.unit != expression.unit and not {fact.unit, expression.unit} <= _SILENT:
        shown += f" {fact.unit}".rstrip() + f" ({expression.value} {expression.unit})"
    return _Decided(truth, f"{_shown(fact)} {word} {shown}", limit)


def _coded(expression: Expression, fact: Fact, sign: str) -> _Decided:
    listed = expression.value if isinstance(expression.value, tuple) else (expression.value,)
    if fact.number is None and fact.code is None:
        return _Decided(Truth.UNKNOWN, "the record does not tell")
    if fact.number is not None:
        found = any(fact.number == decimal_of(v) for v in listed)
    else:
        found = fact.code in listed
    wanted = sign in {"==", "in"}
    words = " or ".join(map(str, listed))
    word = "is" if found else "is not"
    return _Decided(Truth.of(found == wanted), f"{_shown(fact)} {word} {words}")


def holds(number: Decimal, operator: str, sign: str, limit: Decimal) -> Truth:
    """Decide ``number sign limit``; with operator < or > of everything below or above `number`.

    Parameters
    ----------
    operator : str    '' for a number, '<' or '>' where the laboratory reported a limit.
    sign : str        <, <=, >, >=, == or !=.

    Returns     Truth; UNKNOWN where some of the numbers meant agree and some do not.
    Examples    >>> holds(Decimal(50), "<", ">=", Decimal(50))
                <Truth.FALSE: 'FALSE'>
    """
    if not operator:
        below, equal = number < limit, number == limit
        return Truth.of(
            {
                "<": below,
                "<=": below or equal,
                ">": not (below or equal),
                ">=": not below,
                "==": equal,
                "!=": not equal,
            }[sign]
        )
    # All numbers meant lie on one side of the limit, strictly, or nothing is certain.
    apart = number <= limit if operator == "<" else number >= limit
    if not apart:
        return Truth.UNKNOWN
    below = operator == "<"
    return Truth.of(
        {"<": below, "<=": below, ">": not below, ">=": not below}.get(sign, sign == "!=")
    )


def _limit(expression: Expression, fact: Fact) -> tuple[Decimal | None, str]:
    """The threshold in the unit of the report, or why there is none."""
    threshold = decimal_of(expression.value)
    if expression.unit == "x ULN":
        if fact.upper_limit is None or fact.upper_limit <= 0:
            return None, f"{_shown(fact)}, without an upper limit of normal beside it"
        return threshold * fact.upper_limit, ""
    if fact.test:
        return _converted(expression, fact, threshold)
    if {fact.unit, expression.unit} == {"weeks", "months"}:
        return (
            threshold / WEEKS_PER_MONTH if fact.unit == "months" else threshold * WEEKS_PER_MONTH
        ), ""
    if fact.unit != expression.unit:
        told = f"in {fact.unit}" if fact.unit else "without a unit"
        return None, f"{_shown(fact)} is {told}, asked in {expression.unit}"
    return threshold, ""


def _converted(
    expression: Expression, fact: Fact, threshold: Decimal
) -> tuple[Decimal | None, str]:
    asked = factor_of(first_tests()[fact.variable], expression.unit)
    reported = factor_of(fact.test, fact.unit)
    if asked is None or reported is None:
        told = f"unit {fact.unit!r} is not known" if fact.unit else "the value has no unit"
        return None, f"{told} for {fact.test}"
    scale, other = decimal_of(asked.scale), decimal_of(reported.scale)
    if scale == other:
        return threshold, ""
    return threshold * scale / other, ""


def _shown(fact: Fact) -> str:
    if fact.number is not None:
        unit = "" if fact.unit in _SILENT else fact.unit
        return f"{fact.operator}{plain(fact.number)} {unit}".rstrip()
    if fact.code is not None:
        return fact.code
    return _flag_word(fact)


def _flag_word(fact: Fact) -> str:
    return {True: "Y", False: "N"}.get(fact.flag, "") if fact.flag is not None else ""
