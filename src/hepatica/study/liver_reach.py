"""How bad a liver the eligibility criteria still let in, in Child-Pugh points.

| | 1 point | 2 points | 3 points |
|---|---|---|---|
| bilirubin, mg/dL | < 2 | 2-3 | > 3 |
| albumin, g/L | > 35 | 28-35 | < 28 |
| INR | < 1.7 | 1.7-2.3 | > 2.3 |
| ascites | none | mild | moderate, severe |
| encephalopathy, West Haven | 0 | 1-2 | 3-4 |

Class A is 5-6 points, B 7-9, C 10-15 [pugh1973].
"""

from __future__ import annotations

from collections.abc import Iterable

from hepatica.study.demand import Demand, Span, allowed_codes, allowed_span

_CODED: dict[str, dict[object, int]] = {
    "ascites": {"none": 1, "mild": 2, "moderate": 3, "severe": 3},
    "encephalopathy": {0: 1, 1: 2, 2: 2, 3: 3, 4: 3},
}
# The values that score at least 2 points, and those that score 3.
_MEASURED = {
    ("bilirubin_total", "mg/dL"): (Span(low=2.0, low_open=False), Span(low=3.0)),
    ("inr", "ratio"): (Span(low=1.7, low_open=False), Span(low=2.3)),
    ("albumin", "g/L"): (Span(high=35.0, high_open=False), Span(high=28.0)),
    ("albumin", "g/dL"): (Span(high=3.5, high_open=False), Span(high=2.8)),
}


def child_pugh_cap(demands: Iterable[Demand]) -> int:
    """Highest Child-Pugh points (5 to 15) that a patient who meets every demand can have."""
    points = dict.fromkeys(("bilirubin_total", "albumin", "inr", "ascites", "encephalopathy"), 3)
    for demand in demands:
        name = demand.expression.variable
        if name in points:
            points[name] = min(points[name], _most_points(demand))
    return sum(points.values())


def _most_points(demand: Demand) -> int:
    name, unit = demand.expression.variable, demand.expression.unit
    if name in _CODED:
        kept = allowed_codes(demand) or frozenset()
        return max((_CODED[name][code] for code in kept), default=3)
    span = allowed_span(demand)
    if span is None or (name, unit) not in _MEASURED:
        return 3
    two, three = _MEASURED[name, unit]
    return 1 + (not two.meets(span).empty) + (not three.meets(span).empty)
