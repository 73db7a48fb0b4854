"""The files of an audit: page, JSON, the findings as a table, and the manifest, written last."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from hepatica.audit.outcome import Discrepancy
from hepatica.report.audit.document import claims_by_id, whole_document
from hepatica.report.audit.given import AuditInput
from hepatica.report.audit.html import render_audit_page
from hepatica.report.audit.order import in_order
from hepatica.report.audit.origin import audit_manifest, origin_of
from hepatica.report.export import csv_rows
from hepatica.report.provenance import source
from hepatica.report.whole_file import write_file

COLUMNS = (
    "file", "row", "level", "code", "message", "claims", "places", "quotes", "source", "tried",
    "rescued_by",
)  # fmt: skip
_JOIN = " | "


def write_audit(output: Path, given: AuditInput) -> list[Path]:
    """Write audit.html, audit.json, audit.csv and manifest.json; the manifest lists the others.

    Returns     Paths written, in the order of writing.
    """
    origin = origin_of(given)
    files = {
        "audit.html": _bytes(render_audit_page(given, origin)),
        "audit.json": _json(whole_document(given)),
        "audit.csv": _bytes(csv_rows(COLUMNS, _rows(given))),
    }
    written = [write_file(output / name, data) for name, data in files.items()]
    outputs = [source(path, path.name) for path in sorted(written)]
    manifest = _json(audit_manifest(given, origin, outputs))
    return [*written, write_file(output / "manifest.json", manifest)]


def _rows(given: AuditInput) -> Iterator[tuple[object, ...]]:
    known, file = claims_by_id(given.audit.paper), given.audit.paper.file
    for one in in_order(given.audit):
        if not isinstance(one, Discrepancy):
            hint = f" ({one.hint})" if one.hint else ""
            message = f"found {one.found}; expected {one.expected}{hint}"
            yield (file, one.place.row, str(one.level), one.code, message, *[""] * 6)
            continue
        claims = [known[name] for name in one.claims if name in known]
        yield (
            file,
            claims[0].line if claims else None,
            str(one.level),
            one.code,
            one.message,
            _JOIN.join(c.id for c in claims),
            _JOIN.join(c.place for c in claims),
            _JOIN.join(c.quote for c in claims),
            one.source,
            _JOIN.join(one.tried),
            _JOIN.join(one.rescued_by),
        )


def _json(value: object) -> bytes:
    return _bytes(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def _bytes(text: str) -> bytes:
    # Half a character, which no file can hold, is written as its escape.
    return text.encode("utf-8", "backslashreplace")
