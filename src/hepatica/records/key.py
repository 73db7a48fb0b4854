"""Keys: records given twice, two subjects with one identifier, rows that belong to nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from hepatica.core.finding import Finding
from hepatica.records.draft import Draft, Fault
from hepatica.records.hint import subject_hint
from hepatica.records.place import Places
from hepatica.records.table import Table, tables


def check_duplicates(draft: Draft) -> list[Finding]:
    """Rows whose key another row has: word for word (R029), or not (R020; subjects R021).

    A blank key cell equals a blank one. Rows whose key holds an imputed date are left out,
    since two partial dates need not be the same day.
    """
    findings = []
    for name, table in tables().items():
        pairs = _repeated(draft, table)
        rows = draft.values(name, "src_row")
        code = "R021" if name == "subjects" else "R020"
        faults: dict[str, list[Fault]] = {"R029": [], code: []}
        for index, other, unlike in pairs:
            found = f"the same {' and '.join(table.key)} as row {rows[other]}"
            if unlike:
                hint = f"they differ in {', '.join(unlike)}"
                fault = Fault(index, found, "each once", hint, table.key[0])
                faults[code].append(fault)
            else:
                expected = "each record once; it is used once"
                faults["R029"].append(Fault(index, found, expected, "", table.key[0]))
        for one, listed in faults.items():
            findings += draft.findings(one, name, listed)
    return findings


def without_repeats(given: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Tables without the rows that repeat an earlier one word for word."""
    draft = Draft(given, Places())
    full = {}
    for name, rows in given.items():
        repeats = [i for i, _, unlike in _repeated(draft, tables()[name]) if not unlike]
        keep = np.ones(rows.num_rows, bool)
        keep[repeats] = False
        full[name] = rows.filter(pa.array(keep)) if repeats else rows
    return full


def _repeated(draft: Draft, table: Table) -> list[tuple[int, int, list[str]]]:
    """Rows that share their key with an earlier one: (index, earlier, columns that differ)."""
    if not table.key or not draft.size(table.name):
        return []
    rows = draft.tables[table.name]
    if rows.group_by(list(table.key)).aggregate([]).num_rows == rows.num_rows:
        return []
    first: dict[tuple[Any, ...], int] = {}
    pairs = []
    dates = [c.name for c in table.columns if c.name in table.key and c.kind == "date"]
    flags = [draft.values(table.name, f"{name}_flag") for name in dates]
    for index, key in enumerate(draft.columns(table.name, *table.key)):
        if key[0] is None or any(flag[index] for flag in flags):
            continue
        other = first.setdefault(tuple("" if part is None else part for part in key), index)
        if other != index:
            pairs.append((index, other, _unlike(draft, table, other, index)))
    return pairs


def _unlike(draft: Draft, table: Table, one: int, other: int) -> list[str]:
    names = []
    for column in table.columns:
        values = draft.values(table.name, column.name)
        if values[one] != values[other]:
            names.append(column.label)
    return names


def check_orphans(draft: Draft) -> list[Finding]:
    """Rows that name a subject (R022) or a lesion (R023) that is not there."""
    subjects = set(draft.values("subjects", "subject"))
    findings = []
    for name in tables():
        if name == "subjects" or not draft.size(name):
            continue
        rows: dict[str, list[int]] = {}
        for index, subject in enumerate(draft.values(name, "subject")):
            if subject is not None and subject not in subjects:
                rows.setdefault(subject, []).append(index)
        faults = [
            Fault(
                at[0],
                f"subject '{subject}'" + (f" in {len(at)} rows" if len(at) > 1 else ""),
                "a subject of the subjects table",
                subject_hint(subject, subjects),
                "subject",
            )
            for subject, at in rows.items()
        ]
        findings += draft.findings("R022", name, faults, gather=not subjects)
    return findings + _lesion_orphans(draft, subjects)


def _lesion_orphans(draft: Draft, subjects: set[Any]) -> list[Finding]:
    known = set(draft.columns("lesions", "subject", "lesion", "reader"))
    faults = []
    rows = draft.columns("measurements", "subject", "lesion", "reader")
    for index, (subject, lesion, reader) in enumerate(rows):
        if lesion is None or subject not in subjects:
            continue
        if (subject, lesion, reader) in known or (subject, lesion, None) in known:
            continue
        found = f"lesion '{lesion}'" + (f" of reader '{reader}'" if reader else "")
        expected = "a lesion that the lesions table lists for this subject"
        faults.append(Fault(index, found, expected, column="lesion"))
    return draft.findings("R023", "measurements", faults)
