"""From a study folder to its CDISC files: datasets, metadata, results, and what the rules say."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
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
from hepatica.report.whole_file import write_file
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

    A transport file of an earlier export that could not be written again is removed.

    Raises      NotReady, with every finding, while one at error level stands; UsageError where
                `output` cannot be written, or a file would stand in the place of the records.
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
    written = write_files(output, package.files, kept=workspace.inputs)
    for path in (output / name for name in package.absent):
        path.unlink(missing_ok=True)
    return Exported(written, package.findings, conformance)


def write_files(
    output: Path, files: Sequence[tuple[str, bytes]], *, kept: Collection[Path]
) -> tuple[Path, ...]:
    """Write files below `output`; no name leaves it, and none takes the place of those `kept`.

    Raises      UsageError where `output` is no folder or cannot be written, or a name leads
                elsewhere; nothing is written then.
    """
    if os.path.lexists(output) and not output.is_dir():
        raise UsageError(f"{output}: is not a folder; name another one with -o")
    inputs = {path.resolve() for path in kept}
    try:
        output.mkdir(parents=True, exist_ok=True)
        root = output.resolve()
        for name, _ in files:
            place = (root / name).resolve()
            if not place.is_relative_to(root):
                raise UsageError(f"{output / name}: a link leads out of the folder")
            if place in inputs:
                raise UsageError(f"{output / name}: is an input of the study; name another folder")
        written = [write_file(output / name, data) for name, data in files]
    except OSError as error:
        where = error.filename or output
        raise UsageError(f"{where}: cannot be written ({error.strerror})") from error
    return tuple(written)
