"""Survival: events, medians, landmark rates and follow-up of each time-to-event endpoint."""

from __future__ import annotations

from collections.abc import Sequence

from hepatica.report import number
from hepatica.report.ledger import Item, Ledger
from hepatica.report.phrase import group_split, group_text, grouping_text, mid_sentence, splits
from hepatica.report.section.cell import count_cell, probability_cell, time_cell
from hepatica.report.table import EMPTY, Cell, Line, Table
from hepatica.study import Study

_TIMES = (
    ("median", "Median"),
    ("q1", "25% had the event by"),
    ("q3", "75% had the event by"),
)
_MOST_COLUMNS = 4
_KNOWN = {"", "median", "q1", "q3", "restricted mean"}


def survival_tables(ledger: Ledger, study: Study) -> tuple[Table, ...]:
    """Tables over the endpoints for everybody, and one for each endpoint that has groups."""
    shown = [e for e in study.endpoints if ledger.items("survival", variable=e.id, group="")]
    main = [e.id for e in shown if e.role != "exploratory"]
    further = [e.id for e in shown if e.role == "exploratory"]
    tables = []
    for title, names in (("Survival", main), ("Exploratory survival endpoints", further)):
        for start in range(0, len(names), _MOST_COLUMNS):
            part = names[start : start + _MOST_COLUMNS]
            columns = [dict(variable=name, group="") for name in part]
            key = f"survival-{title}-{start}"
            tables.append(_table(ledger, study, key, title, part, columns))
    for endpoint in study.endpoints:
        groups = [g for g in ledger.words("survival", "group", variable=endpoint.id) if g]
        for by in splits(groups):
            own = [g for g in groups if group_split(g)[0] == by]
            heads = [group_text(g) for g in own]
            columns = [dict(variable=endpoint.id, group=g) for g in own]
            key = f"survival-{endpoint.id}-{by}"
            title = f"{endpoint.label} by {mid_sentence(grouping_text(by))}"
            tables.append(_table(ledger, study, key, title, heads, columns))
    return tuple(tables)


def _table(
    ledger: Ledger,
    study: Study,
    key: str,
    title: str,
    heads: Sequence[str],
    columns: Sequence[dict[str, str]],
) -> Table:
    unit = study.conventions.time_unit
    level = number.level(study.conventions.conf_level)
    lines = [*_count_lines(ledger, columns), Line(f"Time, {unit} ({level} CI)")]
    for word, text in _TIMES:
        found = [ledger.item("survival", level=word, **c) for c in columns]
        lines.append(Line(text, tuple(map(time_cell, found)), depth=1))
    lines += _landmark_lines(ledger, columns, level)
    follow = [ledger.item("followup", level="median", **c) for c in columns]
    if any(follow):
        text = "Median follow-up (reverse Kaplan-Meier)"
        lines.append(Line(text, tuple(map(time_cell, follow))))
    return Table(key, title, "", tuple(heads), tuple(lines), _footnotes(ledger, study, columns))


def _count_lines(ledger: Ledger, columns: Sequence[dict[str, str]]) -> list[Line]:
    items = [ledger.item("survival", level="", **c) for c in columns]
    return [
        Line("Patients", tuple(count_cell(i) for i in items)),
        Line("Events", tuple(count_cell(i, "events") for i in items)),
        Line("Censored", tuple(count_cell(i, "censored") for i in items)),
        Line(f"Observed times, {_unit(items)}range", tuple(map(_observed, items))),
    ]


def _unit(items: Sequence[Item | None]) -> str:
    units = (i.results["min"].unit for i in items if i is not None and i.has("min"))
    unit = next(units, "")
    return f"{unit}: " if unit else ""


def _observed(item: Item | None) -> Cell:
    if item is None or not item.has("min", "max"):
        return EMPTY
    text = number.time_interval(item.value("min"), item.value("max"), item.results["min"].unit)
    return Cell(text, item.rows_of("min", "max"))


def _landmark_lines(ledger: Ledger, columns: Sequence[dict[str, str]], level: str) -> list[Line]:
    levels = dict.fromkeys(v for c in columns for v in ledger.words("survival", "level", **c))
    marks = [v for v in levels if v not in _KNOWN]
    if not marks:
        return []
    lines = [Line(f"Free of the event, % ({level} CI)")]
    for mark in marks:
        found = [ledger.item("survival", level=mark, **c) for c in columns]
        lines.append(Line(f"at {mark}", tuple(map(probability_cell, found)), depth=1))
    return lines


def _footnotes(ledger: Ledger, study: Study, columns: Sequence[dict[str, str]]) -> tuple[str, ...]:
    chosen = study.conventions
    shown = dict.fromkeys(c["variable"] for c in columns)
    return (
        f"Kaplan-Meier; {chosen.conf_type} intervals, the median's by inverting the band "
        f"(Brookmeyer-Crowley); plateau rule: {chosen.median_rule}; 1 month = "
        f"{number.plain(chosen.month_days)} days; time counted as {chosen.day_count}.",
        *(_endpoint_text(study, name) for name in shown),
        f"{number.NOT_ESTIMABLE}: not estimable, the curve or its band does not reach it.",
    )


def _endpoint_text(study: Study, name: str) -> str:
    e = study.endpoint(name)
    events = " or ".join(e.events)
    entry = "; patients enter the risk set at first treatment" if e.delayed_entry else ""
    return f"{e.id}: {e.label}, from {e.origin} to {events}; censoring rules: {e.rule_set}{entry}."
