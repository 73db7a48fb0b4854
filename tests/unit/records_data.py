"""Where the shared data is: HEPATICA_DATA, or a folder beside the repository; else tests skip."""

import os
from pathlib import Path

import pytest


def data_folder(name: str) -> Path:
    beside = Path(__file__).parents[3] / "shared" / "data"
    folder = Path(os.environ.get("HEPATICA_DATA") or beside) / name
    if not folder.is_dir():
        pytest.skip(f"the data folder {name} is absent; set HEPATICA_DATA to the folder it is in")
    return folder
