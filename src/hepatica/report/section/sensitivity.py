"""Sensitivity to conventions: each endpoint under every combination, one line each."""

from __future__ import annotations

from collections.abc import Iterator

from hepatica.analysis.sensitivity import ALL, OWN, combination
from hepatica.clinic.sensitivity import endpoint_variants
from hepatica.report import number
from hepatica.report.ledger import Item, Ledger
from hepatica.report.section.cell import count_cell, rate_cell, time_cell
from hepatica.report.table import EMPTY, Cell, Line, Table
from hepatica.study import Study
from hepatica.study.endpoint import Endpoint

_MARK = "own"


def sensitivity_tables(ledger: Ledger, study: Study) -> Iterator[Table]:
    """A table of each endpoint of the plan; none without a plan."""
    plan = study.analysis.sensitivity
    for name in dict.fromkeys(plan.endpoints if plan else ()):
        endpoint = study.endpoint(name)
        if endpoint.kind == "proportion":
            yield _rates(ledger, study, endpoint)
        else:
            yield _times(ledger, study, endpoint)


def _times(ledger: Ledger, study: Study, endpoint: Endpoint) -> Table:
    level, unit = number.level(study.conventions.conf_level), study.conventions.time_unit
    criteria = ledger.words("sensitivity", "criterion", variable=endpoint.id)
    needs = any(criteria)
    lines = []
    for variant in endpoint_variants(study):
        e = variant.endpoint
        where = {
            "variable": endpoint.id,
            "criterion": e.criterion or "",
            "group": combination(variant),
        }
        whole = ledger.item("sensitivity", level="", **where)
        if variant.base.id != endpoint.id or whole is None:
            continue
        entry = "; entry at first treatment" if e.delayed_entry else ""
        words = (*((e.rule_set or "",) if e.events != ("death",) else ()), " or ".join(e.events))
        cells = (
            Cell(", ".join(words)),
            Cell(f"{e.origin}{entry}"),
            count_cell(whole),
            count_cell(whole, "events"),
            time_cell(ledger.item("sensitivity", level="median", **where)),
            _own(whole),
        )
        lines.append(Line(e.criterion or endpoint.label, cells))
    head = "Criterion" if needs else "Endpoint"
    columns = ("Rules, events", "Origin", "Patients", "Events", f"Median, {unit} ({level} CI)",
               "Protocol's")  # fmt: skip
    notes = (_range(ledger, endpoint, unit), *_time_notes(needs))
    title = f"{endpoint.label}: every combination of conventions"
    return Table(
        f"sensitivity-{endpoint.id}", title, head, columns, tuple(lines), notes, prose=True
    )


def _time_notes(needs: bool) -> Iterator[str]:
    if needs:
        yield (
            "EMA: progression or death counts, censored at the last adequate assessment. FDA: the "
            "same, censored before new therapy or two missed visits. Seed: the protocol's events, "
            "others censored at the last adequate assessment."
        )
    yield (
        f"{_MARK}: the protocol's combination. An origin before enrolment stands with everybody at "
        "risk from it (immortal time) and with entry at the first treatment."
    )


def _rates(ledger: Ledger, study: Study, endpoint: Endpoint) -> Table:
    level = number.level(study.conventions.conf_level)
    lines = []
    for item in ledger.items("sensitivity", variable=endpoint.id, level=""):
        where = {
            "variable": endpoint.id,
            "criterion": item.criterion,
            "group": item.group,
        }
        rate = ledger.item("sensitivity", level="rate", **where)
        counts = Cell(
            f"{number.count(item.value('n'))}/{number.count(item.value('N'))}",
            item.rows_of("n", "N"),
        )
        lines.append(Line(item.criterion, (Cell(item.group), counts, rate_cell(rate), _own(item))))
    columns = ("Confirmation", "n/N", f"Rate, % ({level} CI)", "Protocol's")
    notes = (_range(ledger, endpoint, "%"), f"{_MARK}: the protocol's combination.")
    title = f"{endpoint.label}: every combination of conventions"
    key = f"sensitivity-{endpoint.id}"
    return Table(key, title, "Criterion", columns, tuple(lines), notes, prose=True)


def _own(item: Item) -> Cell:
    own = any(r.note.startswith(OWN) for r in item.results.values())
    return Cell(_MARK, item.rows_of("n")) if own else EMPTY


def _range(ledger: Ledger, endpoint: Endpoint, unit: str) -> str:
    """How far the estimates lie apart, in a sentence."""
    item = ledger.item("sensitivity", variable=endpoint.id, level=ALL)
    if item is None:
        return "No combination has an estimate."
    low, high = item.value("min"), item.value("max")
    sign = "%" if unit == "%" else f" {unit}"
    top = number.NOT_REACHED if high is None else f"{number.number(high)}{sign}"
    bottom = number.NOT_REACHED if low is None else f"{number.number(low)}{sign}"
    count = number.count(item.value("n"))
    if bottom == top:
        return f"{count} combinations, all with the estimate {top}."
    return f"{count} combinations, estimates from {bottom} to {top}."
