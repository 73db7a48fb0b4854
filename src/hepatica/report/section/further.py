"""Sections of the further analyses, each only where the protocol asks for it."""

from __future__ import annotations

from hepatica.report.gallery import Gallery
from hepatica.report.ledger import Ledger
from hepatica.report.passage import Section
from hepatica.report.section.competing import competing_tables
from hepatica.report.section.landmark import landmark_tables
from hepatica.report.section.reader import reader_tables
from hepatica.report.section.sensitivity import sensitivity_tables
from hepatica.report.section.subgroup import subgroup_tables
from hepatica.study import Study


def further_sections(ledger: Ledger, study: Study, gallery: Gallery) -> tuple[Section, ...]:
    """Competing risks, survival by response, subgroups, sensitivity, readers."""
    plan = study.analysis
    asked = (
        ("competing", "Competing risks", bool(plan.competing), competing_tables),
        (
            "landmark",
            "Survival by response",
            bool(plan.landmark or plan.time_dependent),
            landmark_tables,
        ),
        ("subgroup", "Subgroups", bool(plan.subgroup), subgroup_tables),
        ("sensitivity", "Sensitivity to conventions", bool(plan.sensitivity), sensitivity_tables),
        ("readers", "Readers of the scans", bool(plan.readers), reader_tables),
    )
    return tuple(
        Section(
            key,
            title,
            "There is nothing to estimate.",
            tables=tuple(t for t in tables(ledger, study) if not t.empty),
            drawings=gallery.drawings.get(key, ()),
        )
        for key, title, wanted, tables in asked
        if wanted
    )
