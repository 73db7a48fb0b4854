"""Where the public images lie that are not part of the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def imaging_folder(name: str) -> Path:
    """Folder of that name below HEPATICA_DATA/imaging (or ../shared/data); skips without it."""
    root = os.environ.get("HEPATICA_DATA") or Path(__file__).parents[3].parent / "shared" / "data"
    folder = Path(root) / "imaging" / name
    if not folder.is_dir():
        pytest.skip(f"imaging/{name} is not here: set HEPATICA_DATA to the folder that holds it")
    return folder
