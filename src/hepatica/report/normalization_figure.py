"""Figures of vessel normalization: pairs of every component, and pictures of single patients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from hepatica.imaging.picture import Picture
from hepatica.records.catalogue import catalogue
from hepatica.report import number
from hepatica.report.figure.drawing import Drawing, Legend
from hepatica.report.figure.spaghetti import Bundle, Strand, render_spaghetti
from hepatica.report.figure.vessel_panel import Pair, render_pair
from hepatica.report.input import ReportInput
from hepatica.report.phrase import mid_sentence
from hepatica.report.section.normalization import (
    change_text,
    component_label,
    row_unit,
    value_text,
    verdict_text,
)
from hepatica.study.normalization import Component, Normalization

Row = Mapping[str, Any]
MOST_PATIENTS = 12
_PER_FIGURE = 4
_VERDICTS = {
    ("CHANGED", "TOWARDS"): "Changed in the direction",
    ("CHANGED", "AGAINST"): "Changed against the direction",
    ("CHANGED", None): "Changed, no direction planned",
    ("WITHIN ERROR", None): "Within error",
    ("NOT COMPARABLE", None): "Not comparable",
}
_KINDS = {
    "vessels": ("Vessels", "Measured centrelines seen from the front, as wide and coloured by the "
                "diameter; both panels at one scale."),
    "outline": ("Outlines", "Slice with what was drawn and measured on it; both panels at one "
                "scale."),
    "map": ("Map", "Parameter map over its slice; both panels at one scale and one colour scale, "
            "which ends at the 98th percentile."),
}  # fmt: skip


def normalization_drawings(given: ReportInput) -> tuple[Drawing, ...]:
    """Every figure of vessel normalization; none where the protocol asks for none."""
    plan = given.study.normalization
    if plan is None:
        return ()
    members = set(given.subjects)
    rows = [r for r in given.adam["ADVN"].to_pylist() if r["SUBJID"] in members]
    return (*_spaghetti(given, plan, rows), *_pictures(given, plan))


def _spaghetti(given: ReportInput, plan: Normalization, rows: Sequence[Row]) -> Iterator[Drawing]:
    bundles = [b for b in (_bundle(one, rows) for one in plan.components) if b.strands]
    for start in range(0, len(bundles), _PER_FIGURE):
        shown = bundles[start : start + _PER_FIGURE]
        people = {s.subject for b in shown for s in b.strands}
        text = (
            f"Left: values at baseline and at the later scan, {_who(given, len(people))}. Right: "
            "changes of the pairs that can be compared, against the repeatability limits of the "
            "protocol (grey). Line, marker and colour: verdict."
        )
        alt = "; ".join(_told(bundle) for bundle in shown)
        name = f"normalization_{start // _PER_FIGURE + 1}"
        title = "Vessel normalization: baseline and later scan"
        yield render_spaghetti(shown, _legend(given, name, title, text, f"{alt}."))


def _bundle(component: Component, rows: Sequence[Row]) -> Bundle:
    """The pairs of a component, region by region where a patient has several."""
    own = [
        r for r in rows
        if r["COMPID"] == component.id and r["BASE"] is not None and r["AVAL"] is not None
        and (r["VERDICT"], r["DIRECT"]) in _VERDICTS
    ]  # fmt: skip
    unit = next((r["AVALU"] for r in own if r["AVALU"] and r["AVALU"] != "1"), "")
    ratio = component.scale == "ratio"
    limits = (own[0]["RCLO"], own[0]["RCHI"]) if own else (0.0, 0.0)
    label = component_label(component)
    return Bundle(
        title=label,
        y_text=f"Value ({unit})" if unit else "Value",
        change_text="Change (%)" if ratio else f"Change{f' ({unit})' if unit else ''}",
        limits=limits,
        strands=tuple(_strand(r, "PCHG" if ratio else "CHG") for r in own),
    )


def _strand(row: Row, variable: str) -> Strand:
    verdict = _VERDICTS[row["VERDICT"], row["DIRECT"]]
    compared = row["VERDICT"] != "NOT COMPARABLE"
    change = row[variable] if compared else None
    text = f"{value_text(row['BASE'])} to {value_text(row['AVAL'])}, {verdict_text(row).lower()}"
    shown = change_text(change, row_unit(row))
    return Strand(
        row["SUBJID"], verdict, row["BASE"], row["AVAL"], change, f"{text} {shown}".strip()
    )


def _told(bundle: Bundle) -> str:
    verdicts = [s.verdict for s in bundle.strands]
    counts = (f"{verdicts.count(v)} {v.lower()}" for v in _VERDICTS.values() if v in verdicts)
    return f"{bundle.title}: {', '.join(counts)}"


def _pictures(given: ReportInput, plan: Normalization) -> Iterator[Drawing]:
    """Pictures of patients of the population, paired: maps of the plan's quantities, no curves."""
    anchors = _anchors(given, plan)
    asked = {*plan.context, *(one.test for one in plan.components)}
    found = [
        p
        for p in given.pictures
        if anchors.get(p.subject)
        and p.kind in _KINDS
        and (p.kind != "map" or p.overlay_test in asked)
    ]
    found.sort(key=lambda p: (p.subject, list(_KINDS).index(p.kind), p.region, p.day, p.series))
    patients = list(dict.fromkeys(p.subject for p in found))[:MOST_PATIENTS]
    index = dict.fromkeys(_KINDS, 0)
    for (subject, kind, region), own in groupby(found, key=lambda p: (p.subject, p.kind, p.region)):
        day0 = anchors[subject]
        chosen = _chosen(plan, list(own), day0) if subject in patients and day0 else []
        if not chosen:
            continue
        index[kind] += 1
        yield _drawing(given, chosen, (subject, kind, region), index[kind])


def _anchors(given: ReportInput, plan: Normalization) -> dict[str, date | None]:
    column = "RFICDT" if plan.anchor == "enrolment" else "TRTSDT"
    members = set(given.subjects)
    rows = given.adam["ADSL"].to_pylist()
    return {r["SUBJID"]: r[column] for r in rows if r["SUBJID"] in members}


def _chosen(
    plan: Normalization, pictures: Sequence[Picture], day0: date
) -> list[tuple[str, Picture]]:
    """The pictures of the baseline and of the later scan, as the protocol chooses scans."""
    low, high = plan.window_days
    days = [((p.day - day0).days, p) for p in pictures]
    before = [(d, p) for d, p in days if -plan.baseline_days <= d <= 0]
    after = [(d, p) for d, p in days if low <= d <= high]
    chosen = []
    if before:
        day, picture = max(before, key=lambda pair: pair[0])
        chosen.append((f"Baseline, {_day(day)}", picture))
    if after:
        day, picture = min(after, key=lambda pair: (abs(pair[0] - plan.target_day), pair[0]))
        chosen.append((f"Later scan, {_day(day)}", picture))
    return chosen


def _drawing(
    given: ReportInput,
    chosen: Sequence[tuple[str, Picture]],
    what: tuple[str, str, str],
    index: int,
) -> Drawing:
    subject, kind, region = what
    name, text = _KINDS[kind]
    first = chosen[0][1]
    colour = ""
    if kind == "map":
        known = catalogue("image_tests").get(first.overlay_test)
        unit = first.overlay_unit
        colour = f"{known.name if known else first.overlay_test}{f' ({unit})' if unit else ''}"
        text = f"{colour}. {text}"
    if any(picture.synthetic for _, picture in chosen):
        text += " Synthetic images, not from a patient."
    if len(chosen) == 1:
        text += " Of the other scan there is no picture."
    alt = f"{name} of patient {subject}, {region}: {' and '.join(h for h, _ in chosen)}."
    title = f"{name} of patient {subject}, {region}"
    pair = Pair(tuple(h for h, _ in chosen), tuple(p for _, p in chosen), colour)
    return render_pair(pair, _legend(given, f"{kind}_{index}", title, text, alt))


def _day(day: int) -> str:
    return f"day {number.count(day)}"


def _who(given: ReportInput, shown: int) -> str:
    size = len(given.subjects)
    of_all = "" if shown == size else f" of {number.count(size)}"
    noun = "patient" if shown == size == 1 else "patients"
    return f"{number.count(shown)}{of_all} {noun} ({mid_sentence(given.population_label)})"


def _legend(given: ReportInput, name: str, title: str, caption: str, alt: str) -> Legend:
    identity = given.study.study
    text = f"{caption} Data cutoff {identity.cutoff}."
    shown = f"{text} {identity.label}.".strip() if identity.label else text
    return Legend(name, title, shown, alt, identity.label)
