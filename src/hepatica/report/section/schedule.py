"""Follow-up schedule: planned visits by what became of them, and those not done as planned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from hepatica.report import number
from hepatica.report.ledger import Item, Ledger
from hepatica.report.phrase import sized_heads
from hepatica.report.section.cell import count_cell, share_cell
from hepatica.report.section.listing import MOST_LISTED, shortened
from hepatica.report.table import Cell, Line, Table
from hepatica.study import Study

_CLOSED = {
    "DONE": "Done in the window",
    "OUT OF WINDOW": "Done out of the window",
    "MISSED": "Missed",
    "OVERDUE": "Overdue",
}
_OPEN = {"DUE": "Due at the cutoff", "PLANNED": "Planned after the cutoff"}


def schedule_table(ledger: Ledger, study: Study, sizes: Mapping[str, int]) -> Table:
    """Planned visits by assessment and status; `sizes` are the patients of each group."""
    groups = ledger.words("schedule", "group")
    lines: list[Line] = []
    for assessment in ledger.words("schedule", "variable"):

        def found(level: str, name: str = assessment) -> list[Item | None]:
            return [ledger.item("schedule", variable=name, level=level, group=g) for g in groups]

        lines.append(Line(assessment))
        closed = tuple(count_cell(i, "N") for i in found("window closed"))
        lines.append(Line("Visits whose window has closed", closed, depth=1))
        lines += [Line(w, tuple(map(share_cell, found(s))), depth=1) for s, w in _CLOSED.items()]
        lines += [Line(w, tuple(map(count_cell, found(s))), depth=1) for s, w in _OPEN.items()]
    return Table(
        key="schedule",
        title="Planned visits",
        stub="Assessment",
        columns=sized_heads(groups, sizes),
        lines=tuple(lines),
        footnotes=_footnotes(study),
    )


def missed_table(visits: pa.Table) -> Table:
    """Every planned visit missed, overdue or done out of its window, one row each (ADSV)."""
    rows = [v for v in visits.to_pylist() if v["AVALC"] in ("MISSED", "OVERDUE", "OUT OF WINDOW")]
    return Table(
        key="visits-not-as-planned",
        title="Visits not done as planned",
        stub="Patient",
        columns=("Assessment", "Status", "Counted from", "Window", "Done"),
        lines=tuple(_line(row) for row in rows[:MOST_LISTED]),
        footnotes=shortened(len(rows), "adam/adsv.csv"),
        prose=True,
    )


def _line(row: dict[str, Any]) -> Line:
    days = row["OUTDAYS"]
    done = ""
    if row["ADT"] is not None:
        side = "late" if days > 0 else "early"
        done = f"{row['ADT']} ({number.count(abs(days))} days {side})"
    window = f"{row['WINSTDT']} to {row['WINENDT']}"
    texts = (row["PARAM"], row["AVALC"].capitalize(), str(row["STARTDT"]), window, done)
    return Line(row["SUBJID"], tuple(Cell(text, subjects=(row["SUBJID"],)) for text in texts))


def _footnotes(study: Study) -> tuple[str, ...]:
    schedule = study.schedule
    if schedule is None:
        return ()
    low, high = (number.plain(w) for w in sorted(schedule.interval_weeks))
    every = low if low == high else f"{low} to {high}"
    restart = (
        "each visit counts from the latest session, examination or end of a missed window"
        if schedule.anchor == "each session"
        else f"visits stand at fixed distances from {schedule.anchor}"
    )
    ends = "progression, new anticancer therapy or " if schedule.until == "progression" else ""
    unseen = ", ".join(a for a in schedule.assessments if a == "adverse events")
    return (
        "Percentages are of the visits whose window has closed.",
        f"Every {every} weeks with a window of {schedule.window_days} days on either side; "
        f"{restart}. Visits are planned until {ends}the end of follow-up.",
        "An examination in the second half of the interval before the window is early; one after "
        "it and before the next window opens is late; any other belongs to no planned visit.",
        f"Not followed here, because no record shows when it was asked for: {unseen}."
        if unseen
        else "",
    )
