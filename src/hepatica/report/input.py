"""Everything a report is made from, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hepatica.analysis.population import population
from hepatica.analysis.response import primary_reader
from hepatica.analysis.result import Analysis
from hepatica.clinic.dataset import Adam
from hepatica.core.finding import Finding
from hepatica.imaging.picture import Picture
from hepatica.records.record import Records
from hepatica.report.section.listing import Acceptance
from hepatica.report.section.manuscript import Manuscript
from hepatica.study import Study


@dataclass(frozen=True, slots=True)
class ReportInput:
    """A study with its records, datasets and results.

    `findings` are all of them, records and datasets included; `inputs` are the files read, for the
    manifest (study.toml and the records' own files need not be repeated); `only` are the documents
    to write, None for those of the protocol; `manuscript` the claims of the study folder
    beside its results, None where there are none; `pictures` those measured on scans.
    """

    study: Study
    records: Records
    adam: Adam
    analysis: Analysis
    study_folder: Path
    findings: tuple[Finding, ...] = ()
    acceptances: tuple[Acceptance, ...] = ()
    inputs: tuple[Path, ...] = ()
    only: tuple[str, ...] | None = None
    manuscript: Manuscript | None = None
    pictures: tuple[Picture, ...] = ()

    @property
    def wanted(self) -> tuple[str, ...]:
        """The documents to write beside the page: "docx", "pdf", "rtf"."""
        return self.study.report.documents if self.only is None else self.only

    @property
    def subjects(self) -> tuple[str, ...]:
        """Subjects of the analysis population, in order."""
        chosen = population(self.study, self.adam, self.study.analysis.population)
        return chosen.everyone.subjects

    @property
    def sizes(self) -> dict[str, int]:
        """Patients of the analysis population, '' for all of them and by planned arm."""
        chosen = population(self.study, self.adam, self.study.analysis.population)
        return {part.name: len(part.rows) for part in chosen.parts}

    @property
    def safety_sizes(self) -> dict[str, int]:
        """Patients of the safety population, '' for all of them and by treatment received."""
        name = self.study.analysis.safety_population
        chosen = population(self.study, self.adam, name, by="TRT01A")
        return {part.name: len(part.rows) for part in chosen.parts}

    @property
    def population_label(self) -> str:
        """Printed name of the analysis population."""
        return self.study.population(self.study.analysis.population).label

    @property
    def reader(self) -> str:
        """The reader whose responses are reported."""
        return primary_reader(self.study, self.adam)
