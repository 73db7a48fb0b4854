"""An audit as lines for a terminal: findings by severity, minimal conflicts, repairs, summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from hepatica.audit.claim import Claim
from hepatica.audit.conflict import Conflict, Repair
from hepatica.audit.outcome import Discrepancy
from hepatica.core.finding import Finding, Level
from hepatica.report.audit.document import claims_by_id
from hepatica.report.audit.given import AuditInput
from hepatica.report.audit.order import in_order
from hepatica.report.audit.sentence import completeness_sentence, counted, joined, summary
from hepatica.report.legible import legible

_QUOTE = 200
# Notes and warnings of one code on the file itself are told so many times.
_TOLD = 3


def audit_text(given: AuditInput) -> Iterator[str]:
    """Lines to print; the same audit gives the same lines."""
    for line in _lines(given):
        yield legible(line)


def _lines(given: AuditInput) -> Iterator[str]:
    audit = given.audit
    known = claims_by_id(audit.paper)
    told: Counter[str] = Counter()
    for one in in_order(audit):
        if isinstance(one, Discrepancy):
            yield from _discrepancy(one, audit.paper.file, known)
        else:
            told[one.code] += 1
            if one.level is Level.ERROR or told[one.code] <= _TOLD:
                yield str(one)
    yield from _more(told, audit.faults)
    search = audit.search
    conflicts, repairs = (search.conflicts, search.repairs) if search else ((), ())
    if conflicts:
        yield ""
    told_of = {(frozenset(d.claims), d.rules) for d in audit.discrepancies}
    for number, conflict in enumerate(conflicts, start=1):
        head = f"Minimal conflict {number} of {len(conflicts)}"
        if (frozenset(conflict.claims), conflict.rules) in told_of:
            rules = f" by {joined(conflict.rules)}" if conflict.rules else ""
            yield f"{head} (among the findings): {joined(conflict.claims)}{rules}"
        else:
            yield from _conflict(head, conflict, known)
    for number, repair in enumerate(repairs, start=1):
        yield ""
        yield from _repair(f"Repair {number} of {len(repairs)}", repair, known)
    yield ""
    yield completeness_sentence(given)
    yield summary(given)


def _more(told: Counter[str], faults: Iterable[Finding]) -> Iterator[str]:
    levels = {fault.code: fault.level for fault in faults}
    for code, times in told.items():
        if times > _TOLD and levels[code] is not Level.ERROR:
            yield f"{counted(times - _TOLD, 'finding')} more of {code}; all stand in --json"


def _discrepancy(one: Discrepancy, file: str, known: Mapping[str, Claim]) -> Iterator[str]:
    lines = (known[name].line for name in one.claims if name in known)
    line = next((number for number in lines if number), None)
    yield f"{file}{f':{line}' if line else ''} {one.level} {one.code}: {one.message}"
    yield from _claims(one.claims, known)
    yield from _about("source", one.source)
    yield from _about("tried in vain", joined(one.tried))
    yield from _about("rescued by", joined(one.rescued_by, last=" or "))


def _conflict(head: str, conflict: Conflict, known: Mapping[str, Claim]) -> Iterator[str]:
    yield f"{head}: {conflict.message}"
    yield from _claims(conflict.claims, known)
    yield from _about("rules", joined(conflict.rules))
    yield from _about("tried in vain", joined(conflict.unresolved_by))
    yield from _about("rescued by", joined(conflict.rescued_by, last=" or "))


def _repair(head: str, repair: Repair, known: Mapping[str, Claim]) -> Iterator[str]:
    yield f"{head} (weight {repair.weight}): everything else can be true without"
    yield from _claims(repair.claims, known)
    yield from _about("rules", joined(repair.rules))


def _claims(names: Iterable[str], known: Mapping[str, Claim]) -> Iterator[str]:
    for name in names:
        claim = known.get(name)
        if claim is not None:
            quote = claim.quote if len(claim.quote) <= _QUOTE else f"{claim.quote[:_QUOTE]} ..."
            yield f"    {name} {claim.place}: \u201c{quote}\u201d"


def _about(word: str, text: str) -> Iterator[str]:
    if text:
        yield f"    {word}: {text}"
