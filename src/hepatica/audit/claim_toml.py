"""Claims from `claims.toml`: its tables as claims; what is of another kind is told by its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from hepatica.audit.claim import EVERYONE, Bracket, Claim, Paper
from hepatica.audit.claim_bracket import bracket_of, declared_as
from hepatica.audit.claim_source import MAX_CLAIMS, ClaimSource, shown
from hepatica.core.errors import Unreadable, UsageError
from hepatica.core.toml_line import Path as Keys
from hepatica.core.toml_line import key_lines

PAPER_KEYS = ("title", "reference", "protocol")
POPULATION_KEYS = ("name", "size", "within")
TEXT_KEYS = (
    *("id", "place", "quote", "population", "variable", "statistic", "level", "value", "count"),
    *("denominator", "unit", "method", "note"),
)
CLAIM_KEYS = (*TEXT_KEYS, "bracket", "bracket_is", "conf_level", "between")
SPELLED = frozenset({"quote", "place", "note", "title"})
MAX_SIZE = 10_000_000
# Keys of so many parts cost tomllib the square of their number; nothing here nests so deep.
_MANY_PARTS = re.compile(
    r"""(?<![\w"'-])(?:[ \t]*+(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.){40}"""
)


def read_claim_tables(text: str, source: ClaimSource) -> Paper:
    """The paper of a TOML text, its faults added to `source`.

    Raises      Unreadable where the text is not TOML.
    """
    data, lines = _document(text, source.file)
    for key in data.keys() - {"paper", "population", "claim"}:
        found = f"key {shown(key)}"
        source.tell("P006", (lines.get((key,), 1), ""), found, "[paper], [[population]], [[claim]]")
    sizes, within = _populations(data, lines, source)
    title, reference, protocol = _heading(data.get("paper", {}), lines, source)
    blocks = list(_tables(data, "claim", lines, source))
    if len(blocks) > MAX_CLAIMS:
        at = (blocks[MAX_CLAIMS][1], "")
        source.tell("P012", at, f"{len(blocks)} claims", f"at most {MAX_CLAIMS}")
    claims = [_claim(block, line, source) for block, line in blocks[:MAX_CLAIMS]]
    return Paper(
        tuple(claims),
        title=title,
        reference=reference,
        protocol=protocol,
        file=source.file,
        sizes=sizes,
        within=within,
    )


def _document(text: str, name: str) -> tuple[dict[str, Any], dict[Keys, int]]:
    many = _MANY_PARTS.search(text)
    if many:
        line = text.count("\n", 0, many.start()) + 1
        raise Unreadable(f"{name}:{line}: a key of 40 parts; it is refused")
    try:
        return tomllib.loads(text), key_lines(text)
    except tomllib.TOMLDecodeError as error:
        raise Unreadable(f"{name}: is not TOML: {_told(str(error), text)}") from None
    except RecursionError:
        raise Unreadable(f"{name}: brackets nest too deep") from None
    except UsageError as error:
        raise Unreadable(f"{name}: {error}") from None
    except ValueError:
        raise Unreadable(f"{name}: holds a number of thousands of digits") from None


def _told(message: str, text: str) -> str:
    """The message of tomllib with a line where it says the end of the document, and no signs."""
    last = text.count("\n") + 1
    message = message.replace("at end of document", f"at line {last}, the end")
    return "".join(s for s in message if s.isprintable())[:200]


def _tables(
    data: dict[str, Any], name: str, lines: dict[Keys, int], source: ClaimSource
) -> Iterator[tuple[dict[str, Any], int]]:
    """The tables of an array with their lines; one table alone is told and taken as the first."""
    blocks = data.get(name, [])
    line = lines.get((name,), 1)
    if not isinstance(blocks, list):
        source.tell("P011", (line, name), shown(blocks), f"[[{name}]]")
        blocks = [blocks] if isinstance(blocks, dict) else []
    for i, block in enumerate(blocks):
        at = lines.get((name, i), line)
        if not isinstance(block, dict):
            source.tell("P011", (at, name), shown(block), f"a table [[{name}]]")
            continue
        for key in block:
            source.lines[at, key] = lines.get((name, i, key), lines.get((name, key), at))
        yield block, at


def _heading(block: Any, lines: dict[Keys, int], source: ClaimSource) -> tuple[str, str, str]:
    line = lines.get(("paper",), 1)
    if not isinstance(block, dict):
        source.tell("P011", (line, "paper"), shown(block), "a table [paper]")
        block = {}
    for key in block:
        source.lines[line, key] = lines.get(("paper", key), line)
    _tell_unknown(block, PAPER_KEYS, line, source)
    title, reference, protocol = (_text(block, key, line, source) for key in PAPER_KEYS)
    return title, reference, protocol


def _populations(
    data: dict[str, Any], lines: dict[Keys, int], source: ClaimSource
) -> tuple[dict[str, int], dict[str, str]]:
    sizes: dict[str, int] = {}
    within: dict[str, str] = {}
    seen: set[str] = set()
    for block, line in _tables(data, "population", lines, source):
        _tell_unknown(block, POPULATION_KEYS, line, source)
        name = _text(block, "name", line, source).strip()
        if not name:
            source.tell("P011", (line, "name"), "a population without a name", "name = text")
            continue
        if name in seen:
            source.tell("P014", (line, "name"), f"{shown(name)} again", "each population once")
            continue
        seen.add(name)
        size = block.get("size")
        number = int(size) if isinstance(size, str) and re.fullmatch(r"[0-9]{1,7}", size) else size
        if type(number) is int and 0 <= number <= MAX_SIZE:
            sizes[name] = number
        elif size is not None:
            source.tell("P011", (line, "size"), f"size = {shown(size)}", "a number of patients")
        whole = _text(block, "within", line, source).strip()
        if whole:
            within[name] = whole
            source.parts[name] = line
    return sizes, within


def _claim(block: dict[str, Any], line: int, source: ClaimSource) -> Claim:
    _tell_unknown(block, CLAIM_KEYS, line, source)
    text = {key: _text(block, key, line, source) for key in TEXT_KEYS}
    between = block.get("between", [])
    named = isinstance(between, list) and all(isinstance(b, str) for b in between)
    if not named:
        source.tell("P011", (line, "between"), shown(between), "two names of populations")
        between = []
    names = (source.legible(name, (line, "between")).strip() for name in between)
    text["population"] = text["population"].strip() or EVERYONE
    return Claim(**text, bracket=_bracket(block, line, source), between=tuple(names), line=line)


def _text(block: dict[str, Any], key: str, line: int, source: ClaimSource) -> str:
    """The text of a key; a number is kept as it was written and told, other kinds are left out."""
    value = block.get(key, "")
    at = (line, key)
    if isinstance(value, str):
        return source.legible(value, at, spelling=key in SPELLED)
    if isinstance(value, (dict, list, bool)):
        source.tell("P011", at, f"{key} = {shown(value)}", f'text, {key} = "..."')
        return ""
    source.tell("P007", at, f"{key} = {shown(value)}", "text between quotation marks, as printed")
    try:
        return str(value)
    except ValueError:
        return ""


def _bracket(block: dict[str, Any], line: int, source: ClaimSource) -> Bracket | None:
    word = _text(block, "bracket_is", line, source)
    conf_level = _text(block, "conf_level", line, source).strip().removesuffix("%") or "95"
    declared = declared_as(word, (line, "bracket_is"), source)
    if "bracket" not in block:
        if word:
            found, expected = "bracket_is without bracket", 'bracket = ["2.1", "22.6"]'
            source.tell("P008", (line, "bracket_is"), found, expected)
        return None
    ends = block["bracket"]
    at = (line, "bracket")
    if isinstance(ends, list) and 1 <= len(ends) <= 2 and not any(_is_other(e) for e in ends):
        if not all(isinstance(e, str) for e in ends):
            found = f"bracket with {', '.join(map(shown, ends))}"
            source.tell("P007", at, found, "texts between quotation marks, as printed")
        low, high = (*(source.legible(_digits(e), at).strip() for e in ends), "")[:2]
        return bracket_of((low, high, declared, conf_level), at, source)
    expected = 'texts as printed, such as ["2.1", "22.6"], or ["4.3"] for sd'
    source.tell("P008", at, f"bracket {shown(ends)}", expected)
    return None


def _is_other(value: Any) -> bool:
    return isinstance(value, (dict, list, bool))


def _digits(value: Any) -> str:
    try:
        return str(value)
    except ValueError:
        return ""


def _tell_unknown(
    block: dict[str, Any], known: tuple[str, ...], line: int, source: ClaimSource
) -> None:
    for key in block:
        if key not in known:
            source.tell("P006", (line, key[:60]), f"key {shown(key)}", ", ".join(known))
