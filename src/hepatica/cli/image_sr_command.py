"""`hepatica image sr`: measurements of DICOM structured reports as records."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from hepatica.core.finding import has_error

_PATH = click.Path(path_type=Path)


@click.command(name="sr")
@click.argument("reports", nargs=-1, required=True, type=_PATH)
@click.option("-o", "--output", type=_PATH, required=True, help="Folder for the CSV files.")
@click.option(
    "--role",
    type=click.Choice(["target", "non-target"]),
    default="target",
    show_default=True,
    help="Role of lesions whose report names none.",
)
@click.option("--viable", is_flag=True, help="Long axes measure the viable (enhancing) part.")
def sr(reports: tuple[Path, ...], output: Path, role: str, viable: bool) -> int:
    """Read REPORTS (DICOM SR, TID 1500: files or folders) into tables of the records.

    Images in the folders give endpoints their place in the patient. The output is a folder for
    `[imaging] path` of study.toml; only tables of an earlier run are replaced.
    """
    from hepatica.core.errors import MissingExtra
    from hepatica.imaging.process.written import check_own, write_own
    from hepatica.imaging.quantity import table_text

    try:
        from hepatica.imaging.reading.structured_report import Choices, read_reports
    except ModuleNotFoundError as error:
        raise MissingExtra("hepatica image sr needs hepatica[imaging]") from error
    found = read_reports(reports, Choices(role=role, viable=viable))
    filled = {table: rows for table, rows in found.tables.items() if rows}
    check_own(output, filled, "sr")
    texts = {f"{table}.csv": table_text(table, rows) for table, rows in filled.items()}
    write_own(output, texts, "sr")
    counts = [f"{len(rows)} {table.replace('_', ' ')}" for table, rows in filled.items()]
    print(f"{output.name}: {', '.join(counts) or 'no measurement'}")
    for finding in found.findings:
        print(finding, file=sys.stderr)
    return int(has_error(found.findings))
