"""Values of those whom no claim counts: any level but the levels that claims count patients of.

Where a paper says that 6 of 20 are women, the others have no sex in the data set; their records
must not make a seventh woman.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from hepatica.audit.claim import Paper
from hepatica.audit.condition import parse_span
from hepatica.audit.data_set import DataSet, Value
from hepatica.audit.reconstruction.stream import Stream, one_of

# What a record can say, likeliest first.
_LEVELS = {
    "sex": ("M", "F"),
    "ECOG-PS": ("1", "0", "2", "3"),
    "Child-Pugh": ("A", "B", "C"),
    "best response": ("SD", "PD", "NE", "PR", "CR"),
    "tumour reduction": ("no", "yes"),
}
_AFP = (8, 60, 150, 260, 650, 2400, 9000)

Listed = Mapping[str, frozenset[str]]


def listed_levels(paper: Paper, data_set: DataSet) -> Listed:
    """Levels that claims count patients of, and those that patients of the data set have."""
    found: dict[str, set[str]] = {}
    for claim in paper.claims:
        if claim.statistic in {"count", "percent"} and claim.level:
            found.setdefault(claim.variable, set()).add(claim.level)
    for patient in data_set:
        for name, value in patient.values.items():
            if isinstance(value, str):
                found.setdefault(name, set()).add(value)
    return {name: frozenset(levels) for name, levels in found.items()}


def with_rest(values: Mapping[str, Value], listed: Listed, draw: Stream) -> dict[str, Value]:
    """The patient's values, and a level that is not listed of each variable that has lists only."""
    full = dict(values)
    for name, levels in _LEVELS.items():
        if name in values or name not in listed:
            continue
        free = [level for level in levels if not _is_listed(level, listed[name])]
        if free:
            full[name] = free[0]
    if "AFP" not in values and "AFP" in listed:
        numbers = tuple(n for n in _AFP if not _is_inside(n, listed["AFP"]))
        if numbers:
            full["AFP"] = Fraction(one_of(draw, numbers))
    return full


def _is_listed(level: str, levels: frozenset[str]) -> bool:
    return level in levels or (level.isdecimal() and _is_inside(int(level), levels))


def _is_inside(number: int, levels: Sequence[str] | frozenset[str]) -> bool:
    spans = (parse_span(level) for level in levels)
    return any(span.holds(Fraction(number)) for span in spans if span)
