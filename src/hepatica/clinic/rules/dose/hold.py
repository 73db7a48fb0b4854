"""Conditions under which the drug is held or stopped, as data (`holds.toml`) and as tables."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import pyarrow as pa

STATES = ("STOP", "HOLD", "UNKNOWN", "OK")
KINDS = ("urine", "pressure", "event", "surgery", "bleeding", "bedside")


@dataclass(frozen=True, slots=True)
class HoldRule:
    """One condition: what it is, HOLD or STOP, how it is read from the records, its source.

    `status` is V (read in a source), M (from memory, not confirmed) or P (our own choice).
    """

    id: str
    event: str
    action: str
    kind: str
    status: str
    source: str
    terms: tuple[str, ...] = ()
    but_not: tuple[str, ...] = ()
    min_grade: int = 1
    ongoing: bool = False
    after: bool = False
    days: int | None = None
    limit_g: float | None = None
    dipstick: float | None = None
    systolic: float | None = None
    diastolic: float | None = None


@cache
def hold_rules() -> tuple[HoldRule, ...]:
    """Every condition, in the order of the file."""
    text = files("hepatica.clinic.rules.dose").joinpath("holds.toml").read_text("utf-8")
    return tuple(_rule(block) for block in tomllib.loads(text)["hold"])


def _rule(block: dict[str, Any]) -> HoldRule:
    lists = {name: tuple(block.get(name, ())) for name in ("terms", "but_not")}
    return HoldRule(**{**block, **lists})


_SCHEMA = pa.schema(
    [
        ("position", pa.int64()),
        ("rule", pa.string()),
        ("event", pa.string()),
        ("action", pa.string()),
        ("kind", pa.string()),
        ("min_grade", pa.int64()),
        ("ongoing", pa.bool_()),
        ("after", pa.bool_()),
        ("days", pa.int64()),
        ("limit_g", pa.float64()),
        ("dipstick", pa.float64()),
        ("systolic", pa.float64()),
        ("diastolic", pa.float64()),
    ]
)


def hold_rule_table() -> pa.Table:
    """The conditions that can be read from the records, one row each."""
    rows = [
        {name: getattr(rule, name, None) for name in _SCHEMA.names}
        | {"position": position, "rule": rule.id}
        for position, rule in enumerate(hold_rules())
        if rule.kind != "bedside"
    ]
    return pa.Table.from_pylist(rows, _SCHEMA)


def hold_term_table() -> pa.Table:
    """The words of an adverse event's term that mean a condition, and those that do not."""
    rows = [
        {"rule": rule.id, "term": term, "wanted": wanted}
        for rule in hold_rules()
        for wanted, terms in ((True, rule.terms), (False, rule.but_not))
        for term in terms
    ]
    schema = pa.schema([("rule", pa.string()), ("term", pa.string()), ("wanted", pa.bool_())])
    return pa.Table.from_pylist(rows, schema)
