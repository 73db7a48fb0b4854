"""ODM clinical data: the forms as they were filled in, each with its item groups and its line."""

from __future__ import annotations

from dataclasses import dataclass, field


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


class ClinicalData:
    """Collects the forms of an ODM document as its elements open and close.

    ODM 2.0 has no forms: the outermost item group counts as one. An item's value is its
    attribute ``Value``, its own text (typed items), or the text of its element ``Value`` (2.0).
    """

    def __init__(self) -> None:
        self.forms: list[Form] = []
        self._subject = self._event = self._event_key = ""
        self._form: Form | None = None
        self._form_depth = self._item_depth = 0
        self._groups: list[Group] = []
        self._item: tuple[str, int, str | None] | None = None
        self._in_value = False
        self._text: list[str] = []

    def start(self, name: str, named: dict[str, str], line: int, depth: int) -> None:
        """An element of the clinical data opens."""
        if name == "SubjectData":
            self._subject = named.get("SubjectKey", "").strip()
            self._event = self._event_key = ""
        elif name == "StudyEventData":
            self._event = named.get("StudyEventOID", "")
            self._event_key = named.get("StudyEventRepeatKey", "")
        elif name == "FormData":
            self._open_form(named.get("FormOID", ""), named.get("FormRepeatKey", ""), line, depth)
        elif name == "ItemGroupData":
            oid, key = named.get("ItemGroupOID", ""), named.get("ItemGroupRepeatKey", "")
            form = self._form or self._open_form(oid, key, line, depth)
            self._groups.append(Group(oid, key, line))
            form.groups.append(self._groups[-1])
        elif name.startswith("ItemData") and self._groups and self._item is None:
            value = "" if named.get("IsNull") == "Yes" else named.get("Value")
            self._item = (named.get("ItemOID", ""), line, value)
            self._item_depth, self._text = depth, []
        elif name == "Value":
            self._in_value = self._item is not None and depth == self._item_depth + 1

    def characters(self, text: str, depth: int) -> None:
        """Text inside an element; of an item only its own counts, not an audit record's."""
        if self._item is not None and (depth == self._item_depth or self._in_value):
            self._text.append(text)

    def end(self, name: str, depth: int) -> None:
        """An element of the clinical data closes."""
        if name == "Value":
            self._in_value = False
        elif name.startswith("ItemData") and self._item is not None and depth == self._item_depth:
            self._close_item(*self._item)
        elif name == "ItemGroupData" and self._groups:
            self._groups.pop()
        if self._form is not None and depth == self._form_depth:
            self._form = None

    def _open_form(self, oid: str, key: str, line: int, depth: int) -> Form:
        self._form = Form(self._subject, self._event, self._event_key, oid, key, line)
        self._form_depth = depth
        self.forms.append(self._form)
        return self._form

    def _close_item(self, oid: str, line: int, value: str | None) -> None:
        group = self._groups[-1]
        if oid in group.items:
            group.twice.append((oid, line))
        else:
            group.items[oid] = ("".join(self._text) if value is None else value, line)
        self._item = None
