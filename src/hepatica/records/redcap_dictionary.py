"""REDCap's data dictionary: which fields a project has, on which form, and what each may hold.

Both spellings of its header are understood: the one that REDCap's pages write (``Variable /
Field Name``) and the one its interface for programs writes (``field_name``). A checkbox stands
in an export as one column a choice, ``field___code``, so it is one field a choice here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hepatica.core.errors import Unreadable
from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.records.delimited import read_delimited
from hepatica.records.field import DateOrder, Field
from hepatica.records.header import nearest

HEADER = {
    "name": ("Variable / Field Name", "field_name"),
    "form": ("Form Name", "form_name"),
    "type": ("Field Type", "field_type"),
    "choices": ("Choices, Calculations, OR Slider Labels", "select_choices_or_calculations"),
    "validation": (
        "Text Validation Type OR Show Slider Number",
        "text_validation_type_or_show_slider_number",
    ),
    "low": ("Text Validation Min", "text_validation_min"),
    "high": ("Text Validation Max", "text_validation_max"),
    "identifier": ("Identifier?", "identifier"),
    "branching": ("Branching Logic (Show field only if...)", "branching_logic"),
    "required": ("Required Field?", "required_field"),
}
NEEDED = ("name", "form", "type")
TYPES = (
    "text",
    "notes",
    "calc",
    "dropdown",
    "radio",
    "checkbox",
    "yesno",
    "truefalse",
    "file",
    "slider",
    "descriptive",
    "sql",
)
YES_NO = {"1": "Yes", "0": "No"}
COMPLETE = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}

_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}$")
_TAG = re.compile(r"<[^<>]{0,300}>")
_CHOICE = re.compile(r"\s*([^,|]{1,100}?)\s*,(.*)$", re.DOTALL)


@dataclass(slots=True)
class Dictionary:
    """Fields of a project by the name an export gives them, in order, with what is wrong.

    `key` is the first field, which identifies the record; `silent` are fields that no export
    holds (descriptive texts).
    """

    file: str
    key: str = ""
    fields: dict[str, Field] = field(default_factory=dict)
    forms: list[str] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


def read_dictionary(path: Path) -> Dictionary:
    """The data dictionary of a REDCap project.

    Raises      Unreadable where the file is no text, or lacks a column that says what fields are.
    """
    content = read_delimited(path, known=[word for words in HEADER.values() for word in words])
    at = _columns(content.header)
    lacking = [HEADER[name][0] for name in NEEDED if name not in at]
    if lacking:
        raise Unreadable(f"{path.name}: is no data dictionary; it has no column '{lacking[0]}'")
    made = Dictionary(path.name, findings=list(content.findings))
    for number, row in content.rows:
        entry = {name: row[index].strip() for name, index in at.items()}
        _add(made, entry, number)
    if not made.key:
        raise Unreadable(f"{path.name}: the data dictionary declares no field")
    for form in made.forms:
        name = f"{form}_complete"
        made.fields.setdefault(name, Field(name, form, "choice", COMPLETE))
    return made


def is_dictionary(header: list[str]) -> bool:
    """Tell whether a file's header is that of a data dictionary."""
    return "name" in _columns(header)


def _columns(header: list[str]) -> dict[str, int]:
    found = {text.strip().strip('"').lower(): i for i, text in reversed(list(enumerate(header)))}
    return {
        name: found[word.lower()]
        for name, words in HEADER.items()
        for word in words
        if word.lower() in found
    }


def _add(made: Dictionary, entry: Mapping[str, str], number: int) -> None:
    name, kind = entry["name"], entry["type"].lower()
    faults = _check_entry(made, entry, kind)
    place = Place(made.file, "", number, name[:60])
    made.findings += [
        finding_of("R057", place, found=found, expected=expected, hint=hint)
        for found, expected, hint in faults
    ]
    if not name or name in made.fields or name in made.silent:
        return
    made.key = made.key or name
    if entry["form"] and entry["form"] not in made.forms:
        made.forms.append(entry["form"])
    if kind == "descriptive":
        made.silent.add(name)
        return
    base = _field(entry, kind, number)
    if kind != "checkbox":
        made.fields[name] = base
        return
    made.silent.add(name)
    for code in base.choices:
        one = checkbox_column(name, code)
        made.fields[one] = replace(base, name=one, choices=YES_NO, required=False, ticked=True)


def checkbox_column(name: str, code: str) -> str:
    """Column of an export that tells whether a choice of a checkbox is ticked."""
    return f"{name}___{code.lower().replace('-', '_')}"


def _check_entry(
    made: Dictionary, entry: Mapping[str, str], kind: str
) -> list[tuple[str, str, str]]:
    name = entry["name"]
    faults = []
    if not _NAME.match(name):
        expected = "a field name: small letters, digits and _, a letter first"
        faults.append((f"'{name[:60]}'", expected, ""))
    if name in made.fields or name in made.silent:
        faults.append((f"'{name[:60]}' again", "each field once; the first was read", ""))
    if kind not in TYPES:
        expected = f"a field type: {', '.join(TYPES)}"
        faults.append((f"the type '{kind[:60]}'", expected, nearest(kind, TYPES)))
    if not entry["form"]:
        faults.append(("no form name", "the form that the field is on", ""))
    if kind in ("dropdown", "radio", "checkbox"):
        choices, wrong = read_choices(entry.get("choices", ""))
        faults += [(f"'{text[:60]}'", "choices written `1, Yes | 0, No`", "") for text in wrong]
        if not choices and not wrong:
            faults.append(("no choices", "choices written `1, Yes | 0, No`", ""))
    return faults


def read_choices(text: str) -> tuple[dict[str, str], list[str]]:
    """Choices written ``1, Yes | 0, No`` as code -> label, and the parts that are not so."""
    choices: dict[str, str] = {}
    wrong = []
    for part in re.split(r"\||\n", text) if text.strip() else []:
        match = _CHOICE.match(part)
        if not match or match[1] in choices:
            wrong.append(part.strip())
        else:
            choices[match[1]] = " ".join(_TAG.sub("", match[2]).split())
    return choices, wrong


def _field(entry: Mapping[str, str], kind: str, number: int) -> Field:
    known: dict[str, Any] = {
        "name": entry["name"],
        "form": entry["form"],
        "required": entry.get("required", "").lower() == "y",
        "hidden": bool(entry.get("branching")),
        "identifier": entry.get("identifier", "").lower() == "y",
        "low": entry.get("low", ""),
        "high": entry.get("high", ""),
        "row": number,
    }
    if kind in ("dropdown", "radio", "checkbox"):
        return Field(**known, type="choice", choices=read_choices(entry.get("choices", ""))[0])
    if kind in ("yesno", "truefalse"):
        return Field(**known, type="choice", choices=YES_NO)
    if kind == "slider":
        return Field(**known, type="number")
    if kind == "text":
        return Field(**known, **validated(entry.get("validation", "")))
    return Field(**known)


def validated(validation: str) -> dict[str, Any]:
    """Type, order of dates and decimal comma of a validation, such as ``date_dmy``."""
    word = validation.strip().lower()
    order: DateOrder = "dmy" if word.endswith("_dmy") else "mdy" if word.endswith("_mdy") else "ymd"
    if word.startswith(("date_", "datetime_")) or word == "date":
        return {"type": "date", "order": order}
    if word in ("integer", "int"):
        return {"type": "integer"}
    if word == "float" or word.startswith("number"):
        return {"type": "number", "decimal_comma": word.endswith("comma_decimal")}
    return {}
