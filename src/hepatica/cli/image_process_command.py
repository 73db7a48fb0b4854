"""`hepatica image process`: a tree of scans measured into tables and pictures."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("scans", type=_FILE, metavar="DIR")
@click.option("-o", "--output", type=_FILE, required=True, metavar="OUT", help="Folder to write.")
@click.option(
    "--workers", type=click.IntRange(0, 256), help="Processes; 0 none.  [default: the processors]"
)
@click.option("--seed", type=click.IntRange(0, 2**62), default=0, help="Of resampled intervals.")
@click.option("--rules", type=_FILE, metavar="FILE", help="Names of outlined regions, TOML.")
@click.option("--lesions", is_flag=True, help="Also write lesions, measurements and scans.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
def process(scans: Path, output: Path, rules: Path | None, as_json: bool, **how: int | None) -> int:
    """Measure every examination below DIR; a run that was stopped goes on where it was.

    Tables go on top of OUT, pictures, results by examination and the log into folders in it. Name
    OUT in [imaging] path of study.toml and its tables are read beside the records.
    """
    from hepatica.core.finding import has_error
    from hepatica.imaging.process.batch import Plan, run_batch
    from hepatica.imaging.process.region import read_rules

    workers = how["workers"]
    plan = Plan(
        scans,
        output,
        workers=workers if workers is not None else os.cpu_count() or 1,
        seed=how["seed"] or 0,
        lesions=bool(how["lesions"]),
        rules=read_rules(rules),
    )
    try:
        with _progress() as told:
            done = run_batch(plan, told)
    except KeyboardInterrupt:
        print("Stopped; what was measured is kept. Run again to go on.", file=sys.stderr)
        return 130
    if as_json:
        summary = {
            "examinations": done.examinations,
            "measured": done.measured,
            "files": [str(path) for path in done.paths],
            "findings": [str(finding) for finding in done.findings],
        }
        print(json.dumps(summary, ensure_ascii=False))
    else:
        for finding in done.findings:
            print(finding)
        for path in done.paths:
            print(path)
        line = f"Examinations: {done.examinations}, measured now: {done.measured}."
        print(line, file=sys.stderr)
    return int(has_error(done.findings))


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("examinations", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
