"""ODM documents (CDISC ODM-XML 1.3, and the shape of 2.0) read as a stream within limits.

The metadata become fields; the clinical data become forms as they were filled in, each with its
item groups and the line it stands on. Elements of other namespaces are passed over; attributes of
REDCap's are understood. A document type, an entity, a depth or a count that no study needs is
refused. [odm2013]
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from xml.parsers import expat

from hepatica.core.errors import Unreadable
from hepatica.records.field import Field
from hepatica.records.package import CELLS
from hepatica.records.redcap_dictionary import YES_NO, validated
from hepatica.records.safety import TEXT_BYTES, check_file

DEPTH = 40
ATTRIBUTES = 100
PIECE = 1 << 20
ELEMENT_BYTES = 4 << 20

_ODM = "http://www.cdisc.org/ns/odm/v"
_REDCAP = "projectredcap.org"
_CHANGES = ("Update", "Remove", "Upsert")
_TYPES: dict[str, Any] = {"integer": "integer", "float": "number", "double": "number"} | {
    "decimal": "number",
    **dict.fromkeys(
        ("date", "datetime", "partialDate", "partialDatetime", "incompleteDate"), "date"
    ),
    "incompleteDatetime": "date",
}
_TRUTH = {"1": "Yes", "0": "No", "true": "Yes", "false": "No"}


@dataclass(slots=True)
class Group:
    """One item group as filled in: item -> (text, line), and items that it holds twice."""

    oid: str
    key: str
    line: int
    items: dict[str, tuple[str, int]] = field(default_factory=dict)
    twice: list[tuple[str, int]] = field(default_factory=list)


@dataclass(slots=True)
class Form:
    """One form as filled in for a subject at an event."""

    subject: str
    event: str
    event_key: str
    oid: str
    key: str
    line: int
    groups: list[Group] = field(default_factory=list)


@dataclass(slots=True)
class Document:
    """Fields by item, the groups that hold each (from the metadata), and the forms filled in."""

    file: str
    fields: dict[str, Field] = field(default_factory=dict)
    group_items: dict[str, set[str]] = field(default_factory=dict)
    form_groups: dict[str, set[str]] = field(default_factory=dict)
    mandatory: dict[str, set[str]] = field(default_factory=dict)
    forms: list[Form] = field(default_factory=list)


def read_odm_document(path: Path) -> Document:
    """Metadata and clinical data of an ODM file.

    Raises      Unreadable for what is not well-formed, no ODM, hostile, or a list of changes.
    """
    check_file(path, limit=TEXT_BYTES)
    walk = _Walk(Document(path.name))
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    walk.parser = parser
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    parser.CharacterDataHandler = walk.characters
    parser.StartDoctypeDeclHandler = walk.refuse_declaration
    parser.EntityDeclHandler = walk.refuse_declaration
    parser.ExternalEntityRefHandler = walk.refuse_declaration
    fed = 0
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                parser.Parse(piece, False)
                fed += len(piece)
                if fed - walk.at > ELEMENT_BYTES + PIECE:
                    raise walk.refusal("has an element or a text of megabytes")
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        told = expat.ErrorString(error.code)
        raise Unreadable(f"{path.name}:{error.lineno}: is not well-formed XML ({told})") from error
    except (ValueError, LookupError) as error:
        raise Unreadable(f"{path.name}: is in an encoding that cannot be read") from error
    return walk.finished()


class _Walk:
    """The stream: what was opened last, and what is being collected."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.parser: Any = None
        self.at = 0
        self.depth = self.values = 0
        self.aside = 0
        self.text: list[str] | None = None
        self.names: dict[str, str] = {}
        self.item: tuple[str, int, str | None] | None = None
        self.item_depth = 0
        self.in_value = False
        self.form: Form | None = None
        self.form_depth = 0
        self.groups: list[Group] = []
        self.lists: dict[str, dict[str, str]] = {}
        self.list_of: dict[str, str] = {}
        self.hidden: set[str] = set()

    def refusal(self, why: str) -> Unreadable:
        line = self.parser.CurrentLineNumber
        return Unreadable(f"{self.document.file}:{line}: {why}; it is refused")

    def refuse_declaration(self, *_: Any) -> int:
        raise self.refusal("declares a document type or an entity")

    def characters(self, text: str) -> None:
        self.at = self.parser.CurrentByteIndex
        # Of an item only its own text counts (or its Value, in ODM 2.0), not an audit record's.
        inside = self.item is None or self.depth == self.item_depth or self.in_value
        if self.text is not None and not self.aside and inside:
            self.text.append(text)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.at = self.parser.CurrentByteIndex
        self.depth += 1
        if self.depth > DEPTH:
            raise self.refusal(f"nests deeper than {DEPTH} elements")
        if len(attributes) > ATTRIBUTES:
            raise self.refusal(f"has an element with more than {ATTRIBUTES} attributes")
        space, _, name = tag.rpartition(" ")
        if self.aside or (space and not space.startswith(_ODM)):
            self.aside += 1
            return
        if self.depth == 1 and name != "ODM":
            raise Unreadable(f"{self.document.file}: is no ODM document; its root is {name[:40]}")
        if attributes.get("TransactionType") in _CHANGES:
            raise self.refusal("is a list of changes, not a snapshot of the data")
        named = {_attribute(key): text for key, text in attributes.items()}
        if opened := _STARTS.get(name):
            opened(self, named)
        elif name.startswith("ItemData"):
            _start_item(self, named)

    def end(self, tag: str) -> None:
        self.at = self.parser.CurrentByteIndex
        if self.aside:
            self.aside -= 1
            self.depth -= 1
            return
        name = tag.rpartition(" ")[2]
        if closed := _ENDS.get(name):
            closed(self)
        elif name.startswith("ItemData"):
            _end_item(self)
        self.depth -= 1

    def finished(self) -> Document:
        document = self.document
        for oid, made in document.fields.items():
            choices = self.lists.get(self.list_of.get(oid, ""), {})
            one = made
            if choices and not made.choices and not made.ticked:
                one = replace(made, type="choice", choices=choices)
            elif made.ticked:
                one = replace(made, type="choice", choices=YES_NO)
            document.fields[oid] = replace(one, hidden=oid in self.hidden)
        return document


def _attribute(key: str) -> str:
    space, _, name = key.rpartition(" ")
    return f"redcap:{name}" if _REDCAP in space else name if not space else key


# --- metadata -----------------------------------------------------------------------------------


def _start_definition(walk: _Walk, named: dict[str, str]) -> None:
    oid = named.get("OID", "")
    walk.names = {"item": oid}
    known = _TYPES.get(named.get("DataType", ""), "text")
    made = Field(oid, type=known, row=walk.parser.CurrentLineNumber)
    if named.get("DataType") == "boolean":
        made = replace(made, type="choice", choices=_TRUTH)
    kind = named.get("redcap:FieldType", "")
    if kind == "checkbox":
        made = replace(made, ticked=True)
    elif kind in ("yesno", "truefalse"):
        made = replace(made, type="choice", choices=YES_NO)
    elif kind == "text" and "redcap:TextValidationType" in named:
        made = replace(made, **validated(named["redcap:TextValidationType"]))
    identifies = named.get("redcap:Identifier", "").lower() == "y"
    walk.document.fields.setdefault(oid, replace(made, identifier=identifies))


def _start_code_list_ref(walk: _Walk, named: dict[str, str]) -> None:
    if "item" in walk.names:
        walk.list_of[walk.names["item"]] = named.get("CodeListOID", "")


def _start_range(walk: _Walk, named: dict[str, str]) -> None:
    walk.names["limit"] = {"GE": "low", "LE": "high"}.get(named.get("Comparator", ""), "")


def _end_limit(walk: _Walk) -> None:
    if walk.item is not None:
        return
    text, limit = "".join(walk.text or []).strip(), walk.names.get("limit")
    walk.text = None
    oid = walk.names.get("item", "")
    if limit and oid in walk.document.fields:
        changed: dict[str, Any] = {limit: text}
        walk.document.fields[oid] = replace(walk.document.fields[oid], **changed)


def _start_code_list(walk: _Walk, named: dict[str, str]) -> None:
    walk.names = {"list": named.get("OID", "")}
    walk.lists.setdefault(walk.names["list"], {})


def _start_code(walk: _Walk, named: dict[str, str]) -> None:
    walk.values += 1
    if "list" in walk.names and walk.values <= CELLS:
        walk.names["code"] = named.get("CodedValue", "")
        walk.lists[walk.names["list"]].setdefault(walk.names["code"], walk.names["code"])


def _end_decode(walk: _Walk) -> None:
    if walk.item is not None:
        return
    text = " ".join("".join(walk.text or []).split())
    walk.text = None
    if "list" in walk.names and "code" in walk.names and text:
        codes = walk.lists[walk.names["list"]]
        # The first language counts where a label is given in several.
        if codes.get(walk.names["code"]) == walk.names["code"]:
            codes[walk.names["code"]] = text


def _start_group_definition(walk: _Walk, named: dict[str, str]) -> None:
    walk.names = {"group": named.get("OID", "")}
    walk.document.group_items.setdefault(walk.names["group"], set())
    walk.document.mandatory.setdefault(walk.names["group"], set())


def _start_item_ref(walk: _Walk, named: dict[str, str]) -> None:
    oid = named.get("ItemOID", "")
    if "group" in walk.names:
        walk.document.group_items[walk.names["group"]].add(oid)
        if named.get("Mandatory") == "Yes":
            walk.document.mandatory[walk.names["group"]].add(oid)
    if named.get("CollectionExceptionConditionOID"):
        walk.hidden.add(oid)


def _start_form_definition(walk: _Walk, named: dict[str, str]) -> None:
    walk.names = {"form": named.get("OID", "")}
    walk.document.form_groups.setdefault(walk.names["form"], set())


def _start_group_ref(walk: _Walk, named: dict[str, str]) -> None:
    if "form" in walk.names:
        walk.document.form_groups[walk.names["form"]].add(named.get("ItemGroupOID", ""))


def _start_text(walk: _Walk, _: dict[str, str]) -> None:
    if walk.item is None:
        walk.text = []


def _start_value(walk: _Walk, _: dict[str, str]) -> None:
    walk.in_value = walk.item is not None and walk.depth == walk.item_depth + 1


def _end_value(walk: _Walk) -> None:
    walk.in_value = False


# --- clinical data ------------------------------------------------------------------------------


def _start_subject(walk: _Walk, named: dict[str, str]) -> None:
    walk.names = {"subject": named.get("SubjectKey", "").strip()}


def _start_event(walk: _Walk, named: dict[str, str]) -> None:
    walk.names["event"] = named.get("StudyEventOID", "")
    walk.names["event_key"] = named.get("StudyEventRepeatKey", "")


def _start_form(walk: _Walk, named: dict[str, str]) -> None:
    _open_form(walk, named.get("FormOID", ""), named.get("FormRepeatKey", ""))


def _open_form(walk: _Walk, oid: str, key: str) -> None:
    names = walk.names
    where = (names.get("subject", ""), names.get("event", ""), names.get("event_key", ""))
    walk.form = Form(*where, oid, key, walk.parser.CurrentLineNumber)
    walk.form_depth = walk.depth
    walk.document.forms.append(walk.form)


def _start_group(walk: _Walk, named: dict[str, str]) -> None:
    oid, key = named.get("ItemGroupOID", ""), named.get("ItemGroupRepeatKey", "")
    if walk.form is None:
        # ODM 2.0 has no forms: the outermost item group is one.
        _open_form(walk, oid, key)
    assert walk.form is not None
    group = Group(oid, key, walk.parser.CurrentLineNumber)
    walk.form.groups.append(group)
    walk.groups.append(group)
    _count(walk)


def _end_group(walk: _Walk) -> None:
    if walk.groups:
        walk.groups.pop()
    _end_form(walk)


def _end_form(walk: _Walk) -> None:
    if walk.form is not None and walk.depth == walk.form_depth:
        walk.form = None


def _start_item(walk: _Walk, named: dict[str, str]) -> None:
    if not walk.groups or walk.item is not None:
        return
    value = "" if named.get("IsNull") == "Yes" else named.get("Value")
    walk.item = (named.get("ItemOID", ""), walk.parser.CurrentLineNumber, value)
    walk.item_depth = walk.depth
    walk.text = []
    _count(walk)


def _end_item(walk: _Walk) -> None:
    if walk.item is None or walk.depth != walk.item_depth:
        return
    oid, line, value = walk.item
    text = "".join(walk.text or []) if value is None else value
    group = walk.groups[-1]
    if oid in group.items:
        group.twice.append((oid, line))
    else:
        group.items[oid] = (text, line)
    walk.item, walk.text = None, None


def _count(walk: _Walk) -> None:
    walk.values += 1
    if walk.values > CELLS:
        raise walk.refusal(f"holds more than {CELLS} values")


_STARTS: dict[str, Callable[[_Walk, dict[str, str]], None]] = {
    "ItemDef": _start_definition,
    "CodeListRef": _start_code_list_ref,
    "RangeCheck": _start_range,
    "CheckValue": _start_text,
    "CodeList": _start_code_list,
    "CodeListItem": _start_code,
    "EnumeratedItem": _start_code,
    "TranslatedText": _start_text,
    "Value": _start_value,
    "ItemGroupDef": _start_group_definition,
    "ItemRef": _start_item_ref,
    "FormDef": _start_form_definition,
    "ItemGroupRef": _start_group_ref,
    "SubjectData": _start_subject,
    "StudyEventData": _start_event,
    "FormData": _start_form,
    "ItemGroupData": _start_group,
}
_ENDS: dict[str, Callable[[_Walk], None]] = {
    "CheckValue": _end_limit,
    "TranslatedText": _end_decode,
    "Value": _end_value,
    "FormData": _end_form,
    "ItemGroupData": _end_group,
}
