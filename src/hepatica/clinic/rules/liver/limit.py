"""The numbers of the liver rules, by name (`limits.csv`)."""

from __future__ import annotations

import csv
from decimal import Decimal
from functools import cache
from importlib.resources import files
from io import StringIO

import pyarrow as pa

_NUMBER = pa.decimal128(10, 3)


@cache
def limits() -> dict[str, dict[str, str]]:
    """Every number with unit and source, by name."""
    text = files("hepatica.clinic").joinpath("rules", "liver", "limits.csv").read_text("utf-8")
    return {row["name"]: row for row in csv.DictReader(StringIO(text))}


def limit_table() -> pa.Table:
    """One row with a column for each number."""
    rows = limits().values()
    return pa.table({r["name"]: pa.array([Decimal(r["number"])], _NUMBER) for r in rows})
