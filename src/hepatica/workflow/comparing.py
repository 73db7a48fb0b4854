"""A manuscript's claims against the study's own results: does it say what the data say?

Which result a claim means is data (`claim_results.toml` and the protocol's own names). A claim is
equal where the print admits the study's unrounded number under the protocol's conventions; another
reading under which it would be equal is a hint, never a verdict.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hepatica.analysis.result import Analysis
from hepatica.audit.claim import Claim, Paper
from hepatica.clinic.dataset import Adam
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.report.export import csv_rows
from hepatica.report.section.manuscript import COLUMNS
from hepatica.report.whole_file import write_file
from hepatica.study import Study
from hepatica.workflow.manuscript.comparison import Compared, Comparison, Verdict
from hepatica.workflow.manuscript.desk import Desk, desk_of
from hepatica.workflow.manuscript.handing import about, comparison_rows, remark
from hepatica.workflow.manuscript.judgement import judged
from hepatica.workflow.manuscript.patient import compared_patient, is_patient
from hepatica.workflow.manuscript.record import compared_date, compared_identifier
from hepatica.workflow.manuscript.search import find
from hepatica.workflow.workspace import Workspace


def compare_claims(workspace: Workspace, paper: Paper) -> Comparison:
    """Every claim of `paper` against the results of the opened study.

    Raises      NotReady, with the findings, while an error stands in the study.
    """
    return compare_with(workspace.protocol, workspace.datasets, workspace.analysis, paper)


def compare_with(study: Study, adam: Adam, analysis: Analysis, paper: Paper) -> Comparison:
    """Every claim of `paper` against a study, its datasets and its results."""
    desk = desk_of(study, adam, analysis)
    populations = {c.population for c in paper.claims if is_patient(c, paper)}
    patients: dict[str, Compared] = {}
    for name in sorted(populations):
        told = [c for c in paper.claims if c.population == name and is_patient(c, paper)]
        patients |= {e.claim.id: e for e in compared_patient(told, desk)}
    entries = tuple(patients.get(c.id) or _compared(c, desk) for c in paper.claims)
    return Comparison(paper.file, entries)


def _compared(claim: Claim, desk: Desk) -> Compared:
    if claim.statistic == "date":
        return compared_date(claim, desk)
    if claim.statistic == "identifier":
        return compared_identifier(claim, desk)
    return judged(claim, find(claim, desk))


def comparison_findings(comparison: Comparison) -> tuple[Finding, ...]:
    """Findings of a comparison at the claims' lines; what was not compared is one note."""
    return (*_differences(comparison), *_summary(comparison))


def _differences(comparison: Comparison) -> Iterator[Finding]:
    for entry in comparison.entries:
        claim = entry.claim
        place = Place(file=comparison.file, row=claim.line or None)
        if entry.verdict is Verdict.DIFFERENT:
            where = f" ({claim.place})" if claim.place else ""
            found = f"{_subject(claim)} {entry.printed}{where}"
            expected = f"{entry.computed} as computed"
            yield finding_of(entry.code, place, found=found, expected=expected, hint=remark(entry))
        elif entry.code == "P405":
            found = f"{_subject(claim)} {entry.printed}: {entry.reason}"
            expected = "a name that the records have"
            yield finding_of("P405", place, found=found, expected=expected)


def _summary(comparison: Comparison) -> Iterator[Finding]:
    silent = [e for e in comparison.not_compared if e.code == "P402"]
    if silent:
        names = ", ".join(e.claim.id for e in silent[:12])
        more = f" and {len(silent) - 12} more" if len(silent) > 12 else ""
        yield finding_of(
            "P402",
            Place(file=comparison.file),
            found=f"{len(silent)} of {len(comparison.entries)} claims not compared",
            expected="claims about results of the study",
            hint=f"{names}{more}",
        )


def _subject(claim: Claim) -> str:
    return f"{claim.id} {about(claim)}"


def write_comparison(comparison: Comparison, path: Path) -> Path:
    """Write every number of the comparison as CSV, as comparison.csv of the report."""
    return write_file(path, csv_rows(COLUMNS, comparison_rows(comparison)).encode())


def comparison_document(comparison: Comparison) -> dict[str, list[dict[str, Any]]]:
    """The comparison for machines: the claims by verdict."""
    return {
        "equal": [_entry(e) for e in comparison.equal],
        "different": [_entry(e) for e in comparison.different],
        "not_compared": [_entry(e) for e in comparison.not_compared],
    }


def _entry(entry: Compared) -> dict[str, Any]:
    claim = entry.claim
    return {
        "claim": claim.id,
        "place": claim.place,
        "quote": claim.quote,
        "printed": entry.printed,
        "computed": entry.computed,
        "method": entry.method,
        "reason": entry.reason,
        "hint": entry.hint,
        "code": entry.code,
        "subjects": len(entry.subjects),
        "numbers": [
            {
                "part": n.part,
                "printed": n.printed,
                "computed": n.shown,
                "unrounded": float(n.fact.value) if n.fact and n.fact.value is not None else None,
                "equal": n.equal,
                "rows": list(n.fact.rows) if n.fact else [],
            }
            for n in entry.numbers
        ],
    }
