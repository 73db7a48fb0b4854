"""Figures of the further analyses: incidence, survival from a landmark, forests, readers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hepatica.analysis.population import population
from hepatica.analysis.reader import reader_values
from hepatica.report import number
from hepatica.report.figure.bland_altman import Duel, render_bland_altman
from hepatica.report.figure.cumulative_incidence import Rise, render_incidence
from hepatica.report.figure.drawing import Drawing, Legend
from hepatica.report.figure.forest import Branch, ForestAxis, render_forest
from hepatica.report.figure.kaplan_meier import render_kaplan_meier
from hepatica.report.figure.label import name_ends
from hepatica.report.figure.strand import Strand, TimeAxis
from hepatica.report.input import ReportInput
from hepatica.report.ledger import Item, Ledger
from hepatica.report.phrase import first_upper, group_text, grouping_text, mid_sentence
from hepatica.report.section.competing import competing_groups, gray_text
from hepatica.report.section.landmark import WHY, landmark_names
from hepatica.report.section.subgroup import (
    compared,
    contrast_text,
    heads,
    notes,
    ratio_name,
    subgroup_limbs,
)
from hepatica.stats.kaplan_meier import Quantile
from hepatica.study.plan import CompetingPlan, LandmarkPlan, SubgroupPlan

# Letters of an arm's name under the axis of a forest plot.
_LONGEST_SIDE = 20
_BASELINE = "Target sum at baseline"
_LIMITS = ("bias", "lower limit of agreement", "upper limit of agreement")


def further_drawings(given: ReportInput, ledger: Ledger) -> dict[str, tuple[Drawing, ...]]:
    """The figures that the protocol's further analyses allow, by section."""
    plan = given.study.analysis
    return {
        "competing": tuple(
            d for i, p in enumerate(plan.competing, 1) for d in _incidence(given, ledger, p, i)
        ),
        "landmark": tuple(d for p in plan.landmark for d in _landmarks(given, ledger, p)),
        "subgroup": tuple(
            d for i, p in enumerate(plan.subgroup, 1) for d in _forest(given, ledger, p, i)
        ),
        "readers": tuple(_readers(given, ledger)),
    }


def _incidence(
    given: ReportInput, ledger: Ledger, plan: CompetingPlan, index: int
) -> Iterator[Drawing]:
    study, endpoint = given.study, given.study.endpoint(plan.endpoint)
    groups = [g for g in competing_groups(ledger, plan) if not plan.group or g]
    keys = [(plan.endpoint, plan.event, g) for g in groups]
    rises = [
        Rise(group_text(g) if g else "", given.analysis.incidences[k], _times(given, ledger, k))
        for g, k in zip(groups, keys, strict=True)
        if k in given.analysis.incidences
    ]
    if not rises:
        return
    by = f" by {mid_sentence(grouping_text(plan.group))}" if plan.group else ""
    others = " or ".join(e for e in endpoint.events if e != plan.event)
    title = f"Incidence of {plan.event}{by}"
    text = (
        f"Aalen-Johansen estimate{by} of {plan.event} from {endpoint.origin}, {others} competing; "
        f"censoring rules {endpoint.rule_set}. Band: {number.level(study.conventions.conf_level)} "
        "log-log interval; ticks: censored. Below: at risk."
    )
    told = "; ".join(f"{r.label or 'everybody'}: {r.curve.n_events} of {r.curve.n}" for r in rises)
    name = f"incidence_{index}_{_slug(plan.endpoint)}"
    legend = _legend(given, name, title, text, f"Rising step curves of {title}. Events: {told}.")
    y_text = f"Incidence of {plan.event} (%)"
    note = gray_text(ledger, plan)
    yield render_incidence(rises, legend, _axis(given, endpoint.origin), y_text=y_text, note=note)


def _times(given: ReportInput, ledger: Ledger, key: tuple[str, str, str]) -> dict[str, float]:
    item = ledger.item("competing", variable=key[0], group=key[2], level="")
    return _member_times(given, key[0], item)


def _member_times(given: ReportInput, endpoint: str, item: Item | None) -> dict[str, float]:
    members = set(item.results["n"].subjects) if item else set()
    parameter = given.study.endpoint(endpoint).parameter
    return {
        r["SUBJID"]: float(r["AVAL"])
        for r in given.adam["ADTTE"].to_pylist()
        if r["PARAMCD"] == parameter and r["SUBJID"] in members
    }


def _landmarks(given: ReportInput, ledger: Ledger, plan: LandmarkPlan) -> Iterator[Drawing]:
    endpoint = given.study.endpoint(plan.endpoint)
    criterion = endpoint.criterion or given.study.response.criterion
    for name in landmark_names(ledger, plan):
        keys = [(plan.endpoint, criterion, f"{name} = {state}") for state in "YN"]
        strands = [_strand(given, ledger, k) for k in keys if k in given.analysis.landmarks]
        if len(strands) < 2:
            continue
        title = f"{endpoint.label} from the landmark on, by {name}"
        text = (
            f"Kaplan-Meier estimate from the landmark, of those followed without the event until "
            f"then, by {name} ({criterion}). {WHY}"
        )
        told = "; ".join(f"{s.label}: {s.curve.n_events} of {s.curve.n}" for s in strands)
        alt = f"Falling step curves of {title}. Events: {told}."
        figure = f"landmark_{_slug(plan.endpoint)}_{_slug(name)}"
        yield render_kaplan_meier(
            strands,
            _legend(given, figure, title, text, alt),
            _axis(given, "the landmark"),
            y_text="Overall survival" if endpoint.events == ("death",) else "Free of the event",
            note=_p(ledger.item("landmark", variable=plan.endpoint, group=name, level="log-rank")),
        )


def _strand(given: ReportInput, ledger: Ledger, key: tuple[str, str, str]) -> Strand:
    endpoint, criterion, group = key
    where = {"variable": endpoint, "criterion": criterion, "group": group}
    median = ledger.item("landmark", level="median", **where)
    values = [median.value(s) if median else None for s in ("estimate", "ci_low", "ci_high")]
    name, state = group.split(" = ")
    label = first_upper(name) if state == "Y" else f"No {name}"
    curve = given.analysis.landmarks[key]
    at = float(re.findall(r"by ([0-9.]+) months", name)[0]) * given.study.conventions.month_days
    times = _member_times(given, endpoint, ledger.item("landmark", level="", **where))
    return Strand(label, curve, Quantile(*values), {s: t - at for s, t in times.items()})


def _p(item: Item | None) -> str:
    if item is None or item.value("p_value") is None:
        return ""
    p = number.p_value(item.value("p_value"))
    return f"Log-rank test: P {p if p[0] in '<>' else '= ' + p}"


def _forest(
    given: ReportInput, ledger: Ledger, plan: SubgroupPlan, index: int
) -> Iterator[Drawing]:
    limbs = subgroup_limbs(ledger, plan)
    if not any(limb.estimate is not None for limb in limbs):
        return
    endpoint, contrasts = given.study.endpoint(plan.endpoint), compared(ledger, plan)
    branches = [
        Branch(
            limb.label,
            limb.counts.text,
            limb.printed.text,
            limb.estimate,
            limb.low,
            limb.high,
            len(limb.subjects),
            limb.depth,
            limb.subjects,
        )
        for limb in limbs
    ]
    counts, words = heads(ledger, given.study, plan)
    ratio = bool(contrasts)
    line = 1.0 if ratio else branches[0].estimate
    text = ratio_name(given.study, plan) if ratio else words.split(" (")[0]
    sides = ("", "")
    if len(contrasts) == 1:
        level = contrasts[0].partition(": ")[2].partition(" against ")[0]
        level = name_ends(level, _LONGEST_SIDE)
        noun = text.split()[0].lower()
        sides = (f"lower {noun} with {level}", f"higher {noun} with {level}")
    axis = ForestAxis(text, ratio, counts, words, line, sides)
    title = f"{endpoint.label} in subgroups"
    caption = " ".join(notes(ledger, given.study, plan))
    told = f"{sum(bool(b.counts) for b in branches)} lines, all patients first"
    what = f", {'; '.join(map(contrast_text, contrasts))}" if contrasts else ""
    alt = f"Forest plot of {title}{what}; {told}: {branches[0].text}."
    legend = _legend(given, f"forest_{index}_{_slug(plan.endpoint)}", title, caption, alt)
    yield render_forest(branches, legend, axis)


def _readers(given: ReportInput, ledger: Ledger) -> Iterator[Drawing]:
    plan = given.study.analysis.readers
    if plan is None:
        return
    people = population(given.study, given.adam, plan.population or given.study.analysis.population)
    values = reader_values(given.study, given.adam, people, _BASELINE)
    groups = ledger.words("reader", "group", variable=_BASELINE)
    duels, unit = [], ""
    for group in (g for g in groups if " against " in g):
        items = [ledger.item("reader", variable=_BASELINE, group=group, level=v) for v in _LIMITS]
        found = [_triple(i) for i in items]
        if any(f is None for f in found):
            continue
        first, second = group.split(" against ")
        both = sorted(values[first].keys() & values[second].keys())
        pairs = {s: (values[first][s], values[second][s]) for s in both}
        duels.append(Duel(first, second, pairs, *[f for f in found if f is not None]))
        unit = items[0].results["estimate"].unit if items[0] else ""
    if not duels:
        return
    title = "Target sum at baseline: differences of the readers"
    level = number.level(given.study.conventions.conf_level)
    text = (
        "Bland-Altman: difference of two readers against their mean, a circle a patient. Lines: "
        f"bias and limits of agreement; bands: their {level} intervals."
    )
    told = "; ".join(
        f"{d.first} minus {d.second}: bias {number.number(d.bias[0])} {unit}" for d in duels
    )
    legend = _legend(given, "readers_baseline_sum", title, text, f"{title}. {told}.")
    yield render_bland_altman(duels, legend, text="of both", unit=unit)


def _triple(item: Item | None) -> tuple[float, float, float] | None:
    if item is None:
        return None
    values = [item.value(s) for s in ("estimate", "ci_low", "ci_high")]
    known = [v for v in values if v is not None]
    return (known[0], known[1], known[2]) if len(known) == 3 else None


def _axis(given: ReportInput, origin: str | None) -> TimeAxis:
    unit = given.study.conventions.time_unit
    divisor = given.study.conventions.month_days if unit == "months" else 1.0
    return TimeAxis(f"{unit.capitalize()} from {origin}", unit, divisor)


def _legend(given: ReportInput, name: str, title: str, caption: str, alt: str) -> Legend:
    identity = given.study.study
    text = f"{caption} Data cutoff {identity.cutoff}."
    labelled = f"{text} {identity.label}." if identity.label else text
    return Legend(name, title, labelled, alt, identity.label)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
