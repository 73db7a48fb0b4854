"""The worklist of a day: which planned visits are overdue, due or soon to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from hepatica.core.errors import UsageError
from hepatica.workflow.workspace import Workspace

_ORDER = {"OVERDUE": 0, "DUE": 1, "PLANNED": 2}


@dataclass(frozen=True, slots=True)
class Task:
    """One visit to arrange; `days` until its window closes, negative once it has closed."""

    subject: str
    assessment: str
    status: str
    visit: int
    session: int
    counted_from: date
    opens: date
    closes: date
    days: int


def worklist(folder: Path, on: date, *, ahead_days: int = 14) -> tuple[Task, ...]:
    """Visits overdue or due on a day, and those whose window opens within `ahead_days`.

    Records after that day do not count. Ordered by status, day of closing and subject.

    Raises      UsageError without a schedule in the protocol; NotReady while an error stands.
    """
    workspace = Workspace(folder, cutoff=on)
    if workspace.protocol.schedule is None:
        raise UsageError("study.toml: expected a [schedule]; nothing is due without one")
    until = on + timedelta(ahead_days)
    tasks = [
        Task(
            subject=row["SUBJID"],
            assessment=row["PARAM"],
            status=row["AVALC"],
            visit=row["AVISITN"],
            session=row["ANCHORN"],
            counted_from=row["STARTDT"],
            opens=row["WINSTDT"],
            closes=row["WINENDT"],
            days=(row["WINENDT"] - on).days,
        )
        for row in workspace.adam()["ADSV"].to_pylist()
        if row["AVALC"] in _ORDER and row["WINSTDT"] <= until
    ]
    return tuple(sorted(tasks, key=lambda t: (_ORDER[t.status], t.closes, t.subject, t.assessment)))
