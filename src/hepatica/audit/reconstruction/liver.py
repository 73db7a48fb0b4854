"""A liver of a given Child-Pugh class: laboratory values and signs whose points make the class.

Of all combinations of points that make the class [pugh1973] and meet the eligibility criteria that
the data set keeps, one is drawn; combinations with few signs of decompensation are likelier.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from hepatica.audit.claim import Claim
from hepatica.audit.condition import parse_span, satisfies
from hepatica.audit.data_set import Value
from hepatica.audit.reconstruction.stream import Stream, between
from hepatica.core.unit import factor_of

ASCITES = ("none", "mild", "moderate", "severe")
CLASS_POINTS = {"A": (5, 6), "B": (7, 9), "C": (10, 15)}
# What a value of 1, 2 and 3 points is drawn from: clear of the boundaries and of CTCAE's.
BILIRUBIN_UMOL_L = ((8.0, 19.5), (35.0, 50.5), (53.0, 58.5))
ALBUMIN_G_L = ((36.0, 43.0), (28.4, 34.6), (23.5, 27.6))
INR = ((1.02, 1.45), (1.72, 2.20), (2.33, 2.42))
# How many ways of decompensation a clinic sees rather than that: weights of points 1, 2, 3.
_WEIGHT = {
    "bilirubin": (1.0, 0.15, 0.05),
    "albumin": (0.6, 1.0, 0.35),
    "INR": (1.0, 0.2, 0.05),
    "ascites": (1.0, 0.8, 0.25),
    "encephalopathy": (1.0, 0.1, 0.02),
}


@dataclass(frozen=True, slots=True)
class Liver:
    """Baseline values, the signs, and the points that they make."""

    bilirubin_umol_l: float
    albumin_g_l: float
    inr: float
    ascites: str
    encephalopathy: int

    @property
    def points(self) -> int:
        """Child-Pugh points."""
        return child_pugh_points(
            self.bilirubin_umol_l, self.albumin_g_l, self.inr, self.ascites, self.encephalopathy
        )


def child_pugh_points(
    bilirubin_umol_l: float, albumin_g_l: float, inr: float, ascites: str, encephalopathy: int
) -> int:
    """Child-Pugh points [pugh1973]; bilirubin in umol/L by 17.104 a mg/dL."""
    return (
        5
        + (bilirubin_umol_l >= 34.208)
        + (bilirubin_umol_l > 51.312)
        + (albumin_g_l <= 35)
        + (albumin_g_l < 28)
        + (inr >= 1.7)
        + (inr > 2.3)
        + (ascites != "none")
        + (ascites in ("moderate", "severe"))
        + (encephalopathy >= 1)
        + (encephalopathy >= 3)
    )


def class_of(points: int) -> str:
    """A, B or C."""
    return "A" if points <= 6 else "B" if points <= 9 else "C"


def liver(
    values: Mapping[str, Value],
    criteria: Iterable[Claim],
    draw: Stream,
    told: Callable[[str], None],
) -> Liver:
    """A liver of the patient's class that meets `criteria`; `told` hears where none can."""
    named = values.get("Child-Pugh")
    low, high = CLASS_POINTS.get(named if isinstance(named, str) else "", (5, 7))
    limits = tuple(criteria)
    ways = [w for w in product((0, 1, 2), repeat=5) if low <= 5 + sum(w) <= high]
    fitting = [w for w in ways if _meets(w, limits, values)]
    if not fitting:
        told("no liver of this Child-Pugh class meets the criteria kept; the class was followed")
    known = [w for w in (fitting or ways) if _meets(w, (), values)]
    if not known:
        told("the laboratory values given do not make the Child-Pugh class; the values stand")
    way = _drawn(known or fitting or ways, draw)
    return _liver(way, values, draw)


def _drawn(ways: list[tuple[int, ...]], draw: Stream) -> tuple[int, ...]:
    weights = []
    for way in ways:
        weight = 1.0
        for points, name in zip(way, _WEIGHT, strict=True):
            weight *= _WEIGHT[name][points]
        weights.append(weight)
    left = float(draw.random()) * sum(weights)
    for way, weight in zip(ways, weights, strict=True):
        left -= weight
        if left < 0:
            return way
    return ways[-1]


def _meets(way: tuple[int, ...], criteria: tuple[Claim, ...], values: Mapping[str, Value]) -> bool:
    """Tell whether every value of these points meets the criteria and the values given."""
    bilirubin, albumin, inr = BILIRUBIN_UMOL_L[way[0]], ALBUMIN_G_L[way[1]], INR[way[2]]
    ranges = {"bilirubin": bilirubin, "albumin": albumin, "INR": inr}
    for claim in criteria:
        text = claim.value or claim.level
        if claim.variable in ranges:
            ends = (Fraction(str(end)) for end in ranges[claim.variable])
            if not all(_allowed(claim, _in_unit(claim, end), text) for end in ends):
                return False
        signs = _signs(claim.variable, way)
        if signs and any(satisfies(sign, text, "ascites") is False for sign in signs):
            return False
    given = _given(values)
    return (
        all(ranges[n][0] <= v <= ranges[n][1] for n, v in given.items()) if not criteria else True
    )


def _allowed(claim: Claim, number: Fraction, text: str) -> bool:
    return satisfies(number, text, claim.variable) is not False


def _signs(variable: str, way: tuple[int, ...]) -> tuple[str, ...]:
    words = variable.lower()
    ascites = ASCITES[way[3]] if "ascites" in words else ""
    encephalopathy = ("none", "mild", "severe")[way[4]] if "encephalopathy" in words else ""
    return tuple(sign for sign in (ascites, encephalopathy) if sign)


def _in_unit(claim: Claim, value: Fraction) -> Fraction:
    """A value in our unit (umol/L, g/L) in the unit that the criterion prints."""
    test = {"bilirubin": "BILI", "albumin": "ALB"}.get(claim.variable, "")
    own = {"bilirubin": "umol/L", "albumin": "g/L"}.get(claim.variable, "")
    theirs, ours = factor_of(test, claim.unit), factor_of(test, own)
    if not theirs or not ours:
        return value
    return value * Fraction(str(ours.scale)) / Fraction(str(theirs.scale))


def _given(values: Mapping[str, Value]) -> dict[str, float]:
    names = ("bilirubin", "albumin", "INR")
    found = ((name, values.get(name)) for name in names)
    return {name: float(value) for name, value in found if isinstance(value, Fraction)}


def _liver(way: tuple[int, ...], values: Mapping[str, Value], draw: Stream) -> Liver:
    given = _given(values)
    bilirubin = given.get("bilirubin", round(between(draw, *BILIRUBIN_UMOL_L[way[0]]), 1))
    albumin = given.get("albumin", round(between(draw, *ALBUMIN_G_L[way[1]]), 1))
    inr = given.get("INR", round(between(draw, *INR[way[2]]), 2))
    severe = way[3] == 2 and float(draw.random()) < 0.3
    ascites = ASCITES[3] if severe else ASCITES[way[3]]
    encephalopathy = (0, 1 + int(float(draw.random()) < 0.3), 3)[way[4]]
    return Liver(bilirubin, albumin, inr, ascites, encephalopathy)


def in_band(level: Value | None, plausible: tuple[float, float], draw: Stream) -> float:
    """A number inside the band that a level writes (``<200 ng/mL``), clear of its ends."""
    if isinstance(level, Fraction):
        return float(level)
    span = parse_span(level) if level and isinstance(level, str) else None
    low, high = plausible
    if span and span.low is not None:
        low = max(low, float(span.low) * 1.05) if span.low > 0 else low
        high = max(high, 4 * low)
    if span and span.high is not None:
        high = float(span.high) * 0.95
        low = min(low, high / 4)
    low = max(low, 1e-3)
    return float(low * (high / low) ** float(draw.random()))
