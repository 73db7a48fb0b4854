"""Methods from the protocol: what was promised and by which rules the numbers were made."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from hepatica.core.citation import citations
from hepatica.report import number
from hepatica.report.ledger import Ledger
from hepatica.report.narrative.reference import References, bracketed
from hepatica.report.narrative.sentence import Pieces, known, paragraph, pieces, plural, words
from hepatica.report.passage import Paragraph
from hepatica.report.phrase import mid_sentence
from hepatica.report.section.protocol import protocol_chapters
from hepatica.study import Study
from hepatica.study.endpoint import Endpoint

_DESIGN = {
    "single-arm": "a single-arm study",
    "cohort": "a cohort study",
    "randomised": "a randomised trial",
}
_INTERVAL = {"log": "log-transformed", "log-log": "log-minus-log transformed", "plain": "linear"}


def method_paragraphs(
    ledger: Ledger, study: Study, refer: References
) -> Iterator[Paragraph | None]:
    """Design, patients, treatment, assessments, endpoints, safety and statistics.

    How response and adverse events were judged is not said where the study is not about response,
    or where none is on record.
    """
    yield paragraph("Methods", *_design(study))
    yield paragraph("", *_patients(study, refer))
    yield paragraph("", *_treatment(study))
    if ledger.items("response") or any(_needs_response(e) for e in study.endpoints):
        yield paragraph("", *_response(study))
    yield paragraph("", *_endpoints(study))
    if any(known(item, "n") for item in ledger.items("ae")):
        yield paragraph("", _safety(study))
    yield paragraph("", *_statistics(study, refer))


def _needs_response(endpoint: Endpoint) -> bool:
    return endpoint.kind == "proportion" or bool({"progression", "response"} & set(endpoint.events))


def _design(study: Study) -> Iterator[Pieces]:
    s = study.study
    text = f"{s.id} is {_DESIGN.get(s.design, s.design)}"
    yield pieces(f"{text}, registered as {s.registration}." if s.registration else f"{text}.")
    work = citations().get(s.reference)
    if work:
        yield pieces(f"Its protocol is taken from {str(work).rstrip('.')}.")
    if s.enrolment_start and s.enrolment_end:
        yield pieces(f"Patients were enrolled from {s.enrolment_start} to {s.enrolment_end}.")
    yield pieces(f"The data were cut off on {s.cutoff}.")
    if s.planned_subjects:
        noun = plural(s.planned_subjects, "patient")
        yield pieces(f"{number.count(s.planned_subjects)} {noun} were planned.")
    lacking = [
        name
        for name, value in (
            ("registration", s.registration),
            ("ethics approval", s.ethics),
            ("consent", s.consent),
            ("planned sample size", s.planned_subjects),
            ("period of enrolment", s.enrolment_start and s.enrolment_end),
        )
        if not value
    ]
    if lacking:
        yield pieces(f"Not recorded in the protocol: {words(lacking)}.")


def _patients(study: Study, refer: References) -> Iterator[Pieces]:
    counts = (("inclusion", len(study.inclusion)), ("exclusion", len(study.exclusion)))
    parts = [f"{n} {kind} {plural(n, 'criterion', 'criteria')}" for kind, n in counts if n]
    where = bracketed(refer.section("protocol"))
    if parts:
        yield pieces(f"Eligibility was defined by {words(parts)}", where, ".")
    else:
        yield pieces("The protocol states no eligibility criteria.")
    r = study.refractory
    if r:
        times = f"{r.min_consecutive_tace} consecutive TACE sessions"
        yield pieces(
            f"Disease counted as TACE-refractory ({r.definition} definition) after at least "
            f"{times} with any of {words(r.any_of, ' or ')}."
        )


def _treatment(study: Study) -> Iterator[Pieces]:
    chapters = {c.heading: c for c in protocol_chapters(study)}
    steps = chapters.get("Treatment")
    if steps:
        by_arm: dict[str, list[str]] = {}
        for step, entry in zip(study.treatment, steps.entries, strict=True):
            by_arm.setdefault(step.arm, []).append(entry.text)
        told = (f"{_arm(by_arm, arm)}{'; then '.join(t)}" for arm, t in by_arm.items())
        yield pieces(f"The study treatment was {'; '.join(told)}.")
    schedule = chapters.get("Schedule")
    if schedule:
        told = (mid_sentence(e.text) for e in schedule.entries)
        yield pieces(f"Patients were to be assessed {'; '.join(told)}.")
    else:
        yield pieces("The protocol states no schedule of assessments.")


def _arm(arms: Collection[str], arm: str) -> str:
    if not any(arms):
        return ""
    return f"for arm {arm}, " if arm else "for every arm, "


def _response(study: Study) -> Iterator[Pieces]:
    r = study.response
    further = f", and by {words(r.sensitivity)} as sensitivity analyses" if r.sensitivity else ""
    yield pieces(f"Tumour response was assessed by {r.criterion}{further}.")
    who = f", as measured by {r.reader}" if r.reader else ""
    yield pieces(f"The baseline was the {r.baseline}{who}.")
    counted = "confirmed" if r.confirmed_primary else "unconfirmed"
    yield pieces(
        f"Best responses count {counted}; a response is confirmed by a second assessment after at "
        f"least {r.confirm_days} {plural(r.confirm_days, 'day')}, and stable disease has to last "
        f"at least {r.min_sd_days} {plural(r.min_sd_days, 'day')} from first treatment."
    )


def _endpoints(study: Study) -> Iterator[Pieces]:
    for role in ("primary", "secondary"):
        found = [e for e in study.endpoints if e.role == role]
        if found:
            verb = f"{plural(len(found), 'endpoint was', 'endpoints were')}"
            listed = "; ".join(_endpoint(study, e) for e in found)
            yield pieces(f"The {role} {verb} {listed}.")
    more = [e for e in study.endpoints if e.role == "exploratory"]
    if more:
        noun = plural(len(more), "endpoint is", "endpoints are")
        yield pieces(f"{len(more)} further {noun} exploratory.")


def _endpoint(study: Study, endpoint: Endpoint) -> str:
    e, name = endpoint, mid_sentence(endpoint.label)
    if e.kind == "proportion":
        criterion = e.criterion or study.response.criterion
        return f"{name} ({words(e.responses, ' or ')} by {criterion}, of all patients)"
    entry = ", with entry at first treatment" if e.delayed_entry else ""
    return f"{name} (from {e.origin} to {words(e.events, ' or ')}, {e.rule_set} censoring{entry})"


def _safety(study: Study) -> Pieces:
    s = study.safety
    scale = f"graded by CTCAE {s.ctcae}" if s.ctcae else "kept in the grades as recorded"
    silent = "" if s.ctcae else "; the protocol names no scale or version"
    return pieces(
        f"Adverse events were {scale}{silent}. Those that began up to {s.window_days} "
        f"{plural(s.window_days, 'day')} after the last treatment count; each patient counts once "
        "a term, at the worst grade."
    )


def _statistics(study: Study, refer: References) -> Iterator[Pieces]:
    c = study.conventions
    label = mid_sentence(study.population(study.analysis.population).label)
    level = number.level(c.conf_level)
    yield pieces(
        f"Efficacy was analysed in this population: {label}; the unit of analysis is the patient."
    )
    methods = dict.fromkeys(e.interval for e in study.endpoints if e.kind == "proportion")
    if methods:
        named = words([m for m in methods if m])
        yield pieces(f"Proportions have {level} {named} intervals.")
    if any(e.kind == "time-to-event" for e in study.endpoints):
        form = _INTERVAL.get(c.conf_type, c.conf_type)
        rule = "its midpoint" if c.median_rule == "midpoint" else "its first time"
        yield pieces(
            f"Times to event were estimated by Kaplan-Meier with {form} {level} intervals, "
            "follow-up by reverse Kaplan-Meier; the median on a plateau of the curve is "
            f"{rule}; one month is {number.plain(c.month_days)} days. Brackets after an estimate "
            f"hold its {level} interval."
        )
    if study.analysis.cox:
        yield pieces(f"Proportional hazards models treat ties by {c.ties.capitalize()}'s method.")
    yield pieces(
        f"Tests are two-sided with an alpha of {number.plain(c.alpha)}. Missing values are never "
        "replaced and never counted as fulfilled",
        bracketed(refer.section("conventions")),
        ".",
    )
