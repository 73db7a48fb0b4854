"""Value-level metadata for define.xml: what AVAL and AVALC are for each parameter."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from hepatica.clinic.dataset import Dataset
from hepatica.report.cdisc.element import Element, described, element, worded
from hepatica.report.cdisc.oid import element_oid, variable_oid
from hepatica.study import Study

MOST_PARAMETERS = 60

_VALUES = ("AVAL", "AVALC")


@dataclass(frozen=True, slots=True)
class ValueItem:
    """A variable as it is for one parameter: its rows, label and how they are derived."""

    dataset: str
    variable: str
    parameter: str
    label: str
    method: str
    values: pa.ChunkedArray

    @property
    def oid(self) -> str:
        """Identifier of its ItemDef."""
        return variable_oid(self.dataset, self.variable, self.parameter)

    @property
    def where_oid(self) -> str:
        """Identifier of the condition on PARAMCD."""
        return element_oid("WC", self.dataset, "PARAMCD", self.parameter)


def value_items(study: Study, dataset: Dataset, table: pa.Table) -> tuple[ValueItem, ...]:
    """AVAL and AVALC of every parameter that has them, where there are not too many parameters."""
    names = {variable.name for variable in dataset.variables}
    if "PARAMCD" not in names or not names.intersection(_VALUES):
        return ()
    codes = sorted(code for code in table["PARAMCD"].unique().to_pylist() if code)
    if len(codes) > MOST_PARAMETERS:
        return ()
    methods = _methods(study) if dataset.name == "ADTTE" else {}
    found = []
    for code in codes:
        rows = table.filter(pc.equal(table["PARAMCD"], code))
        label = (rows["PARAM"][0].as_py() if "PARAM" in names else None) or code
        for name in _VALUES:
            if name in names and rows[name].null_count < rows.num_rows:
                method = methods.get(code, "")
                found.append(ValueItem(dataset.name, name, code, label, method, rows[name]))
    return tuple(found)


def value_list(dataset: str, variable: str, items: tuple[ValueItem, ...]) -> Element:
    """The list of a variable: one reference a parameter, with its condition."""
    references = [
        element(
            "ItemRef",
            {
                "ItemOID": item.oid,
                "OrderNumber": str(order),
                "Mandatory": "No",
                **({"MethodOID": method_oid(item)} if item.method else {}),
            },
            element("def:WhereClauseRef", {"WhereClauseOID": item.where_oid}),
        )
        for order, item in enumerate(items, 1)
    ]
    return element("def:ValueListDef", {"OID": list_oid(dataset, variable)}, *references)


def where_clause(item: ValueItem) -> Element:
    """The condition that PARAMCD is the item's parameter."""
    about = {
        "Comparator": "EQ",
        "SoftHard": "Soft",
        "def:ItemOID": variable_oid(item.dataset, "PARAMCD"),
    }
    return element(
        "def:WhereClauseDef",
        {"OID": item.where_oid},
        element("RangeCheck", about, worded("CheckValue", item.parameter)),
    )


def value_method(item: ValueItem) -> Element:
    """How the values of a parameter are derived."""
    about = {"OID": method_oid(item), "Name": f"Derivation of {item.label}", "Type": "Computation"}
    return element("MethodDef", about, described(item.method))


def list_oid(dataset: str, variable: str) -> str:
    """Identifier of the value list of a variable."""
    return element_oid("VL", dataset, variable)


def method_oid(item: ValueItem) -> str:
    """Identifier of the method of one parameter's values."""
    return element_oid("MT", item.dataset, item.variable, item.parameter)


def _methods(study: Study) -> dict[str, str]:
    """How each time-to-event endpoint of the protocol is measured, by PARAMCD."""
    said = {}
    for endpoint in study.endpoints:
        if endpoint.kind != "time-to-event":
            continue
        parts = [f"Days from {endpoint.origin} to the first of: {', '.join(endpoint.events)}"]
        if endpoint.criterion or study.response.criterion:
            parts.append(f"response by {endpoint.criterion or study.response.criterion}")
        parts.append(f"censoring rule set {endpoint.rule_set}")
        parts.append(f"day count {study.conventions.day_count}")
        said[endpoint.parameter] = "; ".join(parts) + "."
    return said
