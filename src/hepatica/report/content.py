"""The content of a report: sections in order, each with tables and figures or why it has none."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from hepatica.core.finding import Level
from hepatica.report import number
from hepatica.report.checklist.section import checklist_section
from hepatica.report.gallery import Gallery
from hepatica.report.input import ReportInput
from hepatica.report.ledger import Ledger
from hepatica.report.narrative.section import narrative_section
from hepatica.report.passage import Section
from hepatica.report.phrase import mid_sentence
from hepatica.report.profile import profile_section
from hepatica.report.section.adverse_event import adverse_event_tables
from hepatica.report.section.agreement import agreement_table, response_agreement
from hepatica.report.section.baseline import baseline_table
from hepatica.report.section.comparison import cox_tables, group_test_table
from hepatica.report.section.disposition import exposure_table, patient_flow
from hepatica.report.section.event_window import event_window_tables
from hepatica.report.section.further import further_sections
from hepatica.report.section.laboratory import laboratory_tables
from hepatica.report.section.listing import (
    acceptance_table,
    deviation_table,
    finding_tables,
)
from hepatica.report.section.liver import death_table, liver_tables
from hepatica.report.section.manuscript import manuscript_section
from hepatica.report.section.normalization import normalization_tables, normalization_texts
from hepatica.report.section.protocol import Chapter, convention_entries, protocol_chapters
from hepatica.report.section.response import arm_response_table, response_table
from hepatica.report.section.schedule import missed_table, schedule_table
from hepatica.report.section.score import score_agreement, score_agreement_table, score_table
from hepatica.report.section.screening import (
    criteria_table,
    reading_table,
    refractory_table,
    screened_table,
)
from hepatica.report.section.summary import summary_table
from hepatica.report.section.survival import survival_tables
from hepatica.report.section.treatment import treatment_table
from hepatica.report.table import Table
from hepatica.study import Study

_OF_PEOPLE = {
    "summary",
    "baseline",
    "scores",
    "exposure",
    "response",
    "survival",
    "tests",
    "schedule",
    "competing",
    "landmark",
    "subgroup",
    "sensitivity",
    "readers",
}


def report_sections(given: ReportInput, ledger: Ledger, gallery: Gallery) -> tuple[Section, ...]:
    """Every section but provenance, in the order of the report."""
    study = given.study
    first, *rest = (_peopled(given, s) for s in _sections(given, study, ledger, gallery))
    told = narrative_section(ledger, study, (first, *rest), given.sizes, given.safety_sizes)
    body = (first, told, *rest)
    own = () if given.manuscript is None else (manuscript_section(given.manuscript),)
    return (*body, checklist_section(given, ledger, body), *own)


def _sections(
    given: ReportInput, study: Study, ledger: Ledger, gallery: Gallery
) -> tuple[Section, ...]:
    return (
        _tabled("summary", "Main results", "No endpoint has a result.",
                summary_table(ledger, study)),
        Section("protocol", "Study and protocol", "", chapters=protocol_chapters(study)),
        _flow(ledger, gallery),
        _screening(given, ledger),
        _tabled("baseline", "Baseline characteristics",
                "The protocol asks for no baseline table, or nobody is in the population.",
                baseline_table(ledger, study, given.sizes)),
        _scores(given, ledger),
        _tabled("exposure", "Exposure", "No treatment session or dose is on record.",
                exposure_table(ledger, given.sizes),
                treatment_table(ledger, study, given.sizes)),
        _schedule(given, ledger),
        _tabled("response", "Tumour response", "No tumour assessment is on record.",
                response_table(ledger, study, len(given.subjects)),
                arm_response_table(ledger, study, given.sizes)),
        _agreement(given),
        _drawn("waterfall", "Best change of each patient", gallery),
        _drawn("swimmer", "Course of each patient", gallery),
        _drawn("spider", "Change over time", gallery),
        _normalization(given, ledger, gallery),
        profile_section(given),
        Section("survival", "Survival", "No time-to-event endpoint has data.",
                tables=survival_tables(ledger, study), drawings=gallery.drawings["survival"]),
        _tabled("tests", "Comparisons and models",
                "The protocol asks for no comparison, test or model.",
                *cox_tables(ledger, study), group_test_table(ledger, study)),
        *further_sections(ledger, study, gallery),
        _adverse_events(given, ledger),
        _laboratory(given, ledger),
        _liver(given, ledger),
        _tabled("deviations", "Protocol deviations", "No protocol deviation is on record.",
                deviation_table(given.adam["ADDV"])),
        _findings(given),
        Section("conventions", "Conventions", "",
                chapters=(Chapter("Conventions of every number", convention_entries(study)),)),
    )  # fmt: skip


def _peopled(given: ReportInput, section: Section) -> Section:
    """The section; without its zeros, and saying so, where nobody is in the population."""
    if given.subjects or section.key not in _OF_PEOPLE:
        return section
    who = mid_sentence(given.population_label)
    return Section(section.key, section.title, f"Nobody is in the population ({who}).")


def _tabled(key: str, title: str, absent: str, *tables: Table | None) -> Section:
    shown = tuple(t for t in tables if t is not None and not t.empty)
    return Section(key, title, absent, tables=shown)


def _drawn(kind: str, title: str, gallery: Gallery) -> Section:
    return Section(kind, title, gallery.absent.get(kind, ""), drawings=gallery.drawings[kind])


def _flow(ledger: Ledger, gallery: Gallery) -> Section:
    flow = patient_flow(ledger)
    return Section(
        "flow",
        "Flow of patients",
        "No subject is on record.",
        drawings=gallery.drawings["flow"],
        flow=flow if flow.stream else None,
    )


def _screening(given: ReportInput, ledger: Ledger) -> Section:
    if not (given.study.inclusion or given.study.exclusion):
        return Section("screening", "Screening", "The protocol has no eligibility criteria.")
    if not given.adam["ADIE"].num_rows:
        return Section("screening", "Screening", "No subject is on record.")
    tables = (
        criteria_table(ledger, given.study),
        reading_table(ledger, given.study),
        refractory_table(ledger, given.study),
        screened_table(given.adam),
    )
    return _tabled("screening", "Screening", "", *tables)


def _scores(given: ReportInput, ledger: Ledger) -> Section:
    tables = (
        score_table(ledger, given.sizes),
        score_agreement_table(ledger, given.adam["ADDV"]),
    )
    shown = tuple(table for table in tables if not table.empty)
    texts = () if len(shown) > 1 else score_agreement(ledger)
    absent = "No score can be derived from the records."
    return Section("scores", "Scores", absent, tables=shown, texts=texts)


def _schedule(given: ReportInput, ledger: Ledger) -> Section:
    if given.study.schedule is None:
        return Section("schedule", "Follow-up schedule", "The protocol has no schedule.")
    absent = "No visit is planned: nobody has the day that visits count from."
    tables = (
        schedule_table(ledger, given.study, given.sizes),
        missed_table(given.adam["ADSV"]),
    )
    return _tabled("schedule", "Follow-up schedule", absent, *tables)


def _agreement(given: ReportInput) -> Section:
    collected = given.records["collected_responses"]
    title = "Derived against collected responses"
    if not collected.num_rows:
        absent = "No collected response is on record, so there is nothing to compare with."
        return Section("agreement", title, absent)
    agreement = response_agreement(
        collected,
        given.adam["ADRS"],
        criterion=given.study.response.criterion,
        reader=given.reader,
    )
    table = agreement_table(agreement)
    if table.empty:
        return Section("agreement", title, "", texts=(agreement.summary,))
    return Section("agreement", title, "", tables=(table,))


def _adverse_events(given: ReportInput, ledger: Ledger) -> Section:
    adae = given.adam["ADAE"]
    columns = {"serious": "AESER", "related": "AEREL"}
    unrecorded = [word for word, name in columns.items() if adae[name].null_count == adae.num_rows]
    title, absent = "Adverse events", "No adverse event is on record."
    if not adae.num_rows:
        return Section("ae", title, absent)
    sizes = given.safety_sizes
    tables = (
        *adverse_event_tables(ledger, given.study, unrecorded, sizes),
        *event_window_tables(ledger, given.study, adae, unrecorded, sizes),
        death_table(ledger, sizes),
    )
    return _tabled("ae", title, absent, *tables)


def _laboratory(given: ReportInput, ledger: Ledger) -> Section:
    tables = laboratory_tables(ledger, given.study, given.safety_sizes)
    absent = "No laboratory result or vital sign that CTCAE grades is on record."
    return _tabled("laboratory", "Laboratory safety", absent, *tables)


def _liver(given: ReportInput, ledger: Ledger) -> Section:
    absent = "No patient of the safety population was treated, or no liver test is on record."
    title = "Liver safety"
    if not given.adam["ADLB"].num_rows:
        return Section("liver", title, absent)
    return _tabled("liver", title, absent, *liver_tables(ledger, given.safety_sizes))


def _normalization(given: ReportInput, ledger: Ledger, gallery: Gallery) -> Section:
    title = "Vessel normalization"
    if given.study.normalization is None:
        return Section("normalization", title, "The protocol asks for no vessel normalization.")
    adam = given.adam["ADVN"]
    rows = adam.filter(pc.is_in(adam["SUBJID"], value_set=pa.array(given.subjects, pa.string())))
    return Section(
        "normalization",
        title,
        "Nothing that the protocol asks for was measured on scans yet.",
        tables=normalization_tables(given.study, ledger, rows, given.sizes),
        drawings=gallery.drawings.get("normalization", ()),
        texts=normalization_texts(given.study, rows, given.sizes),
    )


def _findings(given: ReportInput) -> Section:
    by_code, listed = finding_tables(given.findings)
    accepted = acceptance_table(given.acceptances)
    counts = [(level, sum(f.level is level for f in given.findings)) for level in Level]
    said = ", ".join(f"{number.count(n)} {level}{'' if n == 1 else 's'}" for level, n in counts)
    said = f"Findings in protocol and records: {said}."
    texts = (said,) if given.acceptances else (said, "No finding was accepted.")
    tables = tuple(t for t in (accepted, by_code, listed) if not t.empty)
    return Section("findings", "Findings and acceptances", "", tables=tables, texts=texts)
