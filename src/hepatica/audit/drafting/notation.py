"""How papers print numbers: patterns for them, for units, brackets, months and identifiers."""

from __future__ import annotations

import re

from hepatica.audit.claim import Bracket

NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:[.·]\d+)?"
SIGNED = rf"[-−]?{NUMBER}"
DASH = r"\s*(?:–|—|-|−|,|;|\bto\b)\s*"
UNIT = (
    r"(?:months?|years?|weeks?|days?|hours?|minutes?|times|cycles|sessions|procedures|points?"
    r"|mg/kg|mg/m2|mg/dL|g/L|g/dL|ng/mL|[μµu]mol/L|mmol/L|[IK]?U/L|mL/min|mL|mg|mm|cm|kg|Gy|h"
    r"|[×x]\s?10\^?\d+/L)(?![\w/])"
)
CONFIDENCE = r"(?P<conf>\d{2}(?:\.\d)?)\s*%\s*(?:confidence intervals?|CIs?)\b\s*(?:[\[(]CI[\])])?"
REACHED = r"NR|NE|not reached|not estimable"
BRACKET = (
    rf"\s*(?:±\s*(?P<pm>{NUMBER})|[\[(,;]\s*"
    rf"(?P<label>(?:{CONFIDENCE}|[A-Za-z][A-Za-z \-]{{0,40}})?)"
    rf"[\s:,=]*(?P<low>{SIGNED})\s*(?:{UNIT})?(?:{DASH}(?P<high>{SIGNED}|{REACHED}))?"
    rf"\s*(?:{UNIT}|%)?[^\])\w]?[\])]?)"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sep(?:t(?:ember)?)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
YEAR = r"(?:19|20)\d{2}"
_KINDS = (
    ("ci", r"confidence|\bCIs?\b"),
    ("iqr", r"IQR|inter-?quartile"),
    ("range", r"\brange\b|min"),
    ("sd", r"\bSD\b|standard deviation|±"),
)


def bracket_of(match: re.Match[str], words: str = "") -> Bracket | None:
    """The bracket that `BRACKET` found; what it is is said inside it, or by `words` before it."""
    if match["pm"]:
        return Bracket(match["pm"], "", kind_of(words) if kind_of(words) == "sd" else "unknown")
    if not match["low"]:
        return None
    kind = kind_of(match["label"] or "")
    kind = kind_of(words) if kind == "unknown" else kind
    high = match["high"] or ""
    if not high and kind not in {"sd", "unknown"}:
        return None
    if high and kind == "sd":
        kind = "unknown"
    return Bracket(match["low"], high, kind, match["conf"] or "95")


def kind_of(words: str) -> str:
    """The kind of bracket that words name; `unknown` where they name none or several."""
    named = [kind for kind, pattern in _KINDS if re.search(pattern, words)]
    return named[0] if len(named) == 1 else "unknown"


def date_of(text: str) -> str:
    """The date of ``Jul 07, 2021``, ``7 July 2021``, ``July 2021``, ``2021-07-07``, as ISO text."""
    if re.fullmatch(rf"{YEAR}(-\d\d){{1,2}}", text):
        return text
    year = re.search(YEAR, text)
    month = re.search(MONTH, text)
    day = re.search(r"(?<!\d)\d{1,2}(?!\d)", text)
    parts = [
        year[0] if year else "",
        f"{_MONTHS.index(month[0][:3].lower()) + 1:02}" if month else "",
    ]
    return "-".join([*filter(None, parts), *([f"{int(day[0]):02}"] if day else [])])


def plain(number: str) -> str:
    """The number without marks of thousands, a raised point as a point."""
    return re.sub(r"(?<=\d),(?=\d{3})", "", number).replace("·", ".").replace("−", "-")
