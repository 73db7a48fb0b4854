"""`hepatica image index`: what scans a folder holds, by patient, date and phase."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from hepatica.imaging.reading.index import Index

_SHOWN = (
    "subject", "date", "phase", "modality", "role", "images", "size", "spacing mm", "description",
    "findings", "path",
)  # fmt: skip


@click.command("index")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write it as a CSV file too.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
def image_index(folder: Path, output: Path | None, as_json: bool) -> int:
    """List every series below DIR, by patient, date and phase, and every fault on stderr."""
    import json
    import os
    import sys

    from hepatica.core.finding import has_error
    from hepatica.imaging.reading.index import read_index
    from hepatica.imaging.reading.index_table import index_rows, index_text
    from hepatica.workflow.progress import progress

    with progress(sum(1 for _ in os.walk(folder))) as step:
        index = read_index(folder, step)
    for finding in index.findings:
        print(finding, file=sys.stderr)
    if output is not None:
        output.write_text(index_text(index), encoding="utf-8")
    if as_json:
        document = {"entries": index_rows(index), "findings": _told(index)}
        print(json.dumps(document, ensure_ascii=False))
    else:
        print(_table(index_rows(index)))
    return int(has_error(index.findings))


def _told(index: Index) -> list[dict[str, str]]:
    return [
        {
            "place": str(one.place),
            "level": str(one.level),
            "code": one.code,
            "found": one.found,
            "expected": one.expected,
            "hint": one.hint,
        }
        for one in index.findings
    ]


def _table(rows: list[dict[str, Any]]) -> str:
    """Lines by patient, date and phase; the words of a patient stand once."""
    from hepatica.cli.columned import columned

    lines = [_SHOWN]
    before = ("", "")
    for row in sorted(rows, key=lambda r: (r["subject"], r["date"] or "", r["phase"], r["path"])):
        own = (row["subject"] or "(none)", row["date"] or "(none)")
        same = own[0] == before[0]
        subject, day = ("" if same else own[0]), ("" if own == before else own[1])
        before = own
        codes = " ".join(row["findings"]) or "-"
        lines.append(
            (subject, day, row["phase"] or "-", row["modality"] or "-", row["role"],
             _images(row), _size(row), _spacing(row), row["description"] or "-", codes, row["path"])
        )  # fmt: skip
    return columned(lines)


def _images(row: dict[str, Any]) -> str:
    if not row["images"]:
        return "-"
    return str(row["images"]) + (f" ({row['times']} times)" if row["times"] > 1 else "")


def _size(row: dict[str, Any]) -> str:
    parts = [row[name] for name in ("slices", "rows", "columns")]
    return "-" if None in parts else " x ".join(map(str, parts))


def _spacing(row: dict[str, Any]) -> str:
    parts = [row[name] for name in ("slice_mm", "row_mm", "column_mm")]
    return "-" if None in parts else " x ".join(f"{part:.4g}" for part in parts)
