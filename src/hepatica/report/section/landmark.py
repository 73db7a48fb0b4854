"""Survival by response without immortal time: landmarks, and response as it changes."""

from __future__ import annotations

from collections.abc import Iterator

from hepatica.analysis.landmark import AGAINST, FOLLOWED, LEFT_OUT, landmark_group
from hepatica.analysis.time_dependent import MODEL
from hepatica.report import number
from hepatica.report.ledger import Ledger
from hepatica.report.phrase import first_upper
from hepatica.report.section.cell import count_cell, p_cell, ratio_cell, time_cell
from hepatica.report.section.comparison import model_term
from hepatica.report.table import EMPTY, Line, Table
from hepatica.study import Study
from hepatica.study.plan import LandmarkPlan

WHY = (
    "Survival from the start is not compared between responders and others: whoever responds has "
    "lived long enough to respond (immortal time)."
)


def landmark_tables(ledger: Ledger, study: Study) -> Iterator[Table]:
    """A table of each landmark analysis, and one of each model with changing response."""
    for i, plan in enumerate(study.analysis.landmark, start=1):
        yield _landmark(ledger, study, plan, f"landmark-{i}")
    several = len(study.analysis.time_dependent) > 1
    for i, changing in enumerate(study.analysis.time_dependent, start=1):
        name = f"{MODEL} {i}" if several else MODEL
        yield _changing(ledger, study, changing.endpoint, name)


def landmark_names(ledger: Ledger, plan: LandmarkPlan) -> tuple[str, ...]:
    """The groupings of a plan as the results name them, one a landmark."""
    wanted = {landmark_group(plan, m) for m in plan.months}
    found = ledger.words("landmark", "group", variable=plan.endpoint)
    return tuple(g for g in found if " = " not in g and g.split(" in ")[0] in wanted)


def _landmark(ledger: Ledger, study: Study, plan: LandmarkPlan, key: str) -> Table:
    endpoint = study.endpoint(plan.endpoint)
    level, unit = number.level(study.conventions.conf_level), study.conventions.time_unit
    names = landmark_names(ledger, plan)
    groups = [f"{name} = {state}" for name in names for state in "YN"]
    columns = [dict(variable=plan.endpoint, group=g) for g in groups]
    whole = [ledger.item("landmark", level="", **c) for c in columns]
    medians = [ledger.item("landmark", level="median", **c) for c in columns]
    tests, ratios = [], []
    for name in names:
        where = {"variable": plan.endpoint, "group": name}
        tests += [p_cell(ledger.item("landmark", level="log-rank", **where)), EMPTY]
        ratios += [ratio_cell(ledger.item("landmark", level=AGAINST, **where)), EMPTY]
    heads = [f"{first_upper(n)}" if s == "Y" else f"No {n}" for n in names for s in "YN"]
    lines = (
        Line("Patients at the landmark", tuple(map(count_cell, whole))),
        Line("Events after it", tuple(count_cell(i, "events") for i in whole)),
        Line(f"Median from the landmark, {unit} ({level} CI)", tuple(map(time_cell, medians))),
        Line(f"Hazard ratio, responders against others ({level} CI)", tuple(ratios)),
        Line("Log-rank test, P", tuple(tests)),
    )
    notes = (
        WHY,
        *(_left_out(ledger, plan.endpoint, name) for name in names),
        *_why_not(ledger, plan),
    )
    title = f"{endpoint.label} from the landmark on, by {plan.by}"
    return Table(key, title, "", tuple(heads), lines, notes)


def _left_out(ledger: Ledger, endpoint: str, name: str) -> str:
    """Who is not compared at a landmark, in a sentence."""
    counts = {
        i.level: i.value("n")
        for i in ledger.items("landmark", variable=endpoint, group=name)
        if i.has("n") and i.level
    }
    gone, lost, never = (number.count(counts.get(level)) for level in LEFT_OUT)
    followed = number.count(counts.get(FOLLOWED))
    return (
        f"{first_upper(name)}: {followed} compared; not compared {gone} with the event by then, "
        f"{lost} censored by then, {never} without a time."
    )


def _why_not(ledger: Ledger, plan: LandmarkPlan) -> Iterator[str]:
    for name in landmark_names(ledger, plan):
        for level in ("log-rank", AGAINST):
            item = ledger.item("landmark", variable=plan.endpoint, group=name, level=level)
            if item is not None and item.note and item.first.value is None:
                yield f"{first_upper(name)}, {level}: {item.note.rstrip('.')}."


def _changing(ledger: Ledger, study: Study, endpoint: str, name: str) -> Table:
    items = ledger.items("landmark", variable=endpoint, group=name)
    lines = tuple(
        Line(first_upper(model_term(i)), (ratio_cell(i), p_cell(i)))
        for i in items
        if i.has("hazard_ratio")
    )
    whole = next((i for i in items if not i.level), None)
    changed = next((i for i in items if i.level == "changed"), None)
    notes = []
    if whole is not None:
        notes.append(
            f"{whole.first.method}; {number.count(whole.value('n'))} patients, "
            f"{number.count(whole.value('events'))} events. Nobody counts as a responder before "
            "the day of the response; an event on that day belongs to the time before."
        )
        notes += [f"{r.note.rstrip('.')}." for r in whole.results.values() if r.note]
    if changed is not None:
        notes.append(f"{number.count(changed.value('n'))} patients responded while at risk.")
    level = number.level(study.conventions.conf_level)
    title = f"{name}: {study.endpoint(endpoint).label}"
    columns = (f"Hazard ratio ({level} CI)", "P")
    return Table(f"changing-{name}-{endpoint}", title, "Term", columns, lines, tuple(notes))
