"""What in a report can answer an item of a checklist: where it stands, or that it is not there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hepatica.report.input import ReportInput
from hepatica.report.ledger import Ledger
from hepatica.report.numbering import Numbering, numbering_of
from hepatica.report.passage import Section

# Pieces of evidence in the words of the printed reason.
WORDS = {
    "study.title": "a title",
    "study.design": "the design",
    "study.sites": "the sites",
    "study.sponsor": "the sponsor",
    "study.enrolment": "the dates of enrolment",
    "study.cutoff": "the data cutoff",
    "study.planned_subjects": "the planned number of patients",
    "protocol.inclusion": "eligibility criteria",
    "protocol.treatment": "the treatment",
    "protocol.schedule": "the schedule of assessments",
    "protocol.response": "the rules of response",
    "protocol.primary": "a primary endpoint",
    "protocol.secondary": "secondary endpoints",
    "protocol.sensitivity": "sensitivity analyses",
    "safety.scale": "the grading scale of adverse events",
    "exploratory": "exploratory endpoints",
    "arms": "a comparison of arms",
    "screened": "the number screened and why patients were not enrolled",
    "population": "the analysis population",
    "follow-up": "the length of follow-up",
    "protocol": "the protocol",
    "exposure": "the treatment that was given",
    "flow": "the flow of patients",
    "baseline": "baseline characteristics",
    "response": "tumour response",
    "survival": "survival",
    "ae": "adverse events",
    "tests": "comparisons or models",
    "subgroup": "subgroups",
    "sensitivity": "how much the conventions matter",
    "deviations": "protocol deviations",
    "summary": "main results",
    "narrative": "the methods in words",
    "conventions": "the conventions of every number",
    "provenance": "where the data come from",
}
# In which section evidence that is no section of its own stands.
_STANDS_IN = {
    "population": "summary",
    "arms": "baseline",
    "screened": "flow",
    "follow-up": "survival",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where evidence stands: its words and the anchor that they refer to."""

    text: str
    target: str


class Evidence:
    """The evidence of one report, looked up by name."""

    def __init__(self, given: ReportInput, ledger: Ledger, sections: Iterable[Section]) -> None:
        self._sections = {s.key: s for s in sections}
        self._numbering = numbering_of(self._sections.values())
        self._there = _facts(given, ledger, self._sections)

    def place(self, name: str) -> Place | None:
        """Where that evidence stands; None where the report does not hold it."""
        if name == "provenance":
            return Place("Provenance", "provenance")
        if not self._there.get(name, True):
            return None
        own = _STANDS_IN.get(name, name if name in self._sections else "protocol")
        section = self._sections.get(own)
        if section is None or section.empty:
            return None
        return section_place(section, self._numbering)


def section_place(section: Section, numbering: Numbering) -> Place:
    """The section's first numbered table or figure, or its title."""
    tables = (numbering.table(t.key) for t in section.tables)
    if number := next((n for n in tables if n), 0):
        return Place(f"Table {number}", f"t-{number}")
    if section.drawings:
        number = numbering.figures[section.drawings[0].name]
        return Place(f"Figure {number}", f"f-{number}")
    return Place(section.title, section.key)


def _facts(given: ReportInput, ledger: Ledger, sections: Mapping[str, Section]) -> dict[str, bool]:
    study = given.study
    identity, roles = study.study, {e.role for e in study.endpoints}
    flow = sections.get("flow")
    return {
        "study.sites": bool(identity.sites),
        "study.sponsor": bool(identity.sponsor),
        "study.enrolment": bool(identity.enrolment_start and identity.enrolment_end),
        "study.planned_subjects": identity.planned_subjects is not None,
        "protocol.inclusion": bool(study.inclusion),
        "protocol.treatment": bool(study.treatment),
        "protocol.schedule": study.schedule is not None,
        "protocol.primary": "primary" in roles,
        "protocol.secondary": "secondary" in roles,
        "protocol.sensitivity": bool(study.response.sensitivity),
        "exploratory": "exploratory" in roles,
        "subgroup": "subgroup" in sections,
        "sensitivity": "sensitivity" in sections,
        "safety.scale": bool(study.safety.ctcae),
        "arms": len([name for name in given.sizes if name]) > 1,
        "population": bool(given.subjects),
        "screened": bool(flow and flow.flow and not flow.flow.note),
        "follow-up": bool(ledger.items("followup")),
    }
