"""An export of a REDCap project: its rows by record, event and repetition, and their faults.

Only fields that an entry of the mapping uses are looked at; of the rest the export may say
what it likes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hepatica.core.errors import Unreadable
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.records.delimited import read_delimited
from hepatica.records.field import check_cells
from hepatica.records.header import nearest
from hepatica.records.redcap_dictionary import COMPLETE, Dictionary

EVENT = "redcap_event_name"
REPEATS = "redcap_repeat_instrument"
INSTANCE = "redcap_repeat_instance"
SYSTEM = (EVENT, REPEATS, INSTANCE, "redcap_data_access_group", "redcap_survey_identifier")
LISTED = 12

Plan = frozenset[tuple[str, str]]


@dataclass(slots=True)
class Export:
    """Columns of an export under their headers; `numbers` are the rows a spreadsheet shows.

    `written` keeps the cells as they stand in the file, `columns` what is left for typing;
    `base` is the row of a record and event that is no repetition.
    """

    file: str
    header: list[str]
    numbers: list[int]
    columns: dict[str, list[str]]
    key: str
    written: Mapping[str, list[str]] = field(default_factory=dict)
    base: dict[tuple[str, str], int] = field(default_factory=dict)

    def cells(self, name: str) -> list[str]:
        """Cells under a header; blanks where the export has no such column."""
        return self.columns.get(name) or [""] * len(self.numbers)

    def place(self, index: int, column: str) -> Place:
        """Place of a cell by its row's index."""
        return Place(self.file, "", self.numbers[index], column)


def read_export(path: Path, dictionary: Dictionary) -> tuple[Export, list[Finding]]:
    """The export of a project, with rows given twice and columns that nobody declared.

    Raises      Unreadable where the file is no text, or has no column that names the record.
    """
    content = read_delimited(path, known=[*dictionary.fields, *SYSTEM])
    if dictionary.key not in content.header:
        raise Unreadable(
            f"{path.name}: has no column '{dictionary.key[:60]}', the first field of the "
            "dictionary; export raw values with field names as headers"
        )
    columns: dict[str, list[str]] = {}
    for index, name in enumerate(content.header):
        if name not in columns:
            columns[name] = [row[index] for _, row in content.rows]
    numbers = [number for number, _ in content.rows]
    export = Export(path.name, content.header, numbers, columns, dictionary.key, dict(columns))
    findings = [*content.findings, *_check_header(export, dictionary), *_check_twice(export)]
    findings += _check_repeats(export, dictionary)
    return export, findings


def _check_header(export: Export, dictionary: Dictionary) -> list[Finding]:
    known = {*dictionary.fields, *SYSTEM, *(f"{form}_timestamp" for form in dictionary.forms)}
    strange = [name for name in export.columns if name and name not in known]
    lacking = [
        name for name, one in dictionary.fields.items() if one.row and name not in export.columns
    ]
    findings = []
    if strange:
        place = Place(export.file, "", 1, strange[0][:60])
        found, expected = _listed(strange), "columns that the dictionary declares; not checked"
        findings.append(finding_of("R050", place, found=found, expected=expected))
    if lacking:
        place = Place(export.file, "", 1)
        found, expected = f"no {_listed(lacking)}", "a column for every field of the dictionary"
        findings.append(finding_of("R050", place, found=found, expected=expected))
    return findings


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(f"'{name[:60]}'" for name in names[:LISTED]) + more


def _check_twice(export: Export) -> list[Finding]:
    first: dict[tuple[str, ...], int] = {}
    findings = []
    keys = zip(*(export.cells(n) for n in (export.key, EVENT, REPEATS, INSTANCE)), strict=True)
    for index, key in enumerate(keys):
        words = tuple(text.strip() for text in key)
        if not words[2] and not words[3]:
            export.base.setdefault((words[0], words[1]), index)
        other = first.setdefault(words, index)
        if other != index and words[0]:
            found = f"the same record, event and repetition as row {export.numbers[other]}"
            place = export.place(index, export.key)
            findings.append(
                finding_of("R054", place, found=found, expected="each once", subject=words[0])
            )
    return findings


def _check_repeats(export: Export, dictionary: Dictionary) -> list[Finding]:
    """Repetitions of an instrument that there is not: no entry of a mapping can read their rows."""
    rows: dict[str, list[int]] = defaultdict(list)
    for index, word in enumerate(export.cells(REPEATS)):
        if word.strip() and word.strip() not in dictionary.forms:
            rows[word.strip()].append(index)
    expected = f"a form of the dictionary: {', '.join(dictionary.forms[:LISTED])}"
    return [
        finding_of(
            "R051",
            export.place(at[0], REPEATS),
            found=f"'{word[:60]}' in {len(at)} row" + ("s" if len(at) > 1 else ""),
            expected=expected,
            hint=nearest(word, dictionary.forms),
        )
        for word, at in rows.items()
    ]


def form_rows(export: Export, dictionary: Dictionary, form: str) -> Iterator[tuple[int, int]]:
    """Rows in which a form was filled in, each with the row of its event that is no repetition."""
    names = [
        (export.written[name], one.ticked)
        for name, one in dictionary.fields.items()
        if one.form == form and name in export.columns and one.row and name != export.key
    ]
    keys = zip(*(export.cells(n) for n in (export.key, EVENT, REPEATS)), strict=True)
    for index, (record, event, repeats) in enumerate(keys):
        if repeats.strip() == form:
            yield index, export.base.get((record.strip(), event.strip()), index)
        elif not repeats.strip() and any(
            (text := cells[index].strip()) and not (ticked and text == "0")
            for cells, ticked in names
        ):
            yield index, index


def check_export(
    export: Export,
    dictionary: Dictionary,
    used: Collection[str],
    missing: Mapping[str, str],
    plan: Plan | None,
) -> list[Finding]:
    """Faults of the fields in use; their columns become text for typing.

    Required fields that are blank, values in forms that an event does not have, missing-data
    codes, choices that there are not, values against the validation.
    """
    findings = _check_plan(export, dictionary, used, plan)
    findings += _check_status(export, dictionary, used)
    filled: dict[str, list[int]] = {}
    for name in used:
        one = dictionary.fields.get(name)
        if one is None or name not in export.columns:
            continue
        if one.identifier and name != export.key:
            place = Place(dictionary.file, "", one.row, name)
            expected = "fields that identify nobody"
            findings.append(
                finding_of("R061", place, found="an identifying field", expected=expected)
            )
        if one.required and not one.hidden:
            if one.form not in filled:
                filled[one.form] = [index for index, _ in form_rows(export, dictionary, one.form)]
            findings += _check_required(export, name, filled[one.form])
        texts, faults = check_cells(
            one,
            export.columns[name],
            missing=missing,
            place=lambda index, name=name: export.place(index, name),  # type: ignore[misc]
        )
        export.columns[name] = texts
        findings += faults
    return findings


def _check_required(export: Export, name: str, rows: list[int]) -> list[Finding]:
    cells = export.columns[name]
    blank = [index for index in rows if not cells[index].strip()]
    if not blank:
        return []
    found = f"nothing in {len(blank)} row" + ("s" if len(blank) > 1 else "")
    place = export.place(blank[0], name)
    return [finding_of("R055", place, found=found, expected="a value: the field is required")]


def _check_status(export: Export, dictionary: Dictionary, used: Collection[str]) -> list[Finding]:
    """Forms in use that are marked incomplete or unverified, counted by form and mark."""
    forms = {dictionary.fields[name].form for name in used if name in dictionary.fields}
    findings = []
    for form in sorted(forms):
        name = f"{form}_complete"
        marks = export.written.get(name)
        if marks is None:
            continue
        rows: dict[str, list[int]] = defaultdict(list)
        for index, _ in form_rows(export, dictionary, form):
            rows[marks[index].strip()].append(index)
        for mark in sorted(rows.keys() & {"0", "1"}):
            found = f"{COMPLETE[mark].lower()}: {len(rows[mark])} of form {form}"
            place = export.place(rows[mark][0], name)
            findings.append(
                finding_of("R069", place, found=found, expected="forms marked complete")
            )
    return findings


def _check_plan(
    export: Export, dictionary: Dictionary, used: Collection[str], plan: Plan | None
) -> list[Finding]:
    if plan is None or EVENT not in export.columns:
        return []
    events = export.columns[EVENT]
    planned = {event for event, _ in plan}
    findings = []
    for event in dict.fromkeys(events):
        if event.strip() not in planned:
            place = export.place(events.index(event), EVENT)
            expected = "an event of the list of events and forms"
            findings.append(finding_of("R050", place, found=f"'{event[:60]}'", expected=expected))
    unplanned: dict[tuple[str, str], list[int]] = defaultdict(list)
    for form in {dictionary.fields[name].form for name in used if name in dictionary.fields}:
        for index, _ in form_rows(export, dictionary, form):
            event = events[index].strip()
            if event in planned and (event, form) not in plan:
                unplanned[event, form].append(index)
    for (event, form), at in sorted(unplanned.items()):
        found = f"form {form} in event {event}, {len(at)} row" + ("s" if len(at) > 1 else "")
        expected = "forms that are planned for their event"
        findings.append(
            finding_of("R062", export.place(at[0], EVENT), found=found, expected=expected)
        )
    return findings
