"""What a claim of a list is about, where its `statistic` says variable and statistic in one.

``median OS`` is the median of OS, ``eligibility: albumin`` a criterion, ``AE grade II`` a count of
patients with that grade of the adverse event named in the level. What is read is told to the
reader of the file (P009), never used in silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from hepatica.audit.claim import Claim
from hepatica.audit.printed import parse_printed
from hepatica.audit.word import known_statistic

_STATISTIC_FIRST = ("median", "mean", "hazard ratio", "odds ratio", "risk ratio", "sd")
# What a limit's words say of a bare number: at least it, or at most it.
_SIGN = {"minimum": ">=", "maximum": "<=", "within": "<="}


def tidied(claim: Claim) -> Claim:
    """The numbers of the claim where its statistic has them: `count` counts, else is of all."""
    statistic = known_statistic(claim.statistic)
    if statistic == "count":
        return replace(claim, count=claim.count or claim.value, value="")
    if statistic == "size":
        return replace(claim, value=claim.value or claim.count, count="")
    if statistic != "percent" and claim.count and not claim.denominator:
        return replace(claim, count="", denominator=claim.count)
    return claim


def read_phrase(claim: Claim) -> Claim:
    """The claim with variable, statistic and level of its words."""
    for pattern, read in _PHRASES:
        if re.fullmatch(pattern, claim.statistic):
            return read(claim)
    lower = claim.statistic.lower()
    for statistic in _STATISTIC_FIRST:
        if lower.startswith(statistic + " "):
            variable = claim.statistic[len(statistic) :].strip()
            return replace(claim, variable=variable, statistic=statistic)
    return _feature(claim)


def _adverse_event(claim: Claim) -> Claim:
    _, _, grade = claim.statistic.partition("AE")
    statistic = "percent" if claim.unit == "%" else "count"
    level = grade.replace("grade", "").strip() or "any"
    count = claim.count or ("" if claim.unit == "%" else claim.value)
    variable = f"AE {claim.level}"
    return replace(claim, variable=variable, statistic=statistic, level=level, count=count)


def _after_colon(statistic: str) -> Callable[[Claim], Claim]:
    """A criterion, exclusion or definition; the words of the level become value or note."""

    def read(claim: Claim) -> Claim:
        variable = claim.statistic.partition(":")[2].strip()
        if claim.unit == "version":
            value = claim.level or claim.value
        else:
            first = claim.level.split(" ")[0]
            bare = claim.value[:1].isdecimal()
            value = (_SIGN.get(first, "") if bare else "") + (claim.value or claim.level)
        note = claim.note or (claim.level if claim.level != value else "")
        bracket = claim.bracket
        if bracket and {bracket.low, bracket.high} <= set(re.findall(r"[\d.]+", value)):
            bracket = None  # the value says it itself: 0-2
        read = replace(claim, variable=variable, statistic=statistic, value=value, level="")
        return replace(read, note=note, bracket=bracket)

    return read


def _feature(claim: Claim) -> Claim:
    """A feature with its category or statistic in the level's place."""
    variable = re.sub(r'\s*\("?[^()]*"?\)$', "", claim.statistic)
    first = re.split(r"[\s\[(?]", claim.level)[0]
    named = known_statistic(first) if first and first not in {"n"} else None
    if named in {"median", "mean", "centre"}:
        uncertain = "?" in claim.level or "not named" in claim.statistic
        level = "" if claim.level.startswith(first) else claim.level
        statistic = "centre" if uncertain and named != "mean" else str(named)
        note = claim.note or (claim.level if "?" in claim.level else "")
        return replace(claim, variable=variable, statistic=statistic, level=level, note=note)
    statistic = _statistic_by_unit(claim)
    if statistic == "text" and not claim.value:
        return replace(claim, variable=variable, statistic=statistic, value=claim.level, level="")
    return replace(claim, variable=variable, statistic=statistic)


def _statistic_by_unit(claim: Claim) -> str:
    if claim.unit == "%":
        return "percent" if "literature" not in claim.population else "value"
    if claim.unit == "date":
        return "date"
    if claim.unit in {"id", "version", "year"}:
        return "identifier"
    if claim.unit == "patients" and claim.count:
        return "count"
    if claim.value and (parse_printed(claim.value) or claim.bracket or claim.count or claim.unit):
        return "value"
    return "text"


_PHRASES: tuple[tuple[str, Callable[[Claim], Claim]], ...] = (
    (r"sample size", lambda c: replace(c, variable="patients", statistic="size")),
    (r"AE ranking", lambda c: replace(c, variable="adverse events", statistic="rank")),
    (r"AE any", lambda c: replace(c, variable="AE of any kind", statistic="percent", level="any")),
    (r"AE (any grade|grade .*)", _adverse_event),
    (r"eligibility: .*", _after_colon("criterion")),
    (r"exclusion: .*", _after_colon("exclusion")),
    (r"definition: .*", _after_colon("definition")),
)
