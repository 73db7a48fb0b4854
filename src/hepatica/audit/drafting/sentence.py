"""Numbers in a sentence of a paper, each with the kind of statement that its print suggests.

The patterns run from the most telling to the least; what one has used no other sees. A number that
none of them knows is kept as `text`, so that nothing that was printed is lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from hepatica.audit.drafting.guess import guessed_event, guessed_subject
from hepatica.audit.drafting.notation import (
    BRACKET,
    MONTH,
    NUMBER,
    REACHED,
    SIGNED,
    UNIT,
    YEAR,
    bracket_of,
    date_of,
    plain,
)
from hepatica.audit.drafting.sketch import Sketch

_Reader = Callable[[re.Match[str], str], Iterator[Sketch]]
_SURE = ("variable",)
_WINDOW = 300
_COMPARING = frozenset({"p", "test", "hazard_ratio", "odds_ratio", "risk_ratio"})
_SIGN = {"≥": ">=", "≤": "<=", "at least": ">=", "at most": "<=", "more than": ">", "above": ">"}
_SIGN |= {"less than": "<", "within": "<=", "up to": "<=", "below": "<"}
_CRITERIA = re.compile(r"inclusion criteri|eligib|enrol+ed if|\([IVX]{1,4}\) (?:have|be)\b")
_EXCLUSION = re.compile(r"exclu(?:ded|sion)")
_CONTINUED = re.compile(r"\([IVX]{1,4}\)")
_ENROLLED = re.compile(
    r"enrol+ed|included|recruited|received|advanced|were treated|total of|\bn\s*=", re.IGNORECASE
)


def read_sentence(text: str) -> list[Sketch]:
    """Every number of a sentence as a sketch, in the order of the text."""
    found: list[Sketch] = []
    left = text
    for pattern, reader in _READERS:
        for match in list(pattern.finditer(left)):
            for sketch in reader(match, text):
                found.append(_guessed(sketch, text))
            left = left[: match.start()] + "\0" * len(match[0]) + left[match.end() :]
    return sorted(found, key=lambda s: (s.start, s.end))


def _guessed(sketch: Sketch, text: str) -> Sketch:
    if sketch.variable:
        return sketch
    levelled = sketch.statistic in {"percent", "count"}
    inside = sketch.start > 0 and text[sketch.start - 1] in "(["
    low = max(0, sketch.start - _WINDOW)
    near, start = text[low : sketch.end + _WINDOW], sketch.start - low
    subject = guessed_subject(
        *(near, start, sketch.end - low),
        after=levelled and not inside,
        wide=sketch.statistic in _COMPARING,
    )
    event = guessed_event(text, sketch.start) if levelled else None
    known = subject.level or subject.variable in {"ORR", "DCR"}
    if event and not known:
        return replace(sketch, variable=f"AE {event}", level="any")
    return replace(sketch, variable=subject.variable, level=subject.level if levelled else "")


# --- one reader for each kind ------------------------------------------------------------------


def _identifier(variable: str) -> _Reader:
    def read(match: re.Match[str], text: str) -> Iterator[Sketch]:
        value = match["id"].rstrip(".,;")
        yield Sketch(
            match.start(), match.end(), "identifier", value=value, variable=variable, guessed=_SURE
        )

    return read


def _skip(match: re.Match[str], text: str) -> Iterator[Sketch]:
    """Numbers of figures, tables, references, criteria and addresses are no claims."""
    yield from ()


def _period(match: re.Match[str], text: str) -> Iterator[Sketch]:
    for name, group in (("enrolment start", "from"), ("enrolment end", "to")):
        value = date_of(match[group])
        yield Sketch(
            *match.span(group), "date", value=value, unit="date", variable=name, guessed=_SURE
        )


def _date(match: re.Match[str], text: str) -> Iterator[Sketch]:
    before = text[max(0, match.start() - 40) : match.start()].lower()
    words = ("submi", "submission"), ("recei", "submission"), ("accept", "acceptance")
    named = [(before.rfind(word), name) for word, name in (*words, ("publish", "publication"))]
    at, name = max(named)
    variable = f"{name} date" if at >= 0 else ""
    value = date_of(match[0])
    yield Sketch(match.start(), match.end(), "date", value=value, unit="date", variable=variable)


def _test(match: re.Match[str], text: str) -> Iterator[Sketch]:
    yield Sketch(match.start(), match.end(), "test", value=match[0], guessed=_SURE)


def _ratio(match: re.Match[str], text: str) -> Iterator[Sketch]:
    word = match["word"].lower()
    statistic = next(s for s in ("hazard_ratio", "odds_ratio", "risk_ratio") if word[0] == s[0])
    bracket = bracket_of(match)
    start, end = match.span("value")
    value = plain(match["value"])
    yield Sketch(start, end, statistic, value=value, bracket=bracket, guessed=_SURE)


def _centre(match: re.Match[str], text: str) -> Iterator[Sketch]:
    word = match["word"].lower()
    statistic = "median" if word == "median" else "mean"
    bracket = bracket_of(match, match["between"])
    guessed = _SURE if word != "average" else ("variable", "statistic (average)")
    unit = (match["unit"] or "").strip()
    value = match["value"]
    value = value if re.fullmatch(REACHED, value) else plain(value)
    start, end = match.span("value")
    yield Sketch(start, end, statistic, value=value, unit=unit, bracket=bracket, guessed=guessed)


def _bracketed(match: re.Match[str], text: str) -> Iterator[Sketch]:
    """A number with a bracket that says what it is, such as the other arm's median."""
    words = [w for w in ("median", "mean") if re.search(rf"\b{w}\b", text, re.IGNORECASE)]
    statistic = words[0] if len(words) == 1 else "centre"
    value, unit = plain(match["value"]), (match["unit"] or "").strip()
    start, end = match.span("value")
    yield Sketch(start, end, statistic, value=value, unit=unit, bracket=bracket_of(match))


def _pair(match: re.Match[str], text: str) -> Iterator[Sketch]:
    groups = match.groupdict()
    yield Sketch(
        match.start(),
        match.end(),
        "percent",
        value=plain(match["percent"]),
        count=plain(match["count"]),
        denominator=plain(groups.get("of") or ""),
        unit="%",
        guessed=_SURE,
    )


def _percent(match: re.Match[str], text: str) -> Iterator[Sketch]:
    value = _with_sign(match, text)
    kind = _criterion(text) or ("percent" if value[0].isdecimal() else "value")
    yield Sketch(match.start(), match.end(), kind, value=value, unit="%")


def _share_of(match: re.Match[str], text: str) -> Iterator[Sketch]:
    count, of = plain(match["count"]), plain(match["of"])
    yield Sketch(match.start(), match.end(), "count", count=count, denominator=of, unit="patients")


def _interval(match: re.Match[str], text: str) -> Iterator[Sketch]:
    value = f"{plain(match['low'])}{' or ' if 'or' in match[0] else '-'}{plain(match['high'])}"
    kind = _criterion(text) or "value"
    unit = (match["unit"] or "").strip()
    yield Sketch(match.start(), match.end(), kind, value=value, unit=unit)


def _p(match: re.Match[str], text: str) -> Iterator[Sketch]:
    sign = {"≤": "<=", "≥": ">=", "=": ""}.get(match["sign"], match["sign"])
    level = re.search(r"considered|significan\w* (?:level|differen)|two-(?:tailed|sided)", text)
    kind, variable = ("value", "alpha") if level else ("p", "")
    value = match["value"] if level else sign + match["value"]
    yield Sketch(match.start(), match.end(), kind, value=value, variable=variable, guessed=_SURE)


def _size(match: re.Match[str], text: str) -> Iterator[Sketch]:
    value = plain(match["size"])
    everyone = re.search(r"\b(?:all|total of)\s*$", text[: match.start()], re.IGNORECASE)
    if everyone or _ENROLLED.search(text) or "=" in match[0]:
        yield Sketch(match.start(), match.end(), "size", value=value, variable="patients")
    else:
        yield Sketch(match.start(), match.end(), "count", count=value, unit="patients")


def _measure(match: re.Match[str], text: str) -> Iterator[Sketch]:
    value = _with_sign(match, text)
    older = re.match(r"\s*(?:of age )?or (?:older|more|above)", text[match.end() :])
    value = f">={value}" if older and value[0].isdecimal() else value
    kind = _criterion(text) or "value"
    yield Sketch(match.start(), match.end(), kind, value=value, unit=match["unit"].strip())


def _rest(match: re.Match[str], text: str) -> Iterator[Sketch]:
    value = _with_sign(match, text)
    kind = _criterion(text)
    compared = kind and not value[0].isdecimal()
    yield Sketch(match.start(), match.end(), str(kind) if compared else "text", value=value)


def _with_sign(match: re.Match[str], text: str) -> str:
    sign = (match.groupdict().get("sign") or "").lower().strip()
    return _SIGN.get(sign, sign) + plain(match["value"])


def _criterion(text: str) -> str | None:
    if _CRITERIA.search(text) or len(_CONTINUED.findall(text)) > 1:
        return "criterion"
    return "exclusion" if _EXCLUSION.search(text) else None


_N = rf"(?<![\w.,/^-]){NUMBER}"
_SIGNS = r"(?:(?P<sign>[<>≤≥]|at least|at most|more than|less than|within|up to|above|below)\s*)?"
_DAY = rf"{MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+{YEAR}|\d{{1,2}}\s+{MONTH},?\s+{YEAR}"
_ANY_DATE = rf"{_DAY}|{MONTH},?\s+{YEAR}|{YEAR}-\d\d(?:-\d\d)?(?![\d-])"
_GAP = r"(?:(?![.;:]\s)[^\d;\0]){0,80}?"


def _of(pattern: str, reader: _Reader, flags: int = 0) -> tuple[re.Pattern[str], _Reader]:
    return re.compile(pattern, flags), reader


_READERS: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    _of(r"\S+@\S+|(?:tel|phone|fax)\W*[\d+() -]{6,}", _skip, re.IGNORECASE),
    _of(r"\bdoi:?\s*(?P<id>10\.\d{4,9}/[^\s<>\"]+)", _identifier("doi"), re.IGNORECASE),
    _of(r"<?https?://\S+|\b10\.\d{4,9}/\S+", _skip),
    _of(
        r"(?P<id>ChiCTR[-\w]*\d|NCT\d{8}|ISRCTN\d+|UMIN\d+|ACTRN\d+|CTRI/[\d/]+|JPRN-\w+"
        r"|EudraCT[ :]*\d{4}-\d{6}-\d\d|CRD\d{8,})",
        _identifier("registry id"),
    ),
    _of(
        r"(?:ethic|approv|IRB|review board)[^.;\0]{0,60}?(?:\bNo\.?|number|Committee:|ID)"
        r"(?:\s*of\s[^.;:\0]{0,40})?\s*:?\s*(?P<id>[A-Z0-9][\w/-]*\d[\w/-]*)",
        _identifier("ethics approval number"),
        re.IGNORECASE,
    ),
    _of(rf"(?P<id>{YEAR};\d+(?:\(\d+\))?:\w+(?:[-–]\w+)?)", _identifier("citation")),
    _of(r"\b(?:version|v)\.?\s?(?P<id>\d+(?:\.\d+)*)(?!\d)", _identifier("version")),
    _of(rf"revised in (?P<id>{YEAR})", _identifier("Declaration of Helsinki revision")),
    _of(
        rf"(?:from|between)\s+(?P<from>{_ANY_DATE}|{YEAR})\s+(?:to|and|until|through)\s+"
        rf"(?P<to>{_ANY_DATE}|{YEAR})",
        _period,
        re.IGNORECASE,
    ),
    _of(_ANY_DATE, _date),
    _of(r"\b(?:Figs?\.?|Figures?|Tables?|Supplementary \w+)\s*S?\d+\w?", _skip, re.IGNORECASE),
    _of(
        rf"(?:\b[tFrzQ]|χ2|χ\^2|chi2|[tFr])\s?(?:\(\d+(?:\.\d+)?(?:,\s?\w[\w=\s.]*)?\))?\s?[=<>]\s?"
        rf"{SIGNED},\s?p\s?[=<>]\s?[01]?\.\d+",
        _test,
    ),
    _of(
        r"(?<=[A-Za-z\]),.”])\s?[\[(]\d{1,3}(?:\s?[,–-]\s?\d{1,3})*[\])](?=[\s.,;:]|$)(?!\s?%)",
        _skip,
    ),
    _of(
        rf"(?P<word>hazard ratio|odds ratio|risk ratio|relative risk|\bHR|\bOR|\bRR)\b{_GAP}"
        rf"(?P<value>{NUMBER})(?:{BRACKET})?",
        _ratio,
    ),
    _of(
        rf"\b(?P<word>median|mean|average)\b(?P<between>{_GAP})(?P<value>{SIGNED}|{REACHED})"
        rf"(?!\s*%)\s?(?P<unit>{UNIT})?(?:{BRACKET})?",
        _centre,
        re.IGNORECASE,
    ),
    _of(
        rf"(?P<count>{_N})\s?/\s?(?P<of>{NUMBER})\s*[;,(\[]\s*(?P<percent>{NUMBER})\s?%[)\]]?",
        _pair,
    ),
    _of(rf"(?P<percent>{_N})\s?%\s*[(\[]\s*(?P<count>{NUMBER})\s?/\s?(?P<of>{NUMBER})[)\]]", _pair),
    _of(rf"(?P<percent>{_N})\s?%\s*[(\[](?:n\s?=\s?)?(?P<count>{NUMBER})[)\]]", _pair),
    _of(
        rf"(?P<count>{_N})\s*(?:patients?|cases?|subjects?)?\s*[(\[,]\s*(?P<percent>{NUMBER})\s?%[)\]]?",
        _pair,
    ),
    _of(
        rf"(?P<value>{_N})\s?(?P<unit>{UNIT})?(?=\s*(?:±|[\[(,;]\s*(?:\d\d(?:\.\d)?\s*%|IQR|range|SD)))"
        rf"{BRACKET}",
        _bracketed,
    ),
    _of(
        rf"(?P<count>{_N})\s*(?:patients?|cases?|subjects?)\s(?:[A-Za-z-]+\s){{1,4}}"
        rf"[(\[](?P<percent>{NUMBER})\s?%[)\]]",
        _pair,
    ),
    _of(
        rf"(?P<low>{_N})\s*(?:–|-|—|\bto\b|\bor\b)\s*(?P<high>{NUMBER})\s?(?P<unit>%|{UNIT})",
        _interval,
    ),
    _of(rf"{_SIGNS}(?P<value>{_N})\s?%", _percent, re.IGNORECASE),
    _of(r"\b[Pp](?:[- ]values?)?\s*(?P<sign>[<=>≤≥])\s*(?P<value>[01]?\.\d+)", _p),
    _of(r"\b[nN]\s?=\s?(?P<size>[\d,]+\d|\d)", _size),
    _of(
        rf"(?P<count>{_N})\s+(?:of|out of)\s+(?:the\s+)?(?P<of>{NUMBER})\s+(?:patients|subjects)",
        _share_of,
    ),
    _of(rf"(?P<size>{_N})\s+(?:[a-zA-Z-]+\s+){{0,2}}(?:patients|subjects|participants)\b", _size),
    _of(
        rf"{_SIGNS}(?P<value>{_N})(?:\s?|-)(?P<unit>{UNIT}|year|minute|month|week|day)(?!\w)",
        _measure,
        re.IGNORECASE,
    ),
    _of(
        rf"(?P<low>{_N})\s*(?:–|-|—)\s*(?P<high>{NUMBER})(?P<unit>)(?![\w/-])",
        _interval,
    ),
    _of(rf"{_SIGNS}(?P<value>{_N})(?!\w)", _rest, re.IGNORECASE),
)
