"""One dataset under the profile: a new one, into which only what is listed is taken.

Every attribute is looked up; nested items go the same way. Values whose representation is not the
dictionary's are not taken, whatever the attribute: a name written into Rows as text is no number.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import Any

from pydicom.datadict import dictionary_has_tag, dictionary_VM, dictionary_VR, keyword_for_tag
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from hepatica.imaging.deidentification.code import cleaned_code
from hepatica.imaging.deidentification.profile import Action, profile
from hepatica.imaging.deidentification.text import (
    Person,
    capped_age,
    clock,
    described,
    number,
    shifted_day,
    shifted_moment,
    term,
    token,
)
from hepatica.imaging.deidentification.uid import remapped_uid

MOST_DEPTH = 24
# Attributes of these are taken whole or not at all.
_WHOLE = {Action.VALUE, Action.TERM, Action.AGE}
# Numbers whose bytes are letters throughout are a name written into a field of numbers.
_LETTERS = re.compile(rb"[A-Za-z^ .,'=\-]{6,}")
_PACKED = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d"}
_INTEGERS = {"US", "SS", "UL", "SL"}
_LARGEST_INTEGER = {"US": 1 << 16, "SS": 1 << 16, "UL": 1 << 24, "SL": 1 << 24}
_CODED = ("CodeValue", "LongCodeValue", "CodeMeaning", "CodingSchemeDesignator")


def taken_dataset(source: Any, person: Person, *, depth: int = 0) -> Any:
    """New dataset of what the profile lets through of `source` (a pydicom Dataset).

    Raises      RecursionError for items nested deeper than any object of the standard.
    """
    if depth > MOST_DEPTH:
        raise RecursionError("sequences nested too deep")
    new = Dataset()
    actions = profile().actions
    for tag in sorted(source.keys()):
        keyword = keyword_for_tag(tag)
        action = actions.get(keyword)
        if action is None or action in {Action.CODE, Action.PIXELS}:
            continue
        if action is Action.SEQUENCE:
            _take_sequence(new, source, keyword, (person, depth))
        else:
            _take_value(new, source, keyword, person)
    if any(keyword in source for keyword in _CODED):
        _take_code(new, source, person.key)
    return new


def _take_sequence(new: Any, source: Any, keyword: str, within: tuple[Person, int]) -> None:
    element = source[keyword]
    if element.VR != "SQ":
        return
    person, depth = within
    items = [taken_dataset(item, person, depth=depth + 1) for item in element.value or ()]
    setattr(new, keyword, items)


def _take_code(new: Any, source: Any, key: bytes) -> None:
    given = {keyword: str(source.get(keyword, "") or "") for keyword in _CODED}
    place = "CodeValue" if given["CodeValue"] or not given["LongCodeValue"] else "LongCodeValue"
    scheme, meaning = given["CodingSchemeDesignator"], given["CodeMeaning"]
    for keyword, text in cleaned_code(given[place], scheme, meaning, key).items():
        setattr(new, place if keyword == "CodeValue" else keyword, text)


def _take_value(new: Any, source: Any, keyword: str, person: Person) -> None:

    element = source[keyword]
    representation = str(element.VR)
    if representation not in dictionary_VR(element.tag).split(" or "):
        return
    given = _values(element)
    action = profile().actions[keyword]
    if action is Action.VALUE and not _fits(len(given), dictionary_VM(element.tag)):
        return
    if representation in _PACKED and _is_written(given, representation):
        return
    kept = [_kept(action, keyword, one, (representation, person)) for one in given]
    if action is Action.TERM and keyword in {"ImageType", "FrameType"}:
        kept = [one or "OTHER" for one in kept]  # its places count, none may be left out
    elif action in _WHOLE and any(one in ("", None) for one in kept):
        return
    value = kept[0] if len(kept) == 1 else kept or None
    new[keyword] = DataElement(element.tag, representation, value)


def _is_written(values: list[Any], representation: str) -> bool:
    try:
        packed = struct.pack(f"<{len(values)}{_PACKED[representation]}", *values)
    except struct.error:
        return True
    return bool(_LETTERS.fullmatch(packed))


def _values(element: Any) -> list[Any]:

    value = element.value
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, MultiValue | list | tuple) else [value]


def _fits(count: int, multiplicity: str) -> bool:
    """Whether as many values are allowed: "3", "1-n", "2-2n", "3-3n", "1-3"; none always is."""
    low, _, high = multiplicity.partition("-")
    if count == 0:
        return True
    if not high:
        return count == int(low)
    if high.endswith("n"):
        return count >= int(low) and count % int(high[:-1] or 1) == 0
    return int(low) <= count <= int(high)


def _kept(action: Action, keyword: str, value: Any, how: tuple[str, Person]) -> Any:
    """One value as the copy holds it; '' or None where nothing of it may stay."""
    representation, person = how
    if action is Action.VALUE:
        return _number(value, representation)
    if action is Action.DATE:
        shift = shifted_day if representation == "DA" else shifted_moment
        return shift(str(value), person)
    if action is Action.TOKEN:
        return token(person.key, str(value))
    if action is Action.FIXED:
        return profile().fixed[keyword]
    if action is Action.UID:
        return remapped_uid(person.key, str(value))
    plain: dict[Action, Callable[[str], str]] = {
        Action.TIME: clock,
        Action.DESCRIBED: described,
        Action.TERM: term,
        Action.AGE: capped_age,
        Action.BLANK: lambda _: "",
    }
    return plain[action](str(value))


def _number(value: Any, representation: str) -> Any:
    if representation in {"DS", "IS"}:
        text = str(getattr(value, "original_string", value))
        return number(text) or None
    if representation == "AT":
        return value if isinstance(value, int) and _known_tag(value) else None
    if not isinstance(value, int | float):
        return None
    if representation in _INTEGERS and abs(value) > _LARGEST_INTEGER[representation]:
        return None
    return value


def _known_tag(tag: int) -> bool:

    return bool(dictionary_has_tag(tag))
