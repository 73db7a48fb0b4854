"""Claims from `claims.toml`: its tables as claims; what is of another kind is told by its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from hepatica.audit.claim import EVERYONE, Bracket, Claim, Paper
from hepatica.audit.claim_bracket import bracket_in_text, bracket_of, declared_as, names_of
from hepatica.audit.claim_key import own_keys, population_keys, table_name
from hepatica.audit.claim_phrase import tidied
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
BRACKET_KEYS = ("low", "high", "declared_as", "conf_level")
SPELLED = frozenset({"quote", "place", "note", "title"})
MAX_SIZE = 10_000_000
# Keys of so many parts cost tomllib the square of their number; nothing here nests so deep.
_MANY_PARTS = re.compile(
    r"""(?<![\w"'-])(?:[ \t]*+(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.){40}"""
)


def read_claim_tables(text: str, source: ClaimSource) -> Paper:
    """The paper of a TOML text, its faults added to `source`.

    Text that is not TOML is told at its line and gives a paper without claims.

    Raises      Unreadable where the text must not be read: too deep, too many parts of a key.
    """
    try:
        data, lines = _document(text, source.file)
    except tomllib.TOMLDecodeError as error:
        told = _told(str(error), text)
        where = re.search(r"line (\d+)", told)
        found = f"text that is not TOML: {told}"
        source.tell("P001", (int(where[1]) if where else 1, ""), found, "[[claim]] blocks")
        return Paper((), file=source.file)
    tables = {name: table_name(data, name) for name in ("population", "claim")}
    for key in data.keys() - {"paper", *tables.values(), *PAPER_KEYS}:
        found = f"key {shown(key)}"
        source.tell("P006", (lines.get((key,), 1), ""), found, "[paper], [[population]], [[claim]]")
    sizes, within = _populations(data, tables["population"], lines, source)
    title, reference, protocol = _heading(data, lines, source)
    blocks = list(_tables(data, tables["claim"], lines, source))
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
    except tomllib.TOMLDecodeError:
        raise  # it is a ValueError too
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
    if isinstance(blocks, dict) and blocks and all(isinstance(b, dict) for b in blocks.values()):
        yield from _named_tables(blocks, name, lines, source)
        return
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


def _named_tables(
    blocks: dict[str, Any], name: str, lines: dict[Keys, int], source: ClaimSource
) -> Iterator[tuple[dict[str, Any], int]]:
    """Tables such as ``[claim.C1]``; the name is the id, or the name of the population."""
    for own, block in blocks.items():
        at = lines.get((name, own), lines.get((name,), 1))
        for key in block:
            source.lines[at, key] = lines.get((name, own, key), at)
        identity = {} if {"id", "name"} & block.keys() else {"id": own}
        yield identity | block, at


def _heading(
    data: dict[str, Any], lines: dict[Keys, int], source: ClaimSource
) -> tuple[str, str, str]:
    """Title, reference and protocol, from `[paper]` or from the head of the file."""
    block: Any = data.get("paper", {key: data[key] for key in PAPER_KEYS if key in data})
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
    data: dict[str, Any], table: str, lines: dict[Keys, int], source: ClaimSource
) -> tuple[dict[str, int], dict[str, str]]:
    sizes: dict[str, int] = {}
    within: dict[str, str] = {}
    seen: set[str] = set()
    for typed, line in _tables(data, table, lines, source):
        block = _own(typed, population_keys(typed, POPULATION_KEYS), line, source)
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


def _own(
    block: dict[str, Any], keys: dict[str, str], line: int, source: ClaimSource
) -> dict[str, Any]:
    """The table with our names for the keys that other people use; the others as they are."""
    for name, key in keys.items():
        source.lines[line, name] = source.lines.get((line, key), line)
    rest = {key: value for key, value in block.items() if key not in keys.values()}
    return {name: block[key] for name, key in keys.items()} | rest


def _claim(typed: dict[str, Any], line: int, source: ClaimSource) -> Claim:
    block = _own(typed, own_keys(typed, CLAIM_KEYS), line, source)
    if "declared_as" in block and "bracket_is" not in block:
        block["bracket_is"] = block.pop("declared_as")
    ends = [block.pop(key) for key in ("low", "high") if key in block]
    if ends and isinstance(block.get("bracket"), str):
        block.setdefault("bracket_is", block.pop("bracket"))
    if ends:
        block.setdefault("bracket", ends)
    _tell_unknown(block, CLAIM_KEYS, line, source)
    text = {key: _text(block, key, line, source) for key in TEXT_KEYS}
    between = block.get("between", [])
    between = names_of(between) if isinstance(between, str) else between
    named = isinstance(between, list) and all(isinstance(b, str) for b in between)
    if not named:
        source.tell("P011", (line, "between"), shown(between), "two names of populations")
        between = []
    names = (source.legible(name, (line, "between")).strip() for name in between)
    text["population"] = text["population"].strip() or EVERYONE
    bracket = _bracket(block, line, source)
    claim = Claim(**text, bracket=bracket, between=tuple(names), line=line)
    return claim if claim.count and "count" in typed else tidied(claim)


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
    if isinstance(block.get("bracket"), dict):
        return _bracket_table(block["bracket"], word, line, source)
    if isinstance(block.get("bracket"), str):
        at = (line, "bracket")
        text = source.legible(block["bracket"], at)
        return bracket_in_text(text, declared, conf_level, at, source)
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


def _bracket_table(
    table: dict[str, Any], word: str, line: int, source: ClaimSource
) -> Bracket | None:
    """A bracket as a table: ``{lo = "2.1", hi = "22.6", declared_as = "ci"}``."""
    keys = own_keys(table, (*BRACKET_KEYS, "is", "kind"))
    own = {name: table[key] for name, key in keys.items()}
    kind = own.get("declared_as", own.get("is", own.get("kind", word)))
    _tell_unknown(table, tuple(keys.values()) or BRACKET_KEYS, line, source)
    ends = [own[key] for key in ("low", "high") if key in own]
    block = {"bracket": ends, "bracket_is": kind}
    return _bracket(block | {k: own[k] for k in ("conf_level",) if k in own}, line, source)


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
