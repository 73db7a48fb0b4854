"""Numbers that stand together in one value, as papers print them: ``16 (80.0%)``, ``61 (45-77)``.

What a value says besides its number goes where the checks look for it (count, denominator, bracket,
unit), and only where the claim says nothing else there. Every such reading is told (P009). A
bracket is what the value or the statistic's words call it, else `unknown`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from hepatica.audit.claim import EVERYONE, Bracket, Claim
from hepatica.audit.claim_bracket import kind_in_words, names_of
from hepatica.audit.claim_check import COMPARED, NUMERIC
from hepatica.audit.claim_source import ClaimSource, shown
from hepatica.audit.printed import parse_printed
from hepatica.audit.word import (
    ADVERSE_EVENT,
    known_level,
    known_statistic,
    known_variable,
    variable_words,
    variables,
)

_N = r"[<>≤≥]?=?\s*[-+−]?\d[\d,]*(?:[.·]\d+)?"
_WHOLE = r"\d[\d,]*"
_TO = r"(?:\s*[-–—−;,]\s*|\s+to\s+)"
# 16/20, 16/20 (80.0%), 16 (80.0 %)
_COUNTED = re.compile(
    rf"({_WHOLE})(?:\s*(?:/|of)\s*({_WHOLE}))?(?:\s*[(\[]\s*({_N})\s*%?\s*[)\]])?"
)
# 80.0% (16/20), 80.0% (n = 16)
_SHARED = re.compile(
    rf"({_N})\s*%\s*[(\[]\s*(?:[nN]\s*=\s*)?({_WHOLE})(?:\s*/\s*({_WHOLE}))?\s*[)\]]"
)
# 61 (45-77), 0.71 (95% CI 0.50 to 1.01), NR [10.1-NR]
_ENCLOSED = re.compile(
    rf"({_N}|NR|NE)\s*%?\s*[(\[]\s*((?:\d+\s*%\s*)?[A-Za-z][A-Za-z \-]*?)?[:,=]?\s*"
    rf"({_N})\s*%?{_TO}({_N}|NR|NE)\s*%?\s*[)\]]"
)
_SPREAD = re.compile(rf"({_N})\s*(?:±|\+/-|\+-)\s*({_N})")
_LONE = re.compile(rf"({_N})\s*[(\[]\s*({_N})\s*[)\]]")
_P = re.compile(r"[pP](?:[- ]?values?)?\s*=?\s*([<>≤≥=]?=?\s*\d?\.\d+)")
_WITH_UNIT = re.compile(rf"({_N})\s*([A-Za-z][A-Za-z/%0-9^]*)")
_CONF_LEVEL = re.compile(r"(\d+)\s*%")
_SURVIVAL = re.compile(
    r"(\d+)[- ](month|year)s? (?:survival|rate|survival rate)"
    r"|(?:survival|rate|survival rate) at (\d+) (month|year)s?",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = re.compile(
    r"(\d{1,2})?\s*((?:jan|febr?u?|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*)\.?,?\s*"
    r"(\d{4})",
    re.IGNORECASE,
)


def read_compound(claim: Claim, words: str, source: ClaimSource) -> Claim:
    """The claim with each number of its value in a field of its own; what was read is told.

    `words` are the statistic in the words of the file, such as ``median (range)``.
    """
    read = _compared(_levelled(claim))
    if parse_printed(read.value) is None:
        for reading in _READINGS:
            found = reading(read)
            if found is not None:
                read = found
                break
    read = _declared(claim, read, words, source)
    for key in ("value", "variable", "population"):
        if getattr(read, key) != getattr(claim, key):
            found_text = f"{key} {shown(getattr(claim, key))}"
            hint = f"read as {_told(claim, read, key)}"
            source.tell("P009", (claim.line, key), found_text, "one thing a field", hint)
    return read


def _declared(claim: Claim, read: Claim, words: str, source: ClaimSource) -> Claim:
    """The claim with what its bracket is: as its value says, its own field, or the statistic."""
    if read.bracket is None or (read.bracket is claim.bracket and read.bracket.low):
        return read
    if not read.bracket.low:
        found, expected = "a kind of bracket without its ends", 'bracket = ["2.1", "22.6"]'
        source.tell("P008", (claim.line, "bracket"), found, expected)
        return replace(read, bracket=None)
    kind = read.bracket.declared_as
    if kind == "unknown":
        kind = claim.bracket.declared_as if claim.bracket else _kind(words, read.bracket)
    return replace(read, bracket=replace(read.bracket, declared_as=kind))


def _kind(words: str, bracket: Bracket) -> str:
    kind = kind_in_words(words, bracket.low, bracket.high)
    return kind if (kind == "sd") is (not bracket.high) else "unknown"


def _told(claim: Claim, read: Claim, key: str) -> str:
    if key == "population":
        return f"between {' and '.join(map(shown, read.between))}"
    keys = ("value", "count", "denominator", "unit") if key == "value" else ("variable", "level")
    changed = [name for name in keys if getattr(read, name) != getattr(claim, name)]
    parts = [f"{name} {shown(getattr(read, name))}" for name in changed]
    if key == "value" and read.bracket and read.bracket != claim.bracket:
        ends = ", ".join(filter(None, (read.bracket.low, read.bracket.high)))
        parts.append(f"bracket {ends} ({read.bracket.declared_as})")
    return ", ".join(parts)


def _levelled(claim: Claim) -> Claim:
    """``Sex: male`` and ``complete response`` as variable and level."""
    if claim.level or claim.statistic not in {"count", "percent"}:
        return claim
    known = variable_words().get(" ".join(claim.variable.lower().split()))
    if known and known[1]:
        return replace(claim, variable=known[0], level=known[1])
    head, _, tail = claim.variable.partition(":")
    variable = variables().get(known_variable(head))
    level = known_level(variable.name, tail) if variable else ""
    if variable and level in variable.levels.values():
        return replace(claim, variable=variable.name, level=level)
    return claim


def _compared(claim: Claim) -> Claim:
    """A comparison whose population names two."""
    names = tuple(map(str.strip, names_of(claim.population)))
    if claim.between or len(names) != 2 or claim.statistic not in COMPARED | {"p"}:
        return claim
    return replace(claim, population=EVERYONE, between=names)


def _counted(claim: Claim) -> Claim | None:
    match = _COUNTED.fullmatch(claim.value.strip() or claim.count.strip())
    if claim.statistic not in {"count", "percent"} or not match:
        return None
    return _with_count(claim, match[3] or "", match[1], match[2] or "")


def _shared(claim: Claim) -> Claim | None:
    match = _SHARED.fullmatch(claim.value.strip())
    if claim.statistic not in {"count", "percent"} or not match:
        return None
    return _with_count(claim, match[1], match[2], match[3] or "")


def _with_count(claim: Claim, value: str, count: str, denominator: str) -> Claim | None:
    own = claim.count if claim.value.strip() else ""
    if own not in {"", count} or not _agrees(claim.denominator, denominator):
        return None
    of = claim.denominator or denominator
    statistic = "percent" if value else "count"
    return replace(claim, statistic=statistic, value=value, count=count, denominator=of)


def _agrees(own: str, read: str) -> bool:
    return not own or not read or own == read


def _has_ends(claim: Claim) -> bool:
    return bool(claim.bracket and claim.bracket.low)


def _enclosed(claim: Claim) -> Claim | None:
    match = _ENCLOSED.fullmatch(claim.value.strip())
    if claim.statistic not in NUMERIC or _has_ends(claim) or not match:
        return None
    value, words, low, high = match.groups()
    kind = kind_in_words(words or "", low, high)
    conf_level = _CONF_LEVEL.search(words or "")
    level = conf_level[1] if conf_level else "95"
    return replace(claim, value=value, bracket=Bracket(low, high, kind, level))


def _spread(claim: Claim) -> Claim | None:
    match = _SPREAD.fullmatch(claim.value.strip())
    if claim.statistic != "mean" or _has_ends(claim) or not match:
        return None
    return replace(claim, value=match[1], bracket=Bracket(match[2], "", "sd"))


def _lone(claim: Claim) -> Claim | None:
    match = _LONE.fullmatch(claim.value.strip())
    if claim.statistic != "mean" or _has_ends(claim) or not match:
        return None
    return replace(claim, value=match[1], bracket=Bracket(match[2], "", "unknown"))


def _p(claim: Claim) -> Claim | None:
    match = _P.fullmatch(claim.value.strip())
    return replace(claim, value=match[1]) if claim.statistic == "p" and match else None


def _with_unit(claim: Claim) -> Claim | None:
    match = _WITH_UNIT.fullmatch(claim.value.strip())
    if claim.statistic not in NUMERIC or not match:
        return None
    if claim.unit not in {"", match[2]} or parse_printed(match[1]) is None:
        return None
    return replace(claim, value=match[1], unit=match[2])


_READINGS: tuple[Callable[[Claim], Claim | None], ...] = (
    _counted,
    _shared,
    _enclosed,
    _spread,
    _lone,
    _p,
    _with_unit,
)


def worded(claim: Claim) -> Claim:
    """``12-month survival rate`` as survival at 12 months; ``January 2014`` as a date."""
    if claim.statistic == "date" and (match := _MONTH.fullmatch(claim.value.strip())):
        number = _MONTHS.index(match[2][:3].lower()) + 1
        day = f"-{int(match[1]):02d}" if match[1] else ""
        return replace(claim, value=f"{match[3]}-{number:02d}{day}")
    match = _SURVIVAL.fullmatch(claim.statistic.strip())
    if not match or claim.level:
        return claim
    level = f"{match[1] or match[3]} {(match[2] or match[4]).lower()}s"
    return replace(claim, statistic="survival", level=level)


def adverse_events(claims: tuple[Claim, ...], source: ClaimSource) -> tuple[Claim, ...]:
    """Claims of which some tell any grade of an unknown variable are of an adverse event."""
    graded = {
        claim.variable
        for claim in claims
        if _plain(claim.level) in {"any grade", "all grades", "any-grade", "all-grade"}
        and known_variable(claim.variable) not in variables()
        and not claim.variable.startswith(ADVERSE_EVENT)
    }
    found = []
    for claim in claims:
        if claim.variable in graded and known_statistic(claim.statistic) in {"count", "percent"}:
            renamed = replace(claim, variable=ADVERSE_EVENT + claim.variable)
            hint = f"read as {shown(renamed.variable)}, for a claim tells any grade of it"
            at = (claim.line, "variable")
            source.tell("P009", at, f"variable {shown(claim.variable)}", "AE and its name", hint)
            claim = renamed  # noqa: PLW2901 (the claim as it is read)
        found.append(claim)
    return tuple(found)


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
