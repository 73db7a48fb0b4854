"""The bracket after a number: what it is declared to be, by a word or by the words around it.

What nothing declares stays `unknown`; a number in brackets is never taken for a range or an
interval because it looks like one.
"""

from __future__ import annotations

import re

from hepatica.audit.claim import Bracket
from hepatica.audit.claim_source import ClaimSource, shown
from hepatica.audit.word import known_bracket

# What papers write before or inside a bracket; `sd` only where it cannot mean stable disease.
_KINDS = {
    "ci": r"confidence (?:interval|limits?)|\bcis?\b",
    "iqr": r"\biqr\b|inter-?quartile",
    "range": r"\brange\b",
    "sd": r"\bstandard deviation|mean\s*(?:\(|±|\+/-)\s*sd\b|±",
}
_NEAR = 60
_END = r"[-+−]?\d[\d,]*(?:[.·]\d+)?|NR|NE"
_PAIR = re.compile(
    rf"[(\[]?\s*(?:([\d. ]*%?\s*[A-Za-z][A-Za-z -]*?)[:,=]?\s+)?"
    rf"({_END})(?:\s*[-–—,;]\s*|\s+to\s+)({_END})\s*[)\]]?(?:\s*[(\[]?([^()\[\]]*)[)\]]?)"
)


def declared_as(word: str, at: tuple[int, str], source: ClaimSource) -> str:
    """The kind of bracket that a word declares; `unknown` for '' and, told, for other words."""
    declared = known_bracket(word) if word.strip() else "unknown"
    if declared is None:
        source.tell("P008", at, f"bracket_is {shown(word)}", "ci, range, iqr, sd or unknown")
    return declared or "unknown"


def bracket_of(
    parts: tuple[str, str, str, str], at: tuple[int, str], source: ClaimSource
) -> Bracket | None:
    """The bracket of low, high, kind and level, or None, told, where an end is missing."""
    low, high, declared, conf_level = parts
    lone = declared in {"sd", "unknown"}
    if not low or (not high and not lone):
        kind = "an interval" if declared == "unknown" else declared
        source.tell("P008", at, f"{kind} with one end {shown(low or high)}", "both ends")
        return None
    if high and declared == "sd":
        source.tell("P008", at, f"sd with two ends {shown(low)}, {shown(high)}", "one number")
        return Bracket(low, high, "unknown", conf_level)
    return Bracket(low, high, declared, conf_level)


def bracket_in_text(
    text: str, declared: str, conf_level: str, at: tuple[int, str], source: ClaimSource
) -> Bracket | None:
    """The bracket of one text: ``2.1-22.6``, ``2.1 to 22.6 (95% CI)``, or a kind, such as ``ci``.

    A kind alone has no ends; they stand in the claim's value, or the claim is told of.
    """
    match = _PAIR.fullmatch(text.strip())
    kind = known_bracket(match[1] or match[4] or "") if match else known_bracket(text)
    if match and (kind or not (match[1] or match[4])):
        kind = declared if declared != "unknown" else kind or "unknown"
        return bracket_of((match[2], match[3], kind, conf_level), at, source)
    if kind:
        return Bracket("", "", kind, conf_level)
    expected = 'texts as printed, such as ["2.1", "22.6"], or ["4.3"] for sd'
    source.tell("P008", at, f"bracket {shown(text)}", expected)
    return None


def names_of(text: str) -> list[str]:
    """The two populations that ``arm A | arm B`` or ``arm A vs arm B`` compares."""
    return [name for name in re.split(r"\s*\|\s*|\s+(?:vs\.?|versus)\s+", text) if name]


def kind_in_words(words: str, low: str, high: str) -> str:
    """The kind of bracket that the words around it name; `unknown` where none or several do.

    Where several kinds are named, the one named within 60 signs before the two numbers counts,
    after any other pair of numbers.
    """
    plain = words.lower()
    named = [kind for kind, pattern in _KINDS.items() if re.search(pattern, plain)]
    if len(named) == 1:
        return named[0]
    ends = rf"{re.escape(low)}\s*(?:[-–—−,;]|to)\s*{re.escape(high)}"
    match = re.search(ends, plain) if low and high else None
    if not match:
        return "unknown"
    before = re.split(r"\d\s*[-–—]\s*\d[\d.]*", plain[: match.start()])[-1][-_NEAR:]
    near = [kind for kind, pattern in _KINDS.items() if re.search(pattern, before)]
    return near[0] if len(near) == 1 else "unknown"
