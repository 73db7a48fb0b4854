"""`claims.toml` or a CSV of claims, read into a `Paper`; every fault a finding with its line.

A claim with a fault that leaves nothing to check is dropped and told; the others are kept.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hepatica.audit.claim import EVERYONE, GUESSED, Claim, Paper
from hepatica.audit.claim_check import check_denominators, check_populations, check_share, is_sound
from hepatica.audit.claim_compound import adverse_events, read_compound, worded
from hepatica.audit.claim_row import read_claim_rows
from hepatica.audit.claim_source import ClaimSource, shown
from hepatica.audit.claim_toml import read_claim_tables
from hepatica.audit.printed import parse_printed
from hepatica.audit.word import known_level, known_statistic, known_variable
from hepatica.core.errors import Unreadable
from hepatica.core.finding import Finding
from hepatica.records.safety import check_file

MAX_BYTES = 2_000_000
_CSV = frozenset({".csv", ".tsv"})


def read_claims(path: Path) -> tuple[Paper, tuple[Finding, ...]]:
    """The claims of a file, TOML or CSV by its ending, and every fault in it by line.

    Raises      Unreadable where the file is too large, is not text, or is not TOML or CSV at all.
    """
    size = check_file(path)
    if size > MAX_BYTES:
        raise Unreadable(f"{path.name}: {size} bytes; claims have at most {MAX_BYTES}")
    source = ClaimSource(path.name)
    if path.suffix.lower() in _CSV:
        paper = read_claim_rows(path, source)
    else:
        paper = read_claim_tables(_text(path), source)
    paper = check_claims(paper, source)
    in_order = sorted(source.findings, key=lambda f: (f.place.row or 0, f.code, f.place.column))
    return paper, tuple(in_order)


def _text(path: Path) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        found = f"byte 0x{content[error.start]:02X}"
        raise Unreadable(f"{path.name}:{line}: {found} is not UTF-8; save it as UTF-8") from None


def check_claims(paper: Paper, source: ClaimSource) -> Paper:
    """The paper in the words of the rules, with its sizes; faults are added to `source`."""
    if not paper.claims and not any(f.code == "P001" for f in source.findings):
        source.tell("P001", (1, ""), "no claim", "claims, each with an id")
    kept: dict[str, Claim] = {}
    for claim in (_settled(claim, source) for claim in adverse_events(paper.claims, source)):
        if not is_sound(claim, source):
            continue
        if claim.id in kept:
            first = f"an id of its own; {shown(claim.id)} is of line {kept[claim.id].line}"
            source.tell("P004", (claim.line, "id"), f"id {shown(claim.id)} again", first)
            continue
        kept[claim.id] = claim
        check_share(claim, source)
    claims = tuple(kept.values())
    _tell_guesses(claims, source)
    paper = replace(paper, claims=claims, sizes=_sizes(paper, claims, source))
    check_denominators(paper, source)
    return check_populations(paper, source)


def _settled(claim: Claim, source: ClaimSource) -> Claim:
    """The claim in the words of the rules; what was read of the words is told (P009)."""
    printed, claim = claim, worded(claim)
    variable = known_variable(claim.variable)
    settled = replace(
        claim,
        id=claim.id.strip(),
        variable=variable,
        population=claim.population.strip() or EVERYONE,
        statistic=known_statistic(claim.statistic) or claim.statistic.strip(),
        level=known_level(variable, claim.level),
    )
    words = source.words.get(claim.line)
    if words is None and not _same(printed, settled):
        words = " / ".join(filter(None, (printed.variable, printed.statistic, printed.level)))
    if words is not None:
        level = f", {settled.level}" if settled.level else ""
        hint = f"read as {settled.statistic} of {settled.variable[:60]}{level[:60]}"
        hint += f": {settled.value[:60]}" if settled.statistic in _WORDED else ""
        expected = "the words of the manual"
        source.tell("P009", (claim.line, "statistic"), shown(words), expected, hint)
    if claim.value != printed.value:
        hint = f"read as {claim.value}"
        source.tell("P009", (claim.line, "value"), shown(printed.value), "YYYY-MM-DD", hint)
    return read_compound(settled, claim.statistic, source)


_WORDED = frozenset({"criterion", "exclusion", "definition"})


def _same(claim: Claim, settled: Claim) -> bool:
    return all(
        getattr(claim, key).strip().lower() == getattr(settled, key).lower()
        for key in ("variable", "statistic", "level")
    )


def _tell_guesses(claims: tuple[Claim, ...], source: ClaimSource) -> None:
    """Say once how many claims still bear the mark of a draft, so that no guess passes for more."""
    guessed = [claim for claim in claims if claim.note.startswith(GUESSED)]
    if guessed:
        found = f"{len(guessed)} claims with guesses of a draft, this the first"
        expected = "claims compared with the paper"
        hint = "delete the note of a claim that is right"
        source.tell("P009", (guessed[0].line, "note"), found, expected, hint)


def _sizes(paper: Paper, claims: tuple[Claim, ...], source: ClaimSource) -> dict[str, int]:
    """The size of each population: as the file declares it, else as the first claim says it."""
    sizes = dict(paper.sizes)
    for claim in claims:
        number = parse_printed(claim.value) if claim.statistic == "size" else None
        if number is None or number.comparator or number.value.denominator != 1:
            continue
        size = int(number.value)
        if sizes.setdefault(claim.population, size) != size:
            found = f"{size} patients of {shown(claim.population)}"
            at = (claim.line, "value")
            source.tell("P014", at, found, f"{sizes[claim.population]}, which is used")
    return sizes
