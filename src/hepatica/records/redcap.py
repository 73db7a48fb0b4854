"""REDCap reader: a data dictionary and an export of raw values, mapped to our tables.

An export has one row a record (and event), and one row a repetition of a repeating instrument.
An entry of the mapping reads one instrument, its `form`: the rows of its repetitions, or the
rows in which one of its fields is filled. Fields of other forms are taken from the row of the
same record and event that is no repetition; ``[event][field]`` names the field in one event.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.records.field import Field, choice_codes
from hepatica.records.grid import Grid
from hepatica.records.header import nearest
from hepatica.records.mapped import named_columns, read_entry
from hepatica.records.mapping import Entry, check_mapping, mapping_fault
from hepatica.records.redcap_dictionary import Dictionary, read_dictionary
from hepatica.records.redcap_export import (
    EVENT,
    REPEATS,
    Export,
    Plan,
    check_export,
    form_rows,
    read_export,
)
from hepatica.records.redcap_folder import OPTIONS, project_files, read_missing_codes
from hepatica.records.sheet import Sheet

FOREIGN_KEYS = ("file", "sheet", "delimiter", "encoding", "decimal", "group")

ELSEWHERE = re.compile(r"\[([^\[\]]+)\]\[([^\[\]]+)\]$")


@dataclass(frozen=True, slots=True)
class _Project:
    export: Export
    dictionary: Dictionary
    plan: Plan | None

    @property
    def events(self) -> list[str]:
        found = {*self.export.cells(EVENT), *(event for event, _ in self.plan or ())}
        return sorted(event.strip() for event in found if event.strip())


def read_redcap(
    folder: Path, mapping: Mapping[str, Any], options: Mapping[str, Any]
) -> tuple[list[Sheet], list[Finding], list[Path]]:
    """Sheets that the entries of a mapping make of a REDCap project, findings, files read.

    Parameters
    ----------
    folder : Path         Holds the data dictionary and the export, both CSV, and the list of
                          forms by event where the project is longitudinal and has one.
    mapping : mapping     `[records.mapping]`; see `mapping`.
    options : mapping     `[records.options]`: names of the files, and `missing_codes`.

    Raises      Unreadable where a file cannot be read, or is not there.
    """
    missing, findings = read_missing_codes(options, OPTIONS)
    files = project_files(folder, options)
    dictionary = read_dictionary(files.dictionary)
    export, faults = read_export(files.export, dictionary)
    findings += [*files.findings, *dictionary.findings, *faults]
    entries, faults = check_mapping(mapping, foreign=FOREIGN_KEYS)
    findings += faults
    used = [field_name(name) for entry in entries for name in named_columns(entry)]
    findings += check_export(export, dictionary, dict.fromkeys(used), missing, files.plan)
    project = _Project(export, dictionary, files.plan)
    sheets: list[Sheet] = []
    for entry in entries:
        made, faults = _read_form(entry, project)
        sheets += made
        findings += faults
    return sheets, findings, files.used


def field_name(name: str) -> str:
    """Field that a column of the mapping names: ``[event][field]`` is a field in one event."""
    match = ELSEWHERE.match(name)
    return match[2] if match else name


def _read_form(entry: Entry, project: _Project) -> tuple[list[Sheet], list[Finding]]:
    form, findings = _form(entry, project)
    if not form:
        return [], findings
    findings += _check_events(entry, project)
    entry, faults = translated(entry, project.dictionary.fields, project.dictionary.file)
    sheets, more = read_entry(entry, _grid(entry, form, project))
    findings += [*faults, *more]
    if not any(sheet.rows for sheet in sheets):
        findings.append(nothing_found(entry, f"form {form}"))
    return sheets, findings


def _form(entry: Entry, project: _Project) -> tuple[str, list[Finding]]:
    """The instrument that an entry reads: its `form`, else the only one its fields are on."""
    forms, fields = project.dictionary.forms, project.dictionary.fields
    where = f"{entry.table.name}.form"
    if entry.form:
        if entry.form in forms:
            return entry.form, []
        hint = nearest(entry.form, forms)
        return "", [mapping_fault(where, f"'{entry.form}'", "a form of the dictionary", hint)]
    named = [name for name in named_columns(entry) if name in fields]
    own = {fields[name].form for name in named if name != project.export.key}
    if len(own) > 1:
        found = f"fields of {', '.join(sorted(own))}"
        return "", [mapping_fault(where, found, "`form`: the one whose rows are read")]
    return next(iter(own), fields[project.export.key].form), []


def _check_events(entry: Entry, project: _Project) -> list[Finding]:
    named = [match[1] for name in named_columns(entry) if (match := ELSEWHERE.match(name))]
    named += entry.when.get(EVENT, ())
    where = f"{entry.table.name}.{EVENT}"
    findings = [
        mapping_fault(
            where, f"'{event}'", "an event of the project", nearest(event, project.events)
        )
        for event in dict.fromkeys(named)
        if event not in project.events
    ]
    forms = project.dictionary.forms
    return findings + [
        mapping_fault(f"{entry.table.name}.{REPEATS}", f"'{word}'", "a form", nearest(word, forms))
        for word in entry.when.get(REPEATS, ())
        if word and word not in forms
    ]


def _grid(entry: Entry, form: str, project: _Project) -> Grid:
    """The form's rows under the columns that the entry uses; the rest of the header follows."""
    export = project.export
    used = [name for name in named_columns(entry) if field_name(name) in export.columns]
    rest = list(export.header)
    for name in used:
        if name in rest:
            rest.remove(name)
    chosen = list(form_rows(export, project.dictionary, form))
    columns = [_cells(name, form, project, chosen) for name in used]
    rows: list[list[object]] = [list(row) for row in zip(*columns, strict=True)]
    numbers = [export.numbers[index] for index, _ in chosen]
    return Grid(export.file, "", [*used, *rest], rows or [[] for _ in chosen], numbers, False)


def _cells(name: str, form: str, project: _Project, chosen: list[tuple[int, int]]) -> list[str]:
    export = project.export
    match = ELSEWHERE.match(name)
    if match:
        cells, records = export.columns[match[2]], export.columns[export.key]
        at = [export.base.get((records[index].strip(), match[1])) for index, _ in chosen]
        return ["" if index is None else cells[index] for index in at]
    cells = export.columns[name]
    one = project.dictionary.fields.get(name)
    if one is None or one.form == form:
        return [cells[index] for index, _ in chosen]
    return [cells[index] if cells[index].strip() else cells[base] for index, base in chosen]


def translated(entry: Entry, fields: Mapping[str, Field], file: str) -> tuple[Entry, list[Finding]]:
    """Entry with the codes that its fields' choices mean for our columns."""
    codes = dict(entry.codes)
    findings = []
    for ours, theirs in entry.columns.items():
        one = fields.get(field_name(theirs))
        if one is None or not one.choices:
            continue
        codes[ours], unlike = choice_codes(one, entry.table.column(ours), codes.get(ours, {}))
        findings += [
            finding_of(
                "R059",
                Place(file, "", one.row, one.name),
                found=f"'{code}, {one.choices[code][:60]}'",
                expected=f"the same number in code and label, or codes.{ours} in the mapping",
            )
            for code in unlike
        ]
    return replace(entry, codes=codes), findings


def nothing_found(entry: Entry, what: str) -> Finding:
    """Finding R058 for an entry that no row fits."""
    place = Place("study.toml", column=f"records.mapping.{entry.table.name}")
    conditions = ", ".join(f"{name} = {' or '.join(words)}" for name, words in entry.when.items())
    found = f"no row of {what}" + (f" with {conditions}" if conditions else "")
    return finding_of("R058", place, found=found, expected="rows that the table is made from")
