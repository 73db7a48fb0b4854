"""Reading of the reference data (R's answers) and comparison with it."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("HEPATICA_DATA", ROOT.parent / "shared" / "data"))
MISSING = ("", "NA")
REASON = f"reference data not found at {DATA.name} (set HEPATICA_DATA)"


def truth(name: str) -> Any:
    return json.loads((DATA / name).read_text())


def columns(name: str) -> dict[str, np.ndarray]:
    """The columns of a CSV file, as text."""
    with open(DATA / name, newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {key: np.array([row[key] for row in rows]) for key in rows[0]}


def numbers(values: np.ndarray) -> np.ndarray:
    return np.array([np.nan if v in MISSING else float(v) for v in values])


def or_nan(value: Any) -> float:
    if value is None or value in MISSING:
        return np.nan
    return float(value)


def assert_close(ours: Any, theirs: Any, rel: float = 1e-9, absolute: float = 1e-13) -> None:
    np.testing.assert_allclose(
        np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float), rtol=rel, atol=absolute
    )
