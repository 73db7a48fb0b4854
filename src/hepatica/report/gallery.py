"""The figures of a study: which there are, what each says of itself, and why one is missing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hepatica.report import number
from hepatica.report.figure.drawing import Drawing, Legend
from hepatica.report.figure.flow import render_flow
from hepatica.report.figure.kaplan_meier import render_kaplan_meier
from hepatica.report.figure.source import (
    spider_threads,
    survival_strand,
    swimmer_lanes,
    waterfall_bars,
)
from hepatica.report.figure.spider import render_spider
from hepatica.report.figure.strand import Strand, TimeAxis
from hepatica.report.figure.swimmer import MOST_LANES, render_swimmer
from hepatica.report.figure.waterfall import Bar, render_waterfall
from hepatica.report.further_figure import further_drawings
from hepatica.report.input import ReportInput
from hepatica.report.ledger import FIRST_ROW, Ledger
from hepatica.report.normalization_figure import normalization_drawings
from hepatica.report.phrase import (
    first_upper,
    group_split,
    group_text,
    grouping_text,
    mid_sentence,
    splits,
)
from hepatica.report.section.disposition import patient_flow
from hepatica.report.table import Cell
from hepatica.study import Study
from hepatica.study.endpoint import Endpoint

_SUM = {
    "mRECIST": "sum of viable diameters",
    "EASL": "sum of viable areas",
}
_MOST_NAMED = 30


@dataclass(frozen=True, slots=True)
class Gallery:
    """The drawings by kind; `absent` says in a sentence why a kind has none."""

    drawings: dict[str, tuple[Drawing, ...]]
    absent: dict[str, str]

    def all(self) -> tuple[Drawing, ...]:
        """Every drawing, in the order of the report."""
        return tuple(d for group in self.drawings.values() for d in group)


def render_gallery(given: ReportInput, ledger: Ledger) -> Gallery:
    """Draw every figure that the data allow."""
    drawings: dict[str, tuple[Drawing, ...]] = {"flow": render_flow_of(given, ledger)}
    absent: dict[str, str] = {}
    for kind, render in (
        ("waterfall", render_waterfall_of),
        ("swimmer", render_swimmer_of),
        ("spider", render_spider_of),
    ):
        found = render(given)
        drawings[kind] = () if isinstance(found, str) else (found,)
        if isinstance(found, str):
            absent[kind] = found
    drawings["survival"] = tuple(render_curves(given, ledger))
    drawings |= further_drawings(given, ledger)
    drawings["normalization"] = normalization_drawings(given)
    return Gallery(drawings, absent)


def render_flow_of(given: ReportInput, ledger: Ledger) -> tuple[Drawing, ...]:
    """The flow of patients; nothing where nobody is on record."""
    flow = patient_flow(ledger)
    if not flow.stream:
        return ()
    told = (f"{b.text} {b.count.text}" for b in (*flow.stream, *flow.ends, *flow.others))
    text = f"Every stage with those who reached it; beside it, who left before. {flow.note}".strip()
    legend = _legend(given, "flow", "Flow of patients", text, f"Flow diagram: {'; '.join(told)}.")

    def behind(count: Cell) -> tuple[str, ...]:
        return ledger.results[count.rows[0] - FIRST_ROW].subjects if count.rows else ()

    return (render_flow(flow, legend, behind),)


def render_waterfall_of(given: ReportInput) -> Drawing | str:
    """Waterfall under the study's own criterion, or the sentence that says why there is none."""
    bars = waterfall_bars(given)
    if not bars:
        return "No patient has a target sum at baseline and after it, so there is no waterfall."
    seen = {b.subject for b in bars}
    without = [s for s in given.subjects if s not in seen]
    shrunk = sum(b.change_pct < 0 for b in bars)
    text = (
        f"Best change of the {_sum(given.study)} from baseline up to the first progression or new "
        f"therapy, {given.study.response.criterion}; {_who(given, len(bars))}. "
        f"Colour and hatch: best overall response{_confirmed(given.study)}. "
        f"Dashed lines: +20% and {number.MINUS}30%; the first is not "
        f"the rule for progression, which compares with the nadir.{_cross(bars)}"
        f"{_without(without)}"
    )
    alt = (
        f"Waterfall of {len(bars)} bars from {number.number(max(b.change_pct for b in bars))}% to "
        f"{number.number(min(b.change_pct for b in bars))}%; {shrunk} below zero."
    )
    legend = _legend(given, "waterfall", "Best change of the target sum", text, alt)
    return render_waterfall(
        bars, legend, y_text=f"Best change in {_sum(given.study)},\n% of baseline"
    )


def render_swimmer_of(given: ReportInput) -> Drawing | str:
    """Swimmer of the population, or the sentence that says why there is none."""
    lanes = swimmer_lanes(given)
    if not lanes:
        return "No patient has a date of first treatment and a known end, so there is no swimmer."
    if len(lanes) > MOST_LANES:
        return (
            f"{number.count(len(lanes))} patients are too many for a readable swimmer "
            f"(at most {MOST_LANES}); their courses stand in adam/adsl.csv."
        )
    died = sum(lane.died for lane in lanes)
    text = (
        f"Course of {_who(given, len(lanes))} from first treatment to death or last contact, "
        "longest on top. The bar within a lane is the response, from its first assessment to "
        f"progression or the last assessment ({given.study.response.criterion}). Best: best "
        f"overall response{_confirmed(given.study)}."
    )
    alt = (
        f"Swimmer of {len(lanes)} patients, the longest {number.number(max(x.end for x in lanes))} "
        f"months; {died} died."
    )
    return render_swimmer(lanes, _legend(given, "swimmer", "Course of each patient", text, alt))


def render_spider_of(given: ReportInput) -> Drawing | str:
    """Spider under the study's own criterion, or the sentence that says why there is none."""
    threads = spider_threads(given)
    if not threads:
        return "No patient has a target sum at baseline and after it, so there is no spider plot."
    text = (
        f"Change of the {_sum(given.study)} from baseline (drawn at 0), scan by scan, "
        f"{given.study.response.criterion}; {_who(given, len(threads))}. "
        f"Marker: best overall response{_confirmed(given.study)}; ring: new lesion on that scan; "
        "grey: after progression or new therapy. Growth beyond +100% is drawn at +100%. Patients "
        "are named where there is room."
    )
    alt = f"Lines of {len(threads)} patients from 0% at first treatment to their last scan."
    legend = _legend(given, "spider", "Change of the target sum over time", text, alt)
    return render_spider(threads, legend, y_text=f"Change in {_sum(given.study)},\n% of baseline")


def render_curves(given: ReportInput, ledger: Ledger) -> list[Drawing]:
    """Kaplan-Meier figures: each endpoint for everybody, then each endpoint by its groups."""
    curves = given.analysis.curves
    drawings = []
    for endpoint in given.study.endpoints:
        keys = [k for k in curves if k[0] == endpoint.id]
        drawings += [_curve(given, ledger, [k]) for k in keys if not k[2]]
        for name in splits(k[2] for k in keys):
            drawings.append(
                _curve(
                    given, ledger, [k for k in keys if k[2] and group_split(k[2])[0] == name], name
                )
            )
    return drawings


def _curve(
    given: ReportInput, ledger: Ledger, keys: list[tuple[str, str, str]], by: str = ""
) -> Drawing:
    study, endpoint = given.study, given.study.endpoint(keys[0][0])
    strands = [survival_strand(given, ledger, k, group_text(k[2]) if by else "") for k in keys]
    grouped = f" by {mid_sentence(grouping_text(by))}" if by else ""
    unit = study.conventions.time_unit
    divisor = study.conventions.month_days if unit == "months" else 1.0
    axis = TimeAxis(f"{unit.capitalize()} from {endpoint.origin}", unit, divisor)
    who = _who(given, sum(s.curve.n for s in strands))
    text = (
        f"Kaplan-Meier estimate{grouped}, {who}; from {endpoint.origin} "
        f"to {' or '.join(endpoint.events)}{f' ({keys[0][1]})' if keys[0][1] else ''}, "
        f"censoring rules {endpoint.rule_set}."
        f"{' Patients enter at first treatment.' if endpoint.delayed_entry else ''} Band: "
        f"{number.level(study.conventions.conf_level)} {study.conventions.conf_type} interval; "
        f"ticks: censored. Below: at risk (censored so far)."
    )
    alt = "; ".join(_told(s, unit) for s in strands)
    name = "km_" + _slug("_".join(p for p in (endpoint.id, by) if p))
    title = f"{endpoint.label}{grouped}"
    legend = _legend(given, name, title, text, f"Falling step curve of {title}. {alt}.")
    note = _log_rank(ledger, endpoint.id, by) if by else ""
    return render_kaplan_meier(strands, legend, axis, y_text=_y_text(endpoint), note=note)


def _told(strand: Strand, unit: str) -> str:
    m, label = strand.median, f"{strand.label}: " if strand.label else ""
    median = number.median_time(m.estimate, m.lower, m.upper, unit)
    events = f"{number.count(strand.curve.n_events)} events in {number.count(strand.curve.n)}"
    return f"{label}{events} patients, median in {unit} {median}"


def _who(given: ReportInput, shown: int) -> str:
    size = len(given.subjects)
    of_all = "" if shown == size else f" of {number.count(size)}"
    noun = "patient" if shown == size == 1 else "patients"
    return f"{number.count(shown)}{of_all} {noun} ({mid_sentence(given.population_label)})"


def _y_text(endpoint: Endpoint) -> str:
    name = re.split(r",| from ", endpoint.label)[0]
    if "survival" in name.lower() and len(name) <= 32:
        return name
    events = " or ".join(endpoint.events)
    return "Without a response" if events == "response" else f"Free of {events}"


def _log_rank(ledger: Ledger, endpoint: str, by: str) -> str:
    item = ledger.item("test", variable=endpoint, group=by)
    if item is None or item.value("p_value") is None:
        return ""
    p = number.p_value(item.value("p_value"))
    return f"{first_upper(item.level)} test: P {p if p[0] in '<>' else '= ' + p}"


def _legend(given: ReportInput, name: str, title: str, caption: str, alt: str) -> Legend:
    identity = given.study.study
    text = f"{caption} Data cutoff {identity.cutoff}."
    return Legend(name, title, f"{text} {identity.label}.".strip() if identity.label else text, alt,
                  identity.label)  # fmt: skip


def _cross(bars: list[Bar]) -> str:
    text = ""
    if any(b.new_lesion for b in bars):
        text += " Cross (new-lesion PD): progression by a new lesion."
    if any(b.response == "PD" and b.change_pct < 0 for b in bars):
        text += " Shrinkage with PD: growth from the nadir, a non-target or a new lesion."
    return text


def _without(subjects: list[str]) -> str:
    if not subjects:
        return ""
    named = ", ".join(subjects[:_MOST_NAMED])
    more = f" and {len(subjects) - _MOST_NAMED} more" if len(subjects) > _MOST_NAMED else ""
    return f" No complete assessment after baseline: {named}{more}."


def _sum(study: Study) -> str:
    return _SUM.get(study.response.criterion, "sum of target diameters")


def _confirmed(study: Study) -> str:
    return ", confirmed" if study.response.confirmed_primary else ", unconfirmed"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
