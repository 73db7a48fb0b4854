"""A data set as a file: JSON; numbers are fractions written as text, so that nothing is lost."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

from hepatica.audit.data_set import DataSet, Duration, Patient, Value
from hepatica.core.errors import Unreadable

FILE_NAME = "data_set.json"
MAX_BYTES = 20_000_000


def data_set_text(data_set: DataSet) -> str:
    """The data set as JSON, one patient a line, variables in the order they have."""
    lines = [
        json.dumps(
            {"population": p.population, "values": {n: _written(v) for n, v in p.values.items()}},
            ensure_ascii=False,
        )
        for p in data_set
    ]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _written(value: Value) -> object:
    if isinstance(value, Duration):
        return {"time": str(value.time), "event": value.event}
    return value if isinstance(value, str) else {"number": str(value)}


def read_data_set(path: Path) -> DataSet:
    """The data set of a file that `data_set_text` wrote.

    Raises      Unreadable where the file is no such data set.
    """
    if path.stat().st_size > MAX_BYTES:
        raise Unreadable(f"{path.name}: more than {MAX_BYTES} bytes")
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return tuple(
            Patient(str(row["population"]), {str(n): _read(v) for n, v in row["values"].items()})
            for row in rows
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, ZeroDivisionError):
        raise Unreadable(f"{path.name}: is not a data set written by hepatica") from None


def _read(value: Any) -> Value:
    if isinstance(value, str):
        return value
    if "number" in value:
        return Fraction(value["number"])
    if not isinstance(value["event"], bool):
        raise TypeError(value)
    return Duration(Fraction(value["time"]), value["event"])
