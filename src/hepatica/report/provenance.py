"""Where a report comes from: every input and output with its SHA-256, versions, cutoff, seed.

Nothing here asks the clock. Paths are relative to the study folder; an input under the folder
that HEPATICA_DATA names is written as ``${HEPATICA_DATA}/...``, any other by its name alone.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from hepatica.report.input import ReportInput
from hepatica.study.model import FILE_NAME

PACKAGES = (
    "hepatica",
    "duckdb",
    "numpy",
    "pyarrow",
    "matplotlib",
    "jinja2",
    "python-docx",
    "typst",
)

_DATA = "HEPATICA_DATA"
_CHUNK = 1 << 20
_OWN_FILES = (FILE_NAME, "accepted.toml")


@dataclass(frozen=True, slots=True)
class Source:
    """One file with its digest and size; `path` is what is printed."""

    path: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Provenance:
    """Inputs, versions and the protocol's cutoff and seed."""

    inputs: tuple[Source, ...]
    versions: Mapping[str, str]
    study: str
    label: str
    cutoff: str
    seed: int


def provenance_of(given: ReportInput, environment: Mapping[str, str] = os.environ) -> Provenance:
    """Provenance of a report: its input files are read once more, to be digested."""
    own = [given.study_folder / name for name in _OWN_FILES]
    files = [p for p in own if p.is_file()]
    files += [p for p in (*given.records.inputs, *given.inputs) if p.is_file()]
    sources = {p.resolve(): input_name(p, given.study_folder, environment) for p in files}
    identity = given.study.study
    return Provenance(
        inputs=tuple(sorted((source(p, name) for p, name in sources.items()), key=_by_path)),
        versions={name: _version(name) for name in PACKAGES},
        study=identity.id,
        label=identity.label,
        cutoff=str(identity.cutoff),
        seed=identity.seed,
    )


def source(path: Path, name: str) -> Source:
    """Digest of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return Source(name, digest.hexdigest(), path.stat().st_size)


def input_name(path: Path, folder: Path, environment: Mapping[str, str]) -> str:
    """Printed name of an input: never a path of this machine."""
    whole = path.resolve()
    if whole.is_relative_to(folder.resolve()):
        return whole.relative_to(folder.resolve()).as_posix()
    root = environment.get(_DATA, "")
    if root and whole.is_relative_to(Path(root).resolve()):
        return f"${{{_DATA}}}/{whole.relative_to(Path(root).resolve()).as_posix()}"
    return whole.name


def manifest(provenance: Provenance, outputs: Iterable[Source]) -> dict[str, Any]:
    """The manifest as plain values, ready for JSON."""
    return {
        "study": provenance.study,
        "label": provenance.label,
        "cutoff": provenance.cutoff,
        "seed": provenance.seed,
        "versions": dict(provenance.versions),
        "inputs": [_entry(s) for s in provenance.inputs],
        "outputs": [_entry(s) for s in sorted(outputs, key=_by_path)],
    }


def _entry(one: Source) -> dict[str, Any]:
    return {"path": one.path, "sha256": one.sha256, "bytes": one.size_bytes}


def _by_path(one: Source) -> str:
    return one.path


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
