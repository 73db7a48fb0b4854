"""Quantities measured on a scan, as a table for people and as a document for machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hepatica.cli.columned import columned

if TYPE_CHECKING:
    from hepatica.imaging.quantity import Quantity

_SHARP = {"1": 3, "s": 2, "rad/mm": 3}  # decimals by unit


def quantity_table(quantities: Sequence[Quantity]) -> str:
    """One line a quantity: region, code, value with unit, or why there is none."""
    from hepatica.report.number import number

    lines = [("region", "quantity", "value", "unit", "remarks")]
    for one in quantities:
        value = "-" if one.value is None else number(one.value, _SHARP.get(one.unit, 1))
        remarks = one.reason or "; ".join(one.flags)
        lines.append((one.region, one.test, value, "" if one.unit == "1" else one.unit, remarks))
    return columned(lines)


def quantity_document(quantities: Sequence[Quantity]) -> dict[str, Any]:
    """The same for machines, numbers in full."""
    names = ("test", "region", "value", "lower", "upper", "unit", "method", "reason")
    return {
        "quantities": [
            {name: getattr(one, name) for name in names} | {"flags": list(one.flags)}
            for one in quantities
        ]
    }
