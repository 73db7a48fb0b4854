"""Code lists of the analysis datasets for define.xml: the values that a variable can take."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pyarrow as pa

from hepatica.clinic.dataset import Dataset, Variable
from hepatica.records.table import Column, tables
from hepatica.report.cdisc.element import Element, element, translated
from hepatica.report.cdisc.oid import element_oid

MOST_VALUES = 60

_SOURCE = re.compile(r"([a-z_]+)\.([a-z_]+)")
_LISTED = {"PARCAT1", "PARCAT2", "AVALU", "AVALC", "DVCAT"}


def source_column(variable: Variable) -> Column | None:
    """The record column that a variable copies, or None where it is derived otherwise."""
    named = _SOURCE.fullmatch(variable.derivation)
    if named is None or named[1] not in tables():
        return None
    return next((c for c in tables()[named[1]].columns if c.name == named[2]), None)


def code_list(dataset: Dataset, variable: Variable, table: pa.Table) -> Element | None:
    """The code list of a variable, or None where it has none.

    PARAMCD is decoded by PARAM, a column of coded records lists every code allowed; flags,
    categories and units list the values that occur.
    """
    if variable.type != "text":
        return None
    if variable.name == "PARAMCD":
        return _list(dataset, variable, _decoded(table))
    column = source_column(variable)
    if column is not None and column.codes:
        return _list(dataset, variable, _enumerated(column.codes))
    if variable.name.endswith("FL") or variable.name in _LISTED:
        values = sorted(v for v in table[variable.name].unique().to_pylist() if v)
        if 0 < len(values) <= MOST_VALUES:
            return _list(dataset, variable, _enumerated(values))
    return None


def _list(dataset: Dataset, variable: Variable, items: list[Element]) -> Element | None:
    if not items:
        return None
    attributes = {
        "OID": element_oid("CL", dataset.name, variable.name),
        "Name": f"{variable.label} ({dataset.name})",
        "DataType": "text",
        "def:IsNonStandard": "Yes",
    }
    return element("CodeList", attributes, *items)


def _enumerated(values: Iterable[str]) -> list[Element]:
    return [element("EnumeratedItem", {"CodedValue": value}) for value in values]


def _decoded(table: pa.Table) -> list[Element]:
    names: dict[str, str] = {}
    if "PARAM" in table.column_names:
        pairs = table.group_by(["PARAMCD", "PARAM"], use_threads=False).aggregate([]).to_pylist()
        for pair in pairs:
            names.setdefault(pair["PARAMCD"] or "", pair["PARAM"] or "")
    return [
        element(
            "CodeListItem", {"CodedValue": code}, element("Decode", {}, translated(names[code]))
        )
        for code in sorted(filter(None, names))
    ]
