"""The index of a folder tree: every series with what is known of it, and what is wrong with it.

One folder at a time: only headers are read, and of a finished folder only its entries are kept,
so that memory grows with the number of series and the fullest folder, not with all images. A
series whose files lie in several folders is read a second time, whole.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from hepatica.core.errors import Unreadable
from hepatica.core.finding import Finding
from hepatica.imaging.reading.entry import Entry, object_entry, series_entry, volume_entry
from hepatica.imaging.reading.fault import fault
from hepatica.imaging.reading.header import Header
from hepatica.imaging.reading.series import Files, folders, read_files

Step = Callable[[str], None]
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Index:
    """Entries by patient, day and series; all findings, those of the entries among them."""

    root: Path
    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...]

    def images(self) -> tuple[Entry, ...]:
        """The image series that can be read."""
        return tuple(one for one in self.entries if one.role == "image" and one.is_readable)

    def about(self, series: str) -> tuple[Entry, ...]:
        """The objects (segmentations, reports, maps) about an image series."""
        return tuple(one for one in self.entries if series in one.refers)


def read_index(folder: Path | str, progress: Step | None = None) -> Index:
    """Index of everything below a folder; `progress` is called with the name of each folder.

    The order depends on names and contents only.

    Raises      Unreadable where there is no such folder; MissingExtra without hepatica[imaging].
    """
    root = Path(folder)
    if not root.is_dir():
        raise Unreadable(f"{root.name}: is no folder")
    series: dict[Key, tuple[Entry, list[Path]]] = {}
    others: list[Entry] = []
    findings: list[Finding] = []
    for inner, paths, told in folders(root):
        if progress:
            progress(inner.name)
        files = read_files(inner, paths)
        findings += [*told, *files.findings, *_crowd(files)]
        for key, entry in _series_entries(files):
            _, places = series.setdefault(key, (entry, []))
            places.append(inner)
        others += _other_entries(files, findings)
    entries = [*(_whole(key, *one) for key, one in series.items()), *others]
    entries = _linked(sorted(entries, key=_order))
    findings += [one for entry in entries for one in entry.findings]
    return Index(root, tuple(entries), tuple(findings))


def _order(entry: Entry) -> tuple[str, date, str, str, str]:
    return entry.subject, entry.day or date.min, entry.series, entry.role, str(entry.path)


def _series_entries(files: Files) -> Iterable[tuple[Key, Entry]]:
    for key, headers in sorted(files.series.items()):
        if headers[0].role == "image":
            yield key, series_entry(files.folder, headers)


def _other_entries(files: Files, findings: list[Finding]) -> Iterable[Entry]:
    for header in files.headers():
        if header.role != "image":
            yield object_entry(header)
    for path in files.volumes:
        one = volume_entry(path)
        if isinstance(one, Entry):
            yield one
        else:
            findings.append(one)


def _whole(key: Key, entry: Entry, places: list[Path]) -> Entry:
    """The entry of a series; read again from all its folders where it lies in several."""
    if len(places) == 1:
        return entry
    headers: list[Header] = []
    for folder in places:
        _, paths, _ = next(iter(folders(folder)))
        headers += read_files(folder, paths).series.get(key, [])
    shared = Path(os.path.commonpath(places))
    told = fault(
        "I030",
        headers[0].path if headers else places[0],
        found=f"a series in {len(places)} folders",
        expected="one folder",
        hint="they are read together",
    )
    if not headers:
        return entry
    entry = series_entry(shared, headers)
    return replace(entry, findings=(told, *entry.findings))


def _crowd(files: Files) -> list[Finding]:
    """Several patients, or several image series, in one folder."""
    headers = list(files.headers())
    patients = Counter(h.subject for h in headers)
    if len(patients) > 1:
        stray = _rarest(headers, patients, lambda h: h.subject)
        return [
            fault(
                "I008",
                stray.path,
                found=f"an image of patient {stray.subject or '(blank)'} beside those of others",
                expected="one patient in a folder",
                hint=f"{len(patients)} patients in folder {files.folder.name}",
            )
        ]
    images = [h for h in headers if h.role == "image"]
    series = Counter(h.series for h in images)
    if len(series) < 2:
        return []
    stray = _rarest(images, series, lambda h: h.series)
    return [
        fault(
            "I032",
            stray.path,
            found=f"series {stray.series} ({series[stray.series]} files) beside others",
            expected="one series in a folder",
            hint=f"{len(series)} series in folder {files.folder.name}; each is read by its UID",
        )
    ]


def _rarest(headers: list[Header], counts: Counter[str], of: Callable[[Header], str]) -> Header:
    return min(headers, key=lambda h: (counts[of(h)], str(h.path)))


def _linked(entries: list[Entry]) -> list[Entry]:
    """Entries with a finding where they are about a series that is not here."""
    here = {one.series for one in entries}
    linked = []
    for entry in entries:
        if entry.refers and not here & set(entry.refers):
            told = fault(
                "I031",
                entry.path,
                found=f"{entry.role} of series {entry.refers[0]}",
                expected="that series in this folder tree",
            )
            entry = replace(entry, findings=(*entry.findings, told))  # noqa: PLW2901
        linked.append(entry)
    return linked
