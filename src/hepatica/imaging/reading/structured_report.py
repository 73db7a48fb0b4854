"""Measurements of structured reports (TID 1500) as rows of the records.

A lesion is a tracking identifier; where that names a tool (OHIF), it is what the reader typed. Its
diameters become rows of `measurements`, its volume and attenuation rows of `image_quantities`. What
a report does not say is not made up: a lesion without a name, a scan without a day and a length in
pixels are findings. Reports that another one replaces are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from hepatica.core.errors import Unreadable
from hepatica.core.finding import Finding
from hepatica.imaging.reading.fault import fault
from hepatica.imaging.reading.measurement_group import Group, Measure, unit_factor
from hepatica.imaging.reading.report_file import (
    Pile,
    Report,
    Seen,
    ends_mm,
    points_text,
    read_pile,
    seen_on,
)

Row = dict[str, Any]
Key = tuple[str, date, str, str]
COLUMN = {"long": "diameter_mm", "short": "short_axis_mm", "viable": "viable_mm",
          "viable_perpendicular": "viable_perpendicular_mm"}  # fmt: skip
_QUANTITY = {"volume": "TVOL", "attenuation": "REGHU"}
_UNITS = {"[hnsf'U]": "HU", "ml": "mL", "cc": "cm3"}
_STATUSES = {
    "target": ("absent", "too small", "not evaluable"),
    "non-target": ("present", "absent", "progressed", "not evaluable"),
}
_OFF_MM, _OFF_SHARE = 1.0, 0.05  # a length may differ so far from its drawn line


@dataclass(frozen=True, slots=True)
class Choices:
    """What reports leave open: the role of a lesion without one, and what a long axis measures.

    `viable` reads plain long and short axes as those of the viable, arterially enhancing part.
    """

    role: str = "target"
    viable: bool = False


@dataclass(eq=False)
class _Entry:
    """One lesion on one scan by one reader, as the reports tell it."""

    lesion: str
    groups: list[tuple[Report, Group]] = field(default_factory=list)
    values: dict[str, float] = field(default_factory=dict)
    row: Row = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)


@dataclass(eq=False)
class Collected:
    """Rows by table, and everything that was found on the way."""

    tables: dict[str, list[Row]]
    findings: list[Finding]


def read_reports(paths: Sequence[Path], choices: Choices | None = None) -> Collected:
    """Tables `lesions`, `measurements`, `scans` and `image_quantities` of reports.

    Raises      Unreadable where there is no report of measurements at all.
    """
    pile = read_pile(paths)
    if not pile.reports:
        names = ", ".join(path.name for path in paths)
        raise Unreadable(f"{names}: no report of measurements (DICOM SR, TID 1500)")
    return _Collector(pile, choices or Choices()).collect()


class _Collector:
    def __init__(self, pile: Pile, choices: Choices) -> None:
        self.pile = pile
        self.choices = choices
        self.findings = list(pile.findings)
        self.entries: dict[Key, _Entry] = {}
        self.quantities: list[Row] = []
        self.scans: dict[tuple[str, date, str], Row] = {}

    def collect(self) -> Collected:
        current = self._current()
        self.many_readers = len({one.reader for one in current if one.reader}) > 1
        for report in current:
            for group in report.groups:
                self._take(report, group)
        self._check_trackers()
        doubtful = self._doubtful()
        measured = [(key, one) for key, one in sorted(self.entries.items()) if key not in doubtful]
        lesions = list(self._lesions(measured))
        tables = {
            "lesions": lesions,
            "measurements": [self._measurement(key, one) for key, one in measured],
            "scans": list(self._named_scans()),
            "image_quantities": self.quantities,
        }
        return Collected(tables, self.findings)

    def _tell(self, code: str, report: Report, found: str, expected: str, hint: str = "") -> None:
        told = fault(code, report.file, found=found, expected=expected, hint=hint)
        if told not in self.findings:
            self.findings.append(told)

    def _current(self) -> list[Report]:
        """Reports that no other one of the pile replaces, each once."""
        replaced = {uid for one in self.pile.reports for uid in one.replaces}
        kept: dict[str, Report] = {}
        for one in self.pile.reports:
            if one.instance in replaced or one.instance in kept:
                again = (
                    "a report that a later one replaces" if one.instance in replaced else "again"
                )
                self._tell("I059", one, again, "the last state of a report; this one is left out")
            else:
                kept[one.instance] = one
        return list(kept.values())

    def _take(self, report: Report, group: Group) -> None:
        measures = [self._measure(report, one) for one in group.measures]
        known = [one for one in measures if one is not None]
        if not known and not group.role and not group.status:
            return
        images = [(one.instance, one.frame) for one, _ in known if one.instance] or [("", None)]
        seen = seen_on(report, self.pile, *images[0])
        if not report.subject or seen.day is None or not group.lesion:
            lacking = [
                word
                for word, there in (
                    ("a patient ID", report.subject),
                    ("the day of the scan", seen.day),
                    ("the name of the lesion", group.lesion),
                )
                if not there
            ]
            expected = "patient, day and lesion of every measurement; it was left out"
            self._tell("I054", report, f"measurements without {' and '.join(lacking)}", expected)
            return
        reader = report.reader if self.many_readers else ""
        key = (report.subject, seen.day, group.lesion, reader)
        self._scan(report.subject, seen.day, seen, group.time_point)
        self._quantities(report, group, known, key)
        lengths = [(one, mm) for one, mm in known if one.kind in COLUMN]
        if lengths or group.role or group.status:
            self._lengths(report, group, lengths, key)

    def _measure(self, report: Report, one: Measure) -> tuple[Measure, float] | None:
        """A measure that is ours with its value, lengths in mm; None where it is left out."""
        if not one.kind:
            expected = "diameters, volumes or mean attenuation; it was not taken over"
            self._tell("I055", report, f"'{one.meaning}'", expected)
            return None
        if one.value is None or not np.isfinite(one.value):
            return None
        if one.kind in _QUANTITY:
            return one, one.value
        factor = unit_factor(one.unit)
        if factor is None or one.value < 0:
            found = f"'{one.meaning}' of {one.value:g} {one.unit or 'without unit'}"
            self._tell("I051", report, found, "a length in mm or cm")
            return None
        return one, one.value * factor

    def _scan(self, subject: str, on: date, seen: Seen, visit: str) -> None:
        row = self.scans.setdefault(
            (subject, on, seen.modality),
            {"subject": subject, "date": on.isoformat(), "modality": seen.modality},
        )
        if visit:
            row["visit"] = visit
        if seen.phase and row.get("phase") not in (None, seen.phase):
            row["phase"] = "multiphasic"
        elif seen.phase:
            row["phase"] = seen.phase

    def _named_scans(self) -> Iterator[Row]:
        """Scans; one of unknown modality only where nothing else is known of its day."""
        named = {(subject, on) for subject, on, modality in self.scans if modality}
        for (subject, on, modality), row in self.scans.items():
            if modality or (subject, on) not in named:
                yield row

    def _quantities(
        self, report: Report, group: Group, known: list[tuple[Measure, float]], key: Key
    ) -> None:
        done = set()
        for one, value in known:
            test = _QUANTITY.get(one.kind)
            if test is None or test in done:  # dcmqi writes a volume twice, in mm3 and in cm3
                continue
            done.add(test)
            seen = seen_on(report, self.pile, one.instance, one.frame)
            if test == "TVOL" and group.lesion.lower() == "liver":
                test = "LVOL"
            self.quantities.append(
                {
                    "subject": key[0],
                    "date": key[1].isoformat(),
                    "test": test,
                    "region": group.lesion,
                    "value": value,
                    "unit": _UNITS.get(one.unit, one.unit),
                    "modality": seen.modality,
                    "phase": seen.phase,
                    "series": seen.series or group.series,
                    "slice": seen.slice,
                    "method": _method(report, one.meaning),
                    "reader": key[3],
                }
            )

    def _lengths(
        self, report: Report, group: Group, lengths: list[tuple[Measure, float]], key: Key
    ) -> None:
        entry = self.entries.setdefault(key, _Entry(group.lesion))
        entry.groups.append((report, group))
        for one, mm in lengths:
            kind = one.kind
            if self.choices.viable:
                kind = {"long": "viable", "short": "viable_perpendicular"}.get(kind, kind)
            column = COLUMN[kind]
            if entry.values.setdefault(column, mm) != mm:
                both = f"{entry.values[column]:g} and {mm:g} mm"
                found = f"'{one.meaning}' of lesion {group.lesion}: {both}"
                self._tell("I056", report, found, "one value for a lesion, a scan and a reader")
            seen = seen_on(report, self.pile, one.instance, one.frame)
            entry.seen.append(seen)
            is_placed = bool(entry.row.get("endpoints"))
            if kind in ("long", "viable") and (
                not entry.row or (kind == "viable" and (one.line is not None or not is_placed))
            ):
                entry.row = self._where(report, group, one, mm, seen)

    def _where(self, report: Report, group: Group, one: Measure, mm: float, seen: Seen) -> Row:
        """Series, slice, ends and convention of a measured line."""
        ends = None if one.line is None else ends_mm(one.line, seen.header)
        text = ""
        if ends is not None:
            text = points_text(ends)
            drawn = float(np.linalg.norm(ends[1] - ends[0]))
            if abs(drawn - mm) > max(_OFF_MM, _OFF_SHARE * mm):
                found = f"'{one.meaning}' of {mm:g} mm along a line of {drawn:.1f} mm"
                self._tell("I049", report, found, "a length that is that of its line")
        elif one.line is not None:
            text = points_text(one.line.points) + " (column row of the image)"
        return {
            "series": seen.series or group.series,
            "slice": seen.slice,
            "endpoints": text,
            "convention": _method(report, one.meaning),
        }

    def _check_trackers(self) -> None:
        """One lesion has one unique identifier through time, and the other way round."""
        by_lesion: dict[tuple[str, str], set[str]] = defaultdict(set)
        by_unique: dict[tuple[str, str], set[str]] = defaultdict(set)
        last: dict[tuple[str, str], Report] = {}
        for (subject, *_), entry in sorted(self.entries.items()):
            for report, group in entry.groups:
                if group.tracked and group.unique:
                    by_lesion[subject, group.lesion].add(group.unique)
                    by_unique[subject, group.unique].add(group.lesion)
                    last[subject, group.lesion] = report
        for (subject, lesion), uniques in sorted(by_lesion.items()):
            if len(uniques) > 1:
                found = f"lesion {lesion} under {len(uniques)} tracking UIDs"
                expected = "one UID for a lesion through all scans"
                self._tell("I052", last[subject, lesion], found, expected)
        for (subject, _), lesions in sorted(by_unique.items()):
            if len(lesions) > 1:
                names = ", ".join(sorted(lesions))
                found = f"one tracking UID for the lesions {names}"
                self._tell("I052", last[subject, min(lesions)], found, "one name for a lesion")

    def _doubtful(self) -> set[Key]:
        """Entries of one name that are two lesions: none of them is taken over."""
        doubtful = set()
        for key, entry in sorted(self.entries.items()):
            tracked = {g.unique for _, g in entry.groups if g.tracked and g.unique}
            if len(tracked) > 1:
                report = entry.groups[-1][0]
                found = f"{len(tracked)} lesions of the name {entry.lesion} on one scan"
                self._tell("I053", report, found, "a name of its own for each lesion")
                doubtful.add(key)
        return doubtful

    def _measurement(self, key: Key, entry: _Entry) -> Row:
        subject, on, lesion, reader = key
        status = next((g.status for _, g in entry.groups if g.status), "")
        allowed = _STATUSES.get(self._role(entry) or self.choices.role, ())
        return {
            "subject": subject,
            "date": on.isoformat(),
            "lesion": lesion,
            "reader": reader,
            "status": status if status in allowed else "",
            **entry.values,
            **entry.row,
        }

    def _role(self, entry: _Entry) -> str:
        return next((g.role for _, g in entry.groups if g.role), "")

    def _lesions(self, measured: list[tuple[Key, _Entry]]) -> Iterator[Row]:
        """One row a lesion and reader: its role and site where any report names them."""
        by_lesion: dict[tuple[str, str, str], list[tuple[date, _Entry]]] = defaultdict(list)
        for (subject, on, lesion, reader), entry in measured:
            by_lesion[subject, lesion, reader].append((on, entry))
        for (subject, lesion, reader), all_seen in sorted(by_lesion.items()):
            roles = [role for _, entry in all_seen if (role := self._role(entry))]
            sites = [g.site for _, entry in all_seen for _, g in entry.groups if g.site]
            first, entry = all_seen[0]
            if not roles:
                found = f"no role of lesion {lesion}"
                expected = f"target or non-target; taken as {self.choices.role}"
                self._tell("I057", entry.groups[0][0], found, expected)
            yield {
                "subject": subject,
                "lesion": lesion,
                "role": roles[0] if roles else self.choices.role,
                "site": sites[0].lower() if sites else "",
                "identified_date": first.isoformat(),
                "reader": reader,
            }


def _method(report: Report, meaning: str) -> str:
    return f"structured report of {report.writer or 'an unnamed program'}: {meaning}"
