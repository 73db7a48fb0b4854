"""A data set as a file: JSON; numbers are fractions written as text, so that nothing is lost."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from pathlib import Path
from typing import Any

from hepatica.audit.data_set import DataSet, Duration, Patient, Value
from hepatica.core.errors import Unreadable

FILE_NAME = "data_set.json"
MAX_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Account:
    """How a data set came about.

    `kept` are ids of claims that hold of it; `dropped` ids of claims, and of rules, that were left
    out because not everything can hold at once; `asked` those of them that the user named.
    `conflicts` are one sentence each; `note` what the search said of itself.
    """

    seed: int
    kept: tuple[str, ...]
    dropped: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    note: str = ""


def data_set_text(data_set: DataSet, account: Account) -> str:
    """The data set and its account as JSON, one line a key and one a patient."""
    told = (f"{_json(name)}: {_json(value)},\n" for name, value in asdict(account).items())
    patients = ",\n".join(
        _json({"population": p.population, "values": {n: _written(v) for n, v in p.values.items()}})
        for p in data_set
    )
    return "{\n" + "".join(told) + f'"patients": [\n{patients}\n]\n}}\n'


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _written(value: Value) -> object:
    if isinstance(value, Duration):
        return {"time": str(value.time), "event": value.event}
    return value if isinstance(value, str) else {"number": str(value)}


def read_data_set(path: Path) -> tuple[DataSet, Account]:
    """The data set of a file that `data_set_text` wrote, and its account.

    Raises      Unreadable where the file is no such data set.
    """
    if path.stat().st_size > MAX_BYTES:
        raise Unreadable(f"{path.name}: more than {MAX_BYTES} bytes")
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        patients = tuple(
            Patient(str(row["population"]), {str(n): _read(v) for n, v in row["values"].items()})
            for row in given["patients"]
        )
        return patients, Account(**{f.name: _told(given[f.name], f.name) for f in fields(Account)})
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, ZeroDivisionError):
        raise Unreadable(f"{path.name}: is not a data set written by hepatica") from None


def _told(value: Any, name: str) -> Any:
    if name == "seed":
        return int(value)
    return str(value) if name == "note" else tuple(str(entry) for entry in value)


def _read(value: Any) -> Value:
    if isinstance(value, str):
        return value
    if "number" in value:
        return Fraction(value["number"])
    if not isinstance(value["event"], bool):
        raise TypeError(value)
    return Duration(Fraction(value["time"]), value["event"])
