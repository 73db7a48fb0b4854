"""`hepatica due`: the worklist of a day, and its calendar file."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from hepatica.cli.day import day_of
from hepatica.core.errors import MissingExtra, NotReady, UsageError
from hepatica.workflow.worklist import Task, worklist

_HEAD = ("Subject", "Assessment", "Status", "Window opens", "Closes", "Days left", "Counted from")


def run_due(study: Path, on: str, *, ahead_days: int, calendar: Path | None, as_json: bool) -> int:
    """Print what is overdue, due and coming; exit code 1 where the records have an error."""
    day = day_of(on)
    try:
        tasks = worklist(study, day, ahead_days=ahead_days)
    except NotReady as stop:
        for finding in stop.findings:
            print(finding)
        print(f"No worklist: {stop}.", file=sys.stderr)
        return 1
    if calendar is not None:
        _write_calendar(study, day, tasks, calendar)
    if as_json:
        print(json.dumps([asdict(t) for t in tasks], default=str, ensure_ascii=False))
        return 0
    _print(tasks, day)
    return 0


def _print(tasks: Sequence[Task], on: date) -> None:
    rows = [_HEAD, *map(_cells, tasks)]
    if tasks:
        widths = [max(len(row[i]) for row in rows) for i in range(len(_HEAD))]
        for row in rows:
            print("  ".join(f"{c:<{w}}" for c, w in zip(row, widths, strict=True)).rstrip())
    counts = Counter(task.status for task in tasks)
    words = ", ".join(f"{counts[s]} {w}" for s, w in _WORDS.items())
    print(f"On {on}: {words}.", file=sys.stderr)


_WORDS = {"OVERDUE": "overdue", "DUE": "due", "PLANNED": "opening soon"}


def _cells(task: Task) -> tuple[str, ...]:
    dates = (str(task.opens), str(task.closes), str(task.days), str(task.counted_from))
    return (task.subject, task.assessment, task.status, *dates)


def _write_calendar(study: Path, on: date, tasks: Sequence[Task], path: Path) -> None:
    try:
        from hepatica.report.visit_calendar import Appointment, render_calendar
    except ModuleNotFoundError as missing:
        raise MissingExtra("the calendar file needs hepatica[report]") from missing
    from hepatica.study.reader import read_study

    entries = [Appointment(t.subject, t.assessment, t.status, t.opens, t.closes) for t in tasks]
    data = render_calendar(read_study(study).study.id, on, entries)
    try:
        path.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror})") from error
