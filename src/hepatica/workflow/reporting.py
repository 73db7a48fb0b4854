"""From a study folder to its written report, step by step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from hepatica.core.errors import MissingExtra
from hepatica.core.finding import Finding
from hepatica.workflow.acceptance import Acceptance
from hepatica.workflow.progress import progress
from hepatica.workflow.workspace import Workspace

try:
    from hepatica.report.file import write_report
    from hepatica.report.input import ReportInput
    from hepatica.report.section.listing import Acceptance as ReportAcceptance
except ModuleNotFoundError as missing:  # pragma: no cover - the core installs without the extra
    raise MissingExtra("the report needs hepatica[report]") from missing


def run_study_report(workspace: Workspace, output: Path) -> list[Path]:
    """Write the report of a study into `output`; the first path is ``report.html``.

    Raises      NotReady, with every finding, while one at error level stands.
    """
    with progress(4) as step:
        step("Reading the records")
        records = workspace.records
        step("Deriving the datasets")
        workspace.adam()
        step("Computing the results")
        analysis = workspace.analysis
        step("Writing the report")
        stand, accepted = workspace.findings()
        given = ReportInput(
            study=workspace.protocol,
            records=records,
            adam=workspace.datasets,
            analysis=analysis,
            study_folder=workspace.folder,
            findings=stand,
            acceptances=_listed(accepted),
            inputs=workspace.inputs,
        )
        return write_report(output, given)


def _listed(accepted: Sequence[tuple[Finding, Acceptance]]) -> tuple[ReportAcceptance, ...]:
    """One line an entry of accepted.toml that covers anything, with how many findings it covers."""
    counts = Counter(entry for _, entry in accepted)
    return tuple(
        ReportAcceptance(entry.code, entry.reason, entry.place, entry.signature, count)
        for entry, count in counts.items()
    )
