"""From a study folder to a redacted copy, checked before it is written."""

from __future__ import annotations

from pathlib import Path

from hepatica.core.errors import UsageError
from hepatica.report.redaction.key import read_key
from hepatica.report.redaction.redacted_copy import redacted_files
from hepatica.workflow.exporting import write_files
from hepatica.workflow.workspace import Workspace


def run_study_redaction(workspace: Workspace, output: Path, key_file: Path) -> tuple[Path, ...]:
    """Write a redacted copy of records, analysis datasets and results into `output`.

    Raises      NotReady, with every finding, while one at error level stands; UsageError where the
                key is too short, `output` is the study's own folder, or cannot be written.
    """
    key = read_key(key_file)
    inside = output.resolve().is_relative_to(workspace.folder.resolve())
    if inside or key_file.resolve().is_relative_to(output.resolve()):
        raise UsageError(f"{output}: a copy stands apart from the study and from its key")
    workspace.adam()
    results = workspace.analysis.results
    files = redacted_files(key, workspace.records, workspace.datasets, results)
    return write_files(output, files)
