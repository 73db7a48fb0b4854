"""`hepatica image phantom`: synthetic examinations with known truth."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from hepatica.core.errors import UsageError

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("study", type=_FILE, required=False)
@click.option("-o", "--output", type=_FILE, required=True, metavar="DIR", help="Folder to write.")
@click.option("--seed", type=click.IntRange(0, 2**62), required=True, help="Other subjects.")
@click.option("--subject", "subjects", multiple=True, metavar="S", help="Whom; repeatable.")
@click.option(
    "--date",
    "days",
    multiple=True,
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="D",
    help="Day of an examination, without a study; repeatable.",
)
@click.option(
    "--change",
    "changes",
    multiple=True,
    metavar="[S=]F",
    help="Vessels' diameter after the first examination, times F; 1 is no change.",
)
def phantom(study: Path | None, output: Path, seed: int, **what: tuple[object, ...]) -> int:
    """Write synthetic CT examinations of a liver tumour, with outlines and truth.json.

    With a STUDY folder, for its subjects, on the days and with the tumour sizes of its records.
    """
    from hepatica.imaging.phantom.body import Size
    from hepatica.imaging.phantom.examination import Plan
    from hepatica.imaging.phantom.folder import write_examinations

    subjects = [str(s) for s in what["subjects"]]
    if odd := [s for s in subjects if not all(c.isalnum() or c in "-_" for c in s) or not s]:
        raise UsageError(f"--subject {odd[0]!r}: expected letters, digits, - and _")
    days = sorted(d.date() for d in what["days"] if hasattr(d, "date"))
    if study is not None:
        from hepatica.imaging.phantom.study import read_plans

        if days or not subjects:
            raise UsageError("with a study: expected --subject, and no --date, which it knows")
        changes = _changes(what["changes"], subjects)
        plans = list(read_plans(study, subjects, changes, seed=seed))
    else:
        subjects, days = subjects or ["S1"], days or [date(2020, 1, 1)]
        changes = _changes(what["changes"], subjects)
        plans = [
            Plan(seed, s, day, Size(), change=changes.get(s, 1.0) if i else 1.0, oil=i > 0)
            for s in subjects
            for i, day in enumerate(days)
        ]
    for folder in write_examinations(plans, output):
        print(folder)
    return 0


def _changes(given: tuple[object, ...], subjects: list[str]) -> dict[str, float]:
    """Factors by subject, from words such as 007=0.8, or 0.8 for all."""
    changes: dict[str, float] = {}
    for word in given:
        name, equals, factor = str(word).rpartition("=")
        try:
            value = float(factor)
        except ValueError:
            value = 0.0
        if not 0.5 <= value <= 1.5 or (equals and name not in subjects):
            raise UsageError(f"--change {word}: expected a factor of 0.5 to 1.5, or SUBJECT=FACTOR")
        changes |= dict.fromkeys([name] if equals else subjects, value)
    return changes
