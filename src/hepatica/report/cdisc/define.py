"""define.xml, version 2.1, of the analysis datasets [definexml].

Every derived variable carries a method with the words of `clinic/adam.toml`; a variable copied
from the records names the SDTM variable it holds; a dataset's comment is the head of its
derivation. Nothing here is written by hand a second time. The time of creation is the cutoff.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa

from hepatica.clinic.dataset import Dataset, Variable
from hepatica.clinic.derivation import derivation_text
from hepatica.core.version import VERSION
from hepatica.report.cdisc import oid
from hepatica.report.cdisc.code_list import code_list, source_column
from hepatica.report.cdisc.element import Element, described, document, element, worded
from hepatica.report.cdisc.submission import Submission
from hepatica.report.cdisc.transport import DATE_FORMAT
from hepatica.report.cdisc.value_list import (
    ValueItem,
    list_oid,
    value_items,
    value_list,
    value_method,
    where_clause,
)
from hepatica.study import Study

DEFINE_VERSION = "2.1.0"
STANDARD = ("STD.ADAMIG", "ADaMIG", "1.3")

_NAMESPACES = {
    "xmlns": "http://www.cdisc.org/ns/odm/v1.3",
    "xmlns:xlink": "http://www.w3.org/1999/xlink",
    "xmlns:def": "http://www.cdisc.org/ns/def/v2.1",
}
_SUBCLASS = {"ADTTE": "TIME-TO-EVENT", "ADAE": "ADVERSE EVENT"}


@dataclass(frozen=True, slots=True)
class _Part:
    """A dataset with its rows and what define.xml says beside them."""

    dataset: Dataset
    table: pa.Table
    lists: dict[str, Element]
    items: tuple[ValueItem, ...]
    comment: str

    def items_of(self, variable: str) -> tuple[ValueItem, ...]:
        return tuple(item for item in self.items if item.variable == variable)


def define_xml(study: Study, given: Submission) -> str:
    """define.xml of every dataset of a submission, in the order of their declaration."""
    identity = study.study
    parts = [_part(study, dataset, given.tables[name]) for name, dataset in given.declared.items()]
    root = element(
        "ODM",
        {
            **_NAMESPACES,
            "ODMVersion": "1.3.2",
            "FileType": "Snapshot",
            "FileOID": f"{oid.study_oid(identity.id)}.DEFINE",
            "CreationDateTime": f"{identity.cutoff.isoformat()}T00:00:00",
            "Originator": "Hepatica",
            "SourceSystem": "Hepatica",
            "SourceSystemVersion": VERSION,
            "def:Context": "Other",
        },
        element(
            "Study",
            {"OID": oid.study_oid(identity.id)},
            _global_variables(study),
            _version(study, parts),
        ),
    )
    return document(root)


def _part(study: Study, dataset: Dataset, table: pa.Table) -> _Part:
    found = {v.name: code_list(dataset, v, table) for v in dataset.variables}
    return _Part(
        dataset,
        table,
        {name: made for name, made in found.items() if made is not None},
        value_items(study, dataset, table),
        _comment(dataset),
    )


def _comment(dataset: Dataset) -> str:
    """The head of the dataset's derivation: its first comment lines, as one paragraph."""
    try:
        lines = derivation_text(dataset.name.lower()).splitlines()
    except FileNotFoundError:
        return ""
    said = []
    for line in lines:
        if not line.startswith("--"):
            break
        said.append(line.removeprefix("--").strip())
    return " ".join(said).strip()


def _global_variables(study: Study) -> Element:
    named = {
        "StudyName": study.study.id,
        "StudyDescription": study.study.title,
        "ProtocolName": study.study.protocol or study.study.id,
    }
    return element("GlobalVariables", {}, *(worded(name, text) for name, text in named.items()))


def _version(study: Study, parts: list[_Part]) -> Element:
    key, name, version = STANDARD
    standard = {"OID": key, "Name": name, "Type": "IG", "Version": version, "Status": "Final"}
    about = {
        "OID": oid.version_oid(study.study.id),
        "Name": f"{study.study.id}, analysis datasets",
        "Description": f"Analysis datasets of {study.study.id}",
        "def:DefineVersion": DEFINE_VERSION,
    }
    return element(
        "MetaDataVersion",
        about,
        element("def:Standards", {}, element("def:Standard", standard)),
        *(one for part in parts for one in _value_lists(part)),
        *(one for part in parts for one in _where_clauses(part)),
        *(_item_group(part) for part in parts),
        *(one for part in parts for one in _items(part)),
        *(one for part in parts for one in part.lists.values()),
        *(one for part in parts for one in _methods(part)),
        *(one for part in parts for one in _comments(part)),
    )


def _value_lists(part: _Part) -> Iterator[Element]:
    for variable in part.dataset.variables:
        items = part.items_of(variable.name)
        if items:
            yield value_list(part.dataset.name, variable.name, items)


def _where_clauses(part: _Part) -> Iterator[Element]:
    yield from (where_clause(item) for item in {i.where_oid: i for i in part.items}.values())


def _item_group(part: _Part) -> Element:
    dataset = part.dataset
    leaf = oid.element_oid("LF", dataset.name)
    about = {
        "OID": oid.dataset_oid(dataset.name),
        "Name": dataset.name,
        "SASDatasetName": dataset.name,
        "Repeating": "No" if dataset.keys == ("USUBJID",) else "Yes",
        "IsReferenceData": "No",
        "Purpose": "Analysis",
        "def:Structure": f"One record per {', '.join(dataset.keys) or 'record'}",
        "def:ArchiveLocationID": leaf,
        "def:StandardOID": STANDARD[0],
        **({} if part.table.num_rows else {"def:HasNoData": "Yes"}),
        **({"def:CommentOID": _comment_oid(part)} if part.comment else {}),
    }
    subclass = _SUBCLASS.get(dataset.name)
    file = f"{dataset.name.lower()}.xpt"
    return element(
        "ItemGroupDef",
        about,
        described(dataset.label),
        *(_item_reference(dataset, v, order) for order, v in enumerate(dataset.variables, 1)),
        element(
            "def:Class",
            {"Name": dataset.structure},
            element("def:SubClass", {"Name": subclass}) if subclass else None,
        ),
        element("def:leaf", {"ID": leaf, "xlink:href": file}, worded("def:title", file)),
    )


def _item_reference(dataset: Dataset, variable: Variable, order: int) -> Element:
    about = {
        "ItemOID": oid.variable_oid(dataset.name, variable.name),
        "OrderNumber": str(order),
        "Mandatory": "Yes" if variable.name in ("STUDYID", "USUBJID") else "No",
    }
    if variable.name in dataset.keys:
        about["KeySequence"] = str(dataset.keys.index(variable.name) + 1)
    if _origin_type(variable) == "Derived":
        about["MethodOID"] = oid.element_oid("MT", dataset.name, variable.name)
    return element("ItemRef", about)


def _items(part: _Part) -> Iterator[Element]:
    dataset = part.dataset
    for variable in dataset.variables:
        key = oid.variable_oid(dataset.name, variable.name)
        has_list = variable.name in part.lists
        has_values = bool(part.items_of(variable.name))
        yield element(
            "ItemDef",
            {"OID": key, **_physical(variable, part.table[variable.name])},
            described(variable.label),
            _code_list_reference(dataset, variable) if has_list else None,
            None if has_values else _origin(variable),
            element("def:ValueListRef", {"ValueListOID": list_oid(dataset.name, variable.name)})
            if has_values
            else None,
        )
    declared = {variable.name: variable for variable in dataset.variables}
    for item in part.items:
        variable = declared[item.variable]
        yield element(
            "ItemDef",
            {"OID": item.oid, **_physical(variable, item.values)},
            described(item.label),
            _origin(variable),
        )


def _code_list_reference(dataset: Dataset, variable: Variable) -> Element:
    key = oid.element_oid("CL", dataset.name, variable.name)
    return element("CodeListRef", {"CodeListOID": key})


def _physical(variable: Variable, values: pa.ChunkedArray) -> dict[str, str]:
    """Name, type and length of a variable as its values need them."""
    about = {"Name": variable.name, "SASFieldName": variable.name}
    known = [value for value in values.unique().to_pylist() if value is not None]
    if variable.type == "text":
        length = max((len(value) for value in known), default=1)
        return about | {"DataType": "text", "Length": str(max(length, 1))}
    if variable.type == "date":
        return about | {"DataType": "integer", "Length": "8", "def:DisplayFormat": DATE_FORMAT}
    if variable.type == "integer":
        return about | {"DataType": "integer", "Length": "8"}
    digits = [_digits(value) for value in known if math.isfinite(value)]
    whole = max((before for before, _ in digits), default=1)
    after = max((part for _, part in digits), default=0)
    size = {"Length": str(whole + after), "SignificantDigits": str(after)}
    return about | {"DataType": "float", **size}


def _digits(value: float) -> tuple[int, int]:
    """Digits before and after the point of the shortest decimal that names the number."""
    whole, _, after = f"{abs(Decimal(repr(value))):f}".partition(".")
    return len(whole), len(after.rstrip("0"))


def _origin_type(variable: Variable) -> str:
    if source_column(variable) is not None:
        return "Predecessor"
    return "Protocol" if variable.derivation.startswith("study.toml") else "Derived"


def _origin(variable: Variable) -> Element:
    kind = _origin_type(variable)
    if kind == "Predecessor":
        column = source_column(variable)
        assert column is not None
        return element("def:Origin", {"Type": kind}, described(column.sdtm))
    return element("def:Origin", {"Type": kind, "Source": "Sponsor"})


def _methods(part: _Part) -> Iterator[Element]:
    for variable in part.dataset.variables:
        if _origin_type(variable) == "Derived":
            key = oid.element_oid("MT", part.dataset.name, variable.name)
            name = f"Derivation of {part.dataset.name}.{variable.name}"
            about = {"OID": key, "Name": name, "Type": "Computation"}
            yield element("MethodDef", about, described(variable.derivation))
    yield from (value_method(item) for item in part.items if item.method)


def _comments(part: _Part) -> Iterator[Element]:
    if part.comment:
        yield element("def:CommentDef", {"OID": _comment_oid(part)}, described(part.comment))


def _comment_oid(part: _Part) -> str:
    return oid.element_oid("COM", part.dataset.name)
