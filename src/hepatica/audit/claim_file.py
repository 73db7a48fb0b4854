"""`claims.toml` or a CSV of claims, read into a `Paper`; every fault a finding with its line.

A claim with a fault that leaves nothing to check is dropped and told; the others are kept.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hepatica.audit.claim import BRACKETS, EVERYONE, STATISTICS, Bracket, Claim, Paper
from hepatica.audit.claim_row import read_claim_rows
from hepatica.audit.printed import parse_printed
from hepatica.audit.word import known_level, known_statistic, known_variable
from hepatica.core.errors import Unreadable, UsageError
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.core.toml_line import key_lines

MAX_BYTES = 5_000_000
MAX_CLAIMS = 5_000
_TEXT_KEYS = (
    "id place quote population variable statistic level value count denominator unit method note"
).split()
_KEYS = {*_TEXT_KEYS, "bracket", "bracket_is", "conf_level", "between"}
_SIZE = re.compile(r"^(.*?)\s*\(n\s*=\s*(\d{1,7})\)\s*$")


def read_claims(path: Path) -> tuple[Paper, tuple[Finding, ...]]:
    """The claims of a file, TOML or CSV by its ending, and every fault in it.

    Raises      Unreadable where the file is too large, is not text, or is not TOML at all.
    """
    if path.stat().st_size > MAX_BYTES:
        raise Unreadable(f"{path.name}: more than {MAX_BYTES} bytes; claims are short")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(f"{path.name}: is not UTF-8 text") from None
    findings: list[Finding] = []
    if path.suffix.lower() == ".csv":
        paper = Paper(read_claim_rows(text, path.name, findings), file=path.name)
    else:
        paper = _read_toml(text, path.name, findings)
    return check_claims(paper, findings), tuple(findings)


def check_claims(paper: Paper, findings: list[Finding]) -> Paper:
    """The paper with names settled and sizes gathered; faults are added to `findings`."""
    kept = [claim for claim in map(_settled, paper.claims) if _is_sound(claim, paper, findings)]
    seen = Counter(claim.id for claim in kept)
    for claim in (c for c in kept if seen[c.id] > 1):
        findings.append(_fault("P004", claim, paper, f"id {claim.id} again", "an id of its own"))
    unique = {claim.id: claim for claim in reversed(kept)}
    claims = tuple(reversed(unique.values()))
    return replace(paper, claims=claims, sizes=_sizes(paper, claims), within=_within(paper, claims))


def _settled(claim: Claim) -> Claim:
    """The claim in the words of the rules, its population without ``(n=20)``."""
    match = _SIZE.match(claim.population)
    variable = known_variable(claim.variable)
    return replace(
        claim,
        variable=variable,
        population=(match[1] if match else claim.population.strip()) or EVERYONE,
        statistic=known_statistic(claim.statistic) or claim.statistic,
        level=known_level(variable, claim.level),
        note=claim.note or (f"n={match[2]}" if match else ""),
    )


def _is_sound(claim: Claim, paper: Paper, findings: list[Finding]) -> bool:
    if not claim.id:
        findings.append(_fault("P002", claim, paper, "no id", "an id such as C001"))
        return False
    if claim.statistic not in STATISTICS:
        found = f"statistic {claim.statistic[:60]!r}"
        findings.append(_fault("P003", claim, paper, found, ", ".join(STATISTICS)))
        return False
    numbers = {"count": claim.count, "denominator": claim.denominator}
    if claim.statistic in _NUMERIC:
        numbers["value"] = claim.value
    if claim.bracket:
        numbers |= {"bracket": claim.bracket.low, "bracket's end": claim.bracket.high}
    sound = True
    for name, text in numbers.items():
        if text and parse_printed(text) is None:
            sound = False
            findings.append(_fault("P005", claim, paper, f"{name} {text[:60]!r}", "one number"))
    return sound


_NUMERIC = frozenset(
    "size count percent mean median centre sd min max q1 q3 survival at_risk events "
    "hazard_ratio odds_ratio risk_ratio p".split()
)


def _sizes(paper: Paper, claims: Sequence[Claim]) -> dict[str, int]:
    """The size of each population: as the file declares it, else as the first claim says it."""
    sizes = dict(paper.sizes)
    for claim in claims:
        number = claim.number
        if claim.statistic == "size" and number and number.value.denominator == 1:
            sizes.setdefault(claim.population, int(number.value))
        elif claim.note.startswith("n=") and claim.note[2:].isdecimal():
            sizes.setdefault(claim.population, int(claim.note[2:]))
    return sizes


def _within(paper: Paper, claims: Sequence[Claim]) -> dict[str, str]:
    """Declared parts only: that two populations are arms of a study is never guessed."""
    return {name: whole for name, whole in paper.within.items() if name != whole}


def _read_toml(text: str, name: str, findings: list[Finding]) -> Paper:
    try:
        data = tomllib.loads(text)
        lines = key_lines(text)
    except tomllib.TOMLDecodeError as error:
        raise Unreadable(f"{name}: is not TOML: {error}") from None
    except (RecursionError, UsageError) as error:
        raise Unreadable(f"{name}: nests too deep or is too long ({error})") from None
    paper = data.get("paper", {})
    paper = paper if isinstance(paper, dict) else {}
    blocks = data.get("claim", [])
    if not isinstance(blocks, list) or not blocks:
        place = Place(file=name, row=1)
        findings.append(finding_of("P001", place, found="no claim", expected="[[claim]] blocks"))
        blocks = []
    claims = (
        _toml_claim(block, lines.get(("claim", i), 1), name, findings)
        for i, block in enumerate(blocks[:MAX_CLAIMS])
        if isinstance(block, dict)
    )
    populations = [p for p in data.get("population", []) if isinstance(p, dict) and "name" in p]
    return Paper(
        tuple(claims),
        title=str(paper.get("title", "")),
        reference=str(paper.get("reference", "")),
        protocol=str(paper.get("protocol", "")),
        file=name,
        sizes={str(p["name"]): p["size"] for p in populations if isinstance(p.get("size"), int)},
        within={str(p["name"]): str(p["within"]) for p in populations if p.get("within")},
    )


def _toml_claim(block: dict[str, Any], line: int, name: str, findings: list[Finding]) -> Claim:
    place = Place(file=name, row=line)
    for key in sorted(set(block) - _KEYS):
        known = ", ".join(sorted(_KEYS))
        findings.append(finding_of("P006", place, found=f"key {key[:60]!r}", expected=known))
    text = {}
    for key in _TEXT_KEYS:
        value = block.get(key, "")
        if not isinstance(value, str):
            expected = f'text as printed, {key} = "{value}"' if key != "id" else "text"
            findings.append(finding_of("P007", place, found=f"{key} = {value}", expected=expected))
        text[key] = str(value)
    between = block.get("between", [])
    return Claim(
        **{k: v for k, v in text.items() if k != "population"},
        population=text["population"] or EVERYONE,
        bracket=_toml_bracket(block, place, findings),
        between=tuple(map(str, between)) if isinstance(between, list) else (),
        line=line,
    )


def _toml_bracket(block: dict[str, Any], place: Place, findings: list[Finding]) -> Bracket | None:
    if "bracket" not in block:
        return None
    ends, declared = block["bracket"], str(block.get("bracket_is", "unknown"))
    if declared not in BRACKETS:
        found = f"bracket_is {declared[:60]!r}"
        findings.append(finding_of("P008", place, found=found, expected=", ".join(BRACKETS)))
        declared = "unknown"
    sound = isinstance(ends, list) and 1 <= len(ends) <= 2 and all(isinstance(e, str) for e in ends)
    if not sound:
        expected = 'texts as printed, such as ["2.1", "22.6"], or ["4.3"] for sd'
        findings.append(finding_of("P008", place, found=f"bracket {ends!r:.60}", expected=expected))
        return None
    conf_level = str(block.get("conf_level", "95"))
    return Bracket(ends[0], ends[1] if len(ends) == 2 else "", declared, conf_level)


def _fault(code: str, claim: Claim, paper: Paper, found: str, expected: str) -> Finding:
    return finding_of(code, Place(file=paper.file, row=claim.line), found=found, expected=expected)
