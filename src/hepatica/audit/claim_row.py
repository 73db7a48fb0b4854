"""Claims from CSV: our own columns, or a list whose `statistic` says variable and statistic in one.

Own columns: id, place, quote, population, variable, level, statistic, value, count, denominator,
unit, low, high, declared_as, conf_level, between, method, note. Without a column `variable` the
words of `statistic` are read by `_PHRASES` ("median OS", "eligibility: albumin"), and what a bracket
is by the words of level and quote; each such reading is told in a note (P009).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace

from hepatica.audit.claim import EVERYONE, Bracket, Claim
from hepatica.audit.printed import parse_printed
from hepatica.audit.word import known_statistic
from hepatica.core.errors import Unreadable
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of

MAX_ROWS = 5_000
_ALIASES = {
    "section": "place",
    "subgroup": "level",
    "category": "level",
    "n": "count",
    "ci_low": "low",
    "ci_high": "high",
    "bracket": "declared_as",
    "bracket_is": "declared_as",
    "arm": "population",
}
_STATISTIC_FIRST = ("median", "mean", "hazard ratio", "odds ratio", "risk ratio", "sd")


def read_claim_rows(text: str, name: str, findings: list[Finding]) -> tuple[Claim, ...]:
    """Every row of a CSV as a claim, its faults added to `findings`.

    Raises      Unreadable where the text is no CSV or has no column `statistic`.
    """
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise Unreadable(f"{name}: is not CSV: {error}") from None
    header = [_ALIASES.get(h.strip().lower(), h.strip().lower()) for h in rows[0]] if rows else []
    if "statistic" not in header:
        raise Unreadable(f"{name}: no column named statistic in the first row")
    claims = []
    for number, row in enumerate(rows[1 : MAX_ROWS + 1], start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            place = Place(file=name, row=number)
            found, expected = f"{len(row)} cells", f"{len(header)} as in the header"
            findings.append(finding_of("P010", place, found=found, expected=expected))
        cells = {h: c.strip() for h, c in zip(header, row, strict=False)}
        claims.append(_claim(cells, number, name, findings))
    return tuple(claims)


def _claim(cells: dict[str, str], line: int, name: str, findings: list[Finding]) -> Claim:
    keys = "id place quote variable statistic level value count denominator unit method note"
    text = {key: cells.get(key, "") for key in keys.split()}
    population = cells.get("population") or EVERYONE
    between = tuple(p.strip() for p in cells.get("between", "").split("|") if p.strip())
    bracket = _bracket(cells)
    claim = Claim(**text, population=population, bracket=bracket, between=between, line=line)
    if "variable" in cells:
        return _tidy(claim)
    read = _tidy(_read_phrase(claim))
    if (read.variable, read.statistic) != (claim.variable, claim.statistic):
        found = f"{claim.statistic} / {claim.level}"[:80]
        expected = "a column variable"
        hint = f"read as {read.statistic} of {read.variable}"
        place = Place(file=name, row=line)
        findings.append(finding_of("P009", place, found=found, expected=expected, hint=hint))
    return read


def _tidy(claim: Claim) -> Claim:
    """The numbers of the claim where its statistic has them: `count` counts, else is of all."""
    statistic = known_statistic(claim.statistic)
    if statistic == "count":
        return replace(claim, count=claim.count or claim.value, value="")
    if statistic == "size":
        return replace(claim, value=claim.value or claim.count, count="")
    if statistic in {"criterion", "exclusion", "definition", "text"}:
        return replace(claim, count="", denominator="", bracket=None)
    if statistic != "percent" and claim.count and not claim.denominator:
        return replace(claim, count="", denominator=claim.count)
    return claim


def _bracket(cells: dict[str, str]) -> Bracket | None:
    low, high = cells.get("low", ""), cells.get("high", "")
    if not low and not high:
        return None
    declared = cells.get("declared_as", "").lower() or _declared_in(cells)
    return Bracket(low or high, high if low else "", declared, cells.get("conf_level") or "95")


def _declared_in(cells: dict[str, str]) -> str:
    """What the words around a bracket call it: ci, range, iqr, sd or unknown."""
    words = f"{cells.get('level', '')} {cells.get('quote', '')}".lower()
    if "confidence interval" in words or re.search(r"\bci\b", words):
        return "ci"
    if "[range]" in words or "(range)" in words or re.search(r"\brange\b", words):
        return "range"
    if "iqr" in words or "interquartile" in words:
        return "iqr"
    if "[" in words and re.search(r"\[\d[\d.]*\s*[–-]\s*\d[\d.]*\]", words):
        return "unknown"
    return "unknown"


def _adverse_event(claim: Claim) -> Claim:
    _, _, grade = claim.statistic.partition("AE")
    statistic = "percent" if claim.unit == "%" else "count"
    term = claim.level
    level = grade.replace("grade", "").strip() or "any"
    count = claim.count or ("" if claim.unit == "%" else claim.value)
    return replace(claim, variable=f"AE {term}", statistic=statistic, level=level, count=count)


def _after_colon(statistic: str) -> Callable[[Claim], Claim]:
    def read(claim: Claim) -> Claim:
        variable = claim.statistic.partition(":")[2].strip()
        sign = {"minimum": ">=", "maximum": "<="}.get(claim.level, "")
        bare = sign and claim.value[:1].isdecimal() and statistic == "criterion"
        value = (sign if bare else "") + (claim.value or claim.level)
        note = claim.level if claim.level != value else ""
        return replace(
            claim, variable=variable, statistic=statistic, value=value, level="", note=note
        )

    return read


def _feature(claim: Claim) -> Claim:
    """A feature with its category or statistic in the level's place."""
    variable = re.sub(r'\s*\("?.*"?\)$', "", claim.statistic)
    first = re.split(r"[\s\[(?]", claim.level)[0]
    named = known_statistic(first) if first and first not in {"n"} else None
    if named in {"median", "mean", "centre"}:
        uncertain = "?" in claim.level or "not named" in claim.statistic
        level = "" if claim.level.startswith(first) else claim.level
        statistic = "centre" if uncertain and named != "mean" else named
        return replace(claim, variable=variable, statistic=str(statistic), level=level)
    if claim.unit == "%":
        statistic = "percent" if "literature" not in claim.population else "value"
    elif claim.unit == "date":
        statistic = "date"
    elif claim.unit in {"id", "version", "year"}:
        statistic = "identifier"
    elif claim.value and (parse_printed(claim.value) or claim.bracket or claim.count):
        statistic = "value"
    else:
        statistic = "text"
    if statistic == "text" and not claim.value:
        return replace(claim, variable=variable, statistic=statistic, value=claim.level, level="")
    return replace(claim, variable=variable, statistic=statistic)


_PHRASES: tuple[tuple[str, Callable[[Claim], Claim]], ...] = (
    (r"sample size", lambda c: replace(c, variable="patients", statistic="size")),
    (r"AE ranking", lambda c: replace(c, variable="adverse events", statistic="rank")),
    (r"AE any", lambda c: replace(c, variable="AE of any kind", statistic="percent", level="any")),
    (r"AE (any grade|grade .*)", _adverse_event),
    (r"eligibility: .*", _after_colon("criterion")),
    (r"exclusion: .*", _after_colon("exclusion")),
    (r"definition: .*", _after_colon("definition")),
)


def _read_phrase(claim: Claim) -> Claim:
    for pattern, read in _PHRASES:
        if re.fullmatch(pattern, claim.statistic):
            return read(claim)
    lower = claim.statistic.lower()
    for statistic in _STATISTIC_FIRST:
        if lower.startswith(statistic + " "):
            variable = claim.statistic[len(statistic) :].strip()
            return replace(claim, variable=variable, statistic=statistic)
    return _feature(claim)
