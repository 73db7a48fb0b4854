"""`hepatica image import`: a de-identified copy of a tree of DICOM files, under a key."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

_PATH = click.Path(path_type=Path)


@click.command("import")
@click.argument("folder", type=_PATH)
@click.option("-o", "--output", type=_PATH, required=True, help="Folder of the copy.")
@click.option("--key", type=_PATH, required=True, help="Key file, as of `export --redact`.")
@click.option("--subjects", type=_PATH, help="CSV of patient_id and subject of the study.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
def image_import(
    folder: Path, output: Path, key: Path, subjects: Path | None, *, as_json: bool
) -> int:
    """Copy scans de-identified: what is not listed is left out; the same key, the same copy."""
    from hepatica.core.errors import MissingExtra, UsageError
    from hepatica.core.finding import has_error

    try:
        from hepatica.imaging.deidentification.copy import People
        from hepatica.imaging.deidentification.tree import read_subjects, run_import
    except ModuleNotFoundError as error:
        raise MissingExtra("hepatica image import needs hepatica[imaging]") from error
    from hepatica.report.redaction.key import is_open_to_others, read_key

    for file in (key, subjects):
        if file is not None and file.resolve().is_relative_to(output.resolve()):
            raise UsageError("key and subjects stand apart from the copy, which is given away")
    people = People(read_key(key), read_subjects(subjects) if subjects else None)
    try:
        done = run_import(folder, output, people, told=_told)
    except OSError as error:  # its own words would name a file of the source
        raise UsageError(f"{output}: cannot be written ({error.strerror})") from None
    if is_open_to_others(key):
        print("others on this machine can read the key; chmod 600", file=sys.stderr)
    counts = {"copied": done.copied, "already": done.already, "refused": done.refused}
    _print(done.findings, counts, as_json=as_json)
    return int(has_error(done.findings))


def _told(done: int, whole: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done} of {whole} files", end="\n" if done == whole else "", file=sys.stderr)


def _print(findings: list[Any], counts: dict[str, int], *, as_json: bool) -> None:
    if as_json:
        told = {**counts, "findings": [str(finding) for finding in findings]}
        print(json.dumps(told, ensure_ascii=False))
        return
    for finding in findings:
        print(finding)
    print(
        f"{counts['copied']} copied, {counts['already']} were there, {counts['refused']} not copied"
    )
