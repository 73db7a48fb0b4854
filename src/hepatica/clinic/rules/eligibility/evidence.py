"""What is on record of one subject for the criteria: facts, events, and what confounds them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

import pyarrow as pa

from hepatica.core.finding import Place

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One value on record, in the unit of the report; `earliest`, `latest` where it is partial."""

    variable: str
    on: date | None = None
    earliest: date | None = None
    latest: date | None = None
    number: Decimal | None = None
    code: str | None = None
    flag: bool | None = None
    unit: str = ""
    operator: str = ""
    upper_limit: Decimal | None = None
    test: str = ""
    note: str = ""
    source: str = ""
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened, or (`none`) the statement that nothing did; days that partial dates mean."""

    variable: str
    none: bool = False
    what: str = ""
    begin_from: date | None = None
    begin_to: date | None = None
    end_from: date | None = None
    end_to: date | None = None
    source: str = ""
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything on record of one subject, judged on `day`; `source` says which day that is.

    `facts` holds the last value of a variable up to the day, `later` the first one after it,
    `confounded` a sentence for each variable whose value decides nothing.
    """

    subject: str
    day: date | None
    source: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    later: Mapping[str, Fact] = field(default_factory=dict)
    events: Mapping[str, tuple[Event, ...]] = field(default_factory=dict)
    confounded: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Remark:
    """How old a denial of a variable may be, in days, and what the records cannot show of it."""

    statement_days: int | None
    note: str


@cache
def remarks() -> dict[str, Remark]:
    """Remarks by variable (`statement.csv`)."""
    rows = _rows("statement")
    return {r["variable"]: Remark(int(r["days"]) if r["days"] else None, r["note"]) for r in rows}


@cache
def first_tests() -> dict[str, str]:
    """The test that gives each laboratory or vital variable its units (`tested.csv`)."""
    found: dict[str, str] = {}
    for row in _rows("tested"):
        found.setdefault(row["variable"], row["test"])
    return found


def table_of(name: str) -> pa.Table:
    """A file of this folder (`tested`, `antiangiogenic`, `confounder`) as a table."""
    table = pa.Table.from_pylist(_rows(name))
    if name == "confounder":
        place = table.column_names.index("days")
        return table.set_column(place, "days", table["days"].cast(pa.int64()))
    return table


def evidence_by_subject(
    days: pa.Table, facts: pa.Table, events: pa.Table, confounders: pa.Table
) -> list[Evidence]:
    """Evidence of every subject of `days` (`reference_day.sql`), in its order."""
    known = _by_subject(facts)
    happened = _by_subject(events)
    touched = _by_subject(confounders)
    return [
        Evidence(
            subject=row["subject"],
            day=row["day"],
            source=row["source"],
            facts={
                r["variable"]: _fact(r) for r in known.get(row["subject"], ()) if not r["later"]
            },
            later={r["variable"]: _fact(r) for r in known.get(row["subject"], ()) if r["later"]},
            events=_grouped(happened.get(row["subject"], [])),
            confounded={
                r["variable"]: f"{r['drug']} was taken: {r['sentence']}"
                for r in touched.get(row["subject"], ())
            },
        )
        for row in days.to_pylist()
    ]


def decimal_of(number: float) -> Decimal:
    """The number as it was written: the shortest decimal that means this float."""
    return Decimal(repr(float(number)))


def _rows(name: str) -> list[dict[str, str]]:
    path = files("hepatica.clinic.rules.eligibility").joinpath(f"{name}.csv")
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def _by_subject(table: pa.Table) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in table.to_pylist():
        found.setdefault(row["subject"], []).append(row)
    return found


def _grouped(rows: list[Row]) -> dict[str, tuple[Event, ...]]:
    found: dict[str, tuple[Event, ...]] = {}
    for row in rows:
        event = Event(
            variable=row["variable"],
            none=row["none"],
            what=row["what"] or "",
            begin_from=row["begin_from"],
            begin_to=row["begin_to"],
            end_from=row["end_from"],
            end_to=row["end_to"],
            source=row["source"],
            place=_place(row),
        )
        found[event.variable] = (*found.get(event.variable, ()), event)
    return found


def _fact(row: Row) -> Fact:
    limit = row["upper_limit"]
    return Fact(
        variable=row["variable"],
        on=row["date"],
        earliest=row["earliest"],
        latest=row["latest"],
        number=None if row["number"] is None else decimal_of(row["number"]),
        code=row["code"],
        flag=row["flag"],
        unit=row["unit"] or "",
        operator=row["operator"] or "",
        upper_limit=None if limit is None else decimal_of(limit),
        test=row["test"] or "",
        note=row["note"] or "",
        source=row["source"],
        place=_place(row),
    )


def _place(row: Row) -> Place:
    return Place(row["src_file"] or "", row["src_sheet"] or "", row["src_row"])
