"""What was measured, kept a file an examination, so that a second run measures only what is new.

The name of a file is the hash of everything its content follows from: the bytes and base names of
the scans, the list of region names, the seed and the version. It appears whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

Result = Mapping[str, Any]
_CHUNK = 1 << 20


class Store:
    """A folder of results by key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, key: str) -> Result | None:
        """The result of that key; None where there is none, or it is damaged."""
        try:
            found = json.loads(self._path(key).read_bytes())
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) and found.get("key") == key else None

    def write(self, key: str, result: Result) -> None:
        """Keep a result, in one step."""
        self.folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({**result, "key": key}, sort_keys=True, ensure_ascii=False)
        write_whole(self._path(key), text)

    def drop_stale(self, keys: Iterable[str]) -> None:
        """Remove results of other keys, and what a killed run left half written."""
        kept = {self._path(key).name for key in keys}
        for path in self.folder.glob("*.json"):
            if path.name not in kept:
                path.unlink(missing_ok=True)
        for path in self.folder.glob(".*.part"):
            path.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"


def content_key(paths: Iterable[Path], *words: str) -> str:
    """Hash of files, each by base name and content, in any order, and of words in this order."""
    parts = sorted(f"{path.name}\0{_file_hash(path)}" for path in paths)
    return hashlib.sha256(
        "\n".join((*words, *parts)).encode("utf-8", "surrogateescape")
    ).hexdigest()


def write_whole(path: Path, text: str) -> None:
    """Write a text file so that nobody ever sees half of it."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_text(text, encoding="utf-8", newline="")
    os.replace(part, path)


def _file_hash(path: Path) -> str:
    found = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_CHUNK):
                found.update(piece)
    except OSError as error:
        return f"unreadable: {type(error).__name__}"
    return found.hexdigest()
