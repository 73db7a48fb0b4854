"""A patient's course from the datasets and records, with labels that name nobody."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Any

import pyarrow as pa

from hepatica.report import number
from hepatica.report.figure.profile import End, Event, Profile, Series
from hepatica.report.figure.source import best_responses, session_dates
from hepatica.report.input import ReportInput

Row = dict[str, Any]

# A number that a study gives: short groups of digits, a few capitals before them. Anything else,
# a name or a hospital's number of seven digits and more, is not printed.
_STUDY_NUMBER = re.compile(r"(?:[A-Z]{1,4}-?)?\d{1,4}(?:-\d{1,4}){0,2}")
_OLDEST_YEARS = 89
_SUM_NAMES = {"mRECIST": "Sum of viable\ndiameters", "EASL": "Sum of viable\nproducts"}
_LABS = {"afp": ("AFP", "AFP"), "bilirubin": ("BILI", "Bilirubin"), "alt": ("ALT", "ALT")}
_ROLES = ("primary", "secondary")


class ProfileSource:
    """Every table that profiles need, by subject, read once."""

    def __init__(self, given: ReportInput) -> None:
        self.given = given
        self._adam = {n: _by_subject(given.adam[n], "SUBJID") for n in ("ADTR", "ADRS", "ADTTE")}
        self._events = _by_subject(given.adam["ADAE"], "SUBJID")
        self._labs = _by_subject(given.records["labs"], "subject")
        self._status = _by_subject(given.records["status"], "subject")
        self._sessions = session_dates(given)
        self._best = best_responses(given)

    @cached_property
    def subjects(self) -> dict[str, Row]:
        """ADSL rows of the treated subjects of the population, in their order."""
        members = set(self.given.subjects)
        rows = self.given.adam["ADSL"].to_pylist()
        return {r["SUBJID"]: r for r in rows if r["SUBJID"] in members and r["TRTSDT"]}

    @cached_property
    def labels(self) -> dict[str, str]:
        """Printed name of each of them: its running number, and its study number if it is one."""
        digits = len(str(len(self.subjects)))
        return {
            subject: f"Patient {i:0{digits}d}{_shown(subject)}"
            for i, subject in enumerate(self.subjects, 1)
        }

    def profile(self, subject: str) -> Profile:
        """The course of one of `subjects`."""
        row = self.subjects[subject]
        start = row["TRTSDT"]
        last = row["DTHDT"] or row["LSTALVDT"] or row["TRTEDT"] or start
        total, lesions = self._sizes(subject, start)
        return Profile(
            label=self.labels[subject],
            facts=_facts(row, self._best.get(subject, "")),
            last_day=max((last - start).days, 0),
            died=row["DTHFL"] == "Y",
            sessions=tuple((d - start).days for d in self._sessions.get(subject, ())),
            scans=self._scans(subject, start),
            new_therapy=_day(row["NACTDT"], start),
            total=total,
            lesions=lesions,
            ecog=self._ecog(subject, start),
            events=tuple(sorted(self._adverse(subject, start), key=lambda e: (e.start, e.term))),
            ends=self._ends(subject, start),
            **{key: self._lab(subject, start, *names) for key, names in _LABS.items()},
        )

    def _own(self, name: str, subject: str) -> Iterator[Row]:
        criterion, reader = self.given.study.response.criterion, self.given.reader
        for row in self._adam[name].get(subject, ()):
            if row["PARCAT1"] == criterion and (row["PARCAT2"] or "") == reader:
                yield row

    def _scans(self, subject: str, start: date) -> tuple[tuple[int, str], ...]:
        found = {r["ADT"]: r["AVALC"] for r in self._own("ADRS", subject) if r["PARAMCD"] == "OVR"}
        for row in self._own("ADTR", subject):
            if row["ABLFL"] == "Y" and row["ADT"] is not None:
                found.setdefault(row["ADT"], "baseline")
        days = ((day, text) for day, text in found.items() if day is not None)
        return tuple(sorted(((day - start).days, text) for day, text in days))

    def _sizes(self, subject: str, start: date) -> tuple[Series, tuple[Series, ...]]:
        rows = [
            r for r in self._own("ADTR", subject) if r["ADT"] is not None and r["AVAL"] is not None
        ]
        name = _SUM_NAMES.get(self.given.study.response.criterion, "Sum of target\ndiameters")
        unit = next((r["AVALU"] for r in rows if r["LESID"] is None), "mm")
        sums = [r for r in rows if r["LESID"] is None]
        total = Series(name, (unit or "").replace("mm2", "mm\u00b2"), _points(sums, start))
        single = defaultdict(list)
        for row in rows:
            if row["LESID"] is not None and row["LESROLE"] == "target":
                single[row["LESID"]].append(row)
        lesions = (Series(k, "mm", _points(v, start)) for k, v in sorted(single.items()))
        return total, tuple(lesions)

    def _lab(self, subject: str, start: date, test: str, name: str) -> Series:
        rows = [
            r
            for r in self._labs.get(subject, ())
            if r["test"] == test and r["date"] is not None and r["standard_value"] is not None
        ]
        units = {r["standard_unit"] for r in rows}
        limits = {r["standard_upper_limit"] for r in rows} - {None}
        unit = next(iter(units), "") if len(units) == 1 else ""
        points = sorted(((r["date"] - start).days, float(r["standard_value"])) for r in rows)
        # Limits that change from one sample to the next are no one line.
        limit = float(next(iter(limits))) if len(limits) == 1 else None
        return Series(name, (unit or "").replace("umol", "\u00b5mol"), tuple(points), limit)

    def _ecog(self, subject: str, start: date) -> Series:
        rows = self._status.get(subject, ())
        found = [
            ((r["date"] - start).days, float(r["ecog"]))
            for r in rows
            if r["date"] is not None and r["ecog"] is not None
        ]
        return Series("ECOG", "", tuple(sorted(found)))

    def _adverse(self, subject: str, start: date) -> Iterator[Event]:
        for row in self._events.get(subject, ()):
            if row["ASTDT"] is not None:
                grade = row["AETOXGR"]
                yield Event(
                    row["AEDECOD"] or row["AETERM"],
                    (row["ASTDT"] - start).days,
                    _day(row["AENDT"], start),
                    int(grade) if grade is not None else None,
                )

    def _ends(self, subject: str, start: date) -> tuple[End, ...]:
        study = self.given.study
        wanted = {
            e.parameter: e.id
            for e in study.endpoints
            if e.kind == "time-to-event" and e.role in _ROLES
        }
        return tuple(
            End(wanted[r["PARAMCD"]], (r["ADT"] - start).days, r["CNSR"] == 0)
            for r in self._adam["ADTTE"].get(subject, ())
            if r["PARAMCD"] in wanted and r["ADT"] is not None
        )


def _by_subject(table: pa.Table, name: str) -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in table.to_pylist():
        found[row[name]].append(row)
    return found


def _points(rows: Iterable[Row], start: date) -> tuple[tuple[int, float], ...]:
    return tuple(sorted(((r["ADT"] - start).days, float(r["AVAL"])) for r in rows))


def _day(day: date | None, start: date) -> int | None:
    return None if day is None else (day - start).days


def _shown(subject: str) -> str:
    return f" ({subject})" if _STUDY_NUMBER.fullmatch(subject) else ""


def _facts(row: Row, best: str) -> str:
    age = row["AGE"]
    years = "" if age is None else f"{number.count(int(age))} years"
    if age is not None and age > _OLDEST_YEARS:
        years = f"over {_OLDEST_YEARS} years"
    parts = (
        years or "age not recorded",
        {"M": "male", "F": "female"}.get(row["SEX"] or "", "sex not recorded"),
        row["ETIOLOGY"] or "",
        f"Child-Pugh {row['CPCLASS']}" if row["CPCLASS"] else "",
        f"BCLC {row['BCLC']}" if row["BCLC"] else "",
        f"ECOG {row['ECOGBL']}" if row["ECOGBL"] is not None else "",
        f"best response {best}" if best else "no response assessed",
    )
    return " \u00b7 ".join(p for p in parts if p)
