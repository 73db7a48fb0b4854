"""Liver injury and failure (ADLBHY): Hy's law, its form for abnormal baselines, ALF, ACLF."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from safety_study import DAY, adam_of, rows_of, study_of

UPPER = {"ALT": 50.0, "BILI": 20.0, "ALP": 120.0, "INR": 1.1}
UNIT = {"ALT": "U/L", "BILI": "umol/L", "ALP": "U/L", "INR": "1"}


def _labs(after: int, **values: float) -> list[dict[str, Any]]:
    day = DAY + timedelta(days=after)
    return [
        {"test": t, "value": v, "unit": UNIT[t], "date": day, "upper_limit": UPPER[t]}
        for t, v in values.items()
    ]


def _row(folder: Path, labs: list[dict[str, Any]], **rows: Any) -> dict[str, Any]:
    (row,) = rows_of(adam_of(study_of(folder), labs=labs, **rows), "ADLBHY")
    return row


NORMAL = _labs(-3, ALT=30, BILI=12, ALP=90)
HIGH = _labs(-3, ALT=120, BILI=30, ALP=90)


@pytest.mark.parametrize(
    ("base", "after", "law", "by_baseline"),
    [
        (NORMAL, _labs(4, ALT=150, BILI=40.1, ALP=239), "Y", "Y"),  # 3 x 50; > 2 x 20; < 2 x 120
        (NORMAL, _labs(4, ALT=149.9, BILI=60, ALP=90), "N", "N"),
        (NORMAL, _labs(4, ALT=150, BILI=40, ALP=90), "N", "N"),
        (NORMAL, _labs(4, ALT=150, BILI=60, ALP=240), "N", "N"),
        (NORMAL, _labs(4, ALT=150, BILI=15, ALP=90) + _labs(34, BILI=41), "Y", "Y"),
        (NORMAL, _labs(4, ALT=150, BILI=15, ALP=90) + _labs(35, BILI=41, ALT=30), "N", "N"),
        (NORMAL, _labs(4, ALT=160, BILI=50), None, None),  # alkaline phosphatase not taken
        (HIGH, _labs(4, ALT=200, BILI=50, ALP=90), "Y", "N"),  # 1.7 x its own baseline
        (HIGH, _labs(4, ALT=361, BILI=60.1, ALP=90), "Y", "Y"),  # > 3 x 120, > 2 x 30
        (HIGH, _labs(4, ALT=360, BILI=61, ALP=90), "Y", "N"),
        ([], _labs(4, ALT=200, BILI=50, ALP=90), "Y", None),  # no baseline
        (NORMAL, _labs(4, ALT=200), None, None),  # bilirubin never taken again
    ],
)
def test_hy_s_law(
    base: list[dict[str, Any]],
    after: list[dict[str, Any]],
    law: str | None,
    by_baseline: str | None,
    tmp_path: Path,
) -> None:
    row = _row(tmp_path, base + after)
    assert (row["HYLAWFL"], row["HYBASEFL"]) == (law, by_baseline)
    assert bool(row["REASON"]), "INR and encephalopathy are always missing here"


OTHERWISE_NORMAL = NORMAL + _labs(4, ALT=30, BILI=12, ALP=90)


@pytest.mark.parametrize(
    ("labs", "law"),
    [
        (_labs(60, ALT=500, ALP=90), None),  # no bilirubin within 30 days
        (_labs(60, ALT=500, ALP=240), "N"),  # cholestasis decides without it
        (_labs(60, ALT=149, ALP=90), "N"),
        (_labs(60, BILI=100), None),  # no ALT or AST in the 30 days before
        (_labs(60, BILI=40), "N"),
    ],
)
def test_a_high_value_without_its_partner_leaves_hy_s_law_open(
    labs: list[dict[str, Any]], law: str | None, tmp_path: Path
) -> None:
    row = _row(tmp_path, OTHERWISE_NORMAL + labs)
    assert row["HYLAWFL"] == law
    assert ("the test beside a high one" in row["REASON"]) == (law is None)


@pytest.mark.parametrize(
    ("test", "operator", "value", "law"),
    [
        ("ALT", ">", 100.0, None),  # may be 150 or more
        ("ALT", ">", 150.0, "Y"),
        ("ALT", "<", 150.0, "N"),
        ("ALT", "<", 200.0, None),
        ("BILI", ">", 40.0, "Y"),
        ("BILI", ">", 30.0, None),
        ("BILI", "<", 41.0, None),
        ("BILI", "<", 5.0, "N"),
        ("ALP", ">", 90.0, None),
        ("ALP", ">", 240.0, "N"),
        ("ALP", "<", 90.0, "Y"),
        ("ALP", "<", 300.0, None),
    ],
)
def test_a_reported_limit_decides_hy_s_law_only_where_it_must(
    test: str, operator: str, value: float, law: str | None, tmp_path: Path
) -> None:
    day = _labs(4, ALT=200, BILI=60, ALP=90)
    limit = [
        lab | {"operator": operator, "value": value} if lab["test"] == test else lab for lab in day
    ]
    assert _row(tmp_path, NORMAL + limit)["HYLAWFL"] == law


def test_peaks_are_multiples_of_limit_and_of_baseline(tmp_path: Path) -> None:
    row = _row(tmp_path, HIGH + _labs(4, ALT=240, BILI=45) + _labs(20, ALT=60, BILI=15))
    assert (row["TRANPKU"], row["TRANPKB"]) == (4.8, 2.0)
    assert (row["BILIPKU"], row["BILIPKB"]) == (2.25, 1.5)
    assert (row["TRANBL"], row["BILIBLRF"]) == ("ABNORMAL", "ABNORMAL")


def _status(after: int, encephalopathy: int | None, ascites: str | None = "none") -> dict[str, Any]:
    day = DAY + timedelta(days=after)
    return {"date": day, "encephalopathy": encephalopathy, "ascites": ascites}


@pytest.mark.parametrize(
    ("labs", "status", "failure", "on_chronic"),
    [
        (_labs(10, INR=1.5, BILI=90), [_status(-3, 0), _status(12, 1)], "Y", "Y"),
        (_labs(10, INR=1.49, BILI=90), [_status(-3, 0), _status(12, 1)], "N", "N"),
        (_labs(10, INR=1.6, BILI=85), [_status(-3, 0), _status(12, 1)], "Y", "N"),
        (_labs(10, INR=1.6, BILI=90), [_status(-3, 1), _status(12, 1)], "N", "N"),
        (_labs(10, INR=1.6, BILI=90), [_status(-3, 0), _status(30, 0, "mild")], None, "Y"),
        (_labs(10, INR=1.6, BILI=90), [_status(-3, 0), _status(39, 0, "mild")], None, None),
        (_labs(10, INR=1.6, BILI=90), [_status(12, 2)], None, None),  # nothing before treatment
        # A high INR, or encephalopathy, that stands alone; the rest is normal.
        (_labs(10, INR=3) + _labs(60, INR=1, BILI=9), [_status(-3, 0), _status(60, 0)], None, None),
        (_labs(60, INR=1, BILI=9), [_status(-3, 0), _status(20, 2), _status(60, 0)], None, "N"),
        (_labs(60, INR=1, BILI=9), [_status(-3, 0), _status(20, None), _status(60, 0)], "N", "N"),
        # Of several signs of the baseline day the first on record, as in every baseline.
        (_labs(10, INR=1.6, BILI=90), [_status(0, 0), _status(0, 1), _status(12, 1)], "Y", "Y"),
    ],
)
def test_liver_failure(
    labs: list[dict[str, Any]],
    status: list[dict[str, Any]],
    failure: str | None,
    on_chronic: str | None,
    tmp_path: Path,
) -> None:
    row = _row(tmp_path, labs, status=status)
    assert (row["ALFFL"], row["ACLFFL"]) == (failure, on_chronic)
