"""Measurement groups of TID 1500 reports, as OHIF, 3D Slicer (dcmqi) and ePAD write them.

The three differ. OHIF names its tool in the tracking identifier and puts what the reader typed into
a comment, or into a finding or finding site of a free-text code; each length has its own line
(SCOORD or SCOORD3D) below it. 3D Slicer's tracking identifier is the name of the segment, the
region a segment of a SEG, and there are volumes and attenuations, no lengths. ePAD writes the same
template through dcmqi. Other writers put the region beside the lengths. All are read by one rule,
whoever wrote the report.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from hepatica.imaging.reading.report_item import Item, is_called, word_for
from hepatica.imaging.volume import Floats

# Tracking identifiers that name a tool, or nothing at all, and no lesion.
_TOOL = re.compile(r"(?i)(cornerstone\w*@.*|web annotation|measurements? group\s*\d*|unnamed)")
_VIABLE = re.compile(r"(?i)\b(viable|mrecist|arterially enhancing)\b")
_VIABLE_OF = {"long": "viable", "short": "viable_perpendicular"}


@dataclass(frozen=True, eq=False)
class Line:
    """Ends of a measured line: (2, 2) column and row of the image, or (2, 3) mm in the patient."""

    points: Floats
    instance: str = ""
    frame: int | None = None

    @property
    def in_patient(self) -> bool:
        """Whether the points are in mm of the patient."""
        return bool(self.points.shape[1] == 3)


@dataclass(frozen=True, slots=True)
class Measure:
    """One number: `kind` a word of `report_codes.toml`, '' where it is none of ours."""

    kind: str
    meaning: str
    value: float | None
    unit: str
    line: Line | None = None
    instance: str = ""
    frame: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """One measurement group; `lesion` is '' where nothing names it.

    `tracked` says that the name is the tracking identifier itself, so that `unique` belongs to it.
    """

    lesion: str
    tracked: bool
    unique: str
    site: str
    role: str
    status: str
    time_point: str
    series: str
    measures: tuple[Measure, ...]


def measurement_groups(root: Item, time_point: str = "") -> tuple[Group, ...]:
    """The measurement groups of a report, in their order."""
    return tuple(
        _group(one, time_point)
        for one in root.all()
        if one.kind == "CONTAINER" and is_called(one.name, "part", "group")
    )


def time_point_of(root: Item) -> str:
    """Time point that a report as a whole names, or ''."""
    return next((one.words for one in root.parts("time_point") if one.words), "")


def observer_of(root: Item) -> str:
    """Name of the person who measured, '' where unknown."""
    name = next((one.words for one in root.all() if is_called(one.name, "part", "observer")), "")
    plain = " ".join(part for part in re.split(r"[\^=\s]+", name) if part)
    return "" if not plain or set(plain.lower().split()) == {"unknown"} else plain


def _group(group: Item, time_point: str) -> Group:
    identifier = next((one.words for one in group.parts("identifier")), "")
    tracked = bool(identifier) and not _TOOL.fullmatch(identifier.strip())
    codes = [one.code for one in group.children if one.code is not None]
    return Group(
        lesion=identifier.strip() if tracked else _typed_name(group),
        tracked=tracked,
        unique=next((one.words for one in group.parts("unique")), ""),
        site=_site(group),
        role=next((word for code in codes if (word := word_for(code, "role"))), ""),
        status=next((word for code in codes if (word := word_for(code, "status"))), ""),
        time_point=time_point_of(group) or time_point,
        series=next((one.words for one in group.parts("source_series")), ""),
        measures=tuple(_measures(group)),
    )


def _typed_name(group: Item) -> str:
    """What the reader typed: a comment, or a finding or site of a free-text code."""
    for one in group.parts("comment"):
        if one.words.strip():
            return one.words.strip()
    for one in group.children:
        if one.code is not None and is_called(one.code, "part", "free_text"):
            return one.code.meaning.strip()
    return ""


def _site(group: Item) -> str:
    sites = (one.code for one in group.parts("site") if one.code is not None)
    return next((c.meaning for c in sites if not is_called(c, "part", "free_text")), "")


def _measures(group: Item) -> Iterator[Measure]:
    region = _region(group)
    viable = _is_viable(group)
    for one in group.children:
        if one.kind != "NUM":
            continue
        derived = next((child.code for child in one.parts("derivation")), None)
        kind = word_for(one.name, "measure", derived)
        if viable or _is_viable(one):
            kind = _VIABLE_OF.get(kind, kind)
        line = _line(one)
        if line is None and kind in ("long", "viable"):
            line = region.line
        seen = line or region
        meaning = f"{one.name.meaning} ({derived.meaning})" if derived else one.name.meaning
        found = Measure(kind, meaning, one.value, one.unit, line)
        yield replace(found, instance=seen.instance, frame=seen.frame)


def _is_viable(item: Item) -> bool:
    """Whether the method, or what was typed or found, says that the viable part was measured."""
    told = [c.code.meaning for c in item.children if c.code is not None]
    told += [c.words for part in ("comment", "method") for c in item.parts(part)]
    return any(_VIABLE.search(words) for words in told)


@dataclass(frozen=True, eq=False)
class _Region:
    line: Line | None
    instance: str
    frame: int | None


def _region(group: Item) -> _Region:
    """The image region of a group, and the image it was drawn on."""
    line = _line(group)
    if line is not None:
        return _Region(line, line.instance, line.frame)
    images = (i for c in group.children if c.kind != "NUM" for i in c.all() if i.instance)
    image = next((i for i in images if i.kind == "IMAGE"), None)
    return _Region(None, image.instance if image else "", image.frame if image else None)


def _line(item: Item) -> Line | None:
    """The straight line of two points drawn for an item."""
    for child in item.children:
        width = {"SCOORD": 2, "SCOORD3D": 3}.get(child.kind)
        if width is None or child.graphic not in ("POLYLINE", "MULTIPOINT"):
            continue
        if len(child.points) == 2 * width and np.isfinite(child.points).all():
            source = next((i for i in child.children if i.instance), None)
            points = np.array(child.points).reshape(2, width)
            return Line(points, source.instance if source else "", source.frame if source else None)
    return None


def unit_factor(unit: str) -> float | None:
    """Factor from a unit of length to mm; None where it is no length."""
    return {"mm": 1.0, "cm": 10.0, "m": 1000.0, "um": 0.001}.get(unit)
