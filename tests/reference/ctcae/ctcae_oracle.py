"""CTCAE grades by a slow, obvious evaluator of rules in words, apart from the product's SQL.

`published.csv` holds the rules as sentences: comparisons of the value (or of a named fact) joined
by "and", which binds tighter than "or"; ULN and LLN are the limits, BL the baseline; a baseline
column of "baseline normal" means BL <= ULN. Rows of 4.03 stand only where they differ from 5.0.
Sources: the NCI table of version 5.0 and the grading data of the R package admiral (ncictcaev4,
ncictcaev5); 4.03 proteinuria and the words of 4.03 hypertension from memory. Grade 4 is tried
first, 0 is none.
"""

import csv
import re
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

ATOM = re.compile(r"([A-Z_0-9]*?)(>=|<=|>|<|=)([0-9.]+(?![0-9+])|[A-Z0-9+]+)(?:\*(ULN|LLN|BL))?")
# Terms of 4.03 whose rows replace those of 5.0 altogether; other terms: grade by grade.
WHOLE = {"Hyponatremia", "Hypertension"}
BASELINE = {
    "any": lambda f: True,
    "baseline normal": lambda f: f["BL"] <= f["ULN"],
    "baseline abnormal": lambda f: f["BL"] > f["ULN"],
    "not on anticoagulant": lambda f: f["ANTICOAG"] == "N",
    "on anticoagulant": lambda f: f["ANTICOAG"] == "Y",
}

Fact = Fraction | str


def published() -> dict[tuple[str, str], list[dict[str, str]]]:
    with Path(__file__).with_name("published.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found: dict[tuple[str, str], list[dict[str, str]]] = {}
    terms = list(dict.fromkeys(row["term"] for row in rows))
    for term in terms:
        five = [r for r in rows if (r["version"], r["term"]) == ("5.0", term)]
        four = [r for r in rows if (r["version"], r["term"]) == ("4.03", term)]
        found["5.0", term] = five
        replaced = {r["grade"] for r in four}
        kept = [] if term in WHOLE and four else [r for r in five if r["grade"] not in replaced]
        found["4.03", term] = kept + four
    return found


def grade(rules: list[dict[str, str]], facts: Mapping[str, Fact]) -> int:
    for level in (4, 3, 2, 1):
        for rule in rules:
            if int(rule["grade"]) != level or not BASELINE[rule["baseline"]](facts):
                continue
            if any(_clause(part, facts) for part in rule["rule"].split(" or ")):
                return level
    return 0


def thresholds(rules: list[dict[str, str]]) -> set[tuple[str, str]]:
    """Numbers that a value or a named fact is compared with, each with its multiplier."""
    found = set()
    for rule in rules:
        for name, sign, number, unit in map(_parsed, re.split(" or | and ", rule["rule"])):
            if sign != "=":
                found.add((name, f"{number}*{unit}" if unit else number))
    return found


def words(rules: list[dict[str, str]]) -> set[str]:
    """Names of facts that a rule compares with a word."""
    parts = [p for rule in rules for p in re.split(" or | and ", rule["rule"])]
    return {name for name, sign, _, _ in map(_parsed, parts) if sign == "="}


def _parsed(part: str) -> tuple[str, str, str, str]:
    found = ATOM.fullmatch(part.strip())
    assert found, part
    return found[1] or "VALUE", found[2], found[3], found[4] or ""


def _clause(text: str, facts: Mapping[str, Fact]) -> bool:
    return all(_holds(_parsed(part), facts) for part in text.split(" and "))


def _holds(part: tuple[str, str, str, str], facts: Mapping[str, Fact]) -> bool:
    name, sign, number, unit = part
    if sign == "=":
        return facts[name] == number
    left, right = facts[name], Fraction(number) * (facts[unit] if unit else 1)
    assert isinstance(left, Fraction)
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[sign]
