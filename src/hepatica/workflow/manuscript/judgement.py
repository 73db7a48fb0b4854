"""Printed numbers held against exact ones.

A print stands for an interval (`audit/printed.py`); a number is equal where that interval admits
it. Results of estimators are floating-point numbers, so that an end of the interval may be missed
by an error of computation: one part in 10^9 is forgiven, no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from hepatica.audit.claim import Claim
from hepatica.audit.printed import Printed, parse_printed
from hepatica.report.number import NOT_REACHED, rounded
from hepatica.workflow.manuscript.comparison import (
    Absent,
    Compared,
    Fact,
    Facts,
    Found,
    Number,
    Verdict,
)

FORGIVEN = Fraction(1, 10**9)
_PAIRS = {"ci": ("ci_low", "ci_high"), "range": ("min", "max"), "iqr": ("q1", "q3")}
_NAMES = {
    "ci": "confidence interval",
    "range": "observed range",
    "iqr": "quartiles",
    "sd": "standard deviation",
}
# What the value of a claim may be, by its statistic; the first that is there.
_VALUES = {"percent": ("percent",), "survival": ("percent",), "size": ("n",), "p": ("p_value",)}
_CENTRES = ("median", "mean")
# A claim is compared where one of these is; that its denominator or bracket fits is not enough.
_MAIN = {"value", "count"}
_BRACKET = {"low", "high"}
_INTERVAL = re.compile(r"([\d.]+) % interval")
MOST_DECIMALS = 12
_NEVER = frozenset({"not reached", "nr", "ne", "na", "not estimable"})


def judged(claim: Claim, found: Found | Absent) -> Compared:
    """The verdict on a claim, of what the study knows about it."""
    if isinstance(found, Absent):
        code = "P405" if found.unknown_word else "P402"
        return Compared(claim, Verdict.NOT_COMPARED, reason=found.reason, code=code)
    numbers = tuple(_numbers(claim, found.facts))
    if not _MAIN & {n.part for n in numbers}:
        asked = (found.facts.get(key) for _, _, keys in _parts(claim) for key in keys)
        missing = next((f.note for f in asked if f and f.value is None and f.note), "")
        reason = missing or f"the study has no {claim.statistic} of it"
        return Compared(claim, Verdict.NOT_COMPARED, reason=reason, code="P402")
    told = "; ".join(filter(None, (_reading(claim, found.facts, numbers), found.note)))
    if all(n.equal for n in numbers):
        return Compared(claim, Verdict.EQUAL, numbers, reason=told)
    hint = _hint(claim, found, numbers)
    brackets_only = all(n.equal for n in numbers if n.part not in _BRACKET)
    code = "P403" if brackets_only and hint.startswith("the bracket") else "P401"
    return Compared(claim, Verdict.DIFFERENT, numbers, reason=told, hint=hint, code=code)


def admits(printed: Printed, value: Fraction) -> bool:
    """Tell whether `value` may be printed so, an error of computation forgiven."""
    slack = FORGIVEN * max(Fraction(1), abs(value))
    return any(printed.admits(v) for v in (value, value - slack, value + slack))


def as_printed(value: Fraction, printed: Printed) -> str:
    """The value with as many decimals as the print has; <0.001 where nothing is left of it."""
    digits = min(printed.decimals, MOST_DECIMALS)
    shown = rounded(float(value), digits)
    if value and not shown and printed.comparator in {"<", "<="}:
        return f"<{Decimal(1).scaleb(-digits):f}"
    return f"{shown:f}"


def number_of(part: str, text: str, fact: Fact) -> Number | None:
    """One printed number beside a fact; None where the text is no number or the fact is missing.

    A number printed for a time that the curve does not reach is different from it, and so is
    "not reached" printed for a time that it reaches.
    """
    printed = parse_printed(text)
    if fact.note == NOT_REACHED and fact.value is None:
        return Number(part, text, NOT_REACHED, text.strip().lower() in _NEVER, fact)
    if text.strip().lower() in _NEVER and fact.value is not None:
        return Number(part, text, f"{rounded(float(fact.value), 1):f}", equal=False, fact=fact)
    if printed is None or fact.value is None:
        return None
    return Number(part, text, as_printed(fact.value, printed), admits(printed, fact.value), fact)


def _numbers(claim: Claim, facts: Facts) -> Iterator[Number]:
    for part, text, keys in _parts(claim):
        known = [n for k in keys if k in facts and (n := number_of(part, text, facts[k]))]
        if known:
            yield next((n for n in known if n.equal), known[0])
    yield from _bracket(claim, facts)


def _parts(claim: Claim) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every printed number but the bracket, with what it may be."""
    if claim.count:
        yield "count", claim.count, ("count",)
    if claim.denominator:
        yield "denominator", claim.denominator, ("denominator", "n")
    if claim.value:
        keys = _VALUES.get(claim.statistic, (claim.statistic,))
        yield "value", claim.value, _CENTRES if claim.statistic == "centre" else keys


def _bracket(claim: Claim, facts: Facts) -> Iterator[Number]:
    bracket = claim.bracket
    if bracket is None or claim.statistic in {"value", "criterion"}:
        return
    declared = bracket.declared_as
    if declared == "unknown":
        found = [(name, _pair(claim, facts, name)) for name in ("range", "ci", "iqr", "sd")]
        known = [numbers for _, numbers in found if numbers]
        yield from next((n for n in known if all(x.equal for x in n)), known[0] if known else ())
    else:
        yield from _pair(claim, facts, declared)


def _pair(claim: Claim, facts: Facts, kind: str) -> tuple[Number, ...]:
    """The two ends of the bracket read as `kind`; nothing where the study has no such ends."""
    bracket = claim.bracket
    assert bracket is not None
    if kind == "sd" or not bracket.high:
        spread = _spread(facts, kind)
        one = number_of("low", bracket.low, spread) if spread else None
        return (one,) if one and not bracket.high else ()
    low, high = _PAIRS[kind]
    if low not in facts or high not in facts or _other_level(claim, facts[low]):
        return ()
    ends = (
        number_of("low", bracket.low, facts[low]),
        number_of("high", bracket.high, facts[high]),
    )
    known = tuple(n for n in ends if n is not None)
    return known if len(known) == len(ends) else ()


def _other_level(claim: Claim, limit: Fact) -> bool:
    """Tell whether the study's interval has another confidence level than the printed one."""
    match = _INTERVAL.search(limit.note)
    bracket = claim.bracket
    printed = parse_printed(bracket.conf_level) if bracket else None
    return bool(match and printed and Fraction(match[1]) != printed.value)


def _spread(facts: Facts, kind: str) -> Fact | None:
    """A bracket of one number: the standard deviation, or the width of the quartiles."""
    if kind == "sd":
        return facts.get("sd")
    low, high = (facts.get(name) for name in _PAIRS[kind])
    if kind != "iqr" or low is None or high is None or low.value is None or high.value is None:
        return None
    return Fact(
        high.value - low.value,
        low.unit,
        "q3 - q1",
        results=(*low.results, *high.results),
        rows=(*low.rows, *high.rows),
        subjects=low.subjects,
    )


def _reading(claim: Claim, facts: Facts, numbers: tuple[Number, ...]) -> str:
    """What an open word of the claim turned out to be: mean or median, range or interval."""
    said = []
    value = next((n for n in numbers if n.part == "value"), None)
    if claim.statistic == "centre" and value and value.equal:
        said.append("it is the " + " and the ".join(
            k for k in _CENTRES if k in facts and (n := number_of("value", claim.value, facts[k]))
            and n.equal
        ))  # fmt: skip
    if claim.bracket and claim.bracket.declared_as == "unknown":
        kinds = _equal_kinds(claim, facts)
        said += [f"the bracket is the {_NAMES[kinds[0]]}"] if kinds else []
    if claim.bracket and not _BRACKET & {n.part for n in numbers}:
        said.append("the bracket was not compared")
    return "; ".join(said)


def _equal_kinds(claim: Claim, facts: Facts) -> list[str]:
    pairs = ((kind, _pair(claim, facts, kind)) for kind in ("range", "ci", "iqr", "sd"))
    return [kind for kind, numbers in pairs if numbers and all(n.equal for n in numbers)]


def _hint(claim: Claim, found: Found, numbers: tuple[Number, ...]) -> str:
    """What the printed numbers are equal to instead, where the study has such a number."""
    wrong = {n.part for n in numbers if not n.equal}
    if wrong & _BRACKET and claim.bracket and claim.bracket.declared_as != "unknown":
        kinds = [k for k in _equal_kinds(claim, found.facts) if k != claim.bracket.declared_as]
        if kinds:
            return f"the bracket is equal to the {_NAMES[kinds[0]]}"
    for name, facts in found.others:
        other = {n.part for n in _numbers(claim, facts) if n.equal}
        if wrong <= other:
            return f"equal {name}"
    if wrong == {"value"}:
        return _other_statistic(claim, found.facts)
    return ""


def _other_statistic(claim: Claim, facts: Facts) -> str:
    """Another statistic of the same thing that the print is equal to."""
    if claim.statistic not in {"mean", "median", "min", "max", "q1", "q3", "sd"}:
        return ""
    for name in ("median", "mean", "min", "max", "q1", "q3"):
        if name in facts and (n := number_of("value", claim.value, facts[name])) and n.equal:
            return f"equal to the {name}"
    return ""
