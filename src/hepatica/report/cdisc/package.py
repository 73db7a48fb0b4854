"""The CDISC files of a study as one value: names, bytes, and what could not be written and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from hepatica.analysis.result import Result
from hepatica.clinic.dataset import Dataset
from hepatica.core.errors import NotReady
from hepatica.core.finding import Finding
from hepatica.report.cdisc.ars import ars_json
from hepatica.report.cdisc.dataset_json import dataset_json
from hepatica.report.cdisc.define import define_xml
from hepatica.report.cdisc.submission import Submission
from hepatica.report.cdisc.transport import transport_bytes
from hepatica.study import Study


@dataclass(frozen=True, slots=True)
class Package:
    """Files by name, relative and with forward slashes, and what could not be written and why.

    `absent` are the names of transport files that do not hold their dataset; `findings` say why.
    """

    files: tuple[tuple[str, bytes], ...] = ()
    findings: tuple[Finding, ...] = ()
    absent: tuple[str, ...] = ()

    def __add__(self, other: Package) -> Package:
        return Package(
            (*self.files, *other.files),
            (*self.findings, *other.findings),
            (*self.absent, *other.absent),
        )


def adam_package(study: Study, given: Submission) -> Package:
    """Every analysis dataset as transport file and Dataset-JSON, under ``adam/``."""
    made = data_package("adam", study, given.declared.values(), given.tables)
    return Package((), given.findings) + made


def define_package(study: Study, given: Submission) -> Package:
    """``adam/define.xml``."""
    return Package((("adam/define.xml", define_xml(study, given).encode()),))


def data_package(
    folder: str, study: Study, declared: Iterable[Dataset], tables: Mapping[str, pa.Table]
) -> Package:
    """Datasets as XPT and JSON files of a folder; one that does not fit XPT has only its JSON."""
    identity = study.study
    files: list[tuple[str, bytes]] = []
    findings: list[Finding] = []
    absent: list[str] = []
    for dataset in declared:
        table = tables[dataset.name]
        name = f"{folder}/{dataset.name.lower()}"
        transport, faults = _transport(dataset, table, identity.cutoff)
        if transport is not None:
            files.append((f"{name}.xpt", transport))
        else:
            absent.append(f"{name}.xpt")
        findings += faults
        text = dataset_json(dataset, table, study=identity.id, stamp=identity.cutoff)
        files.append((f"{name}.json", text.encode()))
    return Package(tuple(files), tuple(findings), tuple(absent))


def _transport(
    dataset: Dataset, table: pa.Table, stamp: date
) -> tuple[bytes | None, tuple[Finding, ...]]:
    try:
        return transport_bytes(dataset, table, stamp), ()
    except NotReady as stop:
        return None, tuple(stop.findings)


def study_package(study: Study, given: Submission, results: Iterable[Result]) -> Package:
    """Analysis datasets, define.xml and ``ars.json``: what a report writes of its own accord."""
    text = ars_json(study, results)
    parts = adam_package(study, given) + define_package(study, given)
    return parts + Package((("ars.json", text.encode()),))
