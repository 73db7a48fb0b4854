"""Where the public data lie that are not part of the repository."""

import os
from pathlib import Path

import pytest


def data_folder(name: str) -> Path:
    """Folder of that name below HEPATICA_DATA (or ../shared/data); skips, saying so, without it."""
    root = os.environ.get("HEPATICA_DATA") or Path(__file__).parents[2].parent / "shared" / "data"
    folder = Path(root) / name
    if not folder.is_dir():
        pytest.skip(f"{name} is not here: set HEPATICA_DATA to the folder that holds it")
    return folder
