"""Child-Pugh class against the laboratory limits of eligibility [pugh1973].

The criteria leave each item of the score at most some points; their sum is the worst class that an
eligible patient can have. The points are those of the clinic's own rule (`child_pugh.sql`), asked
at the limits: a worse value never has fewer points. An item without a criterion has any points.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

import pyarrow as pa

from hepatica.audit.arithmetic.eligibility import enrolled
from hepatica.audit.arithmetic.reading import by_key, count_range, ids, is_share, size_of, told
from hepatica.audit.claim import Claim, Paper
from hepatica.audit.condition import NONE, parse_span
from hepatica.audit.outcome import Discrepancy, Outcome, Passed
from hepatica.clinic.rules.score.catalogue import ScoreInput, scores
from hepatica.clinic.score import derive_score
from hepatica.core.unit import factor_of

RULES = ("eligibility.met", "liver.child-pugh")
CLASSES = "ABC"
_MEASURED = {"bilirubin": "high", "albumin": "low", "INR": "high"}
# The worst signs that each reading of "no ascites, no encephalopathy" leaves.
_READINGS = {
    "none of them": ("none", 0),
    "mild ascites and encephalopathy grade 1-2 allowed": ("mild", 2),
    "only those that need treatment excluded": ("severe", 4),
}
_WORST = ("severe", 4)
# Smaller than any step of a laboratory: a limit that is not itself allowed.
_STEP = Fraction(1, 10**6)


class Cap(NamedTuple):
    """The worst that the criteria leave: points by item, their sum, the class."""

    items: dict[str, int]
    points: int
    worst: str


def check_liver(paper: Paper) -> Iterator[Outcome]:
    """Classes that patients are reported to have against the worst that criteria leave."""
    criteria = _criteria(paper)
    shares = [c for c in enrolled(paper) if is_share(c) and c.variable == "Child-Pugh"]
    if not {"bilirubin", "albumin", "INR"} & set(criteria):
        return
    for claims in by_key(shares, "section", "population").values():
        yield from _held(claims, criteria, paper)


def _criteria(paper: Paper) -> dict[str, Claim]:
    """The criterion of each item; one criterion may be of several signs."""
    found: dict[str, Claim] = {}
    for claim in paper.select(statistic="criterion"):
        for item in ("bilirubin", "albumin", "INR", "ascites", "encephalopathy"):
            words = claim.variable.split("/")
            if item in words and _is_usable(claim, item):
                found.setdefault(item, claim)
    return found


def _is_usable(claim: Claim, item: str) -> bool:
    if item not in _MEASURED:
        return claim.value.strip().lower() in NONE
    span = parse_span(claim.value)
    limit = (span.high if _MEASURED[item] == "high" else span.low) if span else None
    one = _input(item)
    known = not one.variable.test or bool(_scale(one, claim.unit))
    return limit is not None and known


def _input(item: str) -> ScoreInput:
    return next(i for i in scores()["child-pugh"].inputs if i.variable.name == item.lower())


def _scale(one: ScoreInput, unit: str) -> float | None:
    """Units of the rule's column in one unit of the criterion."""
    plain = "1" if unit.lower() in {"", "ratio"} and one.variable.test == "INR" else unit
    factor = factor_of(one.variable.test, plain)
    return factor.scale / one.scale if factor else None


def _limit(item: str, criterion: Claim | None) -> float:
    """The worst value that the criterion leaves, in the unit of the rule."""
    one = _input(item)
    high = _MEASURED[item] == "high"
    if criterion is None:
        worst = one.variable.high if high else one.variable.low
        return (worst or 0.0) / one.scale
    span = parse_span(criterion.value)
    assert span is not None
    limit, is_open = (span.high, span.high_open) if high else (span.low, span.low_open)
    assert limit is not None
    if is_open:
        limit += -_STEP if high else _STEP
    return float(limit) * (_scale(one, criterion.unit) or 1.0)


def cap(criteria: dict[str, Claim], signs: tuple[str, int]) -> Cap | None:
    """The worst points that the criteria leave, with ascites and encephalopathy as in `signs`.

    None where the rule refuses a limit as implausible.
    """
    worst = {item: _limit(item, criteria.get(item)) for item in _MEASURED}
    best = {"bilirubin": 0.5, "albumin": 5.0, "INR": 1.0}
    ascites = signs[0] if "ascites" in criteria else _WORST[0]
    encephalopathy = signs[1] if "encephalopathy" in criteria else _WORST[1]
    rows = [{**worst, "ascites": ascites, "encephalopathy": encephalopathy}]
    for item in (*_MEASURED, "ascites", "encephalopathy"):
        rows.append({**best, "ascites": "none", "encephalopathy": 0, item: rows[0][item]})
    columns = {_input(item).column: [row[item] for row in rows] for item in rows[0]}
    outputs = derive_score("child-pugh", pa.table(columns)).outputs
    if outputs["points"].null_count:
        return None
    points = [int(p) for p in outputs["points"].to_pylist()]
    # Every other item at its best has one point.
    others = len(rows) - 2
    items = dict(zip((*_MEASURED, "ascites", "encephalopathy"), points[1:], strict=True))
    return Cap({i: p - others for i, p in items.items()}, points[0], outputs["class"][0].as_py())


def _held(claims: Sequence[Claim], criteria: dict[str, Claim], paper: Paper) -> Iterator[Outcome]:
    strict = cap(criteria, _READINGS["none of them"])
    if strict is None:
        return
    worse = _worse(claims, strict.worst, paper)
    used = list(dict.fromkeys(criteria.values()))
    text = f"{_arithmetic(strict, criteria)}; Child-Pugh " + ", ".join(
        f"{c.level}: {told(c)}" for c in (worse or claims)
    )
    if not worse:
        yield Passed("P144", text, ids([*used, *claims]))
        return
    tried: list[str] = []
    rescue = ["patients enrolled outside the criteria"]
    for reading, signs in list(_READINGS.items())[1:]:
        if not {"ascites", "encephalopathy"} & set(criteria):
            continue
        lenient = cap(criteria, signs)
        if lenient is None:
            continue
        words = f"{reading}: at most {lenient.points} points, class {lenient.worst}"
        (tried if _worse(claims, lenient.worst, paper) else rescue).append(words)
    everyone = ids([*used, *worse])
    yield Discrepancy(
        "P144", text, everyone, "[pugh1973]", tuple(tried), tuple(rescue), rules=RULES
    )


def _worse(claims: Sequence[Claim], worst: str, paper: Paper) -> list[Claim]:
    """Levels of a worse class that certainly have a patient."""
    above = CLASSES[CLASSES.index(worst) + 1 :]
    found = []
    for claim in claims:
        letters = {letter for letter in claim.level.upper() if letter in CLASSES}
        counted = count_range(claim, size_of(claim, paper))
        if letters and letters <= set(above) and counted and counted[0] > 0:
            found.append(claim)
    return found


def _arithmetic(worst: Cap, criteria: dict[str, Claim]) -> str:
    terms = []
    for item, points in worst.items.items():
        claim = criteria.get(item)
        limit = f" {claim.value} {claim.unit}".rstrip() if claim and item in _MEASURED else ""
        limit = limit or (" none" if claim else " any")
        terms.append(f"{item}{limit} {points}")
    return f"at most {' + '.join(terms)} = {worst.points} points, class {worst.worst}"
