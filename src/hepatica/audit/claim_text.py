"""Claims as the text of `claims.toml`: one order of tables and keys, nothing that says nothing.

Reading the text gives the same paper again; the same paper always gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hepatica.audit.claim import EVERYONE, Claim, Paper

_BEFORE_BRACKET = (
    *("id", "place", "quote", "population", "variable", "statistic", "level", "value"),
    *("count", "denominator", "unit"),
)
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_DEFAULT_LEVEL = "95"


def write_claims(paper: Paper, path: Path) -> None:
    """Write the paper as UTF-8 TOML with Unix line ends; an existing file is replaced."""
    path.write_bytes(claims_text(paper).encode("utf-8"))


def claims_text(paper: Paper) -> str:
    """The text of `claims.toml`: paper, populations in their order, claims in theirs."""
    blocks = ["\n".join(block) for block in _blocks(paper)]
    return "\n\n".join(blocks) + "\n"


def _blocks(paper: Paper) -> Iterator[list[str]]:
    heading = {"title": paper.title, "reference": paper.reference, "protocol": paper.protocol}
    if any(heading.values()):
        yield ["[paper]", *_pairs(heading)]
    for name in dict.fromkeys((*paper.sizes, *paper.within)):
        lines = ["[[population]]", f"name = {_quoted(name)}"]
        if name in paper.sizes:
            lines.append(f"size = {paper.sizes[name]}")
        if name in paper.within:
            lines.append(f"within = {_quoted(paper.within[name])}")
        yield lines
    for claim in paper.claims:
        yield ["[[claim]]", *_claim(claim)]


def _claim(claim: Claim) -> Iterator[str]:
    texts = {key: getattr(claim, key) for key in _BEFORE_BRACKET}
    if claim.population == EVERYONE:
        del texts["population"]
    yield from _pairs(texts)
    if claim.bracket:
        ends = [claim.bracket.low, claim.bracket.high]
        yield f"bracket = [{', '.join(_quoted(end) for end in ends if end)}]"
        yield f"bracket_is = {_quoted(claim.bracket.declared_as)}"
        if claim.bracket.conf_level != _DEFAULT_LEVEL:
            yield f"conf_level = {_quoted(claim.bracket.conf_level)}"
    if claim.between:
        yield f"between = [{', '.join(map(_quoted, claim.between))}]"
    yield from _pairs({"method": claim.method, "note": claim.note})


def _pairs(texts: dict[str, str]) -> Iterator[str]:
    return (f"{key} = {_quoted(text)}" for key, text in texts.items() if text)


def _quoted(text: str) -> str:
    """A TOML basic string; whatever cannot be printed is written as its code point."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(sign: str) -> str:
    if sign in _ESCAPES:
        return _ESCAPES[sign]
    if sign.isprintable():
        return sign
    return f"\\u{ord(sign):04X}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08X}"
