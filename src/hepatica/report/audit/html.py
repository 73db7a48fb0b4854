"""The page of an audit: one self-contained HTML file, readable on screen and on paper.

Every text of the paper is escaped by the template engine, a sign that cannot be shown is printed as
its code point, a quote is kept to its own direction of writing, and the page may load nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from hepatica.audit.conflict import Audit
from hepatica.audit.rule import rules
from hepatica.core.citation import Citation, citations
from hepatica.core.finding import Finding, Level
from hepatica.core.finding_code import FindingCode, finding_codes
from hepatica.report.audit.document import claims_by_id
from hepatica.report.audit.entry import (
    Entry,
    conflict_entries,
    discrepancy_entries,
    drawn_entries,
    every_entry,
)
from hepatica.report.audit.given import AuditInput
from hepatica.report.audit.origin import Origin
from hepatica.report.audit.paper_map import MOST_DRAWN, map_words, render_paper_map
from hepatica.report.audit.sentence import (
    NO_REASON,
    completeness_sentence,
    counted,
    verdict_sentence,
    verdict_word,
)
from hepatica.report.audit.standing import STANDINGS, UNCHECKED, WORDS, Standing
from hepatica.report.legible import legible
from hepatica.report.number import count

SHORT_DIGEST = 12
_QUOTE, _NAME = 400, 80
# Faults of the claims file that are listed of one code, by level.
_LINES = {Level.ERROR: 50, Level.WARNING: 10, Level.NOTE: 3}
_KEY = re.compile(r"\[([a-z]+(?:1[89]|20)\d{2}[a-z]?)\b[^\]\n]*\]")
_HEADINGS = {
    "error": "Cannot all be true as printed",
    "warning": "True only under another reading, or unusual",
    "note": "Remarks",
}


def render_audit_page(given: AuditInput, origin: Origin) -> str:
    """Render the page; the same audit gives the same text."""
    audit = given.audit
    entries, conflicts = discrepancy_entries(audit), conflict_entries(audit)
    everything = every_entry(audit)
    known = given.standings
    return _environment().get_template("audit.html.j2").render(
        paper=audit.paper,
        reference=_reference(audit.paper.reference),
        known=claims_by_id(audit.paper),
        verdict=audit.verdict,
        verdict_word=verdict_word(audit),
        verdict_sentence=verdict_sentence(given),
        no_reason=NO_REASON,
        tallies=_tallies(audit, known),
        map=Markup(render_paper_map(given)),
        map_words=map_words(given),
        undrawn=max(len(drawn_entries(audit)) - MOST_DRAWN, 0),
        groups=[(h, [e for e in entries if e.level == k]) for k, h in _HEADINGS.items()],
        faults=_faults(audit.faults),
        conflicts=conflicts,
        listed=[e.number for e in entries],
        search=audit.search,
        completeness=completeness_sentence(given),
        readings=tuple(_readings(everything)),
        passed=_passed(audit),
        unchecked=_unchecked(known),
        standings=known,
        words=WORDS,
        budget=counted(round(given.budget_seconds), "second"),
        without=given.without,
        works=_works(everything),
        origin=origin,
        short=SHORT_DIGEST,
        css=Markup(_resource("report.css") + _resource("audit.css")),
    )  # fmt: skip


def _tallies(audit: Audit, known: Iterable[Standing]) -> list[tuple[str, str, str]]:
    """State, number and words of each part of the claims, for the head of the page."""
    states = Counter(s.state for s in known)
    parts = [(state, count(states[state]), WORDS[state]) for state in STANDINGS]
    total = len(audit.paper.claims)
    return [("all", count(total), "claim" if total == 1 else "claims"), *parts]


def _faults(
    faults: Iterable[Finding],
) -> list[tuple[FindingCode, int, tuple[Finding, ...]]]:
    """Faults of the claims file by code: how many, and the first of them."""
    found: dict[str, list[Finding]] = {}
    for fault in faults:
        found.setdefault(fault.code, []).append(fault)
    blocks = [
        (finding_codes()[code], len(some), tuple(some[: _LINES[some[0].level]]))
        for code, some in found.items()
    ]
    return sorted(blocks, key=lambda b: (tuple(Level).index(b[0].level), b[0].code))


def _readings(entries: Iterable[Entry]) -> Iterator[tuple[Entry, str, bool]]:
    for entry in entries:
        yield from ((entry, reading, True) for reading in entry.rescued_by)
        yield from ((entry, reading, False) for reading in entry.tried)


def _passed(audit: Audit) -> list[tuple[FindingCode, list[Any]]]:
    found: dict[str, list[Any]] = {}
    for one in audit.passed:
        found.setdefault(one.code, []).append(one)
    return [(finding_codes()[code], found[code]) for code in sorted(found)]


def _unchecked(known: Iterable[Standing]) -> list[tuple[str, list[Standing]]]:
    found: dict[str, list[Standing]] = {}
    for standing in known:
        if standing.state == UNCHECKED:
            found.setdefault(standing.reason, []).append(standing)
    return sorted(found.items(), key=lambda item: -len(item[1]))


def _works(entries: Iterable[Entry]) -> list[Citation]:
    entries = tuple(entries)
    keys = {key for entry in entries for key in _KEY.findall(entry.source)}
    keys |= {rules()[name].source for e in entries for name in e.rules if name in rules()}
    keys |= {entry.source for entry in entries}
    return [work for key, work in citations().items() if key in keys]


def _reference(text: str) -> str:
    """The work of that key, or the text itself."""
    work = citations().get(text)
    return str(work) if work else text


def _quoted(text: str) -> str:
    """A quote, cut where it is long; the cut is told."""
    if len(text) <= _QUOTE:
        return text
    return f"{text[:_QUOTE]}\u2026 ({count(len(text))} characters)"


def _short(text: str) -> str:
    """A place or an id, cut where it is long."""
    return text if len(text) <= _NAME else f"{text[: _NAME - 1]}\u2026"


def rule_words(name: str) -> str:
    """A rule's sentence with its id and source; the id alone where no rule has it."""
    rule = rules().get(name)
    return f"{rule.text} ({rule.id}, {rule.source})" if rule else name


def _shown(value: Any) -> Any:
    return value if isinstance(value, Markup) or not isinstance(value, str) else legible(value)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("hepatica.report", "template"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters["quoted"] = _quoted
    environment.filters["short"] = _short
    environment.filters["rule"] = rule_words
    return environment


def _resource(name: str) -> str:
    return files("hepatica.report").joinpath("template", name).read_text(encoding="utf-8")
