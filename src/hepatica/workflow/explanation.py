"""Why a patient has this value: event, date, record and clause, line by line."""

from __future__ import annotations

from typing import Any

from hepatica.core.errors import UsageError
from hepatica.workflow.explanation_normalization import NORMALIZATION, normalization_lines
from hepatica.workflow.measured_place import measured_places
from hepatica.workflow.workspace import Workspace

Line = tuple[str, str]


def explanation(workspace: Workspace, endpoint: str, subject: str) -> list[Line]:
    """Lines of (what, text) for one endpoint, or BOR, CBOR or normalization, of one subject.

    Raises      UsageError for an unknown subject or endpoint.
    """
    adam = workspace.adam()
    known = [r["SUBJID"] for r in adam["ADSL"].to_pylist()]
    if subject not in known:
        raise UsageError(f"subject {subject!r}: not on the Subjects sheet")
    if endpoint.upper() in {"BOR", "CBOR"}:
        return _response(workspace, endpoint.upper(), subject)
    if endpoint.casefold() in NORMALIZATION:
        return normalization_lines(workspace, subject)
    plan = workspace.protocol.endpoint(endpoint)
    if plan.kind == "proportion":
        return _response(workspace, "CBOR" if plan.confirmed else "BOR", subject)
    rows = [
        r
        for r in adam["ADTTE"].to_pylist()
        if r["PARAMCD"] == plan.parameter and r["SUBJID"] == subject
    ]
    lines: list[Line] = [("endpoint", f"{plan.id}: {plan.label}")]
    if not rows:
        lines.append(("value", "none: the subject has no origin for this endpoint"))
        return lines
    return lines + _time_to_event(workspace, rows[0])


def _time_to_event(workspace: Workspace, row: dict[str, Any]) -> list[Line]:
    conventions = workspace.protocol.conventions
    lines = [
        ("subject", row["SUBJID"]),
        ("from", f"{row['STARTDT']} ({_origin(workspace, row['PARAMCD'])})"),
        ("to", str(row["ADT"])),
        ("days", f"{row['AVAL']:g} ({conventions.day_count})"),
        ("outcome", "event" if row["CNSR"] == 0 else f"censored (CNSR {row['CNSR']})"),
        ("because", row["REASON"]),
        ("rule set", row["PARCAT2"] or ""),
        ("record", _source(workspace, row)),
        ("clause", _clause(workspace, row["PARAMCD"])),
    ]
    if row["ENTRYDT"] != row["STARTDT"]:
        lines.insert(2, ("at risk from", str(row["ENTRYDT"])))
    lines += measured_places(workspace, row["SUBJID"], row["ADT"])
    return [line for line in lines if line[1]]


def _origin(workspace: Workspace, paramcd: str) -> str:
    for endpoint in workspace.protocol.endpoints:
        if endpoint.kind == "time-to-event" and endpoint.parameter == paramcd:
            return endpoint.origin or ""
    return ""


def _clause(workspace: Workspace, paramcd: str) -> str:
    for number, endpoint in enumerate(workspace.protocol.endpoints):
        if endpoint.kind == "time-to-event" and endpoint.parameter == paramcd:
            place = workspace.protocol.place("endpoint", number)
            source = f"; {endpoint.source}" if endpoint.source else ""
            return f"{place.file}:{place.row}{source}"
    return ""


def _source(workspace: Workspace, row: dict[str, Any]) -> str:
    """The record an end date came from, as the spreadsheet shows it."""
    domain, seq = row["SRCDOM"], row["SRCSEQ"]
    if domain in workspace.records.tables:
        for record in workspace.records[domain].to_pylist():
            if record["subject"] == row["SUBJID"] and record["seq"] == seq:
                return _place(record)
    visit = f"{domain} {row['SRCVAR']} on {row['ADT']}"
    scans = [
        _place(r)
        for r in workspace.records["measurements"].to_pylist()
        if r["subject"] == row["SUBJID"] and r["date"] == row["ADT"]
    ]
    return f"{visit}: {', '.join(dict.fromkeys(scans))}" if scans else visit


def _place(record: dict[str, Any]) -> str:
    sheet = f":{record['src_sheet']}!" if record["src_sheet"] else ":"
    return f"{record['src_file']}{sheet}{record['src_row']}"


def _response(workspace: Workspace, paramcd: str, subject: str) -> list[Line]:
    lines: list[Line] = []
    for row in workspace.adam()["ADRS"].to_pylist():
        if row["SUBJID"] != subject or row["PARAMCD"] not in {paramcd, "OVR"}:
            continue
        head = " ".join(x for x in (row["PARCAT1"], row["PARCAT2"], row["PARAMCD"]) if x)
        date = f" on {row['ADT']}" if row["ADT"] else ""
        lines.append((head, f"{row['AVALC']}{date}: {row['REASON']}"))
    return lines + measured_places(workspace, subject) if lines else lines
