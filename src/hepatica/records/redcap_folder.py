"""The files of a REDCap project: which is the dictionary, the export and the list of events.

They are named by `[records.options]`, or known by their headers where they are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hepatica.core.errors import Unreadable
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.records.delimited import read_delimited
from hepatica.records.header import nearest
from hepatica.records.redcap_dictionary import is_dictionary
from hepatica.records.safety import check_file, folder_files, source_path

OPTIONS = ("dictionary", "export", "events", "missing_codes")
EVENT_HEADER = ("arm_num", "unique_event_name", "form")
SUFFIXES = (".csv", ".tsv", ".txt")
HEAD_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class ProjectFiles:
    """Paths of a project's files; `plan` is the set of (event, form), None without a list."""

    dictionary: Path
    export: Path
    plan: frozenset[tuple[str, str]] | None
    used: list[Path]
    findings: list[Finding]


def project_files(folder: Path, options: Mapping[str, Any]) -> ProjectFiles:
    """Files of a REDCap project in a folder.

    Raises      Unreadable where one is not there, or it cannot be told which is which.
    """
    if not folder.is_dir():
        raise Unreadable(f"{folder.name}: is no folder with a data dictionary and an export")
    named = {
        key: source_path(folder, value)
        for key in ("dictionary", "export", "events")
        if isinstance(value := options.get(key), str)
    }
    kinds = {key: [path] for key, path in named.items()}
    rest: list[Path] = []
    for path in folder_files(folder):
        if path in named.values():
            continue
        kind = _kind(path) if path.suffix.lower() in SUFFIXES else ""
        if kind and kind not in named:
            kinds.setdefault(kind, []).append(path)
        else:
            rest.append(path)
    used = [_one(folder, kinds, "dictionary"), _one(folder, kinds, "export")]
    findings = [_not_used(path) for path in rest]
    plan = None
    if kinds.get("events"):
        used.append(_one(folder, kinds, "events"))
        plan, faults = _read_plan(used[-1])
        findings += faults
    return ProjectFiles(used[0], used[1], plan, used, findings)


def read_missing_codes(
    options: Mapping[str, Any], known: tuple[str, ...]
) -> tuple[dict[str, str], list[Finding]]:
    """Missing-data code -> reason, and a finding for every option that is not understood."""
    findings = [
        _option_fault(key, f"'{key}'", "an option of this reader", nearest(key, known))
        for key in options
        if key not in known
    ]
    findings += [
        _option_fault(key, f"'{options[key]}'", "the name of a file, in quotes")
        for key in known
        if key != "missing_codes" and not isinstance(options.get(key, ""), str)
    ]
    given = options.get("missing_codes", {})
    codes = given if isinstance(given, Mapping) else {}
    if codes is not given or not all(isinstance(reason, str) for reason in codes.values()):
        expected = 'codes with their reasons, such as { -99 = "not done" }'
        findings.append(_option_fault("missing_codes", f"{str(given)[:60]}", expected))
    return {str(code): str(reason) for code, reason in codes.items()}, findings


def _option_fault(key: str, found: str, expected: str, hint: str = "") -> Finding:
    place = Place("study.toml", column=f"records.options.{key}")
    return finding_of("R043", place, found=found, expected=expected, hint=hint)


def _kind(path: Path) -> str:
    """What a file is by its first line: dictionary, events or export."""
    check_file(path)
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    text = head.decode("utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "ignore")
    line = text.lstrip("\ufeff").partition("\n")[0]
    words = [word.strip().strip('"') for word in line.replace(";", ",").split(",")]
    if set(EVENT_HEADER) <= set(words):
        return "events"
    return "dictionary" if is_dictionary(words) else "export"


def _one(folder: Path, kinds: Mapping[str, list[Path]], kind: str) -> Path:
    what = {"dictionary": "data dictionary", "export": "export of records"}.get(kind, kind)
    paths = kinds.get(kind, [])
    if not paths:
        raise Unreadable(f"{folder.name}: holds no {what} (a CSV file)")
    if len(paths) > 1:
        names = ", ".join(path.name for path in paths[:5])
        raise Unreadable(
            f"{folder.name}: {names} could each be the {what}; "
            f"name one as `{kind}` under [records.options]"
        )
    return paths[0]


def _read_plan(path: Path) -> tuple[frozenset[tuple[str, str]], list[Finding]]:
    content = read_delimited(path, known=EVENT_HEADER)
    if not set(EVENT_HEADER) <= set(content.header):
        raise Unreadable(f"{path.name}: has no columns {', '.join(EVENT_HEADER)}")
    event, form = (content.header.index(name) for name in EVENT_HEADER[1:])
    plan = frozenset((row[event].strip(), row[form].strip()) for _, row in content.rows)
    return plan, list(content.findings)


def _not_used(path: Path) -> Finding:
    expected = "the dictionary, the export or the list of events; it was not read"
    return finding_of("R044", Place(path.name), found="another file", expected=expected)
