"""Where an audit comes from: the claims file with its SHA-256, and versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from hepatica.report.audit.given import AuditInput
from hepatica.report.provenance import Source, source

PACKAGES = ("hepatica", "ortools", "numpy", "scipy", "jinja2")


@dataclass(frozen=True, slots=True)
class Origin:
    """The claims file, by its name alone, and versions."""

    input: Source
    versions: Mapping[str, str]


def origin_of(given: AuditInput) -> Origin:
    """The origin; the claims file is read once more, to be digested."""
    return Origin(source(given.path, given.path.name), {name: _version(name) for name in PACKAGES})


def audit_manifest(given: AuditInput, origin: Origin, outputs: Iterable[Source]) -> dict[str, Any]:
    """The manifest as plain values, ready for JSON."""
    return {
        "title": given.audit.paper.title,
        "verdict": given.audit.verdict,
        "complete": given.complete,
        "budget_seconds": given.budget_seconds,
        "without": list(given.without),
        "versions": dict(origin.versions),
        "inputs": [_entry(origin.input)],
        "outputs": [_entry(one) for one in outputs],
    }


def _entry(one: Source) -> dict[str, Any]:
    return {"path": one.path, "sha256": one.sha256, "bytes": one.size_bytes}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
