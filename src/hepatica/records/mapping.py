"""Mapping: how somebody else's file becomes our tables, as `[records.mapping.<table>]` says it.

An entry is one file (or sheet) read into one table; a table may have several entries. What is
misspelled in an entry is a finding, and the rest of the entry still counts.

=============  ================================================================================
file           the file, from the folder that records.path names (or that file itself)
sheet          the sheet of a workbook; the first one where it is not given
delimiter      , ; tab or | of a text file; found out where it is not given
encoding       of a text file, such as "cp1252"; found out where it is not given
decimal        "," where numbers have a decimal comma
date_format    how their dates are written: YYYY, MM, DD and MON in their order, "DD.MM.YYYY"
columns        our column = "Their column"
constants      our column = a value for every row
codes          codes.our_column = {"their code" = "our code"}
scale          our column = a factor that their number is multiplied with
when           "Their column" = a value or a list of values: only such rows are used
tests          labs and vitals: a list of {test, column, unit, lower_limit, upper_limit}
take           "first" or "last": one row a subject, by `order`
order          their column that `take` and `distinct` sort by; the order of the file otherwise
distinct       true: rows that say the same in every mapped column are used once
days, event    follow_up: their columns of observed days from the row's date, and of the event
event_codes    follow_up: {"their code" = "dead" or another status}
form           REDCap: the instrument; ODM: the form (FormOID) whose rows are read
group          ODM: the repeating item group (ItemGroupOID) whose rows are read
=============  ================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from typing import Any

from hepatica.core.finding import Finding, Place
from hepatica.core.finding_code import finding_of
from hepatica.records.header import nearest
from hepatica.records.table import Table, tables

TEXTS = (
    *("file", "sheet", "delimiter", "encoding", "decimal", "date_format", "take", "order"),
    *("form", "group"),
)
BLOCKS = ("columns", "constants", "codes", "scale", "when", "event_codes")
KEYS = (*TEXTS, *BLOCKS, "tests", "distinct", "days", "event")
TEST_KEYS = ("test", "column", "unit", "lower_limit", "upper_limit")

_FORMAT = {"YYYY": r"(?P<y>\d{4})", "MON": r"(?P<b>[A-Za-z]{3,9})"} | {
    "MM": r"(?P<m>\d{1,2})",
    "DD": r"(?P<d>\d{1,2})",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the mapping: a file read into a table; see the module for each field."""

    table: Table
    file: str = ""
    sheet: str = ""
    delimiter: str = ""
    encoding: str = ""
    decimal: str = ""
    date_format: str = ""
    take: str = ""
    order: str = ""
    days: str = ""
    event: str = ""
    form: str = ""
    group: str = ""
    distinct: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    scale: Mapping[str, float] = field(default_factory=dict)
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    event_codes: Mapping[str, str] = field(default_factory=dict)
    tests: tuple[Mapping[str, str], ...] = ()


def check_mapping(
    mapping: Mapping[str, Any], *, foreign: Collection[str] = ()
) -> tuple[list[Entry], list[Finding]]:
    """Entries of the `[records.mapping]` table, with a finding R043 for all that is not understood.

    Parameters
    ----------
    mapping : mapping     Table name -> one entry, or a list of entries, as plain dicts.
    foreign : keys        Settings that the reader at hand has no use for.
    """
    entries: list[Entry] = []
    findings: list[Finding] = []
    for name, blocks in mapping.items():
        table = tables().get(name)
        if table is None:
            hint = nearest(name, list(tables()))
            findings.append(mapping_fault(name, f"'{name}'", "a table", hint))
            continue
        for block in blocks if isinstance(blocks, list) else [blocks]:
            if not isinstance(block, Mapping):
                findings.append(mapping_fault(name, f"'{block}'", "a table of settings"))
                continue
            entry, faults = _entry(table, block)
            entries.append(entry)
            findings += faults
            findings += [
                mapping_fault(f"{name}.{key}", f"'{key}'", "a setting that this reader takes")
                for key in foreign
                if key in block
            ]
    return entries, findings


def date_pattern(text: str) -> re.Pattern[str] | None:
    """Pattern of dates written as `text` says (YYYY, MM, DD, MON); None for anything else."""
    pattern, rest = "", text
    while rest:
        token = next((token for token in _FORMAT if rest.startswith(token)), "")
        if not token and rest[0].isalnum():
            return None
        pattern += _FORMAT[token] if token else re.escape(rest[0])
        rest = rest[len(token) or 1 :]
    try:
        compiled = re.compile(pattern + r"(?:[T ].*)?$")
    except re.error:
        return None
    return compiled if "y" in compiled.groupindex else None


def _entry(table: Table, block: Mapping[str, Any]) -> tuple[Entry, list[Finding]]:
    where = table.name
    findings = [
        mapping_fault(where, f"'{key}'", "a setting of the mapping", nearest(key, KEYS))
        for key in block
        if key not in KEYS
    ]
    given: dict[str, Any] = {}
    for key in (*TEXTS, "days", "event"):
        if isinstance(block.get(key, ""), str):
            given[key] = block.get(key, "")
        else:
            findings.append(mapping_fault(f"{where}.{key}", f"'{block[key]}'", "a text"))
    for key in BLOCKS:
        if isinstance(block.get(key, {}), Mapping):
            given[key] = dict(block.get(key, {}))
        else:
            findings.append(
                mapping_fault(f"{where}.{key}", f"'{block[key]}'", "a table of settings")
            )
    given["distinct"] = block.get("distinct") is True
    given["when"] = {key: _words(value) for key, value in given.get("when", {}).items()}
    tests = block.get("tests", [])
    if not isinstance(tests, list) or not all(isinstance(test, Mapping) for test in tests):
        findings.append(
            mapping_fault(f"{where}.tests", "another shape", "a list of {test, column, ...}")
        )
        tests = []
    given["tests"] = tuple(tests)
    findings += _check_columns(table, given) + _check_codes(table, given)
    findings += _check_settings(table, given) + _check_tests(table, given)
    declared = {column.name for column in table.columns}
    for key in ("columns", "constants", "codes", "scale"):
        given[key] = {
            name: v for name, v in given.get(key, {}).items() if name in declared and _SOUND[key](v)
        }
    given["tests"] = tuple(t for t in tests if all(isinstance(v, str) for v in t.values()))
    given["event_codes"] = {k: str(v) for k, v in given.get("event_codes", {}).items()}
    return Entry(table, **given), findings


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _is_codes(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(v, str) for v in value.values())


_SOUND: Mapping[str, Callable[[Any], bool]] = {
    "columns": lambda value: isinstance(value, str),
    "constants": lambda value: isinstance(value, str | int | float | date),
    "codes": _is_codes,
    "scale": _is_number,
}


def _words(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in (value if isinstance(value, list) else [value]))


def _check_columns(table: Table, given: Mapping[str, Any]) -> list[Finding]:
    declared = [column.name for column in table.columns]
    findings = [
        mapping_fault(
            f"{table.name}.{key}", f"'{name}'", "a column of ours", nearest(name, declared)
        )
        for key in ("columns", "constants", "codes", "scale")
        for name in given.get(key, {})
        if name not in declared
    ]
    for name, theirs in given.get("columns", {}).items():
        if not isinstance(theirs, str):
            place = f"{table.name}.columns.{name}"
            findings.append(mapping_fault(place, f"'{theirs}'", "the name of their column"))
    for name, factor in given.get("scale", {}).items():
        if not _is_number(factor):
            findings.append(mapping_fault(f"{table.name}.scale.{name}", f"'{factor}'", "a number"))
    for name, value in given.get("constants", {}).items():
        if not _SOUND["constants"](value):
            place = f"{table.name}.constants.{name}"
            findings.append(
                mapping_fault(place, "another shape", "one value: text, a number or a date")
            )
    filled = {*given.get("columns", {}), *given.get("constants", {})}
    filled |= {"test", "value"} if given["tests"] else set()
    filled |= {"date", "status", "time_days"} if given.get("days") else set()
    for column in table.columns:
        if column.required and column.name not in filled:
            place = f"{table.name}.columns"
            findings.append(
                mapping_fault(place, f"nothing for '{column.name}'", "every required column")
            )
    return findings


def _check_codes(table: Table, given: Mapping[str, Any]) -> list[Finding]:
    findings = []
    for column in table.columns:
        codes = given.get("codes", {}).get(column.name, {})
        if not isinstance(codes, Mapping):
            findings.append(mapping_fault(f"{table.name}.codes", f"'{codes}'", "a table of codes"))
            continue
        for ours in codes.values():
            if not isinstance(ours, str):
                place = f"{table.name}.codes.{column.name}"
                findings.append(mapping_fault(place, f"{str(ours)[:60]}", "our code, in quotes"))
            elif column.codes and ours not in ("", *column.codes):
                place = f"{table.name}.codes.{column.name}"
                hint = nearest(str(ours), column.codes)
                findings.append(mapping_fault(place, f"'{ours}'", column.expected, hint))
    return findings


def _check_settings(table: Table, given: Mapping[str, Any]) -> list[Finding]:
    allowed = {
        "take": ("", "first", "last"),
        "decimal": ("", ".", ","),
        "delimiter": ("", ",", ";", "\t", "tab", "|"),
    }
    findings = [
        mapping_fault(f"{table.name}.{key}", f"'{given[key]}'", f"one of {', '.join(words[1:])}")
        for key, words in allowed.items()
        if given.get(key, "") not in words
    ]
    pattern = given.get("date_format", "")
    if pattern and date_pattern(pattern) is None:
        expected = "YYYY, MM, DD or MON in the order of their dates, such as DD.MM.YYYY"
        findings.append(mapping_fault(f"{table.name}.date_format", f"'{pattern}'", expected))
    follow_up = [key for key in ("days", "event", "event_codes") if given.get(key)]
    if follow_up and (table.name != "follow_up" or len(follow_up) < 3):
        expected = "days, event and event_codes together, in follow_up"
        findings.append(mapping_fault(table.name, " and ".join(follow_up), expected))
    return findings


def _check_tests(table: Table, given: Mapping[str, Any]) -> list[Finding]:
    findings = []
    if given["tests"] and not table.standard_columns:
        findings.append(
            mapping_fault(f"{table.name}.tests", "tests", "labs or vitals to have them")
        )
    for test in given["tests"]:
        strange = [key for key in test if key not in TEST_KEYS]
        missing = [key for key in ("test", "column") if key not in test]
        wrong = [key for key, value in test.items() if not isinstance(value, str)]
        if strange or missing or wrong:
            found = f"'{strange[0]}'" if strange else f"no '{missing[0]}'" if missing else ""
            found = found or f"'{wrong[0]}' that is not text in quotes"
            place = f"{table.name}.tests"
            findings.append(mapping_fault(place, found, f"settings {', '.join(TEST_KEYS)}"))
    return findings


def mapping_fault(where: str, found: str, expected: str, hint: str = "") -> Finding:
    """Finding R043 at an entry of the mapping; `where` follows ``records.mapping.``."""
    place = Place("study.toml", column=f"records.mapping.{where}")
    return finding_of("R043", place, found=found, expected=expected, hint=hint)
