"""SDTM reader: a folder of domains (XPT version 5, Dataset-JSON 1.1 or CSV) as delivered.

Each declared table is one SELECT of `sdtm_tables` over the domains, run on DuckDB. The subject
is USUBJID. A reader is TUEVAL, or TUEVAL:TUEVALID (``INDEPENDENT ASSESSOR:RADIOLOGIST 1``).
Every row keeps its domain file, its record number and its --SEQ.
"""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from hepatica.core.errors import Unreadable
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.core.partial_date import PartialDate
from hepatica.records.dataset_json import read_dataset_json
from hepatica.records.domain import (
    SUPPLEMENT,
    USUAL,
    VARIABLES,
    domain_table,
    qualifiers,
    variables,
)
from hepatica.records.safety import folder_files
from hepatica.records.sheet import Sheet
from hepatica.records.table import Table, tables
from hepatica.records.transport import Columns, read_domain_csv, read_transport

# A domain that is there in several forms is read from the first of these.
SUFFIXES = (".xpt", ".json", ".ndjson", ".csv")


def read_sdtm(folder: Path) -> tuple[list[Sheet], list[Finding], list[Path]]:
    """Sheets of every table that the folder's domains fill, findings, and the files read.

    Raises      Unreadable where there is no DM, or a file cannot be read.
    """
    found, findings = _domain_files(folder)
    if "dm" not in found:
        raise Unreadable(f"{folder.name}: has no DM domain (dm.xpt, dm.json or dm.csv)")
    findings += [*_missing(folder, found), *_unread(folder, found)]
    used: list[Path] = []
    names: dict[str, str] = {}
    with duckdb.connect(config={"threads": 1}) as connection:
        for domain in VARIABLES:
            table, faults = _read_domain(domain, found, used)
            findings += faults
            connection.register(domain, table)
            names[domain] = found[domain].name if domain in found else f"{domain}.xpt"
        connection.execute(_statement("_setup"))
        sheets = [
            sheet
            for table in tables().values()
            if _exists(table.name)
            for sheet in _sheets(connection, table, names)
        ]
        findings += _left_aside(connection, names)
    return sheets, findings, used


def _domain_files(folder: Path) -> tuple[dict[str, Path], list[Finding]]:
    given: dict[str, list[Path]] = {}
    for path in folder_files(folder):
        if path.suffix.lower() in SUFFIXES:
            given.setdefault(path.stem.lower(), []).append(path)
    findings = []
    for paths in given.values():
        paths.sort(key=lambda path: (SUFFIXES.index(path.suffix.lower()), path.name))
        if len(paths) > 1:
            found = ", ".join(path.name for path in paths)
            expected = f"one file a domain; {paths[0].name} was read"
            findings.append(finding_of("R063", Place(folder.name), found=found, expected=expected))
    return {domain: paths[0] for domain, paths in given.items()}, findings


def _read_domain(
    domain: str, found: dict[str, Path], used: list[Path]
) -> tuple[pa.Table, list[Finding]]:
    if domain not in found:
        return domain_table(domain, {}, [], None), []
    columns, records, findings = _read(found[domain], variables(domain))
    used.append(found[domain])
    if "USUBJID" not in columns:
        raise Unreadable(f"{found[domain].name}: has no variable USUBJID")
    supplement: Columns | None = None
    path = found.get(f"supp{domain}")
    if path and qualifiers(domain):
        supplement, _, faults = _read(path, SUPPLEMENT)
        findings += faults
        used.append(path)
    return domain_table(domain, columns, records, supplement), findings


def _read(path: Path, wanted: tuple[str, ...]) -> tuple[Columns, list[int], list[Finding]]:
    if path.suffix.lower() == ".xpt":
        return read_transport(path, wanted=wanted)
    if path.suffix.lower() in (".json", ".ndjson"):
        return read_dataset_json(path, wanted=wanted)
    return read_domain_csv(path)


def _sheets(
    connection: duckdb.DuckDBPyConnection, table: Table, names: dict[str, str]
) -> list[Sheet]:
    # `execute`, as `connection.sql(text)` would parse and bind the SELECT twice.
    found = connection.execute(_statement(table.name))
    headers = [column[0] for column in found.description or ()]
    rows = found.fetchall()
    columns: dict[str, list[Any]] = {n: [row[at] for row in rows] for at, n in enumerate(headers)}
    for name in [name for name in columns if name.endswith("_imputed")]:
        day = name.removesuffix("_imputed")
        columns[day] = [
            PartialDate(date.fromisoformat(text), flag) if flag else text
            for text, flag in zip(columns[day], columns.pop(name), strict=True)
        ]
    sources, records = columns.pop("src"), columns.pop("record")
    numbers = [_whole(number) for number in columns.pop("seq")]
    sheets = []
    for source in dict.fromkeys(sources):
        at = [index for index, other in enumerate(sources) if other == source]
        seq = [numbers[index] for index in at]
        sheets.append(
            Sheet(
                table=table.name,
                file=names[source],
                sheet="",
                columns={name: [cells[i] for i in at] for name, cells in columns.items()},
                rows=[records[index] for index in at],
                headers=_headers(table, source),
                seq=[number for number in seq if number is not None] if all(seq) else None,
            )
        )
    return sheets


def _whole(number: Any) -> int | None:
    try:
        return int(number)
    except (TypeError, ValueError):
        return None


def _headers(table: Table, source: str) -> dict[str, str]:
    prefix = f"{source.upper()}."
    return {c.name: c.sdtm.removeprefix(prefix) for c in table.columns if c.sdtm.startswith(prefix)}


def _missing(folder: Path, found: dict[str, Path]) -> list[Finding]:
    return [
        finding_of(
            "R041",
            Place(folder.name),
            found=f"no {domain.upper()}",
            expected=f"{domain}.xpt, .json or .csv; its tables stay empty without it",
        )
        for domain in USUAL
        if domain not in found
    ]


def _unread(folder: Path, found: dict[str, Path]) -> list[Finding]:
    names = {*VARIABLES, *(f"supp{domain}" for domain in VARIABLES if qualifiers(domain))}
    extra = [path.name for path in folder_files(folder) if path.stem.lower() not in names]
    if not extra:
        return []
    expected = "domains that a table is made from; these were not read"
    return [finding_of("R042", Place(folder.name), found=", ".join(extra), expected=expected)]


def _left_aside(connection: duckdb.DuckDBPyConnection, names: dict[str, str]) -> list[Finding]:
    return [
        finding_of(
            "R042",
            Place(names[source]),
            found=f"{count} records: {what}",
            expected="records that a table holds; these were left aside",
        )
        for source, what, count in connection.execute(_statement("_unused")).fetchall()
        if count
    ]


def _exists(name: str) -> bool:
    return files("hepatica.records").joinpath(f"sdtm_tables/{name}.sql").is_file()


def _statement(name: str) -> str:
    path = files("hepatica.records").joinpath(f"sdtm_tables/{name}.sql")
    return path.read_text(encoding="utf-8")
