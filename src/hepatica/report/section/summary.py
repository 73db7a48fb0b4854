"""The main results: one row for each primary and secondary endpoint."""

from __future__ import annotations

from hepatica.report import number
from hepatica.report.ledger import Ledger
from hepatica.report.phrase import mid_sentence
from hepatica.report.section.cell import count_cell, rate_cell, time_cell
from hepatica.report.table import EMPTY, Cell, Line, Table
from hepatica.study import Study
from hepatica.study.endpoint import Endpoint


def summary_table(ledger: Ledger, study: Study) -> Table:
    """Primary and secondary endpoints with their estimate; every endpoint where none is named."""
    ranked = [e for e in study.endpoints if e.role in ("primary", "secondary")]
    level = number.level(study.conventions.conf_level)
    lines = [_line(ledger, study, e) for e in ranked or study.endpoints]
    return Table(
        key="summary",
        title=f"Endpoints, {mid_sentence(study.population(study.analysis.population).label)}",
        stub="Endpoint",
        columns=("Role", "Patients", "Events", f"Estimate ({level} CI)"),
        lines=tuple(line for line in lines if line is not None),
        footnotes=(
            f"Time to event: median in {study.conventions.time_unit} by Kaplan-Meier, "
            f"{study.conventions.conf_type} interval. Proportion: % of all patients.",
        ),
    )


def _line(ledger: Ledger, study: Study, endpoint: Endpoint) -> Line | None:
    text = f"{endpoint.label} ({endpoint.id})"
    role = Cell(endpoint.role)
    if endpoint.kind == "proportion":
        criterion = endpoint.criterion or study.response.criterion
        where = {"variable": endpoint.id, "criterion": criterion, "group": "", "level": ""}
        item = ledger.item("response", **where)
        if item is None:
            return None
        text = f"{text}, {criterion}"
        return Line(text, (role, count_cell(item, "N"), count_cell(item), rate_cell(item)))
    whole = ledger.item("survival", variable=endpoint.id, group="", level="")
    median = ledger.item("survival", variable=endpoint.id, group="", level="median")
    if whole is None:
        return None
    cells = (role, count_cell(whole), count_cell(whole, "events") or EMPTY, time_cell(median))
    return Line(text, cells)
