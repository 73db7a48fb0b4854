"""Content of structured reports as a plain tree, read within bounds and without trust."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from hepatica.imaging.reading.fault import plain
from hepatica.imaging.reading.value import item, items, number, raw, text, whole

DEEPEST = 16
MOST_ITEMS = 50_000
MOST_POINTS = 100_000


@dataclass(frozen=True, slots=True)
class Code:
    """A coded concept."""

    value: str
    scheme: str
    meaning: str

    @property
    def key(self) -> str:
        """Scheme and value; the schemes of old SNOMED codes are one."""
        scheme = {"SNM3": "SRT", "99SDM": "SRT"}.get(self.scheme, self.scheme)
        return f"{scheme}:{self.value}"


@dataclass(frozen=True, slots=True)
class Item:
    """One content item. `kind` is its value type; what its kind has no use for is empty.

    `points` are the flat coordinates of SCOORD (column, row) and SCOORD3D (x, y, z); `instance` and
    `frame` the image referred to.
    """

    kind: str
    name: Code
    children: tuple[Item, ...] = ()
    words: str = ""
    code: Code | None = None
    value: float | None = None
    unit: str = ""
    points: tuple[float, ...] = ()
    graphic: str = ""
    instance: str = ""
    frame: int | None = None

    def all(self) -> Iterator[Item]:
        """The item and everything below it, from the top down."""
        yield self
        for child in self.children:
            yield from child.all()

    def parts(self, part: str) -> Iterator[Item]:
        """Children whose name is that part of a report (`report_codes.toml`)."""
        return (child for child in self.children if is_called(child.name, "part", part))


def read_item(dataset: Any) -> Item:
    """Content of a report from its root down.

    Items deeper than DEEPEST, or after the first MOST_ITEMS, are left out.
    """
    left = [MOST_ITEMS]
    return _item(dataset, DEEPEST, left)


def _item(data: Any, depth: int, left: list[int]) -> Item:
    children = []
    if depth:
        for one in items(data, "ContentSequence"):
            if left[0] <= 0:
                break
            left[0] -= 1
            children.append(_item(one, depth - 1, left))
    measured = item(data, "MeasuredValueSequence")
    reference = item(data, "ReferencedSOPSequence")
    unit = item(measured, "MeasurementUnitsCodeSequence")
    coded = item(data, "ConceptCodeSequence")
    kind = text(data, "ValueType")
    return Item(
        kind=kind,
        name=_code(item(data, "ConceptNameCodeSequence")),
        children=tuple(children),
        words=_words(data, kind),
        code=None if coded is None else _code(coded),
        value=None if measured is None else number(measured, "NumericValue"),
        unit=_unit(unit),
        points=_points(data),
        graphic=text(data, "GraphicType"),
        instance=text(reference, "ReferencedSOPInstanceUID"),
        frame=whole(reference, "ReferencedFrameNumber") if reference is not None else None,
    )


def _words(data: Any, kind: str) -> str:
    if kind == "PNAME":  # a name iterates over its letters
        return plain(str(raw(data, "PersonName") or ""))
    return text(data, "UID" if kind == "UIDREF" else "TextValue")


def _code(data: Any) -> Code:
    value = text(data, "CodeValue") or text(data, "LongCodeValue")
    return Code(value, text(data, "CodingSchemeDesignator"), text(data, "CodeMeaning"))


def _unit(data: Any) -> str:
    """Code of the unit; a writer that has only pixels codes them as 1 and says so in words."""
    value = text(data, "CodeValue")
    return text(data, "CodeMeaning") if value == "1" else value


def _points(data: Any) -> tuple[float, ...]:
    given = raw(data, "GraphicData")
    try:
        flat = [float(one) for one in given][:MOST_POINTS] if given is not None else []
    except (TypeError, ValueError):
        return ()
    return tuple(flat)


@cache
def _vocabulary() -> dict[str, dict[str, dict[str, list[str]]]]:
    path = files("hepatica.imaging.reading").joinpath("report_codes.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def is_called(code: Code, kind: str, word: str, modifier: Code | None = None) -> bool:
    """Whether a concept is that word of that kind (part, measure, role, status)."""
    known = _vocabulary()[kind][word]
    keys = {code.key, f"{code.key}+{modifier.key}" if modifier else code.key}
    return bool(keys & set(known["codes"])) or code.meaning.lower().strip() in known["words"]


def word_for(code: Code, kind: str, modifier: Code | None = None) -> str:
    """The word of that kind that a concept is, or ''; a code decides before words do."""
    known = _vocabulary()[kind]
    keys = {code.key, f"{code.key}+{modifier.key}" if modifier else code.key}
    coded = next((word for word, one in known.items() if keys & set(one["codes"])), "")
    meaning = code.meaning.lower().strip()
    return coded or next((word for word, one in known.items() if meaning in one["words"]), "")
