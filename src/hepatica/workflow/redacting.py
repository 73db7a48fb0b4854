"""From a study folder to a redacted copy, checked before it is written."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from hepatica.core.errors import UsageError
from hepatica.report.redaction.key import read_key
from hepatica.report.redaction.redacted_copy import redacted_files
from hepatica.workflow.exporting import write_files
from hepatica.workflow.workspace import Workspace


def run_study_redaction(workspace: Workspace, output: Path, key_file: Path) -> tuple[Path, ...]:
    """Write a redacted copy of records, analysis datasets and results into `output`.

    Raises      NotReady, with every finding, while one at error level stands; UsageError where the
                key is none, `output` is not apart from study, records and key, holds anything but
                an earlier copy, or cannot be written.
    """
    key = read_key(key_file)
    _demand_apart(output, workspace.folder, key_file)
    workspace.adam()
    _demand_apart(output, workspace.folder, *workspace.inputs)
    cutoff = workspace.protocol.study.cutoff
    files = redacted_files(
        key, workspace.records, workspace.datasets, workspace.analysis.results, cutoff=cutoff
    )
    _demand_nothing_else(output, {name for name, _ in files})
    return write_files(output, files, kept=workspace.inputs)


def _demand_apart(output: Path, folder: Path, *files: Path) -> None:
    """Refuse a folder inside the study's, around it, or around one of the files."""
    out, study = output.resolve(), folder.resolve()
    around = any(path.resolve().is_relative_to(out) for path in (study, *files))
    if around or out.is_relative_to(study):
        raise UsageError(f"{output}: a copy stands apart from the study and from its key")


def _demand_nothing_else(output: Path, names: Collection[str]) -> None:
    """Refuse a folder with anything that the copy does not write: it would be given away too."""
    if not output.is_dir():
        return
    for path in sorted(output.rglob("*")):
        name = path.relative_to(output).as_posix()
        if path.is_symlink() or (name not in names and not path.is_dir()):
            raise UsageError(f"{path}: is there already; name a new or empty folder with -o")
