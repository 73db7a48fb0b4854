"""The files of a report: page, results, analysis datasets, figures, findings and manifest."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from hepatica.report.cdisc.package import study_package
from hepatica.report.cdisc.submission import submission
from hepatica.report.checklist.section import COLUMNS as CHECKLIST_COLUMNS
from hepatica.report.checklist.section import checklist_rows
from hepatica.report.content import report_sections
from hepatica.report.document import report_document
from hepatica.report.document_file import document_files
from hepatica.report.export import (
    FINDING_COLUMNS,
    csv_rows,
    csv_text,
    finding_rows,
    parquet_bytes,
    trace_table,
)
from hepatica.report.figure.drawing import Drawing
from hepatica.report.gallery import Gallery, render_gallery
from hepatica.report.html import render_html
from hepatica.report.input import ReportInput
from hepatica.report.ledger import Ledger
from hepatica.report.passage import Section
from hepatica.report.profile import FILE_NAME as PROFILES
from hepatica.report.profile import profiles_wanted, render_profiles
from hepatica.report.provenance import Provenance, manifest, provenance_of, source
from hepatica.report.section.manuscript import COLUMNS as COMPARISON_COLUMNS
from hepatica.report.whole_file import write_file

MANIFEST = "manifest.json"
# What a manifest may have removed: files of the names that a report makes, and no others.
_MADE_HERE = re.compile(
    r"(?:figures|adam)/[a-z0-9_]+\.(?:svg|png|csv|parquet|xpt|json|xml)"
    r"|ars\.json|report\.(?:docx|pdf)|profiles\.pdf|checklist\.csv|comparison\.csv|tables/t-[a-z0-9-]+\.rtf"
)


def write_report(
    out: Path, given: ReportInput, step: Callable[[str], None] = lambda sentence: None
) -> list[Path]:
    """Write the whole report into `out`, each file at once and the manifest last.

    Files that an earlier report left there and this one does not make are removed; nothing else
    in the folder is touched.

    Parameters
    ----------
    step : is told in a sentence what is done next

    Returns     Paths written, in the order of writing.
    """
    provenance = provenance_of(given)
    ledger = Ledger(given.analysis.results)
    step("Drawing the figures")
    gallery = render_gallery(given, ledger)
    earlier = _listed(out)
    package = study_package(given.study, submission(given.adam), ledger.results)
    given = replace(given, findings=(*given.findings, *package.findings))
    sections = report_sections(given, ledger, gallery)
    step("Writing the report")
    files = _files(given, ledger, gallery, sections, provenance)
    written = [write_file(out / name, data) for name, data in (*files, *package.files)]
    step("Writing the documents")
    notes: dict[str, str] = {}
    document = report_document(given, sections, provenance)
    for name, data in document_files(document, given.wanted, notes):
        written.append(write_file(out / name, data))
    if profiles_wanted(given):
        data, note = render_profiles(given)
        notes |= {PROFILES: note} if note else {}
        written.append(write_file(out / PROFILES, data))
    outputs = [source(path, path.relative_to(out).as_posix()) for path in written]
    _remove_stale(out, earlier - {one.path for one in outputs})
    text = manifest(provenance, outputs) | {
        "figures": [_about(d) for d in gallery.all()],
        "notes": notes,
    }
    written.append(write_file(out / MANIFEST, _json(text)))
    return written


def _files(
    given: ReportInput,
    ledger: Ledger,
    gallery: Gallery,
    sections: tuple[Section, ...],
    provenance: Provenance,
) -> Iterator[tuple[str, bytes]]:
    yield "report.html", render_html(given, ledger, sections, provenance).encode()
    identity = given.study.study
    about = {"study": identity.id, "label": identity.label, "cutoff": str(identity.cutoff)}
    yield from _tables("results", given.analysis.table(), about)
    yield "results_trace.parquet", parquet_bytes(trace_table(ledger.results), about)
    for name, table in given.adam.tables.items():
        yield from _tables(f"adam/{name.lower()}", table, about)
    for drawing in gallery.all():
        yield f"figures/{drawing.name}.svg", drawing.svg.encode()
        yield f"figures/{drawing.name}.png", drawing.png
        yield (
            f"figures/{drawing.name}.csv",
            csv_rows(tuple(drawing.data), zip(*drawing.data.values(), strict=True)).encode(),
        )
    for section in (s for s in sections if s.key == "checklist" and not s.empty):
        yield "checklist.csv", csv_rows(CHECKLIST_COLUMNS, checklist_rows(section)).encode()
    if given.manuscript is not None:
        yield "comparison.csv", csv_rows(COMPARISON_COLUMNS, given.manuscript.table).encode()
    yield "findings.csv", csv_rows(FINDING_COLUMNS, finding_rows(given.findings)).encode()


def _tables(name: str, table: pa.Table, about: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    yield f"{name}.csv", csv_text(table).encode()
    yield f"{name}.parquet", parquet_bytes(table, about)


def _about(drawing: Drawing) -> dict[str, str]:
    return {
        "name": drawing.name,
        "title": drawing.title,
        "caption": drawing.caption,
        "alt": drawing.alt,
    }


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _listed(out: Path) -> set[str]:
    """Outputs that the manifest of an earlier report lists; none where it cannot be read."""
    try:
        text = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
        return {str(entry["path"]) for entry in text["outputs"]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _remove_stale(out: Path, names: set[str]) -> None:
    root = out.resolve()
    for name in sorted(filter(_MADE_HERE.fullmatch, names)):
        path = (root / name).resolve()
        if path.is_relative_to(root) and path.is_file():
            path.unlink()
