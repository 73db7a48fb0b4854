"""Adverse events by system organ class, by session, within days of a session, and measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa

from hepatica.analysis.event_window import NO_CLASS, SYNDROME
from hepatica.report import number
from hepatica.report.ledger import Ledger
from hepatica.report.phrase import first_upper, sized_heads
from hepatica.report.section.adverse_event import WORDS, common_terms, rare_terms
from hepatica.report.section.cell import count_cell, share_cell
from hepatica.report.section.listing import MOST_LISTED, shortened
from hepatica.report.table import Cell, Line, Table
from hepatica.study import Study

_CLASS = "by system organ class"
_PLAIN = {"any grade": "any grade", "grade >= 3": "grade ≥3", "serious": "serious"}
_LEVELS = ("any grade", "grade >= 3", "serious", "related", "related grade >= 3")


def event_window_tables(
    ledger: Ledger,
    study: Study,
    adae: pa.Table,
    unrecorded: Sequence[str],
    sizes: Mapping[str, int],
) -> tuple[Table, ...]:
    """By class and term, by session, within days of a session, collected against measured grade.

    Parameters
    ----------
    adae : ADAE, for the class of each term and the events whose grades differ
    unrecorded : levels such as "serious" that the records hold nothing about
    sizes : patients of the safety population, '' for everybody and by arm
    """
    return (
        _by_class(ledger, adae, unrecorded, sizes),
        _by_session(ledger, study, unrecorded),
        _within(ledger, study),
        _measured(ledger),
        _differing(adae),
    )


def _by_class(
    ledger: Ledger, adae: pa.Table, unrecorded: Sequence[str], sizes: Mapping[str, int]
) -> Table:
    """Classes with their terms; levels as columns, or the arms where there are several."""
    groups = ledger.words("safety", "group", criterion=_CLASS)
    found = ledger.words("safety", "level", criterion=_CLASS, group="")
    levels = [v for v in _LEVELS if v in found and v not in unrecorded]
    columns = [(g, "any grade") for g in groups] if len(groups) > 1 else [("", v) for v in levels]
    heads = (
        sized_heads(groups, sizes)
        if len(groups) > 1
        else tuple(WORDS[v].removesuffix(", n (%)") for v in levels)
    )
    of_class = _terms_of_class(adae)
    common = common_terms(ledger, "")
    lines: list[Line] = []
    for name in ledger.words("safety", "variable", criterion=_CLASS, group=""):
        lines.append(Line(name, _cells(ledger, columns, ("safety", _CLASS, name))))
        for term in (t for t in common if t in of_class.get(name, ())):
            lines.append(Line(term, _cells(ledger, columns, ("ae", "", term)), depth=1))
    rare = rare_terms(ledger, "")
    return Table(
        key="ae-class",
        title="Adverse events by system organ class and term, n (%)",
        stub="Class and term",
        columns=heads,
        lines=tuple(lines),
        footnotes=(
            "Treatment-emergent, any grade; each patient once a class and once a term."
            if len(groups) > 1
            else "Treatment-emergent; each patient once a class and once a term.",
            f"{number.count(len(rare))} rarer terms are counted in their class and stand in "
            "results.csv."
            if rare
            else "",
        ),
    )


def _cells(
    ledger: Ledger, columns: Iterable[tuple[str, str]], what: tuple[str, str, str]
) -> tuple[Cell, ...]:
    analysis, criterion, variable = what
    return tuple(
        share_cell(
            ledger.item(analysis, criterion=criterion, variable=variable, group=group, level=level)
        )
        for group, level in columns
    )


def _terms_of_class(adae: pa.Table) -> dict[str, tuple[str, ...]]:
    pairs = dict.fromkeys(
        zip(adae["AEBODSYS"].to_pylist(), adae["AEDECOD"].to_pylist(), strict=True)
    )
    found: dict[str, list[str]] = {}
    for name, term in pairs:
        found.setdefault(name or NO_CLASS, []).append(term)
    return {name: tuple(terms) for name, terms in found.items()}


def _by_session(ledger: Ledger, study: Study, unrecorded: Sequence[str]) -> Table:
    found = ledger.words("safety", "level", criterion="by session", group="")
    levels = [v for v in ("patients", *_LEVELS, SYNDROME) if v in found and v not in unrecorded]
    lines = tuple(
        Line(
            session,
            tuple(_session_cell(ledger, session, level) for level in levels),
        )
        for session in ledger.words("safety", "variable", criterion="by session", group="")
    )
    rule = study.safety.post_embolization
    parts = "; ".join(" or ".join(terms).lower() for terms in rule.components)
    return Table(
        key="ae-session",
        title="Adverse events after each session, n (%) of the patients who had it",
        stub="",
        columns=tuple(_session_head(v) for v in levels),
        lines=lines,
        footnotes=(
            "From the day of a session up to the next one.",
            f"Post-embolization syndrome: at least {rule.at_least} of {parts} beginning within "
            f"{rule.window_hours} hours of an embolization (days on record); of those embolized "
            "then of whom it is known. It is a grouping, not a CTCAE term.",
            _unknown(ledger),
        ),
    )


def _session_head(level: str) -> str:
    return "Patients" if level == "patients" else WORDS.get(level, level).removesuffix(", n (%)")


def _session_cell(ledger: Ledger, session: str, level: str) -> Cell:
    item = ledger.item("safety", criterion="by session", group="", variable=session, level=level)
    return count_cell(item) if level == "patients" else share_cell(item)


def _unknown(ledger: Ledger) -> str:
    item = ledger.item("safety", criterion="grouping", group="", level="sessions unknown")
    if item is None or not item.value("n"):
        return ""
    return f"Unknown after {number.count(item.value('n'))} sessions, for want of a whole date."


def _within(ledger: Ledger, study: Study) -> Table:
    """One column a period and level; terms in the order of the longest period."""
    named = [(days, f"within {days} days of a session") for days in study.safety.session_days]
    found = [v for _, c in named for v in ledger.words("safety", "level", criterion=c, group="")]
    levels = [v for v in ("any grade", "grade >= 3", "serious") if v in found]
    columns = [(days, criterion, level) for days, criterion in named for level in levels]
    terms = dict.fromkeys(
        term
        for _, criterion in reversed(named)
        for term in ledger.words("safety", "variable", criterion=criterion, group="")
    )
    lines = tuple(Line(t, tuple(_near(ledger, t, c, v) for _, c, v in columns)) for t in terms)
    return Table(
        key="ae-within",
        title="Adverse events that begin within days of a session, n (%)",
        stub="Term",
        columns=tuple(f"{days} days: {_PLAIN[v]}" for days, _, v in columns),
        lines=tuple(line for line in lines if any(c.text for c in line.cells)),
        footnotes=(_unplaced(ledger, named[-1][1]) if named else "",),
    )


def _near(ledger: Ledger, term: str, criterion: str, level: str) -> Cell:
    return share_cell(
        ledger.item("safety", criterion=criterion, variable=term, level=level, group="")
    )


def _unplaced(ledger: Ledger, criterion: str) -> str:
    level = "events without a whole start date"
    item = ledger.item("safety", criterion=criterion, group="", level=level)
    said = "Days from the latest session on or before the start"
    if item is None or not item.value("n"):
        return f"{said}."
    count = number.count(item.value("n"))
    return f"{said}; {count} events without a whole start date are not counted."


def _measured(ledger: Ledger) -> Table:
    criterion = "collected against measured grade"
    levels = ledger.words("safety", "level", criterion=criterion)
    lines = tuple(
        Line(
            term,
            tuple(
                count_cell(ledger.item("safety", criterion=criterion, variable=term, level=level))
                for level in levels
            ),
        )
        for term in ledger.words("safety", "variable", criterion=criterion)
    )
    return Table(
        key="ae-measured",
        title="Collected grade against the grade of the measurements, events",
        stub="Term",
        columns=tuple(map(first_upper, levels)),
        lines=lines,
        footnotes=(
            "Worst CTCAE grade of the laboratory results or vital signs between the first and the "
            "last day of an event.",
        ),
    )


def _differing(adae: pa.Table) -> Table:
    rows = [r for r in adae.to_pylist() if r["MEASAGR"] == "differs"]
    names = ("AETERM", "ASTDT", "AENDT", "AETOXGR", "MEASGR", "ATOXDSC")
    return Table(
        key="ae-differing",
        title="Events whose grade differs from the measurements",
        stub="Subject",
        columns=("Term", "Start", "End", "Collected", "Measured", "Measured term"),
        lines=tuple(
            Line(
                r["SUBJID"],
                tuple(
                    Cell("" if r[n] is None else str(r[n]), subjects=(r["SUBJID"],)) for n in names
                ),
            )
            for r in rows[:MOST_LISTED]
        ),
        footnotes=shortened(len(rows)),
        prose=True,
    )
