"""The protocol as the report prints it, and the conventions that its numbers follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hepatica.core.citation import citations
from hepatica.report import number
from hepatica.study import Criterion, Study, criterion_sentence
from hepatica.study.model import Treatment

_ADEQUATE = "adequate assessment (an overall response other than NE)"
RULE_SETS = {
    "seed": "an event counts whenever it occurs; otherwise, and at a death that is no event of the "
    f"endpoint, censored at the last {_ADEQUATE}",
    "EMA": "an event counts whenever it occurs, after new therapy and missed visits too; otherwise "
    f"censored at the last {_ADEQUATE}",
    "FDA": "new anticancer therapy, or two or more missed visits, before the event: censored at "
    f"the last {_ADEQUATE} before them; no baseline assessment: censored at the origin",
}
_ALIVE = "censored on the date last known alive, under every set of rules"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the protocol: what it is, what it says, and the section it is taken from.

    `rule` is how it is executed, where that is another sentence.
    """

    term: str
    text: str
    source: str = ""
    note: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """Entries under one heading; `note` is what the protocol says of all of them."""

    heading: str
    entries: tuple[Entry, ...]
    source: str = ""
    note: str = ""


def protocol_chapters(study: Study) -> tuple[Chapter, ...]:
    """Identity, eligibility, treatment, schedule, response, endpoints and safety, in order."""
    chapters = (
        _identity(study),
        Chapter("Inclusion criteria", _criteria(study.inclusion)),
        Chapter("Exclusion criteria", _criteria(study.exclusion)),
        _refractory(study),
        Chapter("Treatment", tuple(map(_treatment, study.treatment))),
        _schedule(study),
        _response(study),
        _endpoints(study),
        _safety(study),
    )
    return tuple(c for c in chapters if c.entries)


def convention_entries(study: Study) -> tuple[Entry, ...]:
    """The conventions of every number in the report."""
    c = study.conventions
    return (
        *_rule_sets(study),
        Entry("Month", f"{number.plain(c.month_days)} days"),
        Entry("Days counted as", c.day_count),
        Entry("Confidence level", number.level(c.conf_level)),
        Entry("Kaplan-Meier interval", c.conf_type),
        Entry("Median on a plateau", c.median_rule),
        Entry("Ties in proportional hazards models", c.ties.capitalize()),
        Entry("Quantiles", f"type {c.quantile_type}"),
        Entry("Alpha", f"{number.plain(c.alpha)}, two-sided"),
        Entry("Rounding", "half away from zero, in print only; results.csv is unrounded"),
        Entry("Missing values", "never counted as zero and never as fulfilled"),
        *((Entry("Note", c.note, c.source),) if c.note else ()),
    )


def _rule_sets(study: Study) -> tuple[Entry, ...]:
    used = dict.fromkeys(e.rule_set for e in study.endpoints if e.rule_set)
    named = tuple(Entry(f"Censoring rules {name}", RULE_SETS[name]) for name in used)
    return (*named, Entry("Death as the only event", _ALIVE)) if named else ()


def _identity(study: Study) -> Chapter:
    s = study.study
    work = citations().get(s.reference)
    span = " to ".join(str(d) for d in (s.enrolment_start, s.enrolment_end) if d)
    pairs = (
        ("Study", s.id),
        ("Design", s.design),
        ("Registration", s.registration),
        ("Ethics approval", " of ".join(t for t in (s.ethics, _text(s.ethics_date)) if t)),
        ("Consent", s.consent),
        ("Sponsor", s.sponsor),
        ("Sites", "; ".join(s.sites)),
        ("Enrolment", span),
        ("Planned patients", _text(s.planned_subjects)),
        ("Data cutoff", str(s.cutoff)),
        ("Reference", str(work) if work else s.reference),
    )
    entries = tuple(Entry(term, text) for term, text in pairs if text)
    return Chapter("Identity", entries, s.source, s.note)


def _criteria(criteria: Sequence[Criterion]) -> tuple[Entry, ...]:
    return tuple(Entry(c.id, c.text, c.source, c.note, criterion_sentence(c)) for c in criteria)


def _refractory(study: Study) -> Chapter:
    r = study.refractory
    if r is None:
        return Chapter("", ())
    text = (
        f"After at least {r.min_consecutive_tace} consecutive TACE sessions, any of: "
        f"{', '.join(r.any_of)}"
    )
    return Chapter("TACE-refractory disease", (Entry(r.definition, text, r.source, r.note),))


def _treatment(step: Treatment) -> Entry:
    dose = f"{number.plain(step.dose)} {step.unit or ''}".strip() if step.dose else ""
    time = f"over {number.plain(step.duration_min)} min" if step.duration_min else ""
    drug = " ".join(t for t in (step.drug, dose, step.route or "", time) if t)
    materials = f"with {', '.join(step.materials)}" if step.materials else ""
    parts = (drug, step.procedure or "", step.technique or "", materials, step.sessions)
    arm = f"{step.id} ({step.arm})" if step.arm else step.id
    return Entry(arm, ", ".join(p for p in parts if p), step.source, step.note)


def _schedule(study: Study) -> Chapter:
    s = study.schedule
    if s is None:
        return Chapter("", ())
    low, high = (number.plain(w) for w in s.interval_weeks)
    every = low if low == high else f"{low}{number.EN_DASH}{high}"
    text = (
        f"Every {every} weeks from {s.anchor}, \u00b1{s.window_days} days: "
        f"{', '.join(s.assessments)}"
    )
    return Chapter("Schedule", (Entry("Assessments", text, s.source, s.note),))


def _response(study: Study) -> Chapter:
    r = study.response
    pairs = (
        ("Criterion", r.criterion),
        ("Sensitivity", ", ".join(r.sensitivity)),
        ("Baseline", r.baseline),
        ("Confirmation", f"after at least {r.confirm_days} days"),
        ("NE between", f"at most {r.max_ne_between}"),
        ("SD lasts", f"at least {r.min_sd_days} days from first treatment"),
        ("Counted as primary", "confirmed" if r.confirmed_primary else "unconfirmed"),
        (
            "Absolute growth for PD",
            f"{number.plain(r.pd_abs_mm)} mm" if r.pd_abs_mm is not None else "",
        ),
        (
            "Scans of one visit",
            f"those up to {r.merge_days} days apart" if r.merge_days else "",
        ),
        ("Reader", r.reader),
    )
    entries = tuple(Entry(term, text) for term, text in pairs if text)
    return Chapter("Tumour response", entries, r.source, r.note)


def _endpoints(study: Study) -> Chapter:
    entries = []
    for e in study.endpoints:
        if e.kind == "proportion":
            text = f"{', '.join(e.responses)} of all patients, {e.interval} interval"
        else:
            text = f"from {e.origin} to {' or '.join(e.events)}, censoring rules {e.rule_set}"
            text += ", entry at first treatment" if e.delayed_entry else ""
        entries.append(Entry(f"{e.id} ({e.role})", f"{e.label}: {text}", e.source, e.note))
    return Chapter("Endpoints", tuple(entries))


def _safety(study: Study) -> Chapter:
    s = study.safety
    entries = (
        Entry("Grading", f"CTCAE {s.ctcae}" if s.ctcae else "no scale or version stated"),
        Entry("Laboratory results", f"graded by CTCAE {s.grading_version}; {_symptoms(study)}"),
        Entry("Window", f"{s.window_days} days after the last treatment"),
        Entry("Periods", f"{', '.join(map(str, s.session_days))} days after a session"),
        _post_embolization(study),
    )
    return Chapter("Safety", entries, s.source, s.note)


def _symptoms(study: Study) -> str:
    taken = study.safety.symptoms
    if taken == "unknown":
        return "no grade where it asks for symptoms, which were not collected"
    return f"symptoms taken as {taken} where a grade asks for them"


def _post_embolization(study: Study) -> Entry:
    rule = study.safety.post_embolization
    parts = "; ".join(" or ".join(terms).lower() for terms in rule.components)
    return Entry(
        "Post-embolization syndrome",
        f"at least {rule.at_least} of {parts} beginning within {rule.window_hours} hours of an "
        "embolization",
        rule.source,
        rule.note,
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)
