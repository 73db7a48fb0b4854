"""Criteria of eligibility as the solver reads them: which levels and how many points they admit."""

from __future__ import annotations

import re
from fractions import Fraction

from hepatica.audit.printed import parse_printed
from hepatica.audit.rule import child_pugh
from hepatica.audit.solver.statement import Limited
from hepatica.core.unit import factor_of

CHILD_PUGH_ITEMS = child_pugh().items
CHILD_PUGH_CLASSES = child_pugh().classes
_RANGE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:-|–|to)\s*(\d+(?:\.\d+)?)")
_NONE = frozenset({"none", "no", "absent"})


def admits_level(criterion: Limited, level: str) -> bool | None:
    """Tell whether the criterion admits a level; None where one of the two is not understood."""
    text = criterion.text.strip()
    listed = [part.strip().lower() for part in re.split(r"[/,]|\bor\b", text) if part.strip()]
    if level.lower() in listed:
        return True
    number = parse_printed(level)
    bounds = numeric_bounds(text)
    if bounds and number and not number.comparator:
        low, high = bounds
        return (low is None or number.value >= low) and (high is None or number.value <= high)
    if len(listed) > 1 and all(len(part) == 1 for part in listed) and len(level) == 1:
        return False
    return None


def numeric_bounds(text: str) -> tuple[Fraction | None, Fraction | None] | None:
    """Least and greatest number that the text admits (strict bounds as if not), or None."""
    match = _RANGE.fullmatch(text.strip())
    if match:
        return Fraction(match[1]), Fraction(match[2])
    printed = parse_printed(text)
    if printed and printed.comparator:
        below = printed.comparator[0] == "<"
        return (None, printed.value) if below else (printed.value, None)
    return None


def may_pass(criterion: Limited) -> dict[str, int]:
    """The most Child-Pugh points of each item that a patient who meets the criterion can have.

    A bound in another unit is taken to the rule's unit; what is not understood limits nothing.
    """
    names = [part.strip() for part in criterion.variable.split("/")]
    if criterion.text.strip().lower() in _NONE:
        return {name: 1 for name in names if name in {"ascites", "encephalopathy"}}
    if criterion.variable not in child_pugh().cuts or criterion.variable not in CHILD_PUGH_ITEMS:
        return {}
    return _points_of_bound(criterion)


def _points_of_bound(criterion: Limited) -> dict[str, int]:
    cut = child_pugh().cuts[criterion.variable]
    printed = parse_printed(criterion.text)
    if printed is None or not printed.comparator:
        return {}
    bound = _in_unit(printed.value, cut.test, criterion.unit, cut.unit)
    if bound is None:
        return {}
    strict = "=" not in printed.comparator
    if cut.falls and printed.comparator[0] == ">":
        above = bound > cut.two or (bound == cut.two and strict)
        return {criterion.variable: 1 if above else 2 if bound >= cut.three else 3}
    if not cut.falls and printed.comparator[0] == "<":
        below = bound < cut.two or (bound == cut.two and strict)
        return {criterion.variable: 1 if below else 2 if bound <= cut.three else 3}
    return {}


def _in_unit(value: Fraction, test: str, unit: str, wanted: str) -> Fraction | None:
    """The value taken from one unit of a test to another, exactly; None for an unknown unit."""
    given, asked = factor_of(test, unit), factor_of(test, wanted)
    if given is None or asked is None:
        return value if unit in {"", wanted} else None
    return value * Fraction(str(given.scale)) / Fraction(str(asked.scale))
