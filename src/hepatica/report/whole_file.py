"""A file written whole or not at all, whoever looks while it is written."""

from __future__ import annotations

import os
from pathlib import Path


def write_file(path: Path, data: bytes) -> Path:
    """Write a file whole or not at all: beside it first, then in its place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(data)
    os.replace(beside, path)
    return path
