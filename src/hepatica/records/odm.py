"""ODM reader: the forms of an ODM-XML file, mapped to our tables in the language of `mapping`.

An entry reads one form (`form`, its FormOID): a row is the form as filled in once, with the
items of all its groups; with `group` a row is one repetition of that item group, beside it the
items of the form's other groups. An item of another form is taken from the same subject and
event where it stands there once; ``[StudyEventOID][ItemOID]`` names it in one event. Keys are
columns: SubjectKey, StudyEventOID and the others of `KEYS`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.records.field import Field, check_cells
from hepatica.records.grid import Grid
from hepatica.records.header import nearest
from hepatica.records.mapped import named_columns, read_entry
from hepatica.records.mapping import Entry, check_mapping, mapping_fault
from hepatica.records.odm_document import Document, read_odm_document
from hepatica.records.odm_form import Form, Group
from hepatica.records.redcap import ELSEWHERE, field_name, nothing_found, translated
from hepatica.records.redcap_folder import read_missing_codes
from hepatica.records.sheet import Sheet

KEYS = (
    "SubjectKey",
    "StudyEventOID",
    "StudyEventRepeatKey",
    "FormOID",
    "FormRepeatKey",
    "ItemGroupOID",
    "ItemGroupRepeatKey",
)
OPTIONS = ("missing_codes",)
FOREIGN_KEYS = ("file", "sheet", "delimiter", "encoding", "decimal")

_ANY = "\0"

Row = tuple[Form, Group | None]
Cell = tuple[str, int]


@dataclass(slots=True)
class _Data:
    """A document with its items by form and by event, and how each raw value reads."""

    document: Document
    form_items: dict[str, set[str]]
    events: dict[tuple[str, str, str], dict[str, list[Cell]]]
    clean: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def items(self) -> list[str]:
        seen = {item for items in self.form_items.values() for item in items}
        return sorted({*self.document.fields, *seen})

    def text(self, item: str, cell: Cell) -> str:
        return self.clean.get(item, {}).get(cell[0], cell[0])


def read_odm(
    path: Path, mapping: Mapping[str, Any], options: Mapping[str, Any]
) -> tuple[list[Sheet], list[Finding], list[Path]]:
    """Sheets that the entries of a mapping make of an ODM file, findings, and the file read.

    Parameters
    ----------
    path : Path           An ODM-XML file with clinical data, of any maker.
    mapping : mapping     `[records.mapping]`; see `mapping`.
    options : mapping     `[records.options]`: `missing_codes`.

    Raises      Unreadable for a file that is not well-formed, no ODM, or hostile.
    """
    missing, findings = read_missing_codes(options, OPTIONS)
    document = read_odm_document(path)
    data = _data(document)
    entries, faults = check_mapping(mapping, foreign=FOREIGN_KEYS)
    findings += [*faults, *_check_twice(document)]
    used = dict.fromkeys(field_name(name) for e in entries for name in named_columns(e))
    for item in used:
        findings += _check_item(data, item, missing)
    sheets: list[Sheet] = []
    for entry in entries:
        made, faults = _read_form(entry, data)
        sheets += made
        findings += faults
    return sheets, findings, [path]


def _data(document: Document) -> _Data:
    form_items: dict[str, set[str]] = defaultdict(set)
    for oid, held in document.form_groups.items():
        for name in held:
            form_items[oid] |= document.group_items.get(name, set())
    events: dict[tuple[str, str, str], dict[str, list[Cell]]] = {}
    for form in document.forms:
        at = events.setdefault((form.subject, form.event, form.event_key), {})
        # Whatever the event's repetition, for items named in an event.
        whole = events.setdefault((form.subject, form.event, _ANY), {})
        for group in form.groups:
            form_items[form.oid].update(group.items)
            for item, cell in group.items.items():
                at.setdefault(item, []).append(cell)
                whole.setdefault(item, []).append(cell)
    return _Data(document, dict(form_items), events)


def _check_twice(document: Document) -> list[Finding]:
    """Forms that bear the keys of an earlier one, and items given twice in a group."""
    findings = []
    first: dict[tuple[str, ...], int] = {}
    for form in document.forms:
        keys = (form.subject, form.event, form.event_key, form.oid, form.key)
        other = first.setdefault(keys, form.line)
        if other != form.line:
            place = Place(document.file, "", form.line, form.oid)
            found = f"the same subject, event, form and repetition as line {other}"
            findings.append(
                finding_of("R054", place, found=found, expected="each once", subject=form.subject)
            )
    again: dict[str, list[int]] = defaultdict(list)
    for form in document.forms:
        for group in form.groups:
            for item, line in group.twice:
                again[item].append(line)
    for item, lines in again.items():
        more = f", {len(lines)} times" if len(lines) > 1 else ""
        place = Place(document.file, "", lines[0], item)
        found, expected = f"'{item}' again{more}", "an item once in its group; the first counts"
        findings.append(finding_of("R067", place, found=found, expected=expected))
    return findings


def _check_item(data: _Data, item: str, missing: Mapping[str, str]) -> list[Finding]:
    document = data.document
    holders = [
        (group.items[item], form.subject)
        for form in document.forms
        for group in form.groups
        if item in group.items
    ]
    one = document.fields.get(item, Field(item))
    findings: list[Finding] = []
    if holders and document.fields and item not in document.fields:
        place = Place(document.file, "", holders[0][0][1], item)
        found, expected = f"'{item}'", "an item that the metadata define; it was read as text"
        findings.append(finding_of("R068", place, found=found, expected=expected))
    if one.identifier:
        place = Place(document.file, "", one.row, item)
        found, expected = "an identifying field", "fields that identify nobody"
        findings.append(finding_of("R061", place, found=found, expected=expected))
    texts = [cell[0] for cell, _ in holders]
    cleaned, faults = check_cells(
        one,
        texts,
        missing=missing,
        place=lambda index: Place(document.file, "", holders[index][0][1], item),
    )
    data.clean[item] = dict(zip(texts, cleaned, strict=True))
    return [*findings, *faults, *_check_required(document, one)]


def _check_required(document: Document, one: Field) -> list[Finding]:
    holders = {group for group, items in document.mandatory.items() if one.name in items}
    if not holders or one.hidden:
        return []
    lines = [
        group.line
        for form in document.forms
        for group in form.groups
        if group.oid in holders and not group.items.get(one.name, ("", 0))[0].strip()
    ]
    if not lines:
        return []
    found = f"nothing in {len(lines)} item group" + ("s" if len(lines) > 1 else "")
    place = Place(document.file, "", lines[0], one.name)
    return [finding_of("R055", place, found=found, expected="a value: the item is mandatory")]


def _read_form(entry: Entry, data: _Data) -> tuple[list[Sheet], list[Finding]]:
    oid, findings = _form(entry, data)
    if not oid:
        return [], findings
    findings += _check_events(entry, data)
    entry, faults = translated(entry, data.document.fields, data.document.file)
    grid, more = _grid(entry, oid, data)
    sheets, told = read_entry(entry, grid)
    findings += [*faults, *more, *told]
    if not any(sheet.rows for sheet in sheets):
        what = f"form {oid}" + (f", item group {entry.group}" if entry.group else "")
        findings.append(nothing_found(entry, what))
    return sheets, findings


def _form(entry: Entry, data: _Data) -> tuple[str, list[Finding]]:
    """The form that an entry reads: its `form`, else the only one that its items are on."""
    known = data.form_items
    if entry.form:
        if entry.form in known:
            return entry.form, []
        hint = nearest(entry.form, list(known))
        where = f"{entry.table.name}.form"
        return "", [mapping_fault(where, f"'{entry.form}'", "a form of the file", hint)]
    named = [name for name in named_columns(entry) if name not in KEYS]
    holding = [oid for oid, items in known.items() if items & set(named)]
    if len(holding) == 1:
        return holding[0], []
    found = f"items of {', '.join(sorted(holding)[:8]) or 'no form'}"
    where = f"{entry.table.name}.form"
    return "", [mapping_fault(where, found, "`form`: the one whose rows are read")]


def _check_events(entry: Entry, data: _Data) -> list[Finding]:
    known = sorted({event for _, event, _ in data.events})
    named = [match[1] for name in named_columns(entry) if (match := ELSEWHERE.match(name))]
    named += entry.when.get("StudyEventOID", ())
    where = f"{entry.table.name}.StudyEventOID"
    return [
        mapping_fault(where, f"'{event}'", "an event of the file", nearest(event, known))
        for event in dict.fromkeys(named)
        if event not in known
    ]


def _rows(entry: Entry, oid: str, data: _Data) -> Iterator[Row]:
    for form in data.document.forms:
        if form.oid != oid:
            continue
        if not entry.group:
            yield form, None
        else:
            for group in form.groups:
                if group.oid == entry.group:
                    yield form, group


def _grid(entry: Entry, oid: str, data: _Data) -> tuple[Grid, list[Finding]]:
    items = data.items
    used = [n for n in named_columns(entry) if n in KEYS or field_name(n) in items]
    header = [*used, *(name for name in (*KEYS, *items) if name not in used)]
    rows: list[list[object]] = []
    numbers: list[int] = []
    often: dict[str, tuple[int, int]] = {}
    for row in _rows(entry, oid, data):
        rows.append([_value(name, row, data, often) for name in used])
        numbers.append((row[1] or row[0]).line)
    findings = [
        finding_of(
            "R067",
            Place(data.document.file, "", line, item),
            found=f"'{item}' {count} times in one form",
            expected="an item once in a form; name the repeating `group` in the mapping",
        )
        for item, (count, line) in often.items()
    ]
    return Grid(data.document.file, "", header, rows, numbers, False), findings


def _value(name: str, row: Row, data: _Data, often: dict[str, tuple[int, int]]) -> str:
    form, group = row
    if name in KEYS:
        return _keys(form, group)[KEYS.index(name)]
    match = ELSEWHERE.match(name)
    if match:
        held = data.events.get((form.subject, match[1], _ANY), {}).get(match[2], [])
        return data.text(match[2], held[0]) if len(held) == 1 else ""
    own = data.document.group_items.get(group.oid, set()) if group else set()
    if group is not None and (name in group.items or name in own):
        return data.text(name, group.items.get(name, ("", 0)))
    if name in data.form_items[form.oid]:
        found = [one.items[name] for one in form.groups if name in one.items]
        if len(found) > 1:
            often.setdefault(name, (len(found), found[1][1]))
        return data.text(name, found[0]) if found else ""
    beside = data.events[form.subject, form.event, form.event_key].get(name, [])
    return data.text(name, beside[0]) if len(beside) == 1 else ""


def _keys(form: Form, group: Group | None) -> tuple[str, ...]:
    groups = (group.oid, group.key) if group else ("", "")
    return (form.subject, form.event, form.event_key, form.oid, form.key, *groups)
