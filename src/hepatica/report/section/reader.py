"""Readers of the same scans: rates by reader, agreement on best response, agreement on sums."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hepatica.analysis.reader import ADJUDICATED, EVERYBODY, MEASURES
from hepatica.report import number
from hepatica.report.ledger import Item, Ledger
from hepatica.report.phrase import first_upper
from hepatica.report.section.cell import count_cell, rate_cell
from hepatica.report.table import EMPTY, Cell, Line, Table
from hepatica.study import Study

_CODES = ("BOR", "CBOR")
_ICCS = ("ICC(1,1)", "ICC(2,1)", "ICC(3,1)")
_LIMITS = ("bias", "lower limit of agreement", "upper limit of agreement")


def reader_tables(ledger: Ledger, study: Study) -> Iterator[Table]:
    """Effect of the reader on the rates, then agreement on responses and on sums."""
    if study.analysis.readers is None:
        return
    yield _rates(ledger, study)
    yield _responses(ledger, study)
    for measure in MEASURES:
        yield _limits(ledger, study, measure)


def _rates(ledger: Ledger, study: Study) -> Table:
    endpoints = [e for e in study.endpoints if e.kind == "proportion"]
    names = ledger.words("reader", "group", variable=endpoints[0].id) if endpoints else ()
    lines = []
    for name in names:
        cells = []
        for endpoint in endpoints:
            where = {"variable": endpoint.id, "group": name}
            whole = ledger.item("reader", level="", **where)
            rate = rate_cell(ledger.item("reader", level="rate", **where))
            share = (
                f"{number.count(whole.value('n'))}/{number.count(whole.value('N'))}"
                if whole
                else ""
            )
            rows = whole.rows_of("n", "N") if whole else ()
            cells.append(Cell(f"{share}; {rate.text}", (*rows, *rate.rows)))
        lines.append(Line(first_upper(name) if name == ADJUDICATED else name, tuple(cells)))
    level = number.level(study.conventions.conf_level)
    note = next(
        (i.note for i in ledger.items("reader", group=ADJUDICATED) if i.note and i.has("n")), ""
    )
    notes = [
        "Each reader alone, all patients of the population in the denominator.",
        "Adjudicated: the response that more than half of the readers give; "
        f"{note or 'every patient has one'}.",
        *_unread(ledger, names, endpoints[0].id if endpoints else ""),
    ]
    heads = tuple(f"{e.label}, % ({level} CI)" for e in endpoints)
    return Table("reader-rates", "Rates by reader", "Reader", heads, tuple(lines), tuple(notes))


def _unread(ledger: Ledger, names: Sequence[str], endpoint: str) -> Iterator[str]:
    """Readers with patients of whom they give no response, who count as none."""
    for name in names:
        whole = ledger.item("reader", level="", variable=endpoint, group=name)
        if whole and whole.has("N") and whole.results["N"].note:
            count = number.count(whole.value("N"))
            yield f"{first_upper(name)}: {count} patients, {whole.results['N'].note}."


def _responses(ledger: Ledger, study: Study) -> Table:
    items = [i for code in _CODES for i in ledger.items("reader", variable=code)]
    own = [i for i in items if i.group and i.group != ADJUDICATED]
    levels = dict.fromkeys(i.level for i in own if i.level)
    order = sorted(levels, key=_place)
    lines = []
    for group in dict.fromkeys(i.group for i in own):
        found = {i.level: i for i in own if i.group == group}
        cells = [count_cell(found.get("")), *(_coefficient(found.get(level)) for level in order)]
        lines.append(Line(first_upper(group) if group == EVERYBODY else group, tuple(cells)))
    level = number.level(study.conventions.conf_level)
    notes = (
        "Best overall response CR, PR, SD, PD in that order; patients with two such responses or "
        f"more. {level} intervals by the normal approximation. Kappa falls where one response is "
        "rare or prevails, AC1 and AC2 do not: read them together.",
        *_reasons(own),
    )
    heads = ("Patients", *map(first_upper, order))
    title = "Agreement of the readers on best response"
    return Table("reader-responses", title, "Readers", heads, tuple(lines), notes)


def _place(level: str) -> tuple[int, str]:
    words = ("observed", "Cohen's kappa", "Fleiss", "Gwet's AC1", "Gwet's AC2")
    return next((i for i, w in enumerate(words) if level.startswith(w)), len(words)), level


def _coefficient(item: Item | None) -> Cell:
    if item is None:
        return EMPTY
    values = [item.value(s) for s in ("estimate", "ci_low", "ci_high")]
    if values[0] is None:
        return Cell(number.NOT_ESTIMABLE, item.rows_of())
    return Cell(number.estimate(values[0], values[1], values[2], 2), item.rows_of())


def _reasons(items: list[Item]) -> Iterator[str]:
    for item in items:
        if item.has("estimate") and item.value("estimate") is None:
            yield f"{item.group}, {item.level}: {item.note}."


def _limits(ledger: Ledger, study: Study, measure: str) -> Table:
    groups = ledger.words("reader", "group", variable=measure)
    lines, unit = [], ""
    for group in (g for g in groups if g != EVERYBODY):
        where = {"variable": measure, "group": group}
        found = [ledger.item("reader", level=level, **where) for level in _LIMITS]
        unit = unit or next((i.results["estimate"].unit for i in found if i is not None), "")
        whole = count_cell(ledger.item("reader", level="", **where))
        lines.append(Line(group, (whole, *map(_measured, found))))
    level = number.level(study.conventions.conf_level)
    told = [_icc(ledger.item("reader", variable=measure, group=EVERYBODY, level=n)) for n in _ICCS]
    whole_item = ledger.item("reader", variable=measure, group=EVERYBODY, level="")
    count = number.count(whole_item.value("n")) if whole_item else "0"
    notes = [f"All readers ({count} patients measured by each): {'; '.join(filter(None, told))}."]
    notes.append(
        "Bias: first reader minus second. Limits of agreement: bias and 1.96 standard deviations "
        "of the differences; readers choose their own target lesions."
    )
    head = f", {unit} ({level} CI)" if unit else ""
    heads = ("Patients", *(f"{first_upper(name)}{head}" for name in _LIMITS))
    key = f"reader-{measure.lower().replace(' ', '-')}"
    title = f"Agreement of the readers: {measure.lower()}"
    return Table(key, title, "Readers", heads, tuple(lines), tuple(notes))


def _measured(item: Item | None) -> Cell:
    if item is None:
        return EMPTY
    if item.value("estimate") is None:
        return Cell(number.NOT_ESTIMABLE, item.rows_of())
    values = [item.value(s) for s in ("estimate", "ci_low", "ci_high")]
    return Cell(number.estimate(values[0], values[1], values[2]), item.rows_of())


def _icc(item: Item | None) -> str:
    if item is None:
        return ""
    if item.value("estimate") is None:
        return f"{item.level} not estimable ({item.note})"
    values = [item.value(s) for s in ("estimate", "ci_low", "ci_high")]
    return f"{item.level} {number.estimate(values[0], values[1], values[2], 2)}"
