"""Commands on a study folder: init, check, report, explain."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hepatica.core.errors import NotReady, UsageError
from hepatica.core.finding import Finding, has_error
from hepatica.workflow.explanation import explanation
from hepatica.workflow.workspace import Workspace


def run_init(folder: Path, protocol: str) -> None:
    """Make the study folder; an existing study is never overwritten."""
    from hepatica.workflow.beginning import write_study_folder

    for path in write_study_folder(folder, protocol):
        print(path)


def run_check(folder: Path, *, as_json: bool) -> int:
    """Print every finding; exit code 1 where an error stands."""
    with _told(as_json=as_json):
        findings = Workspace(folder).check()
    print_findings(findings, as_json=as_json)
    return int(has_error(findings))


def print_findings(findings: tuple[Finding, ...], *, as_json: bool) -> None:
    """Print findings one a line with their number on stderr, or all as one JSON document."""
    if as_json:
        print(json.dumps({"findings": [_document(f) for f in findings]}, ensure_ascii=False))
        return
    for finding in findings:
        print(finding)
    counts = Counter(str(f.level) for f in findings)
    words = ", ".join(
        f"{counts[name]} {name}{'' if counts[name] == 1 else 's'}"
        for name in ("error", "warning", "note")
    )
    print(f"{words}." if findings else "No findings.", file=sys.stderr)


@contextmanager
def _told(*, as_json: bool) -> Iterator[None]:
    """Findings of a bad study.toml on stdout too, where a machine reads."""
    try:
        yield
    except UsageError as error:
        if as_json and error.findings:
            print_findings(error.findings, as_json=True)
        raise


def _document(finding: Finding) -> dict[str, object]:
    place = finding.place
    return {
        "file": place.file,
        "sheet": place.sheet,
        "row": place.row,
        "column": place.column,
        "cell": place.cell,
        "level": str(finding.level),
        "code": finding.code,
        "found": finding.found,
        "expected": finding.expected,
        "hint": finding.hint,
        "subject": finding.subject,
    }


def run_report(
    folder: Path, output: Path | None, only: tuple[str, ...] = (), *, as_json: bool
) -> int:
    """Write the report; with an error standing, tell it and write nothing."""
    from hepatica.workflow.reporting import claim_faults, run_study_report

    try:
        with _told(as_json=as_json):
            paths = run_study_report(Workspace(folder), output or folder / "report", only)
            faults = claim_faults(Workspace(folder))
    except NotReady as stop:
        print_findings(tuple(stop.findings), as_json=as_json)
        print(f"No report: {stop}.", file=sys.stderr)
        return 1
    for fault in faults:
        print(fault, file=sys.stderr)
    if as_json:
        print(json.dumps({"files": [str(p) for p in paths]}))
    else:
        print(paths[0])
    return 0


def run_profile_page(folder: Path, subject: str, output: Path) -> None:
    """Write one patient's profile."""
    from hepatica.workflow.reporting import run_profile

    run_profile(Workspace(folder), subject, output)
    print(output)


def run_explain(folder: Path, endpoint: str, subject: str, *, as_json: bool) -> None:
    """Print why a subject has this value."""
    lines = explanation(Workspace(folder), endpoint, subject)
    if not lines:
        raise UsageError(f"{endpoint} of {subject}: nothing derived")
    if as_json:
        print(json.dumps(lines, ensure_ascii=False, default=str))
        return
    width = max(len(name) for name, _ in lines)
    for name, text in lines:
        print(f"{name:<{width}}  {text}")
