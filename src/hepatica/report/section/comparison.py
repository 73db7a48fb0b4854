"""Comparisons: proportional hazards models, curves by group, tests of baseline variables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hepatica.analysis.comparison import AGAINST
from hepatica.report import number
from hepatica.report.ledger import Item, Ledger
from hepatica.report.phrase import first_upper, grouping_text, mid_sentence, term_text
from hepatica.report.section.cell import p_cell, ratio_cell
from hepatica.report.table import EMPTY, Cell, Line, Table
from hepatica.study import Study

_PH = "proportional hazards: "


def cox_tables(ledger: Ledger, study: Study) -> tuple[Table, ...]:
    """One table for each proportional hazards model."""
    models = dict.fromkeys(
        (i.variable, i.group) for i in ledger.items("test") if i.group.startswith("Cox model")
    )
    return tuple(_cox(ledger, study, variable, group) for variable, group in models)


def group_test_table(ledger: Ledger, study: Study) -> Table:
    """Log-rank tests and tests of baseline variables between groups, one row each."""
    items = [i for i in ledger.items("test") if not i.group.startswith("Cox model")]
    return Table(
        key="tests",
        title="Comparisons between groups",
        stub="Comparison",
        columns=("Test", "Statistic", "P", "Decision"),
        lines=_once(_test_line(item) for item in items),
        footnotes=(f"Two-sided; alpha {number.plain(study.conventions.alpha)}.",) if items else (),
        prose=True,
    )


def _cox(ledger: Ledger, study: Study, variable: str, group: str) -> Table:
    items = ledger.items("test", variable=variable, group=group)
    level = number.level(study.conventions.conf_level)
    whole = next((i for i in items if not i.level), None)
    terms = [i for i in items if i.has("hazard_ratio")]
    lines = tuple(
        Line(model_term(i), (ratio_cell(i), p_cell(i), _ph_cell(items, i.level))) for i in terms
    )
    return Table(
        key=f"cox-{variable}-{group}".replace(" ", "-"),
        title=f"{group}: {study.endpoint(variable).label}",
        stub="Term",
        columns=(f"Hazard ratio ({level} CI)", "P (Wald)", "P (proportional hazards)"),
        lines=lines,
        footnotes=tuple(_cox_notes(items, whole)),
    )


def model_term(item: Item) -> str:
    """A term and what it is compared with, such as "Arm: A against B"."""
    note = item.results["hazard_ratio"].note.split("; ")[0]
    text = term_text(item.level)
    return f"{text} {note}" if note.startswith(f"{AGAINST} ") else text


def _ph_cell(items: tuple[Item, ...], term: str) -> Cell:
    return p_cell(next((i for i in items if i.level == f"{_PH}{term}"), None))


def _cox_notes(items: tuple[Item, ...], whole: Item | None) -> Iterator[str]:
    if whole is not None:
        n, events = whole.value("n"), whole.value("events")
        text = f"{number.count(n)} patients, {number.count(events)} events"
        yield f"{whole.first.method}; {text}. A hazard ratio of a number is per 1 more of it."
        yield from dict.fromkeys(r.note for r in whole.results.values() if r.note)
    overall = [i for i in items if i.level.endswith(" test") and i.has("p_value")]
    if overall:
        texts = [
            f"{i.level} {number.number(i.value('statistic'), 2)} on "
            f"{number.count(i.value('df'))} df, P {_equals(i)}"
            for i in overall
        ]
        yield first_upper("; ".join(texts)) + "."
    whole_ph = next((i for i in items if i.level in (f"{_PH}GLOBAL", f"{_PH}global")), None)
    if whole_ph is not None:
        yield f"Proportional hazards, all terms together: P {_equals(whole_ph)}."


def _equals(item: Item) -> str:
    text = number.p_value(item.value("p_value"))
    return text if text[0] in "<>" else f"= {text}"


def _once(lines: Iterable[Line]) -> tuple[Line, ...]:
    # The arms are compared as such, and again where the protocol names the column ARM.
    return tuple({(x.stub, *(c.text for c in x.cells)): x for x in lines}.values())


def _test_line(item: Item) -> Line:
    by = f" by {mid_sentence(grouping_text(item.group))}" if item.group else ""
    statistic = EMPTY
    if item.has("statistic"):
        text = number.number(item.value("statistic"), 2)
        if item.has("df"):
            text += f" on {number.count(item.value('df'))} df"
        statistic = Cell(text, item.rows_of("statistic", "df"))
    return Line(
        f"{grouping_text(item.variable)}{by}",
        (Cell(item.first.method), statistic, p_cell(item), Cell(item.note)),
    )
