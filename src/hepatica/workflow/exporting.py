"""From a study folder to its CDISC files: datasets, metadata, results, and what the rules say."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from hepatica.core.errors import UsageError
from hepatica.core.finding import Finding, has_error
from hepatica.report.cdisc.ars import ars_json
from hepatica.report.cdisc.conformance import Conformance, check_conformance
from hepatica.report.cdisc.core_rule import core_rule_files
from hepatica.report.cdisc.package import Package, adam_package, define_package
from hepatica.report.cdisc.sdtm import sdtm_package
from hepatica.report.cdisc.submission import submission
from hepatica.report.file import write_file
from hepatica.workflow.workspace import Workspace

PARTS = ("adam", "define", "ars", "sdtm")
CORE_RULES = "core-rules"


@dataclass(frozen=True, slots=True)
class Exported:
    """Files written, what could not be, and the conformance of the analysis datasets."""

    paths: tuple[Path, ...]
    findings: tuple[Finding, ...]
    conformance: Conformance | None = None

    @property
    def sound(self) -> bool:
        """Whether every file asked for was written and no rule of level error is broken."""
        return not has_error(self.findings)


def run_study_export(workspace: Workspace, output: Path, parts: Collection[str] = ()) -> Exported:
    """Write the CDISC files of a study into `output`.

    Parameters
    ----------
    workspace : Workspace
    output : Path            A folder, made where it does not exist.
    parts : words            Of `PARTS` and ``core-rules``; all of `PARTS` where empty.

    Raises      NotReady, with every finding, while one at error level stands; UsageError where
                `output` cannot be written.
    """
    wanted = set(parts) or set(PARTS)
    study = workspace.protocol
    workspace.adam()
    package = Package()
    conformance = None
    if wanted & {"adam", "define"}:
        given = submission(workspace.datasets)
        conformance = check_conformance(given)
        package += Package((), conformance.findings)
        if "adam" in wanted:
            package += adam_package(study, given)
        if "define" in wanted:
            package += define_package(study, given)
    if "ars" in wanted:
        text = ars_json(study, workspace.analysis.results)
        package += Package((("ars.json", text.encode()),))
    if "sdtm" in wanted:
        package += sdtm_package(study, workspace.records)
    if CORE_RULES in wanted:
        package += Package(core_rule_files())
    return Exported(write_files(output, package.files), package.findings, conformance)


def write_files(output: Path, files: Iterable[tuple[str, bytes]]) -> tuple[Path, ...]:
    """Write files below `output`; no name leaves it.

    Raises      UsageError where `output` is no folder or cannot be written.
    """
    if os.path.lexists(output) and not output.is_dir():
        raise UsageError(f"{output}: is not a folder; name another one with -o")
    try:
        output.mkdir(parents=True, exist_ok=True)
        root = output.resolve()
        written = []
        for name, data in files:
            assert (root / name).resolve().is_relative_to(root), name
            written.append(write_file(output / name, data))
    except OSError as error:
        where = error.filename or output
        raise UsageError(f"{where}: cannot be written ({error.strerror})") from error
    return tuple(written)
