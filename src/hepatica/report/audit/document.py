"""An audit as plain values for JSON: the contract of `hepatica audit --json`, and audit.json.

Keys are added over time, never changed or dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hepatica.audit.claim import Claim, Paper
from hepatica.audit.conflict import Conflict, Repair
from hepatica.audit.outcome import Discrepancy
from hepatica.core.finding import Finding
from hepatica.report.audit.given import AuditInput
from hepatica.report.audit.order import in_order


def audit_document(given: AuditInput) -> dict[str, Any]:
    """Verdict, findings by severity (the faults of the file among them), conflicts and repairs."""
    audit, known = given.audit, claims_by_id(given.audit.paper)
    search = audit.search
    return {
        "verdict": audit.verdict,
        "findings": [_finding(f, known, audit.paper) for f in in_order(audit)],
        "conflicts": [_conflict(c, known) for c in (search.conflicts if search else ())],
        "repairs": [_repair(r, known) for r in (search.repairs if search else ())],
        "complete": given.complete,
        "passed": [
            {"code": p.code, "claims": list(p.claims), "message": p.message} for p in audit.passed
        ],
    }


def whole_document(given: AuditInput) -> dict[str, Any]:
    """The contract's values, and of every claim how it stands."""
    paper, search = given.audit.paper, given.audit.search
    about = {"title": paper.title, "reference": paper.reference, "file": paper.file}
    return audit_document(given) | {
        "paper": about,
        "budget_seconds": given.budget_seconds,
        "without": list(given.without),
        "note": search.note if search else "",
        "claims": [
            _claim(s.claim) | {"line": s.claim.line, "standing": s.state, "reason": s.reason}
            for s in given.standings
        ],
    }


def claims_by_id(paper: Paper) -> dict[str, Claim]:
    """Every claim by its id."""
    return {claim.id: claim for claim in paper.claims}


def _finding(
    one: Discrepancy | Finding, known: Mapping[str, Claim], paper: Paper
) -> dict[str, Any]:
    if isinstance(one, Discrepancy):
        first = known.get(one.claims[0]) if one.claims else None
        return {
            "code": one.code,
            "severity": str(one.level),
            "message": one.message,
            "claims": _claims(one.claims, known),
            "line": first.line if first else None,
            "source": one.source,
            "tried": list(one.tried),
            "rescued_by": list(one.rescued_by),
            "rules": list(one.rules),
        }
    hint = f" ({one.hint})" if one.hint else ""
    return {
        "code": one.code,
        "severity": str(one.level),
        "message": f"found {one.found}; expected {one.expected}{hint}",
        "claims": [_claim(c) for c in paper.claims if c.line and c.line == one.place.row],
        "line": one.place.row,
    }


def _conflict(conflict: Conflict, known: Mapping[str, Claim]) -> dict[str, Any]:
    return {
        "claims": _claims(conflict.claims, known),
        "rules": list(conflict.rules),
        "message": conflict.message,
        "rescued_by": list(conflict.rescued_by),
        "unresolved_by": list(conflict.unresolved_by),
    }


def _repair(repair: Repair, known: Mapping[str, Claim]) -> dict[str, Any]:
    claims = _claims(repair.claims, known)
    return {"claims": claims, "rules": list(repair.rules), "weight": repair.weight}


def _claims(names: Iterable[str], known: Mapping[str, Claim]) -> list[dict[str, str]]:
    return [_claim(known[name]) for name in names if name in known]


def _claim(claim: Claim) -> dict[str, str]:
    return {"id": claim.id, "place": claim.place, "quote": claim.quote}
