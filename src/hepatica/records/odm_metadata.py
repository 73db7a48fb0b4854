"""ODM metadata: item definitions, code lists and ranges become fields, by item."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from hepatica.records.field import Field
from hepatica.records.redcap_dictionary import YES_NO, validated

_DATES = (
    *("date", "datetime", "partialDate", "partialDatetime"),
    *("incompleteDate", "incompleteDatetime"),
)
_TYPES: Mapping[str, Any] = {
    "integer": "integer",
    **dict.fromkeys(("float", "double", "decimal"), "number"),
    **dict.fromkeys(_DATES, "date"),
}
_Sets = dict[str, set[str]]

_TRUTH = {"1": "Yes", "0": "No", "true": "Yes", "false": "No"}


class Metadata:
    """Collects the definitions of an ODM document as its elements open and close.

    `fields` is by item; `group_items` and `mandatory` are the items of each item group,
    `form_groups` the item groups of each form.
    """

    def __init__(self) -> None:
        self.fields: dict[str, Field] = {}
        self.group_items: dict[str, set[str]] = {}
        self.mandatory: dict[str, set[str]] = {}
        self.form_groups: dict[str, set[str]] = {}
        self._lists: dict[str, dict[str, str]] = {}
        self._list_of: dict[str, str] = {}
        self._hidden: set[str] = set()
        self._included: set[str] = set()
        self._open = ("", "")
        self._code = self._limit = ""
        self._text: list[str] | None = None
        self._starts: dict[str, Callable[[dict[str, str], int], None]] = {
            "ItemDef": self._define_item,
            "CodeListRef": self._refer_to_list,
            "RangeCheck": self._open_range,
            "CheckValue": self._open_text,
            "CodeList": self._define_list,
            "CodeListItem": self._open_code,
            "EnumeratedItem": self._open_code,
            "TranslatedText": self._open_text,
            "ItemGroupDef": self._define_group,
            "ItemRef": self._refer_to_item,
            "FormDef": self._define_form,
            "ItemGroupRef": self._refer_to_group,
        }

    def start(self, name: str, named: dict[str, str], line: int) -> None:
        """An element of the metadata opens."""
        if opened := self._starts.get(name):
            opened(named, line)

    def characters(self, text: str) -> None:
        """Text inside the element that is open."""
        if self._text is not None:
            self._text.append(text)

    def end(self, name: str) -> None:
        """An element of the metadata closes."""
        if name not in ("CheckValue", "TranslatedText"):
            return
        text, self._text = " ".join("".join(self._text or []).split()), None
        kind, oid = self._open
        if name == "CheckValue" and kind == "item" and self._limit:
            changed: dict[str, Any] = {self._limit: text}
            self.fields[oid] = replace(self.fields[oid], **changed)
        elif name == "TranslatedText" and kind == "list" and text:
            codes = self._lists[oid]
            # The first language counts where a label is given in several.
            if codes.get(self._code) == self._code:
                codes[self._code] = text

    def include(self, other: Metadata) -> None:
        """Begin with the definitions of an earlier version, which those to come replace."""
        self.fields |= other.fields
        self._lists |= {oid: dict(codes) for oid, codes in other._lists.items()}
        self._list_of |= other._list_of
        self._hidden |= other._hidden
        self._included |= {*other.fields, *other._lists}
        for mine, theirs in self._sets(other):
            mine |= {oid: mine.get(oid, set()) | held for oid, held in theirs.items()}

    def merge(self, other: Metadata) -> str:
        """Take in the definitions of another version, both finished; the item that differs, if any.

        Where an item is defined otherwise nothing is taken, and what a value means depends on the
        version.
        """
        for oid in self.fields.keys() & other.fields.keys():
            if replace(self.fields[oid], row=None) != replace(other.fields[oid], row=None):
                return oid
        self.fields |= other.fields
        for mine, theirs in self._sets(other):
            mine |= {oid: mine.get(oid, set()) | held for oid, held in theirs.items()}
        return ""

    def _sets(self, other: Metadata) -> tuple[tuple[_Sets, _Sets], ...]:
        return (
            (self.group_items, other.group_items),
            (self.mandatory, other.mandatory),
            (self.form_groups, other.form_groups),
        )

    def finished(self) -> dict[str, Field]:
        """Fields by item, with the choices of their code lists."""
        for oid, made in self.fields.items():
            choices = self._lists.get(self._list_of.get(oid, ""), {})
            one = replace(made, hidden=oid in self._hidden)
            if one.ticked:
                one = replace(one, type="choice", choices=YES_NO)
            elif choices and not one.choices:
                one = replace(one, type="choice", choices=choices)
            self.fields[oid] = one
        return self.fields

    def _define_item(self, named: dict[str, str], line: int) -> None:
        oid = named.get("OID", "")
        self._open, self._limit = ("item", oid), ""
        declared = named.get("DataType", "")
        made = Field(oid, type=_TYPES.get(declared, "text"), row=line)
        kind = named.get("redcap:FieldType", "")
        if kind == "checkbox":
            made = replace(made, ticked=True)
        elif declared == "boolean" or kind in ("yesno", "truefalse"):
            made = replace(made, type="choice", choices=_TRUTH if declared == "boolean" else YES_NO)
        elif kind == "text" and "redcap:TextValidationType" in named:
            made = replace(made, **validated(named["redcap:TextValidationType"]))
        identifies = named.get("redcap:Identifier", "").lower() == "y"
        if oid in self._included:
            self._included.discard(oid)
            self.fields.pop(oid, None)
            self._list_of.pop(oid, None)
        self.fields.setdefault(oid, replace(made, identifier=identifies))

    def _refer_to_list(self, named: dict[str, str], _: int) -> None:
        if self._open[0] == "item":
            self._list_of[self._open[1]] = named.get("CodeListOID", "")

    def _open_range(self, named: dict[str, str], _: int) -> None:
        self._limit = {"GE": "low", "LE": "high"}.get(named.get("Comparator", ""), "")

    def _open_text(self, _: dict[str, str], __: int) -> None:
        self._text = []

    def _define_list(self, named: dict[str, str], _: int) -> None:
        self._open = ("list", named.get("OID", ""))
        if self._open[1] in self._included:
            self._included.discard(self._open[1])
            self._lists.pop(self._open[1], None)
        self._lists.setdefault(self._open[1], {})

    def _open_code(self, named: dict[str, str], _: int) -> None:
        if self._open[0] == "list":
            self._code = named.get("CodedValue", "")
            self._lists[self._open[1]].setdefault(self._code, self._code)

    def _define_group(self, named: dict[str, str], _: int) -> None:
        self._open = ("group", named.get("OID", ""))
        self.group_items.setdefault(self._open[1], set())
        self.mandatory.setdefault(self._open[1], set())

    def _refer_to_item(self, named: dict[str, str], _: int) -> None:
        oid = named.get("ItemOID", "")
        if self._open[0] == "group":
            self.group_items[self._open[1]].add(oid)
            if named.get("Mandatory") == "Yes":
                self.mandatory[self._open[1]].add(oid)
        if named.get("CollectionExceptionConditionOID"):
            self._hidden.add(oid)

    def _define_form(self, named: dict[str, str], _: int) -> None:
        self._open = ("form", named.get("OID", ""))
        self.form_groups.setdefault(self._open[1], set())

    def _refer_to_group(self, named: dict[str, str], _: int) -> None:
        if self._open[0] == "form":
            self.form_groups[self._open[1]].add(named.get("ItemGroupOID", ""))
