"""Claims from CSV: our own columns, or a list whose `statistic` says variable and statistic in one.

Own columns: id, place, quote, population, within, variable, level, statistic, value, count,
denominator, unit, low, high, declared_as, conf_level, between, method, note; `ALIASES` are the
names that other people use. Without a column `variable` the words of `statistic` are read
(`claim_phrase.py`), and without `declared_as` what a bracket is by the words around it; each such
reading is told in a note (P009).
"""

from __future__ import annotations

import re
from pathlib import Path

from hepatica.audit.claim import EVERYONE, Bracket, Claim, Paper
from hepatica.audit.claim_bracket import (
    bracket_in_text,
    bracket_of,
    declared_as,
    kind_in_words,
    names_of,
)
from hepatica.audit.claim_key import KEY_OF
from hepatica.audit.claim_phrase import read_phrase, tidied
from hepatica.audit.claim_source import MAX_CLAIMS, ClaimSource, shown
from hepatica.audit.claim_toml import TEXT_KEYS
from hepatica.core.errors import Unreadable
from hepatica.records.delimited import read_delimited

COLUMNS = (
    *TEXT_KEYS,
    *("within", "low", "high", "declared_as", "conf_level", "between"),
)
_ENDS = re.compile(r"\d\s*(?:[-–—,;]|to\b)\s*[\dN]")
_SIZE = re.compile(r"(.*?)\s*[(\[]\s*[nN]\s*=\s*([\d,]{1,9})\s*[)\]]", re.DOTALL)


def read_claim_rows(path: Path, source: ClaimSource) -> Paper:
    """Every row of a CSV as a claim, its faults added to `source`.

    Raises      Unreadable where the text is no CSV or has no column `statistic`.
    """
    table = read_delimited(path, known=(*COLUMNS, *KEY_OF))
    source.findings.extend(table.findings)
    positions = _positions(table.header, source)
    if "statistic" not in positions:
        raise Unreadable(f"{source.file}: no column named statistic in the first row")
    if "id" not in positions:
        hint = "claims are named R and their row"
        source.tell("P009", (1, "id"), "no column id", "a column id", hint)
    claims: list[Claim] = []
    sizes: dict[str, int] = {}
    within: dict[str, str] = {}
    for number, row in table.rows[:MAX_CLAIMS]:
        if number in table.short:
            found = f"fewer than {len(table.header)} cells"
            source.tell("P010", (number, ""), found, f"{len(table.header)} as in the header")
        cells = {name: _cell(row[at], (number, name), source) for name, at in positions.items()}
        cells.setdefault("id", f"R{number}")
        claim = _claim(cells, number, source)
        claims.append(claim)
        _note_population(cells, claim, (sizes, within), source)
    if len(table.rows) > MAX_CLAIMS:
        at = (table.rows[MAX_CLAIMS][0], "")
        source.tell("P012", at, f"{len(table.rows)} claims", f"at most {MAX_CLAIMS}")
    return Paper(tuple(claims), file=source.file, sizes=sizes, within=within)


def _positions(header: list[str], source: ClaimSource) -> dict[str, int]:
    """Where each column stands. Our own name goes before another's, the first before later ones."""
    found: dict[str, int] = {}
    for own in (True, False):
        for at, heading in enumerate(header):
            name = _column(heading)
            if name is None and own and heading:
                expected = ", ".join(COLUMNS)
                source.tell("P006", (1, heading[:60]), f"column {shown(heading)}", expected)
            if name is None or (name == heading.strip().lower()) is not own:
                continue
            if name in found:
                hint = f"column {found[name] + 1} is read"
                told = f"column {shown(heading)} beside another of {name}"
                source.tell("P006", (1, heading[:60]), told, f"one column of {name}", hint)
            found.setdefault(name, at)
    return found


def _column(heading: str) -> str | None:
    """The column that a heading means; ``N`` is the number of all, ``n`` of some."""
    if heading.strip() == "N":
        return "denominator"
    word = re.sub(r"[\s-]+", "_", heading.strip().lower())
    return word if word in COLUMNS else KEY_OF.get(word)


def _cell(text: str, at: tuple[int, str], source: ClaimSource) -> str:
    return source.legible(text, at, spelling=at[1] in {"quote", "place", "note"}).strip()


def _claim(cells: dict[str, str], line: int, source: ClaimSource) -> Claim:
    text = {key: cells.get(key, "") for key in TEXT_KEYS}
    text["population"] = _population(cells)[0]
    between = tuple(names_of(cells.get("between", "")))
    claim = Claim(
        **text,
        bracket=_bracket(cells, line, source),
        between=between,
        line=line,
    )
    if "variable" in cells:
        return tidied(claim)
    read = tidied(read_phrase(claim))
    if (read.variable, read.statistic, read.level, read.value) != (
        claim.variable,
        claim.statistic,
        claim.level,
        claim.value,
    ):
        source.words[line] = " / ".join(filter(None, (claim.statistic, claim.level)))
    return read


def _population(cells: dict[str, str]) -> tuple[str, int | None]:
    text = cells.get("population", "")
    match = _SIZE.fullmatch(text)
    if match:
        digits = match[2].replace(",", "")
        return match[1].strip() or EVERYONE, int(digits) if digits else None
    return text or EVERYONE, None


def _note_population(
    cells: dict[str, str],
    claim: Claim,
    parts: tuple[dict[str, int], dict[str, str]],
    source: ClaimSource,
) -> None:
    """Sizes and wholes that a row says of its population; the first of each counts."""
    sizes, wholes = parts
    _, size = _population(cells)
    if size is not None and sizes.setdefault(claim.population, size) != size:
        found = f"{size} patients of {shown(claim.population)}"
        at = (claim.line, "population")
        source.tell("P014", at, found, f"{sizes[claim.population]} as before")
    whole = cells.get("within", "")
    match = _SIZE.fullmatch(whole)
    whole = match[1].strip() if match else whole
    if whole:
        source.parts.setdefault(claim.population, claim.line)
    if whole and wholes.setdefault(claim.population, whole) != whole:
        found = f"within {shown(whole)}"
        source.tell("P017", (claim.line, "within"), found, f"{wholes[claim.population]} as before")


def _bracket(cells: dict[str, str], line: int, source: ClaimSource) -> Bracket | None:
    low, high = cells.get("low", ""), cells.get("high", "")
    word = cells.get("declared_as", "")
    if not low and not high:
        at = (line, "declared_as")
        level = cells.get("conf_level", "").removesuffix("%").strip() or "95"
        told = _ENDS.search(word) or re.search(r"[(\[]", cells.get("value", ""))
        return bracket_in_text(word, "unknown", level, at, source) if word and told else None
    in_value = set(re.findall(r"[\d.]+", cells.get("value", "").replace(",", "")))
    if {low, high} - {""} <= in_value and (not low or not high or " or " in cells["value"]):
        return None  # the value says it itself: <=24, 7.5 or 15
    if word:
        declared = declared_as(word, (line, "declared_as"), source)
    else:
        fields = ("statistic", "variable", "level", "quote")
        declared = kind_in_words(" ".join(cells.get(f, "") for f in fields), low, high)
        if declared != "unknown":
            hint = f"read as {declared} by the words around it"
            expected = "a column declared_as"
            source.tell("P009", (line, "low"), f"bracket {low}, {high}", expected, hint)
    conf_level = cells.get("conf_level", "").removesuffix("%").strip() or "95"
    return bracket_of((low, high, declared, conf_level), (line, "low"), source)
