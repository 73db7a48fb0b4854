"""A patient's course as one line of text, and what the endpoints make of it.

``d0 TACE; d-7 scan 50; d42 scan 30; d84 scan 45; d120 dead`` - days count from 2020-01-01.
Words: ``scan N`` viable diameter of the one target (``scan ?`` not evaluable), ``new`` a confirmed
new lesion on that day, ``TACE``, ``drug`` another anticancer drug, ``refractory``, ``consent``,
``alive``, ``lost``, ``withdrew``, ``dead``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from hepatica.clinic.dataset import Adam
from hepatica.clinic.derivation import derive_adam
from hepatica.records.record import Records
from hepatica.records.table import tables
from hepatica.study import Study
from hepatica.study.protocol import protocol_text
from hepatica.study.reader import read_study

DAY_0 = date(2020, 1, 1)
ENDPOINT = """
[[endpoint]]
id = "{id}"
label = "{id}"
kind = "time-to-event"
role = "exploratory"
origin = "{origin}"
events = {events}
rule_set = "{rule_set}"
delayed_entry = {delayed}
confirmed = {confirmed}
paramcd = "{id}"
"""


REFRACTORY = """
[refractory]
definition = "seed"
min_consecutive_tace = 2
any_of = ["target progression"]
"""


def study_of(folder: Path, endpoints: Iterable[dict[str, Any]]) -> Study:
    """The blank protocol with further endpoints; scans every 6 to 8 weeks, window 7 days."""
    text = protocol_text("blank") + REFRACTORY
    for endpoint in endpoints:
        given = {"origin": "first treatment", "delayed": "false", "rule_set": "EMA"}
        given |= {"confirmed": "false"} | endpoint
        text += ENDPOINT.format(**{**given, "events": str(list(given["events"])).replace("'", '"')})
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return read_study(folder)


def records_of(courses: dict[str, str], readers: dict[str, str] | None = None) -> Records:
    """Records of some subjects, each drawn as a course; `readers` by table where they are named."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for subject, course in courses.items():
        _course(rows, subject, course)
    for table, reader in (readers or {}).items():
        rows[table] = [row | {"reader": reader} for row in rows[table]]
    return Records.of({name: _table(name, given) for name, given in rows.items()})


def _course(rows: dict[str, list[dict[str, Any]]], subject: str, course: str) -> None:
    def add(table: str, **values: Any) -> None:
        rows.setdefault(table, []).append({"subject": subject, **values})

    about: dict[str, Any] = {}
    add("lesions", lesion="T1", role="target", site="liver")
    for part in course.split(";"):
        day, word, *rest = part.split()
        when = DAY_0 + timedelta(days=int(day[1:]))
        if word == "scan":
            add("scans", date=when, modality="CT")
            size = {"status": "not evaluable"} if rest == ["?"] else {"viable_mm": float(rest[0])}
            add("measurements", date=when, lesion="T1", **size)
        elif word == "new":
            add("new_lesions", date=when, lesion="N1", status="confirmed", site="liver")
        elif word == "TACE":
            add("procedures", date=when, procedure="TACE", session=1)
        elif word == "drug":
            add("medications", start_date=when, drug="sorafenib", **{"class": "anticancer"})
        elif word in {"refractory", "consent"}:
            about[f"{word}_date"] = when
        else:
            status = {"lost": "lost to follow-up"}.get(word, word)
            add("follow_up", date=when, status=status)
    add("subjects", **about)


def _table(name: str, given: list[dict[str, Any]]) -> pa.Table:
    schema = tables()[name].schema()
    seen: dict[str, int] = {}
    filled = []
    for row, values in enumerate(given, start=2):
        seq = seen[values["subject"]] = seen.get(values["subject"], 0) + 1
        source = {"src_file": "drawn", "src_sheet": name, "src_row": row, "seq": seq}
        filled.append({field: None for field in schema.names} | source | values)
    return pa.Table.from_pylist(filled, schema)


def adam_of(folder: Path, courses: dict[str, str], endpoints: Iterable[dict[str, Any]]) -> Adam:
    """The analysis datasets of some drawn courses."""
    return derive_adam(study_of(folder, endpoints), records_of(courses), steps=())


def time_of(adam: Adam, paramcd: str, subject: str = "1") -> tuple[int, int, str, str] | None:
    """Days, CNSR, event description and censoring description; None without a row."""
    for row in adam["ADTTE"].to_pylist():
        if (row["PARAMCD"], row["SUBJID"]) == (paramcd, subject):
            return int(row["AVAL"]), row["CNSR"], row["EVNTDESC"], row["CNSDTDSC"] or ""
    return None
