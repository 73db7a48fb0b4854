"""Every score gives its worked vectors: points and stages exactly, formulas to four decimals."""

import tomllib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from hepatica.clinic.query import Query
from hepatica.clinic.rules.score.catalogue import scores
from hepatica.clinic.score import derive_score

RULES = Query()
FILES = sorted(Path(__file__).parent.glob("*.toml"))
CASES = [
    (document["score"], case)
    for document in (tomllib.loads(path.read_text(encoding="utf-8")) for path in FILES)
    for case in document["case"]
]


def test_every_score_has_vectors() -> None:
    assert {name for name, _ in CASES} == set(scores())
    assert len(CASES) > 120


@pytest.mark.parametrize(("name", "case"), CASES, ids=lambda x: x if isinstance(x, str) else "")
def test_vector(name: str, case: dict[str, Any]) -> None:
    given = pa.Table.from_pylist([case["given"]])
    result = derive_score(name, given, RULES)
    (found,) = result.outputs.to_pylist()
    for column, expected in case["gives"].items():
        if isinstance(expected, float):
            assert found[column] == pytest.approx(expected, abs=5.01e-5), column
        else:
            assert found[column] == expected, column
    assert result.reasons.to_pylist() == [None]
