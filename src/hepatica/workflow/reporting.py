"""From a study folder to its written report, step by step."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from hepatica.core.errors import MissingExtra, UsageError
from hepatica.core.finding import Finding
from hepatica.workflow.acceptance import Acceptance
from hepatica.workflow.comparing import compare_claims
from hepatica.workflow.manuscript.handing import CLAIMS, manuscript_of, read_folder_claims
from hepatica.workflow.progress import progress
from hepatica.workflow.workspace import Workspace

try:
    from hepatica.report.file import write_report
    from hepatica.report.input import ReportInput
    from hepatica.report.profile import write_profile
    from hepatica.report.section.listing import Acceptance as ReportAcceptance
except ModuleNotFoundError as missing:  # pragma: no cover - the core installs without the extra
    raise MissingExtra("the report needs hepatica[report]") from missing


def run_study_report(workspace: Workspace, output: Path, only: Sequence[str] = ()) -> list[Path]:
    """Write the report of a study into `output`; the first path is ``report.html``.

    Parameters
    ----------
    only : documents to write, such as "pdf"; those that the protocol names where empty

    Raises      NotReady, with every finding, while one at error level stands; UsageError where
                `output` cannot be written.
    """
    if os.path.lexists(output) and not output.is_dir():
        raise UsageError(f"{output}: is not a folder; name another one with -o")
    with progress(6) as step:
        step("Reading the records")
        _ = workspace.records
        step("Deriving the datasets")
        workspace.adam()
        step("Computing the results")
        _ = workspace.analysis
        given = _given(workspace, only)
        try:
            return write_report(output, given, step)
        except OSError as error:
            where = error.filename or output
            told = f"{where}: the report cannot be written there ({error.strerror})"
            raise UsageError(told) from error


def run_profile(workspace: Workspace, subject: str, path: Path) -> None:
    """Write the profile of one subject to `path`: .svg, .png or .pdf.

    Raises      NotReady, with every finding, while one at error level stands; UsageError for a
                subject without a first treatment, or another ending.
    """
    workspace.adam()
    write_profile(_given(workspace), subject, path)


def claim_faults(workspace: Workspace) -> tuple[Finding, ...]:
    """Faults of the claims that lie in the study folder; they never stop a report."""
    return read_folder_claims(workspace.folder)[1]


def _given(workspace: Workspace, only: Sequence[str] = ()) -> ReportInput:
    stand, accepted = workspace.findings()
    paper, faults = read_folder_claims(workspace.folder)
    claims = () if paper is None else (workspace.folder / CLAIMS,)
    return ReportInput(
        study=workspace.protocol,
        records=workspace.records,
        adam=workspace.datasets,
        analysis=workspace.analysis,
        study_folder=workspace.folder,
        findings=(*stand, *faults),
        acceptances=_listed(accepted),
        inputs=(*workspace.inputs, *claims),
        only=tuple(only) or None,
        manuscript=manuscript_of(compare_claims(workspace, paper), faults) if paper else None,
        pictures=workspace.pictures,
    )


def _listed(accepted: Sequence[tuple[Finding, Acceptance]]) -> tuple[ReportAcceptance, ...]:
    """One line an entry of accepted.toml that covers anything, with how many findings it covers."""
    counts = Counter(entry for _, entry in accepted)
    return tuple(
        ReportAcceptance(entry.code, entry.reason, entry.place, entry.signature, count)
        for entry, count in counts.items()
    )
