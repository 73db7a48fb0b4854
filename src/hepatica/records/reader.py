"""The door of the records: from the `[records]` table of study.toml to checked tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from hepatica.core.errors import UsageError
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.records.check import check_records
from hepatica.records.csv_folder import read_csv_folder
from hepatica.records.intake import read_tables
from hepatica.records.key import without_repeats
from hepatica.records.mapped import read_mapped
from hepatica.records.odm import read_odm
from hepatica.records.place import Places
from hepatica.records.record import Records
from hepatica.records.redcap import read_redcap
from hepatica.records.safety import source_path
from hepatica.records.sdtm import read_sdtm
from hepatica.records.sheet import Sheet
from hepatica.records.workbook import read_workbook


def read_records(
    folder: Path,
    source: Mapping[str, Any],
    *,
    cutoff: date | None = None,
    imaging: str = "",
) -> Records:
    """Records of a study: read, typed and checked, with every finding and every file read.

    Parameters
    ----------
    folder : Path            The study folder.
    source : mapping         The `[records]` table: ``reader`` workbook | csv | sdtm | mapping |
                             redcap | odm, ``path`` (``${HEPATICA_DATA}`` at its start is
                             replaced), and what the reader needs besides.
    cutoff : date, optional  Data cutoff; later records are told.
    imaging : str            Folder of further tables, measured on scans; '' for none.

    Raises      UsageError for an unknown reader; Unreadable for input that cannot be read.
    """
    path = source_path(folder, str(source.get("path", "records.xlsx")))
    sheets, findings, inputs = _read(path, source)
    if imaging:
        more, told, read = _read_imaging(source_path(folder, imaging, absent=True))
        sheets, findings, inputs = [*sheets, *more], [*findings, *told], [*inputs, *read]
    places = Places(sheets)
    full, faults = read_tables(sheets, places)
    checked = check_records(full, places, cutoff=cutoff)
    return Records.of(without_repeats(full), (*findings, *faults, *checked), tuple(inputs))


def _read_imaging(path: Path) -> tuple[list[Sheet], list[Finding], list[Path]]:
    """Tables measured on scans; a folder that is not there yet is a note."""
    if path.exists():
        return read_csv_folder(path)
    place = Place("study.toml", column="imaging")
    expected = "the folder that [imaging] path names, with tables such as image_quantities.csv"
    return [], [finding_of("R070", place, found="no folder", expected=expected)], []


def _read(path: Path, source: Mapping[str, Any]) -> tuple[list[Sheet], list[Finding], list[Path]]:
    reader = source.get("reader", "workbook")
    if reader == "workbook":
        return *read_workbook(path), [path]
    if reader == "csv":
        return read_csv_folder(path)
    if reader == "sdtm":
        return read_sdtm(path)
    if reader == "mapping":
        return read_mapped(path, source.get("mapping", {}))
    if reader == "redcap":
        return read_redcap(path, source.get("mapping", {}), source.get("options", {}))
    if reader == "odm":
        return read_odm(path, source.get("mapping", {}), source.get("options", {}))
    known = "workbook, csv, sdtm, mapping, redcap or odm"
    raise UsageError(f"records.reader is '{reader}'; expected {known}")
