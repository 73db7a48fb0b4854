"""The screening of a study as one document: verdicts, what failed, the flow, the readings."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc

from hepatica.analysis.screening import flow_steps, reading_changes
from hepatica.core.errors import UsageError
from hepatica.core.finding import Place
from hepatica.workflow.workspace import Workspace

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Screened:
    """One subject: PASS, FAIL or UNKNOWN over all criteria, and the rows of ADIE behind it."""

    subject: str
    verdict: str
    enrolled: bool
    treated: bool
    reason: str
    day: str
    day_is: str
    rows: tuple[Row, ...]

    def criteria(self, verdict: str) -> tuple[str, ...]:
        """Ids of the criteria with that verdict, in the order of the protocol."""
        return tuple(r["IETESTCD"] for r in self.rows if r["AVALC"] == verdict)


@dataclass(frozen=True, slots=True)
class Screening:
    """Everything that `hepatica screen` tells; `table` and `refractory` are ADIE and ADREF."""

    study: str
    label: str
    subjects: tuple[Screened, ...]
    flow: tuple[tuple[str, tuple[str, ...]], ...]
    readings: tuple[tuple[str, str, bool, tuple[str, ...]], ...]
    refractory: tuple[Row, ...]
    table: pa.Table

    @property
    def counts(self) -> dict[str, Counter[str]]:
        """PASS, FAIL and UNKNOWN of each criterion in its chosen reading."""
        found: dict[str, Counter[str]] = {}
        for one in self.subjects:
            for row in one.rows:
                found.setdefault(row["IETESTCD"], Counter())[row["AVALC"]] += 1
        return found

    @property
    def disagreements(self) -> dict[str, tuple[Row, ...]]:
        """Subjects whom the definitions of TACE-refractory answer differently, with the rows."""
        found: dict[str, tuple[Row, ...]] = {}
        for row in self.refractory:
            found[row["SUBJID"]] = (*found.get(row["SUBJID"], ()), row)
        return {s: rows for s, rows in found.items() if len({r["REFRRES"] for r in rows}) > 1}

    @property
    def enrolled_ineligible(self) -> tuple[Screened, ...]:
        """Subjects who were enrolled although a criterion fails."""
        return tuple(s for s in self.subjects if s.enrolled and s.verdict == "FAIL")


def screening(workspace: Workspace, subject: str = "") -> Screening:
    """The screening of every subject, or of one.

    Raises      UsageError where the protocol has no criteria or the subject is not on record;
                NotReady, with the findings, while an error stands.
    """
    if not (workspace.protocol.inclusion or workspace.protocol.exclusion):
        raise UsageError("the protocol has no inclusion or exclusion criteria")
    adam = workspace.adam()
    rows = adam["ADIE"].to_pylist()
    people = adam["ADSL"].to_pylist()
    if subject and subject not in {p["SUBJID"] for p in people}:
        raise UsageError(f"subject {subject!r}: not on the Subjects sheet")
    reasons = {
        r["subject"]: r["screen_failure_reason"] or ""
        for r in workspace.records["subjects"].to_pylist()
    }
    identity = workspace.protocol.study
    return Screening(
        study=identity.id,
        label=identity.label,
        subjects=tuple(
            _screened(p, [r for r in rows if r["SUBJID"] == p["SUBJID"]], reasons)
            for p in people
            if not subject or p["SUBJID"] == subject
        ),
        flow=flow_steps(people, rows),
        readings=reading_changes(rows),
        refractory=tuple(
            r for r in adam["ADREF"].to_pylist() if not subject or r["SUBJID"] == subject
        ),
        table=adam["ADIE"],
    )


_WORDS = {"Y": "PASS", "N": "FAIL", "U": "UNKNOWN"}


def _screened(person: Row, rows: Sequence[Row], reasons: Mapping[str, str]) -> Screened:
    chosen = tuple(r for r in rows if r["PARTNO"] == 0 and r["READFL"] == "Y")
    return Screened(
        subject=person["SUBJID"],
        verdict=_WORDS[person["ELIGRES"]],
        enrolled=person["ENRLFL"] == "Y",
        treated=person["SAFFL"] == "Y",
        reason=reasons.get(person["SUBJID"], ""),
        day=str(chosen[0]["REFDT"] or ""),
        day_is=chosen[0]["REFDESC"],
        rows=chosen,
    )


def place_of(row: Row) -> str:
    """The record behind a row of ADIE, as the spreadsheet shows it."""
    return str(Place(row["SRCFILE"] or "", row["SRCSHEET"] or "", row["SRCROW"]))


def write_screening(found: Screening, folder: Path) -> list[Path]:
    """Write the rows of ADIE and ADREF as CSV into `folder`; the paths written."""
    if os.path.lexists(folder) and not folder.is_dir():
        raise UsageError(f"{folder}: is not a folder; name another one with -o")
    tables = {"screening": found.table}
    if found.refractory:
        tables["refractory"] = pa.Table.from_pylist(list(found.refractory))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            pc.write_csv(table, folder / f"{name}.csv")
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written to ({error.strerror})") from error
    return [folder / f"{name}.csv" for name in tables]
