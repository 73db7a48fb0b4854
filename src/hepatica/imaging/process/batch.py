"""A tree of scans, measured: examinations spread over processes, resumed, written as tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hepatica.core.errors import MissingExtra
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.core.version import VERSION
from hepatica.imaging.process.examination import Examination, examinations, read_groups
from hepatica.imaging.process.measurement import finding_from, measured
from hepatica.imaging.process.pool import Died, worked
from hepatica.imaging.process.region import Rules, read_rules
from hepatica.imaging.process.store import Store, content_key, write_whole
from hepatica.imaging.process.written import check_own, write_own
from hepatica.imaging.quantity import table_text
from hepatica.imaging.reading.fault import fault
from hepatica.imaging.reading.index import read_index

QUANTITIES = ("image_quantities",)
READINGS = ("lesions", "measurements", "scans")
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Plan:
    """What is measured, where it goes, and by which names, seed and number of processes.

    `lesions` also writes the tables that readers fill: lesions, measurements and scans.
    """

    scans: Path
    output: Path
    workers: int = 1
    seed: int = 0
    lesions: bool = False
    rules: Rules = field(default_factory=read_rules)


@dataclass(frozen=True)
class Job:
    """One examination for a worker."""

    examination: Examination
    store: Path
    rules: Rules
    seed: int


@dataclass(frozen=True)
class Batch:
    """What was done: examinations, those measured now, files written, and every finding."""

    examinations: int
    measured: int
    paths: tuple[Path, ...]
    findings: tuple[Finding, ...]


def run_batch(plan: Plan, progress: Progress = lambda done, of: None) -> Batch:
    """Measure every examination below `plan.scans` that has not been measured before.

    Output is the same for any order of files and any number of workers. A run that is stopped
    leaves whole results; the next one goes on. Results of scans that are gone are dropped.

    Raises      Unreadable where there is no such folder; UsageError where the output has tables
                that no run wrote.
    """
    check_own(plan.output, QUANTITIES + (READINGS if plan.lesions else ()))
    index = read_index(plan.scans)
    found, told = examinations(read_groups(plan.scans))
    strays = [one.path for one in index.entries if one.role == "image" and not one.series]
    findings = [*index.findings, *told, *map(_no_dicom, strays)]
    store = Store(plan.output / "units")
    jobs = [Job(one, store.folder, plan.rules, plan.seed) for one in found]
    keys: dict[int, str] = {}
    fresh = 0
    for done, (i, result) in enumerate(worked(run_job, jobs, plan.workers), start=1):
        if isinstance(result, Died):
            findings.append(_died(found[i]))
        elif isinstance(result, str):
            findings.append(_failed(found[i], result))
        else:
            keys[i], new = result
            fresh += new
        progress(done, len(jobs))
    documents = [store.read(keys[i]) or {} for i in sorted(keys)]
    store.drop_stale(keys.values())
    for one in documents:
        findings.extend(map(finding_from, one.get("findings", ())))
    ordered = _once(findings)
    paths = _write(plan, documents, ordered)
    return Batch(len(jobs), fresh, paths, ordered)


def run_job(job: Job) -> tuple[str, bool] | str:
    """Key of an examination's result, and whether it had to be measured.

    Where measuring fails for a reason nobody foresaw, the name of the error; nothing is kept.
    """
    words = (VERSION, str(job.seed), job.rules.text, job.examination.modality)
    key = content_key(job.examination.paths, *words)
    store = Store(job.store)
    if store.read(key) is not None:
        return key, False
    try:
        result = measured(job.examination, job.rules, job.seed)
    except MissingExtra:
        raise
    except Exception as error:  # a file of ill will may break any library
        return type(error).__name__
    store.write(key, result)
    return key, True


def _once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in order, each once; that of the index gives way to the one that knows whose."""
    kept: dict[tuple[str, ...], Finding] = {}
    for one in sorted(findings, key=lambda f: (_line(f), f.subject)):
        first = kept.get(_line(one))
        if first is None or not first.subject:
            kept[_line(one)] = one
    return tuple(kept.values())


def _line(one: Finding) -> tuple[str, ...]:
    return str(one.place), one.code, one.found, one.expected, one.hint


def _write(
    plan: Plan, documents: Sequence[Mapping[str, Any]], findings: Iterable[Finding]
) -> tuple[Path, ...]:
    """Tables on top, pictures and the log in folders of their own."""
    folder = plan.output
    tables = {}
    for table in QUANTITIES + (READINGS if plan.lesions else ()):
        rows = [row for one in documents for row in one.get(table, ())]
        tables[f"{table}.csv"] = table_text(table, _distinct(rows))
    pictures = {
        f"pictures/{name}": text
        for one in documents
        for name, text in one.get("pictures", {}).items()
    }
    write_own(folder, tables | pictures)
    log = folder / "log" / "findings.csv"
    write_whole(log, _log(findings))
    return (*(folder / name for name in (*tables, *sorted(pictures))), log)


def _distinct(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Rows without repeats: a lesion is named on every day it was outlined."""
    return list({tuple(sorted((k, str(v)) for k, v in row.items())): row for row in rows}.values())


def _log(findings: Iterable[Finding]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["file", "level", "code", "subject", "found", "expected", "hint"])
    for one in findings:
        words = (one.level, one.code, one.subject, one.found, one.expected, one.hint)
        writer.writerow([str(one.place), *words])
    return out.getvalue()


def _no_dicom(path: Path) -> Finding:
    return fault(
        "I150", path, found="a volume that names no patient and no day",
        expected="DICOM", hint="measure it with: hepatica image measure",
    )  # fmt: skip


def _died(one: Examination) -> Finding:
    return finding_of(
        "I159", Place(one.file), found=f"a worker that ended on {len(one.paths)} files",
        expected="a result", hint="too little memory? run again with fewer --workers",
    )  # fmt: skip


def _failed(one: Examination, error: str) -> Finding:
    return finding_of(
        "I158", Place(one.file), found=f"an examination that could not be measured: {error}",
        expected="measurements",
    )  # fmt: skip
