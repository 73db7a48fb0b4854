"""`hepatica`: commands, exit codes, and how a mistake is told.

Exit codes: 0 done; 1 ran, with findings at error level; 2 wrong usage or a bad study.toml;
3 input unreadable or refused. Commands import what they need when they run, so that ``--help``
answers at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from hepatica.cli.audit_command import audit
from hepatica.cli.claims_command import claims
from hepatica.cli.compare_command import compare
from hepatica.cli.dose_command import dose
from hepatica.cli.export_command import export
from hepatica.cli.granularity_command import debit, grim, grimmer
from hepatica.cli.image_command import image
from hepatica.cli.pk_command import pk
from hepatica.cli.recomputation_command import interval, km_rebuild, statcheck
from hepatica.cli.reconstruct_command import reconstruct
from hepatica.core.errors import HepaticaError
from hepatica.core.version import VERSION

_FILE = click.Path(path_type=Path)
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
_study = click.argument("study", type=_FILE)


def main() -> None:
    """Run the command line; a mistake is told in a sentence, never with a traceback."""
    try:
        code = app(standalone_mode=False)
    except click.Abort:
        raise SystemExit(130) from None
    except click.ClickException as error:
        error.show()
        raise SystemExit(2) from None
    except HepaticaError as error:
        for finding in getattr(error, "findings", ()):
            print(finding, file=sys.stderr)
        print(f"hepatica: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(0) from None
    except OSError as error:
        name = f"{str(error.filename)[:200]}: " if error.filename else ""
        print(f"hepatica: {name}cannot be opened ({error.strerror or error})", file=sys.stderr)
        raise SystemExit(3) from None
    except (MemoryError, RecursionError) as error:
        what = (
            "needs more memory than there is"
            if isinstance(error, MemoryError)
            else "nests too deep"
        )
        print(f"hepatica: the input {what}; it is refused", file=sys.stderr)
        raise SystemExit(3) from None
    raise SystemExit(code if isinstance(code, int) else 0)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="A workbench for clinical studies of locoregional liver-cancer therapy.",
)
@click.version_option(VERSION, message="hepatica %(version)s")
def app() -> None:
    """Root of the commands."""


@app.command()
@_study
@click.option(
    "--protocol",
    default="blank",
    show_default=True,
    help="Protocol to begin from: beva-tace, blank.",
)
def init(study: Path, protocol: str) -> None:
    """Make a study folder: study.toml and an empty records.xlsx."""
    from hepatica.cli.study_command import run_init

    run_init(study, protocol)


@app.command()
@_study
@_as_json
def check(study: Path, as_json: bool) -> int:
    """Tell every fault in protocol and records, by file, sheet, row and column."""
    from hepatica.cli.study_command import run_check

    return run_check(study, as_json=as_json)


@app.command()
@_study
@click.option("--subject", default="", metavar="S", help="This subject only, every criterion.")
@click.option("-o", "--output", type=_FILE, help="Folder for screening.csv, refractory.csv.")
@_as_json
def screen(study: Path, subject: str, output: Path | None, as_json: bool) -> int:
    """Tell who is eligible: every criterion PASS, FAIL or UNKNOWN, with the record behind it."""
    from hepatica.cli.screen_command import run_screen

    return run_screen(study, subject, output, as_json=as_json)


@app.command()
@_study
@click.option("-o", "--output", type=_FILE, help="Folder to write to.  [default: STUDY/report]")
@click.option(
    "--only",
    multiple=True,
    type=click.Choice(["html", "docx", "pdf", "rtf"]),
    help="Document to write; may be repeated.  [default: those of study.toml]",
)
@_as_json
def report(study: Path, output: Path | None, only: tuple[str, ...], as_json: bool) -> int:
    """Write the report: page, documents, results, analysis datasets, figures, manifest."""
    from hepatica.cli.study_command import run_report

    return run_report(study, output, only, as_json=as_json)


@app.command()
@_study
@click.argument("subject")
@click.option("-o", "--output", type=_FILE, required=True, help="File: .svg, .png or .pdf.")
def profile(study: Path, subject: str, output: Path) -> None:
    """Draw the course of SUBJECT on one page: sessions, scans, tumour, laboratory, events."""
    from hepatica.cli.study_command import run_profile_page

    run_profile_page(study, subject, output)


@app.command()
@_study
@click.argument("endpoint")
@click.argument("subject")
@_as_json
def explain(study: Path, endpoint: str, subject: str, as_json: bool) -> None:
    """Tell why SUBJECT has this value of ENDPOINT (or BOR, or normalization): record and clause."""
    from hepatica.cli.study_command import run_explain

    run_explain(study, endpoint, subject, as_json=as_json)


@app.command()
@click.argument("file", type=_FILE)
@click.option("--time", required=True, metavar="COL", help="Column of times.")
@click.option(
    "--event", required=True, metavar="COL", help="Column of events: 1 event, 0 censored."
)
@click.option("--group", default="", metavar="COL", help="Column of groups.")
@click.option(
    "--conf-type", default="log", show_default=True, help="log|log-log|plain|logit|arcsin"
)
@click.option("--plateau", default="midpoint", show_default=True, help="midpoint (as R) | first")
@click.option("--at", default="", metavar="T,T", help="Times to read the curve at, such as 6,12.")
@click.option("--ties", default="efron", show_default=True, help="efron | breslow")
@click.option("--figure", type=_FILE, help="Draw the curves to this .svg or .png file.")
@_as_json
def survival(file: Path, figure: Path | None, as_json: bool, **chosen: Any) -> None:
    """Kaplan-Meier, log-rank and Cox of FILE: CSV, gzipped CSV or Parquet."""
    from hepatica.cli.survival_command import SurvivalChoice, run_survival

    run_survival(file, SurvivalChoice(**chosen), figure, as_json=as_json)


@app.command()
@click.argument("file", type=_FILE)
@click.option("--time", required=True, metavar="COL", help="Column of times.")
@click.option(
    "--cause",
    required=True,
    metavar="COL",
    help="Column of causes: 0 censored, 1 event, others compete.",
)
@click.option("--group", default="", metavar="COL", help="Column of groups.")
@click.option("--conf-type", default="log-log", show_default=True, help="log-log|log|plain")
@click.option("--at", default="", metavar="T,T", help="Times to read the curve at, such as 6,12.")
@_as_json
def incidence(file: Path, as_json: bool, **chosen: Any) -> None:
    """Cumulative incidence with competing events, and Gray's test, of FILE."""
    from hepatica.cli.incidence_command import IncidenceChoice, run_incidence

    run_incidence(file, IncidenceChoice(**chosen), as_json=as_json)


@app.command()
@click.argument("name", required=False)
@click.option(
    "-i",
    "--input",
    "inputs",
    multiple=True,
    metavar="NAME=VALUE",
    help="An input with its unit, such as bilirubin=1.0mg/dL; may be repeated.",
)
@click.option("--file", type=_FILE, help="Score every row: CSV, gzipped CSV or Parquet.")
@click.option("--list", "listed", is_flag=True, help="List the scores.")
@_as_json
def score(
    name: str | None, inputs: tuple[str, ...], file: Path | None, listed: bool, as_json: bool
) -> int:
    """Compute the clinical score NAME of one patient; without inputs, tell what it needs."""
    from hepatica.cli.score_command import run_list, run_score

    if listed or not name:
        run_list(as_json=as_json)
        return 0
    return run_score(name, inputs, file, as_json=as_json)


@app.command()
@click.argument("file", type=_FILE)
@click.option("--criterion", required=True, help="mRECIST | RECIST1.1 | RECIST1.0 | EASL")
@click.option(
    "--confirm-days", type=click.IntRange(0), default=28, show_default=True, help="To confirmation."
)
@click.option(
    "--min-sd-days",
    type=click.IntRange(0),
    default=42,
    show_default=True,
    help="From baseline until SD counts.",
)
@click.option(
    "--baseline-date", default="", metavar="DATE", help="Of every subject.  [default: its earliest]"
)
@_as_json
def response(file: Path, criterion: str, baseline_date: str, as_json: bool, **days: int) -> int:
    """Tumour response of FILE, scan by scan; columns in the manual."""
    from hepatica.cli.response_command import run_response_file

    chosen = (days["confirm_days"], days["min_sd_days"])
    return run_response_file(file, criterion, chosen, baseline_date, as_json=as_json)


app.add_command(audit)
app.add_command(claims)
app.add_command(compare)
app.add_command(debit)
app.add_command(dose)
app.add_command(export)
app.add_command(grim)
app.add_command(grimmer)
app.add_command(image)
app.add_command(interval)
app.add_command(km_rebuild)
app.add_command(pk)
app.add_command(reconstruct)
app.add_command(statcheck)


@app.command()
@_study
@click.option("--on", required=True, metavar="DATE", help="The day, YYYY-MM-DD.")
@click.option(
    "--ahead",
    type=click.IntRange(0, 3650),
    default=14,
    show_default=True,
    metavar="DAYS",
    help="Also visits whose window opens within so many days.",
)
@click.option("--ics", type=_FILE, help="Write a calendar file too.")
@_as_json
def due(study: Path, on: str, ahead: int, ics: Path | None, as_json: bool) -> int:
    """Tell which visits are overdue, due or soon to come on a day, subject by subject."""
    from hepatica.cli.due_command import run_due

    return run_due(study, on, ahead_days=ahead, calendar=ics, as_json=as_json)
