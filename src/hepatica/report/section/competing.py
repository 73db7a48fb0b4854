"""Competing risks: incidence of an event by group, Gray's tests, and the Fine-Gray models."""

from __future__ import annotations

from collections.abc import Iterator

from hepatica.report import number
from hepatica.report.ledger import Item, Ledger
from hepatica.report.phrase import group_text, grouping_text, mid_sentence, term_text
from hepatica.report.section.cell import count_cell, p_cell, probability_cell, ratio_cell
from hepatica.report.table import Line, Table
from hepatica.study import Study
from hepatica.study.plan import CompetingPlan


def competing_tables(ledger: Ledger, study: Study) -> Iterator[Table]:
    """A table of each planned analysis, and one of its model where there is one."""
    several = len(study.analysis.competing) > 1
    for i, plan in enumerate(study.analysis.competing, start=1):
        yield _incidence(ledger, study, plan, f"competing-{i}")
        if plan.covariates:
            model = f"Fine-Gray model {i}" if several else "Fine-Gray model"
            yield _model(ledger, study, plan, model)


def competing_groups(ledger: Ledger, plan: CompetingPlan) -> tuple[str, ...]:
    """Everybody (''), then the levels of the group, as the results name them."""
    found = ledger.words("competing", "group", variable=plan.endpoint)
    by = [g for g in found if plan.group and g.partition(" = ")[0].split(" in ")[0] == plan.group]
    return ("", *(g for g in by if " = " in g))


def gray_text(ledger: Ledger, plan: CompetingPlan) -> str:
    """Gray's tests in a sentence; '' where nothing is compared."""
    items = [
        i
        for i in ledger.items("competing", variable=plan.endpoint)
        if plan.group and i.group.split(" in ")[0] == plan.group and "Gray" in i.level
    ]
    told = [f"{i.level.partition(': ')[2]} P {_equals(i)}" for i in items if i.has("p_value")]
    return f"Gray's test of the incidence: {', '.join(told)}." if told else ""


def _equals(item: Item) -> str:
    if item.value("p_value") is None:
        return f"not estimable ({item.note})"
    text = number.p_value(item.value("p_value"))
    return text if text[0] in "<>" else f"= {text}"


def _incidence(ledger: Ledger, study: Study, plan: CompetingPlan, key: str) -> Table:
    endpoint = study.endpoint(plan.endpoint)
    groups = competing_groups(ledger, plan)
    columns = [dict(variable=plan.endpoint, group=g) for g in groups]
    whole = [ledger.item("competing", level="", **c) for c in columns]
    lines = [Line("Patients", tuple(map(count_cell, whole)))]
    levels = ledger.words("competing", "level", variable=plan.endpoint, group="")
    for event in (v for v in levels if ledger.item("competing", level=v, group="",
                                                   variable=plan.endpoint).has("events")):  # type: ignore[union-attr]  # fmt: skip
        items = [ledger.item("competing", level=event, **c) for c in columns]
        lines.append(Line(f"First event: {event}", tuple(count_cell(i, "events") for i in items)))
    level = number.level(study.conventions.conf_level)
    lines.append(Line(f"Incidence of {plan.event}, % ({level} CI)"))
    for mark in (v for v in levels if v.startswith(f"{plan.event} by ")):
        items = [ledger.item("competing", level=mark, **c) for c in columns]
        text = mark.removeprefix(f"{plan.event} ")
        lines.append(Line(text, tuple(map(probability_cell, items)), depth=1))
    by = f" by {mid_sentence(grouping_text(plan.group))}" if plan.group else ""
    heads = tuple(group_text(g) if g else "All patients" for g in groups)
    title = f"{endpoint.label}: incidence of {plan.event}, other events competing{by}"
    return Table(key, title, "", heads, tuple(lines), _notes(ledger, plan, whole))


def _notes(ledger: Ledger, plan: CompetingPlan, whole: list[Item | None]) -> tuple[str, ...]:
    method = (
        "Aalen-Johansen estimate with log-log limits; one minus Kaplan-Meier with the competing "
        "events censored would be too high."
    )
    notes = dict.fromkeys(i.note for i in whole if i is not None and i.note)
    gray = gray_text(ledger, plan)
    return tuple(t for t in (method, gray, *(f"{n}." for n in notes)) if t)


def _model(ledger: Ledger, study: Study, plan: CompetingPlan, model: str) -> Table:
    endpoint = study.endpoint(plan.endpoint)
    items = ledger.items("competing", variable=plan.endpoint, group=model)
    lines = tuple(
        Line(term_text(i.level), (ratio_cell(i), p_cell(i))) for i in items if i.has("hazard_ratio")
    )
    whole = next((i for i in items if not i.level), None)
    level = number.level(study.conventions.conf_level)
    columns = (f"Subdistribution hazard ratio ({level} CI)", "P")
    title = f"{model}: {plan.event}, {endpoint.label}"
    notes = []
    if whole is not None:
        n, events = whole.value("n"), whole.value("events")
        notes.append(
            f"{whole.first.method}; {number.count(n)} patients, {number.count(events)} events of "
            "interest. The ratio is of the incidence, not of the rate among those still at risk."
        )
        notes += dict.fromkeys(r.note for r in whole.results.values() if r.note)
    return Table(f"fine-gray-{model}", title, "Term", columns, lines, tuple(notes))
