"""Examinations in a tree of scans: series and outlines of one subject, day and modality."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hepatica.core.finding import Finding
from hepatica.imaging.reading.fault import fault
from hepatica.imaging.reading.series import folders, read_files

OUTLINES = ("SEG", "RTSTRUCT")
Home = tuple[str, date, str]  # subject, day, modality


@dataclass(frozen=True, slots=True)
class Image:
    """What is kept of a file while a tree is walked: enough to know where it belongs."""

    path: Path
    instance: str
    role: str
    modality: str
    day: date | None
    refers: tuple[str, ...]


Groups = Mapping[tuple[str, str], Sequence[Image]]


@dataclass(frozen=True)
class Examination:
    """What belongs to one subject, day and modality: files of each series, and of outlines.

    All are sorted by what they are and not by where they lie, so that the same scans in another
    tree are the same examination.
    """

    subject: str
    day: date
    modality: str
    series: tuple[tuple[Path, ...], ...]
    outlines: tuple[Path, ...]

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every file."""
        return (*(path for one in self.series for path in one), *self.outlines)

    @property
    def file(self) -> str:
        """Base name of the file that stands for it in findings: the outlines, or an image."""
        return min(path.name for path in self.outlines or self.series[0])


def read_groups(root: Path) -> dict[tuple[str, str], list[Image]]:
    """Every DICOM file below a folder by patient and series, a folder at a time."""
    groups: dict[tuple[str, str], list[Image]] = defaultdict(list)
    for inner, paths, _ in folders(root):
        for key, headers in read_files(inner, paths).series.items():
            groups[key] += [
                Image(h.path, h.instance, h.role, h.modality, h.day, h.refers) for h in headers
            ]
    return groups


def examinations(groups: Groups) -> tuple[tuple[Examination, ...], tuple[Finding, ...]]:
    """Examinations of series by patient and UID, by subject, day and modality.

    Outlines go to the examination whose series they were drawn on, whatever day they were drawn.
    What belongs to no examination is told.
    """
    images: dict[Home, dict[str, tuple[Path, ...]]] = defaultdict(dict)
    place: dict[tuple[str, str], Home] = {}
    findings = []
    for (subject, series), headers in sorted(groups.items()):
        if headers[0].role != "image":
            continue
        day = min((h.day for h in headers if h.day), default=None)
        if not subject or day is None:
            findings.append(_nobody(headers, subject))
            continue
        home = (subject, day, headers[0].modality)
        images[home][series] = _in_order(headers)
        place[subject, series] = home
    outlines, told = _outlines(groups, place)
    made = [
        Examination(*home, tuple(own[uid] for uid in sorted(own)), outlines[home])
        for home, own in sorted(images.items())
    ]
    return tuple(made), (*findings, *told)


def _outlines(
    groups: Groups, place: Mapping[tuple[str, str], Home]
) -> tuple[Mapping[Home, tuple[Path, ...]], list[Finding]]:
    found: dict[Home, list[Image]] = defaultdict(list)
    findings = []
    here = {series for _, series in groups}
    for (subject, _), headers in sorted(groups.items()):
        for one in headers:
            if one.role not in OUTLINES:
                continue
            homes = {place[subject, uid] for uid in one.refers if (subject, uid) in place}
            if len(homes) == 1:
                found[homes.pop()].append(one)
            elif here & set(one.refers):  # of a series that is nowhere, the index has told
                findings.append(_homeless(one))
    kept = {home: _in_order(headers) for home, headers in found.items()}
    return defaultdict(tuple, kept), findings


def _in_order(headers: Iterable[Image]) -> tuple[Path, ...]:
    return tuple(h.path for h in sorted(headers, key=lambda h: (h.instance, h.path.name)))


def _nobody(headers: Sequence[Image], subject: str) -> Finding:
    first = min(headers, key=lambda h: h.path.name)
    what = "no patient identifier" if not subject else "no date"
    return fault(
        "I151", first.path, found=f"a series of {len(headers)} files with {what}",
        expected="PatientID and a date in the header",
    )  # fmt: skip


def _homeless(one: Image) -> Finding:
    return fault(
        "I152", one.path, found="outlines that belong to no one examination",
        expected="outlines of one patient and day, on images that name both",
    )  # fmt: skip
