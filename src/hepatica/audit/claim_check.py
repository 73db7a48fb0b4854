"""Checks of a claims file by itself: numbers that are none, shares that cannot be, populations.

What is told here is first a question to the person who typed the claims; whether the paper itself
contradicts is the business of the checks of the audit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from hepatica.audit.claim import EVERYONE, OUTSIDE, STATISTICS, Claim, Paper
from hepatica.audit.claim_source import ClaimSource, shown
from hepatica.audit.printed import parse_printed

# Statistics whose `value` is one number, and what papers print where there is none.
NUMERIC = frozenset(
    {
        *("size", "percent", "mean", "median", "centre", "sd", "min", "max", "q1", "q3"),
        *("survival", "at_risk", "events", "hazard_ratio", "odds_ratio", "risk_ratio", "p"),
    }
)
NOT_REACHED = frozenset({"nr", "ne", "na", "not reached", "not estimable", "not evaluable", "ns"})
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
COMPARED = frozenset({"hazard_ratio", "odds_ratio", "risk_ratio"})


def is_sound(claim: Claim, source: ClaimSource) -> bool:
    """Tell whether the claim can be kept; what is wrong with it is added to `source`."""
    if not claim.id:
        source.tell("P002", (claim.line, "id"), "no id", "an id such as C001")
        return False
    if claim.statistic not in STATISTICS:
        found = f"statistic {shown(claim.statistic)}"
        source.tell("P003", (claim.line, "statistic"), found, ", ".join(STATISTICS))
        return False
    faults = list(_not_numbers(claim))
    for key, found, hint in faults:
        source.tell("P005", (claim.line, key), found, "one number as printed", hint)
    if claim.statistic == "date" and not _DATE.fullmatch(claim.value):
        found = f"date {shown(claim.value)}"
        source.tell("P019", (claim.line, "value"), found, "YYYY, YYYY-MM or YYYY-MM-DD")
    return not faults


def _not_numbers(claim: Claim) -> Iterator[tuple[str, str, str]]:
    texts = {"count": claim.count, "denominator": claim.denominator}
    if claim.statistic in NUMERIC:
        texts["value"] = claim.value
    if claim.bracket:
        texts |= {"low": claim.bracket.low, "high": claim.bracket.high}
        if parse_printed(claim.bracket.conf_level) is None:
            yield "conf_level", f"conf_level {shown(claim.bracket.conf_level)}", ""
    for key, text in texts.items():
        if text and parse_printed(text) is None and text.strip().lower() not in NOT_REACHED:
            yield (
                key if key not in {"low", "high"} else "bracket",
                f"{key} {shown(text)}",
                _hint(text),
            )
    if claim.statistic == "count" and not claim.count:
        yield "count", "no count", ""
    elif claim.statistic == "percent" and not (claim.value or claim.count):
        yield "value", "neither value nor count", ""
    elif claim.statistic in NUMERIC - {"percent"} and not claim.value:
        yield "value", "no value", ""


def _hint(text: str) -> str:
    if re.fullmatch(r"\s*[-+]?\d+,\d+\s*%?\s*", text):
        return "write decimals with a point"
    if re.search(r"[(\[]|\d\s*[-–]\s*\d", text):
        return "a range goes into the bracket, a count into count"
    return "the unit goes into unit" if re.match(r"\s*[<>]?\s*\d[\d.]*\s*[a-zA-Z]", text) else ""


def check_share(claim: Claim, source: ClaimSource) -> None:
    """Tell counts above their denominator, a denominator of 0, a percentage above 100."""
    count, of, number = claim.patients, claim.of, claim.number
    for key, text in (("count", claim.count), ("denominator", claim.denominator)):
        printed = parse_printed(text)
        whole = printed and printed.value.denominator == 1 and printed.value >= 0
        if printed and claim.statistic in {"count", "percent"} and not whole:
            found = f"{key} {shown(text)}"
            source.tell("P013", (claim.line, key), found, "a whole number of patients")
    if of is not None and of <= 0:
        source.tell("P013", (claim.line, "denominator"), f"denominator {of}", "at least 1")
    elif count is not None and of is not None and count > of:
        found, expected = f"count {count}", f"at most the denominator, {of}"
        source.tell("P013", (claim.line, "count"), found, expected)
    if claim.statistic in {"percent", "survival"} and number and not 0 <= number.value <= 100:
        found = f"{shown(claim.value)} per cent of patients"
        source.tell("P013", (claim.line, "value"), found, "0 to 100")


def check_denominators(paper: Paper, source: ClaimSource) -> None:
    """Tell denominators that are larger than their population."""
    for claim in paper.claims:
        size = paper.sizes.get(claim.population)
        if claim.about_patients and size is not None and (claim.of or 0) > size:
            found = f"denominator {claim.of}"
            expected = f"at most {size}, the size of {shown(claim.population)}"
            source.tell("P015", (claim.line, "denominator"), found, expected)


def check_populations(paper: Paper, source: ClaimSource) -> Paper:
    """The paper without populations that are within themselves; unknown names are told."""
    known = {EVERYONE, *OUTSIDE, *paper.sizes, *paper.within, *paper.within.values()}
    known |= {claim.population for claim in paper.claims}
    for claim in paper.claims:
        for name in (n for n in claim.between if n not in known):
            expected = f"a population: {', '.join(map(shown, sorted(known - OUTSIDE)[:8]))}"
            source.tell("P016", (claim.line, "between"), f"between {shown(name)}", expected)
        wrong = len(claim.between) == 1 or len(set(claim.between)) != len(claim.between)
        if wrong or (claim.statistic in COMPARED and not claim.between):
            found = f"{len(set(claim.between))} populations compared"
            source.tell("P016", (claim.line, "between"), found, "two different populations")
    within = {}
    for name, whole in paper.within.items():
        if _leads_back(name, paper.within):
            found = f"{shown(name)} within {shown(whole)}"
            at = (source.parts.get(name, 1), "within")
            source.tell("P017", at, found, "a larger population", "it is left out")
        else:
            within[name] = whole
    return replace(paper, within=within)


def _leads_back(name: str, within: dict[str, str]) -> bool:
    at, seen = within.get(name), set()
    while at is not None and at not in seen:
        if at == name:
            return True
        seen.add(at)
        at = within.get(at)
    return False
