"""UIDs made anew under the key: the same one everywhere, so that references still meet."""

from __future__ import annotations

from functools import lru_cache

from pydicom.uid import UID_dictionary

from hepatica.core.disguise import keyed_number

STANDARD = "1.2.840.10008."
IMPLEMENTATION = "2.25.329800735698586629295641978511506172918"  # a UUID drawn for this program


@lru_cache(maxsize=200_000)
def remapped_uid(key: bytes, uid: str) -> str:
    """The UID under the key: 2.25 and a UUID (version 8, made by us); the standard's own stay."""
    uid = uid.strip(" \0")
    if not uid or _is_standard(uid):
        return uid
    number = keyed_number(key, "uid", uid) >> 128
    number = number & ~(0xF << 76) | (8 << 76)
    number = number & ~(0b11 << 62) | (0b10 << 62)
    return f"2.25.{number}"


def _is_standard(uid: str) -> bool:
    """Whether it is in the standard's dictionary; the prefix alone could carry any number."""
    return uid.startswith(STANDARD) and uid in UID_dictionary
