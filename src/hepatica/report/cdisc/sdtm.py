"""The records of a study as SDTM domains, with their supplemental qualifiers.

Each domain is one SELECT of `sdtm_domains` over the records, its variables declared in
`sdtm.toml`. Dates are ISO 8601 text, partial where the record is. Study days count from the first
treatment, without a day 0. The reader of SDTM (`records/sdtm.py`) makes the same records of them
again, but for what docs/how-to/export-cdisc.md lists.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import duckdb
import pyarrow as pa

from hepatica.clinic.dataset import Dataset, Variable
from hepatica.clinic.protocol import study_procedure_table
from hepatica.records.catalogue import catalogue
from hepatica.records.record import Records
from hepatica.records.table import tables
from hepatica.report.cdisc.package import Package, data_package
from hepatica.study import Study

_SUPPLEMENT = (
    Variable("STUDYID", "text", "Study Identifier", ""),
    Variable("RDOMAIN", "text", "Related Domain Abbreviation", ""),
    Variable("USUBJID", "text", "Unique Subject Identifier", ""),
    Variable("IDVAR", "text", "Identifying Variable", ""),
    Variable("IDVARVAL", "text", "Identifying Variable Value", ""),
    Variable("QNAM", "text", "Qualifier Variable Name", ""),
    Variable("QLABEL", "text", "Qualifier Variable Label", ""),
    Variable("QVAL", "text", "Data Value", ""),
    Variable("QORIG", "text", "Origin", ""),
)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Domain:
    """A declared domain; `qualifiers` are the QNAMs of its SUPP-- dataset with their labels."""

    dataset: Dataset
    qualifiers: dict[str, str]

    @property
    def supplement(self) -> Dataset:
        """Its SUPP-- dataset."""
        name = self.dataset.name
        keys = ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM")
        return Dataset(f"SUPP{name}", f"Supplemental Qualifiers for {name}", _SUPPLEMENT, keys)


@cache
def domains() -> dict[str, Domain]:
    """Every declared domain by name, in the order of the file."""
    text = files("hepatica.report.cdisc").joinpath("sdtm.toml").read_text(encoding="utf-8")
    return {name: _domain(name, block) for name, block in tomllib.loads(text).items()}


def _domain(name: str, block: Row) -> Domain:
    variables = tuple(Variable(v["name"], v["type"], v["label"], "") for v in block["variables"])
    dataset = Dataset(name, block["label"], variables, tuple(block["keys"]))
    return Domain(dataset, block.get("qualifiers", {}))


def sdtm_tables(study: Study, records: Records) -> dict[str, tuple[Dataset, pa.Table]]:
    """Domains and SUPP-- datasets that have rows, by name."""
    made: dict[str, tuple[Dataset, pa.Table]] = {}
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.execute("SET enable_external_access = false")
        _register(connection, study, records)
        start = dict(connection.execute("SELECT subject, start_dtc FROM reference").fetchall())
        for name, domain in domains().items():
            rows = _rows(connection, _statement(name))
            if not rows:
                continue
            _identify(study.study.id, domain.dataset, rows, start)
            made[name] = (domain.dataset, pa.Table.from_pylist(rows, domain.dataset.schema()))
            extra = _supplement(domain, rows)
            if extra:
                table = pa.Table.from_pylist(extra, domain.supplement.schema())
                made[domain.supplement.name] = (domain.supplement, table)
    return made


def sdtm_package(study: Study, records: Records) -> Package:
    """The domains as transport files and Dataset-JSON, under ``sdtm/``."""
    made = sdtm_tables(study, records)
    declared = [dataset for dataset, _ in made.values()]
    return data_package("sdtm", study, declared, {name: t for name, (_, t) in made.items()})


def _register(connection: duckdb.DuckDBPyConnection, study: Study, records: Records) -> None:
    for name in tables():
        connection.register(name, records[name])
    connection.register("study_procedure", study_procedure_table(study))
    for name in ("lab_test", "vital_test", "image_test"):
        tests = catalogue(f"{name}s").values()
        named = {"code": [t.code for t in tests], "name": [t.name for t in tests]}
        connection.register(name, pa.table(named))
    connection.execute(_statement("_setup"))


def _rows(connection: duckdb.DuckDBPyConnection, text: str) -> list[Row]:
    # `execute`, as `connection.sql(text)` would parse and bind the SELECT twice.
    found = connection.execute(text)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _statement(name: str) -> str:
    path = files("hepatica.report.cdisc").joinpath("sdtm_domains", f"{name.lower()}.sql")
    return path.read_text(encoding="utf-8")


def _identify(
    study: str, dataset: Dataset, rows: Sequence[Row], start: dict[str, str | None]
) -> None:
    """Add STUDYID, DOMAIN, USUBJID, --SEQ and study days to the rows of a domain."""
    name = dataset.name
    days = [v.name for v in dataset.variables if v.name.endswith("DY")]
    numbered: dict[str, int] = {}
    for row in rows:
        subject = row["subject"]
        numbered[subject] = numbered.get(subject, 0) + 1
        row |= {"STUDYID": study, "DOMAIN": name, "USUBJID": f"{study}-{subject}"}
        row[f"{name}SEQ"] = numbered[subject]
        for day in days:
            row[day] = study_day(row.get(f"{day[:-2]}DTC"), start.get(subject))


def study_day(dtc: str | None, start: str | None) -> int | None:
    """Study day of a whole date: 1 on the day of the first treatment, -1 on the day before."""
    if dtc is None or start is None or len(dtc) != 10 or len(start) != 10:
        return None
    days = (date.fromisoformat(dtc) - date.fromisoformat(start)).days
    return days + (days >= 0)


def _supplement(domain: Domain, rows: Sequence[Row]) -> list[Row]:
    name = domain.dataset.name
    by_record = name != "DM"
    return [
        {
            "STUDYID": row["STUDYID"],
            "RDOMAIN": name,
            "USUBJID": row["USUBJID"],
            "IDVAR": f"{name}SEQ" if by_record else None,
            "IDVARVAL": str(row[f"{name}SEQ"]) if by_record else None,
            "QNAM": qualifier,
            "QLABEL": label,
            "QVAL": row[f"SUPP_{qualifier}"],
            "QORIG": "CRF",
        }
        for row in rows
        for qualifier, label in domain.qualifiers.items()
        if row[f"SUPP_{qualifier}"]
    ]
