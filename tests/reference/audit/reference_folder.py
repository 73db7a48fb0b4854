"""Where the reference cases of audits lie that are not part of the repository."""

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).parents[3].parent / "shared" / "data"


def reference_file(name: str) -> Path:
    """File of that name in ../reference/audit beside HEPATICA_DATA; skips, saying so, without."""
    data = Path(os.environ.get("HEPATICA_DATA") or _BESIDE)
    path = data.parent / "reference" / "audit" / name
    if not path.is_file():
        pytest.skip(f"{name} is not here: set HEPATICA_DATA to the folder beside reference/audit")
    return path
