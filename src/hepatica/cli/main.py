"""`hepatica`: commands, exit codes, and how a mistake is told.

Exit codes: 0 done; 1 ran, with findings at error level; 2 wrong usage or a bad study.toml;
3 input unreadable or refused.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from hepatica.core.errors import HepaticaError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="A workbench for clinical studies of locoregional liver-cancer therapy.",
)

StudyFolder = Annotated[Path, typer.Argument(metavar="STUDY", help="Study folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


def main() -> None:
    """Run the command line; mistakes are told in a sentence, never with a traceback."""
    try:
        app(standalone_mode=True)
    except HepaticaError as error:
        for finding in getattr(error, "findings", ()):
            print(finding, file=sys.stderr)
        print(f"hepatica: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(0) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def _version(wanted: bool) -> None:
    if wanted:
        from hepatica import __version__

        print(f"hepatica {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command()
def init(
    study: StudyFolder,
    protocol: Annotated[
        str, typer.Option(help="Protocol to begin from: beva-tace or blank.")
    ] = "blank",
) -> None:
    """Make a study folder: study.toml and an empty records.xlsx."""
    from hepatica.cli.study_command import run_init

    run_init(study, protocol)


@app.command()
def check(study: StudyFolder, json: AsJson = False) -> None:
    """Tell every fault in the protocol and the records, by file, sheet, row and column."""
    from hepatica.cli.study_command import run_check

    raise typer.Exit(run_check(study, as_json=json))


@app.command()
def report(
    study: StudyFolder,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder to write to [STUDY/report].")
    ] = None,
    json: AsJson = False,
) -> None:
    """Write the report: report.html, results, analysis datasets, figures, manifest."""
    from hepatica.cli.study_command import run_report

    raise typer.Exit(run_report(study, output, as_json=json))


@app.command()
def explain(
    study: StudyFolder,
    endpoint: Annotated[str, typer.Argument(help="Endpoint of the protocol, or BOR.")],
    subject: Annotated[str, typer.Argument(help="Subject, as on the Subjects sheet.")],
    json: AsJson = False,
) -> None:
    """Tell why a patient has this value: event, date, record, clause."""
    from hepatica.cli.study_command import run_explain

    run_explain(study, endpoint, subject, as_json=json)


@app.command()
def survival(
    file: Annotated[Path, typer.Argument(help="CSV, gzipped CSV or Parquet.")],
    time: Annotated[str, typer.Option(help="Column of times.")],
    event: Annotated[str, typer.Option(help="Column of events: 1 event, 0 censored.")],
    group: Annotated[str, typer.Option(help="Column of groups.")] = "",
    conf_type: Annotated[str, typer.Option(help="log, log-log, plain, logit, arcsin.")] = "log",
    plateau: Annotated[str, typer.Option(help="midpoint (as R) or first.")] = "midpoint",
    at: Annotated[str, typer.Option(help="Times to read the curve at, such as 6,12.")] = "",
    ties: Annotated[str, typer.Option(help="efron or breslow.")] = "efron",
    figure: Annotated[
        Path | None, typer.Option(help="Draw the curves to this .svg or .png file.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Kaplan-Meier, log-rank and Cox of one file."""
    from hepatica.cli.survival_command import SurvivalChoice, run_survival

    choice = SurvivalChoice(time, event, group, conf_type, plateau, at, ties)
    run_survival(file, choice, figure, as_json=json)


@app.command()
def response(
    file: Annotated[Path, typer.Argument(help="CSV, gzipped CSV or Parquet of lesions.")],
    criterion: Annotated[str, typer.Option(help="mRECIST, RECIST1.1, RECIST1.0 or EASL.")],
    confirm_days: Annotated[int, typer.Option(help="Days to confirmation.", min=0)] = 28,
    min_sd_days: Annotated[int, typer.Option(help="Days a stable disease lasts.", min=0)] = 42,
    baseline_date: Annotated[
        str, typer.Option(help="Baseline for every subject [its earliest date].")
    ] = "",
    json: AsJson = False,
) -> None:
    """Tumour response of one file of lesions, scan by scan."""
    from hepatica.cli.response_command import run_response_file

    code = run_response_file(
        file, criterion, (confirm_days, min_sd_days), baseline_date, as_json=json
    )
    raise typer.Exit(code)
