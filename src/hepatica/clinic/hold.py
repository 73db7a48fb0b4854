"""Hold and stop conditions of one subject on a day that is no session yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from hepatica.clinic.protocol import protocol_table
from hepatica.clinic.query import Query
from hepatica.clinic.rules.dose.hold import hold_rule_table, hold_rules, hold_term_table
from hepatica.records.record import Records
from hepatica.study import Study
from hepatica.study.model import as_of

_READ = ("labs", "vitals", "adverse_events", "history", "procedures")


def write_hold_rules(query: Query) -> None:
    """Make the conditions and their words known to the query."""
    query.write("hold_rule", hold_rule_table())
    query.write("hold_term", hold_term_table())


def holds_on(
    study: Study, records: Records, subject: str, day: date | None
) -> list[Mapping[str, Any]]:
    """Conditions by what is on record up to `day`, as rows of ``session_hold.sql``.

    Without a day, events that count on any day: those met or not known, and no other condition.
    """
    asked = day or date.max
    with Query() as query:
        for name in _READ:
            query.write(name, records[name])
        query.write("protocol", protocol_table(as_of(study, max(asked, study.study.cutoff))))
        write_hold_rules(query)
        for name in ("lab_canonical", "vital_canonical"):
            query.derive(name)
        schema = pa.schema([("subject", pa.string()), ("date", pa.date32())])
        query.write("hold_day", pa.table([[subject], [asked]], schema=schema))
        found: list[Mapping[str, Any]] = query.derive("session_hold").to_pylist()
    if day is not None:
        return found
    events = {rule.id for rule in hold_rules() if rule.kind == "event"}
    return [
        row
        for row in found
        if row["rule"] in events and row["state"] != "OK" and row["src_file"] is not None
    ]
