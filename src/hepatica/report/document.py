"""The report as a document without a format: Word, PDF and RTF are rendered from this one value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from hepatica.report import number
from hepatica.report.input import ReportInput
from hepatica.report.numbering import Numbering, numbering_of
from hepatica.report.passage import Section
from hepatica.report.provenance import Provenance
from hepatica.report.table import Cell, Line, Table

SHORT_DIGEST = 12


@dataclass(frozen=True, slots=True)
class Document:
    """What stands on the title page, and the sections that follow it, provenance the last."""

    study: str
    title: str
    label: str
    kicker: str
    facts: str
    cutoff: date
    sections: tuple[Section, ...]
    numbering: Numbering

    @property
    def running(self) -> str:
        """The line at the head of every page."""
        parts = (self.study, f"Data cutoff {self.cutoff}", self.label)
        return " \u00b7 ".join(p for p in parts if p)


def report_document(
    given: ReportInput, sections: Iterable[Section], provenance: Provenance
) -> Document:
    """The document of a report: the sections of the page, and where everything comes from."""
    identity = given.study.study
    whole = (*sections, _provenance(provenance))
    parts = ("Study report", identity.registration)
    return Document(
        study=identity.id,
        title=identity.title,
        label=identity.label,
        kicker=" \u00b7 ".join(p for p in parts if p),
        facts=(
            f"{given.population_label}, n = {number.count(len(given.subjects))} \u00b7 "
            f"{identity.design} \u00b7 data cutoff {identity.cutoff}"
        ),
        cutoff=identity.cutoff,
        sections=whole,
        numbering=numbering_of(whole),
    )


def _provenance(provenance: Provenance) -> Section:
    inputs = tuple(
        Line(one.path, (Cell(one.sha256[:SHORT_DIGEST]), Cell(number.count(one.size_bytes))))
        for one in provenance.inputs
    )
    software = tuple(Line(name, (Cell(text),)) for name, text in provenance.versions.items())
    text = (
        f"Made from the files below with data cutoff {provenance.cutoff} and random seed "
        f"{provenance.seed}. The same files give the same report, byte for byte. Whole digests "
        "stand in manifest.json; every number of this document stands unrounded in results.csv, "
        "and the subjects behind it in results_trace.parquet."
    )
    return Section(
        "provenance",
        "Provenance",
        "",
        tables=(
            Table("inputs", "Inputs", "File", ("SHA-256", "Bytes"), inputs),
            Table("software", "Software", "Package", ("Version",), software, prose=True),
        ),
        texts=(text,),
    )
