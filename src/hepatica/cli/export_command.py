"""`hepatica export`: CDISC files of a study, or a redacted copy that may leave the hospital."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection
from pathlib import Path

import click

from hepatica.core.errors import NotReady, UsageError
from hepatica.core.finding import Finding

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("study", type=_FILE)
@click.option("--adam", is_flag=True, help="Analysis datasets: XPT and Dataset-JSON.")
@click.option("--define", is_flag=True, help="define.xml of the analysis datasets.")
@click.option("--ars", is_flag=True, help="Results as CDISC ARS JSON.")
@click.option("--sdtm", is_flag=True, help="Records as SDTM: XPT and Dataset-JSON.")
@click.option("--core-rules", is_flag=True, help="Our rules, for the CDISC CORE engine.")
@click.option("--redact", is_flag=True, help="A redacted copy instead; needs --key-file.")
@click.option("--key-file", type=_FILE, help="Secret that keys the redaction, 16 bytes or more.")
@click.option("-o", "--output", type=_FILE, help="Folder to write to.  [default: STUDY/export]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
def export(study: Path, output: Path | None, key_file: Path | None, **flags: bool) -> int:
    """Write CDISC files: --adam --define --ars --sdtm where none is named; rules are run too."""
    as_json, redact = flags.pop("as_json"), flags.pop("redact")
    parts = [name.replace("_", "-") for name, wanted in flags.items() if wanted]
    if redact:
        if parts:
            raise UsageError("--redact writes a copy of its own; name no other part with it")
        return run_redaction(study, output, key_file, as_json=as_json)
    if key_file is not None:
        raise UsageError("--key-file is of use with --redact only")
    return run_export(study, output, parts, as_json=as_json)


def run_export(folder: Path, output: Path | None, parts: Collection[str], *, as_json: bool) -> int:
    """Write the CDISC files; exit code 1 where one could not be written or a rule is broken."""
    from hepatica.workflow.exporting import run_study_export
    from hepatica.workflow.workspace import Workspace

    try:
        done = run_study_export(Workspace(folder), output or folder / "export", parts)
    except NotReady as stop:
        return _not_ready(stop)
    summary = done.conformance.summary if done.conformance else ""
    if as_json:
        told = {
            "files": [str(path) for path in done.paths],
            "conformance": summary,
            "findings": [str(finding) for finding in done.findings],
        }
        print(json.dumps(told, ensure_ascii=False))
    else:
        _print(done.paths, done.findings)
        print(summary, file=sys.stderr)
    return int(not done.sound)


def run_redaction(
    folder: Path, output: Path | None, key_file: Path | None, *, as_json: bool
) -> int:
    """Write a redacted copy of a study."""
    from hepatica.report.redaction.key import is_open_to_others
    from hepatica.workflow.redacting import run_study_redaction
    from hepatica.workflow.workspace import Workspace

    if key_file is None or output is None:
        raise UsageError("--redact needs --key-file and a folder for the copy, -o")
    try:
        paths = run_study_redaction(Workspace(folder), output, key_file)
    except NotReady as stop:
        return _not_ready(stop)
    if is_open_to_others(key_file):
        print(f"{key_file}: others on this machine can read the key; chmod 600", file=sys.stderr)
    if as_json:
        print(json.dumps({"files": [str(path) for path in paths]}))
    else:
        _print(paths, ())
    return 0


def _not_ready(stop: NotReady) -> int:
    for finding in stop.findings:
        print(finding)
    print(f"No export: {stop}.", file=sys.stderr)
    return 1


def _print(paths: Collection[Path], findings: Collection[Finding]) -> None:
    for finding in findings:
        print(finding)
    for path in paths:
        print(path)
