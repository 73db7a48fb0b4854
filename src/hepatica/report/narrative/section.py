"""The section of the report that says Methods and Results in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from hepatica.report.ledger import Ledger
from hepatica.report.narrative.course import course_paragraphs
from hepatica.report.narrative.method import method_paragraphs
from hepatica.report.narrative.outcome import (
    event_paragraphs,
    response_paragraphs,
    survival_paragraphs,
)
from hepatica.report.narrative.reference import References
from hepatica.report.narrative.sentence import paragraph, pieces
from hepatica.report.passage import Section
from hepatica.study import Study

_UNKNOWN: Mapping[str, int] = MappingProxyType({})


def narrative_section(
    ledger: Ledger,
    study: Study,
    sections: Iterable[Section],
    sizes: Mapping[str, int] = _UNKNOWN,
    safety_sizes: Mapping[str, int] = _UNKNOWN,
) -> Section:
    """Methods and Results; a sentence whose number does not exist is not written.

    Parameters
    ----------
    sections : the others of the report, for the references to their tables and figures
    sizes, safety_sizes : patients of the analysis and the safety population, '' for everybody and
        by arm, for the denominators
    """
    refer = References(sections)
    results = (
        *course_paragraphs(ledger, study, refer, sizes),
        *response_paragraphs(ledger, study, refer),
        *survival_paragraphs(ledger, study, refer),
        *event_paragraphs(ledger, refer, safety_sizes),
    )
    if sizes.get("") == 0:
        nobody = paragraph("", pieces("Nobody is in the analysis population."))
        results = (results[0], nobody)
    found = (*method_paragraphs(ledger, study, refer), *results)
    return Section(
        "narrative",
        "Methods and results in words",
        "",
        paragraphs=tuple(p for p in found if p is not None),
    )
