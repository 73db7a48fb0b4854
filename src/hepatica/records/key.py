"""Keys: records given twice, two subjects with one identifier, rows that belong to nobody."""

from __future__ import annotations

from typing import Any

from hepatica.core.finding import Finding
from hepatica.records.draft import Draft, Fault
from hepatica.records.table import Table, tables


def check_duplicates(draft: Draft) -> list[Finding]:
    """Rows whose key another row already has (R020); subjects that differ besides (R021).

    A blank key cell equals a blank one. Rows whose key holds an imputed date are left out,
    since two partial dates need not be the same day.
    """
    findings = []
    for name, table in tables().items():
        if table.key and draft.size(name):
            same, differ = _repeated(draft, table)
            findings += draft.findings("R020", name, same) + draft.findings("R021", name, differ)
    return findings


def _repeated(draft: Draft, table: Table) -> tuple[list[Fault], list[Fault]]:
    first: dict[tuple[Any, ...], int] = {}
    same: list[Fault] = []
    differ: list[Fault] = []
    rows = draft.values(table.name, "src_row")
    dates = [c.name for c in table.columns if c.name in table.key and c.kind == "date"]
    flags = [draft.values(table.name, f"{name}_flag") for name in dates]
    for index, key in enumerate(draft.columns(table.name, *table.key)):
        if key[0] is None or any(flag[index] for flag in flags):
            continue
        other = first.setdefault(tuple("" if part is None else part for part in key), index)
        if other == index:
            continue
        what = ", ".join(str(part) for part in key[1:] if part is not None)
        found = f"the same {' and '.join(table.key)} as row {rows[other]}"
        hint = f"both say {what}" if what else ""
        unlike = _unlike(draft, table, other, index) if table.name == "subjects" else ""
        if unlike:
            hint = f"they differ in {unlike}"
        fault = Fault(index, found, "each once", hint, table.key[0])
        (differ if unlike else same).append(fault)
    return same, differ


def _unlike(draft: Draft, table: Table, one: int, other: int) -> str:
    names = []
    for column in table.columns:
        values = draft.values(table.name, column.name)
        if values[one] != values[other]:
            names.append(column.label)
    return ", ".join(names)


def check_orphans(draft: Draft) -> list[Finding]:
    """Rows that name a subject (R022) or a lesion (R023) that is not there."""
    subjects = set(draft.values("subjects", "subject"))
    findings = []
    for name in tables():
        if name == "subjects" or not draft.size(name):
            continue
        faults = [
            Fault(
                index, f"subject '{subject}'", "a subject of the subjects table", column="subject"
            )
            for index, subject in enumerate(draft.values(name, "subject"))
            if subject is not None and subject not in subjects
        ]
        findings += draft.findings("R022", name, faults)
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
