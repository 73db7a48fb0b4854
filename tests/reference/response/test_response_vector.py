"""Target responses of the worked vectors: (baseline, nadir, now) -> RECIST 1.1 and mRECIST.

Computed by hand from the published definitions (Eisenhauer 2009; Lencioni and Llovet 2010).
"""

from __future__ import annotations

import pytest

from hepatica.clinic.rules.response.criterion import MRECIST, RECIST_11, UM_PER_MM
from hepatica.clinic.rules.response.target import TARGET_RESPONSE, Past, Scan, target_clause
from hepatica.clinic.rules.response.word import RESPONSES

VECTORS = [
    (100, 100, 70, "PR", "PR"),
    (100, 100, 71, "SD", "SD"),
    (100, 60, 72, "PD", "PD"),
    (100, 60, 71, "SD", "SD"),
    (50, 20, 24, "PR", "PD"),
    (50, 20, 25, "PD", "PD"),
    (40, 40, 48, "PD", "PD"),
    (20, 20, 24, "SD", "PD"),
    (80, 0, 12, "PD", "PD"),
    (80, 80, 0, "CR", "CR"),
    (100, 55, 66, "PD", "PD"),
]


@pytest.mark.parametrize(("baseline", "nadir", "now", "recist", "mrecist"), VECTORS)
def test_vector(baseline: int, nadir: int, now: int, recist: str, mrecist: str) -> None:
    for criterion, expected in ((RECIST_11, recist), (MRECIST, mrecist)):
        scan = Scan(1, now * UM_PER_MM, 0, int(now > 0))
        past = Past(baseline * UM_PER_MM, nadir * UM_PER_MM, True, nadir == 0)
        clause = target_clause(scan, past, criterion.rule())
        assert RESPONSES[TARGET_RESPONSE[clause]] == expected
