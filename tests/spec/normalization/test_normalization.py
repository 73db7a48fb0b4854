"""Drawn pairs of scans and their verdicts, by hand arithmetic.

Limits by hand. wCV 4 %: ln-SD = sqrt(ln 1.0016) = 0.039984, times 1.96 sqrt 2 = 0.110830, so -10.49
to +11.72 %. sd 0.02: 0.055437 either way. RC 38.8 %: wCV 13.998 %, ln-SD 0.139301, 0.386121, so
-32.03 to +47.13 %. rc 5 is 5. Reference page, section 4.
"""

import math
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from scan_pair import (
    ATTENUATION,
    DAY_0,
    DIAMETER,
    KTRANS,
    PLAN,
    TORTUOSITY,
    records_of,
    rows_of,
    scan,
    study_of,
)

from hepatica.clinic.derivation import derive_adam
from hepatica.clinic.normalization import derive_normalization

MR = {"modality": "MRI", "phase": None, "delay_s": None, "bolus_hu": None, "kernel": "VIBE"}
LIVER = {"region": "liver", "phase": "unenhanced", "delay_s": None, "bolus_hu": None}

VERDICTS = """
quantity  baseline  day-30   verdict        direction
VSDIAM    3.00      3.00     WITHIN ERROR   -
VSDIAM    3.00      2.69     WITHIN ERROR   -
VSDIAM    3.00      2.68     CHANGED        TOWARDS
VSDIAM    3.00      3.35     WITHIN ERROR   -
VSDIAM    3.00      3.36     CHANGED        AGAINST
VSTORT    0.5       0.4446   WITHIN ERROR   -
VSTORT    0.5       0.4445   CHANGED        TOWARDS
VSTORT    0.5       0.5555   CHANGED        AGAINST
VSTORT    0         0.06     CHANGED        AGAINST
KTRANS    0.2       0.136    WITHIN ERROR   -
KTRANS    0.2       0.1359   CHANGED        TOWARDS
KTRANS    0.2       0.294    WITHIN ERROR   -
KTRANS    0.2       0.295    CHANGED        AGAINST
KTRANS    0.2       0        MISSING        -
LIVERHU   50        55       WITHIN ERROR   -
LIVERHU   50        55.01    CHANGED        TOWARDS
LIVERHU   50        44.99    CHANGED        AGAINST
LIVERHU   50        45       WITHIN ERROR   -
LIVERHU   -2        4        CHANGED        TOWARDS
"""
CASES = [line.split(maxsplit=3) for line in VERDICTS.strip().splitlines()[1:]]
COMPONENT = {"VSDIAM": DIAMETER, "VSTORT": TORTUOSITY, "KTRANS": KTRANS, "LIVERHU": ATTENUATION}
OTHER: dict[str, dict[str, Any]] = {"KTRANS": MR, "LIVERHU": LIVER}


def one(folder: Path, part: str, scans: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    study = study_of(folder, part.replace("in_score = true", ""))
    (row,) = rows_of(study, records_of(scans, **more), PARCAT1="COMPONENT", ANL01FL="Y")
    return row


@pytest.mark.parametrize(("test", "before", "after", "expected"), CASES)
def test_verdict(tmp_path: Path, test: str, before: str, after: str, expected: str) -> None:
    other = OTHER.get(test, {})
    scans = [scan(-3, test, float(before), **other), scan(30, test, float(after), **other)]
    row = one(tmp_path, COMPONENT[test], scans)
    verdict, direction = expected.rsplit(maxsplit=1)
    assert (row["VERDICT"], row["DIRECT"] or "-") == (verdict.strip(), direction), row["REASON"]


def test_limits_z_and_change_of_a_ratio(tmp_path: Path) -> None:
    row = one(tmp_path, DIAMETER, [scan(-3, "VSDIAM", 3.0), scan(30, "VSDIAM", 2.6)])
    sd = math.sqrt(math.log(1 + 0.04**2))
    assert row["ZVALUE"] == pytest.approx(-math.log(2.6 / 3) / math.sqrt(2) / sd, rel=1e-12)
    assert row["RCLO"] == pytest.approx(-10.490912714726)
    assert row["RCHI"] == pytest.approx(11.720500155801)
    assert row["PCHG"] == pytest.approx(100 * (2.6 / 3 - 1))
    assert row["CHG"] == -0.4
    assert (row["BASEDY"], row["VNDY"]) == (-3, 30)
    assert row["REASON"].startswith("change of -13.3 %, beyond the repeatability limits of -10.5 ")


def test_limits_and_z_of_a_difference(tmp_path: Path) -> None:
    row = one(tmp_path, TORTUOSITY, [scan(-3, "VSTORT", 0.5), scan(30, "VSTORT", 0.4)])
    assert row["ZVALUE"] == pytest.approx(0.1 / (math.sqrt(2) * 0.02), rel=1e-12)
    assert row["RCHI"] == -row["RCLO"] == pytest.approx(1.96 * math.sqrt(2) * 0.02)
    assert row["PCHG"] is None


def test_a_component_without_a_direction_changes_without_one(tmp_path: Path) -> None:
    part = DIAMETER.replace('direction = "decrease"\n', "")
    row = one(tmp_path, part, [scan(-3, "VSDIAM", 3.0), scan(30, "VSDIAM", 2.0)])
    assert (row["VERDICT"], row["DIRECT"]) == ("CHANGED", None)


# What the later scan has otherwise -> the two may be compared.
FACTS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({}, {}, ""),
    ({}, {"delay_s": 40.0}, ""),
    ({"delay_s": 35.1}, {"delay_s": 40.1}, ""),
    ({"delay_s": 35.1}, {"delay_s": 40.2}, "delay differs (35.1 s, then 40.2 s)"),
    ({}, {"bolus_hu": 330.0}, ""),
    ({}, {"bolus_hu": 270.0}, ""),
    ({}, {"bolus_hu": 330.1}, "aorta differs (300 HU, then 330.1 HU)"),
    ({}, {"bolus_hu": 269.9}, "aorta differs (300 HU, then 269.9 HU)"),
    ({"slice_mm": 0.7}, {"slice_mm": 0.8}, ""),
    ({"slice_mm": 0.7}, {"slice_mm": 0.81}, "slice distance differs (0.7 mm, then 0.81 mm)"),
    ({}, {"scanner": "a"}, ""),
    ({}, {"scanner": "B"}, "scanner differs (A, then B)"),
    ({}, {"kernel": "B70f"}, "kernel differs (B30f, then B70f)"),
    ({}, {"phase": "delayed"}, "phase differs (arterial, then delayed)"),
    ({}, {"modality": "MRI"}, "modality differs (CT, then MRI)"),
    ({}, {"scanner": None}, "scanner of the later scan not known"),
    ({}, {"kernel": " "}, "kernel of the later scan not known"),
    ({"slice_mm": None}, {}, "slice distance of the baseline scan not known"),
    ({"phase": None}, {"phase": None}, "phase of the baseline and later scan not known"),
    ({"delay_s": None}, {}, "delay of the baseline scan not known"),
    ({}, {"bolus_hu": None}, "aorta of the later scan not known"),
    ({"bolus_hu": 0.0}, {"bolus_hu": 0.0}, "aorta of the baseline scan not known"),
    ({}, {"scanner": "B", "delay_s": None},
     "scanner differs (A, then B); delay of the later scan not known"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "told"), FACTS)
def test_what_two_scans_must_share(
    tmp_path: Path, before: dict[str, Any], after: dict[str, Any], told: str
) -> None:
    scans = [scan(-3, "VSDIAM", 3.0, **before), scan(30, "VSDIAM", 2.0, **after)]
    row = one(tmp_path, DIAMETER, scans)
    if told:
        assert (row["VERDICT"], row["REASON"]) == ("NOT COMPARABLE", told)
        assert row["ZVALUE"] is None and row["PCHG"] is None
    else:
        assert row["VERDICT"] == "CHANGED"


def test_a_dynamic_series_needs_no_delay_and_no_aorta(tmp_path: Path) -> None:
    scans = [scan(-3, "KTRANS", 0.2, **MR), scan(30, "KTRANS", 0.1, **MR)]
    assert one(tmp_path, KTRANS, scans)["VERDICT"] == "CHANGED"


def test_native_attenuation_needs_its_phase(tmp_path: Path) -> None:
    later = LIVER | {"phase": "portal venous"}
    scans = [scan(-3, "LIVERHU", 50.0, **LIVER), scan(30, "LIVERHU", 90.0, **later)]
    assert one(tmp_path, ATTENUATION, scans)["VERDICT"] == "NOT COMPARABLE"


# Days of scans -> day of the baseline and of the later scan.
DAYS: list[tuple[list[int], int | None, int | None]] = [
    ([-3, 30], -3, 30),
    ([-40, -3, 0, 30], 0, 30),
    ([-42, 21], -42, 21),
    ([-43, 30], None, 30),
    ([-3, 20, 46], -3, None),
    ([-3, 45], -3, 45),
    ([-3, 29, 35], -3, 29),
    ([-3, 28, 32], -3, 28),
    ([-3, 21, 40], -3, 21),
    ([1, 30], None, 30),
]


@pytest.mark.parametrize(("days", "before", "after"), DAYS)
def test_which_scans_are_compared(
    tmp_path: Path, days: list[int], before: int | None, after: int | None
) -> None:
    row = one(tmp_path, DIAMETER, [scan(d, "VSDIAM", 3.0) for d in days])
    assert (row["BASEDY"], row["VNDY"]) == (before, after)
    missing = before is None or after is None
    assert (row["VERDICT"] == "MISSING") is missing


def test_why_nothing_was_measured(tmp_path: Path) -> None:
    row = one(tmp_path, DIAMETER, [scan(-60, "VSDIAM", 3.0), scan(52, "VSDIAM", 3.0)])
    assert row["REASON"] == (
        "no baseline scan in the 42 days up to day 0; the last one was on day -60; "
        "no scan from day 21 to day 45; the nearest one was on day 52"
    )


def test_a_scan_without_the_quantity_is_told_as_not_measured(tmp_path: Path) -> None:
    other = [scan(-3, "VSTORT", 0.2), scan(28, "VSTORT", 0.1), scan(40, "VSTORT", 0.1)]
    row = one(tmp_path, DIAMETER, other)
    assert (row["VERDICT"], row["REASON"]) == (
        "MISSING",
        "not measured on the baseline scan of day -3; not measured on the scan of day 28",
    )
    found = [*other, scan(-60, "VSDIAM", 3.0), scan(52, "VSDIAM", 3.0)]
    assert one(tmp_path, DIAMETER, found)["REASON"] == (
        "not measured on the baseline scan of day -3, but on day -60, outside the window; "
        "not measured on the scan of day 28, but on day 52, outside the window"
    )


def test_a_scan_on_record_that_nobody_measured_is_told_as_not_measured(tmp_path: Path) -> None:
    study = study_of(tmp_path, DIAMETER.replace("in_score = true", ""))
    given = [{"subject": "1", "date": DAY_0 + timedelta(d)} for d in (-3, 52)]
    (row,) = rows_of(study, records_of([], scans=given))
    assert row["REASON"] == (
        "not measured on the baseline scan of day -3; no scan from day 21 to day 45"
    )


def test_a_region_that_the_later_scan_does_not_have_is_told(tmp_path: Path) -> None:
    scans = [
        scan(-3, "VSDIAM", 3.0), scan(30, "VSDIAM", 3.0),
        scan(-3, "VSDIAM", 2.0, region="tumour T2"),
    ]  # fmt: skip
    study = study_of(tmp_path, DIAMETER.replace("in_score = true", ""))
    row = rows_of(study, records_of(scans), COMPID="diameter", REGION="tumour T2")[0]
    assert row["REASON"] == "not measured on the scan of day 30"


def test_a_scan_that_measured_nothing_is_the_scan_all_the_same(tmp_path: Path) -> None:
    scans = [scan(-3, "VSDIAM", 3.0), scan(30, "VSDIAM", None), scan(33, "VSDIAM", 2.0)]
    row = one(tmp_path, DIAMETER, scans)
    assert (row["VERDICT"], row["REASON"]) == ("MISSING", "day 30 not measured: not seen")


def test_of_two_series_of_a_day_the_comparable_pair_is_taken(tmp_path: Path) -> None:
    scans = [
        scan(-3, "VSDIAM", 3.0, series="1"),
        scan(30, "VSDIAM", 9.9, series="2", phase="delayed"),
        scan(30, "VSDIAM", 2.0, series="3"),
    ]
    row = one(tmp_path, DIAMETER, scans)
    assert (row["AVAL"], row["SERIES"]) == (2.0, "3")


def test_one_reader_is_read_throughout(tmp_path: Path) -> None:
    scans = [
        scan(-3, "VSDIAM", 3.0, reader="a"),
        scan(30, "VSDIAM", 2.9, reader="a"),
        scan(30, "VSDIAM", 1.0, reader="b"),
        scan(-3, "VSDIAM", 3.0, reader="b"),
    ]
    assert one(tmp_path, DIAMETER, scans)["AVAL"] == 2.9


def test_a_scan_that_only_another_reader_measured_is_told(tmp_path: Path) -> None:
    scans = [scan(-3, "VSDIAM", 3.0, reader="a"), scan(30, "VSDIAM", 2.9, reader="b")]
    row = one(tmp_path, DIAMETER, scans)
    assert row["REASON"] == "not measured by the same reader on the scan of day 30"


def test_scans_after_the_cutoff_are_not_read(tmp_path: Path) -> None:
    text = PLAN + DIAMETER.replace("in_score = true", "")
    study = study_of(tmp_path, plan=text)
    late = (study.study.cutoff - DAY_0).days + 1
    plan = PLAN.replace("30", str(late)).replace("[21, 45]", f"[{late}, {late}]")
    study = study_of(tmp_path, DIAMETER.replace("in_score = true", ""), plan=plan)
    (row,) = rows_of(study, records_of([scan(0, "VSDIAM", 3.0), scan(late, "VSDIAM", 1.0)]))
    assert row["REASON"].endswith("a window still open at the data cutoff")


def test_lipiodol_between_the_scans_is_told(tmp_path: Path) -> None:
    session = {"subject": "1", "date": DAY_0, "procedure": "TACE", "lipiodol_ml": 10.0}
    scans = [scan(0, "VSDIAM", 3.0), scan(30, "VSDIAM", 2.0)]
    row = one(tmp_path, DIAMETER, scans, procedures=[session])
    assert row["CAVEAT"].startswith("lipiodol (10 mL) on 2020-03-01")
    assert row["VERDICT"] == "CHANGED"


def test_several_regions_count_with_the_same_weight(tmp_path: Path) -> None:
    scans = [
        scan(-3, "VSDIAM", 4.0), scan(30, "VSDIAM", 2.0),
        scan(-3, "VSDIAM", 3.0, region="Tumour T2"), scan(30, "VSDIAM", 3.0, region="tumour T2"),
        scan(-3, "VSDIAM", 3.0, region="tumour T3"),
        scan(-3, "VSDIAM", 3.0, region="tumourous"), scan(30, "VSDIAM", 1.0, region="tumourous"),
    ]  # fmt: skip
    study = study_of(tmp_path, DIAMETER.replace("in_score = true", ""))
    rows = rows_of(study, records_of(scans), COMPID="diameter")
    whole = rows[-1]
    found = [(r["REGION"].casefold(), r["VERDICT"]) for r in rows[:-1]]
    assert found == [
        ("tumour t1", "CHANGED"),
        ("tumour t2", "WITHIN ERROR"),
        ("tumour t3", "MISSING"),
    ]
    assert (whole["ANL01FL"], whole["NREGION"], whole["NCOMP"]) == ("Y", 3, 2)
    # mean of ln 0.5 and 0: a ratio of sqrt 0.5
    assert whole["PCHG"] == pytest.approx(100 * (math.sqrt(0.5) - 1))
    assert whole["VERDICT"] == "CHANGED"


def three(*left_out: str, **other: Any) -> list[dict[str, Any]]:
    scans = [
        scan(-3, "VSDIAM", 3.0), scan(30, "VSDIAM", 2.6),
        scan(-3, "VSTORT", 0.5), scan(30, "VSTORT", 0.4, **other),
        scan(-3, "KTRANS", 0.2, **MR), scan(30, "KTRANS", 0.1, **MR),
        scan(-3, "LVOL", 1500.0, region="liver"), scan(30, "LVOL", 1350.0, region="liver"),
    ]  # fmt: skip
    return [s for s in scans if s["test"] not in left_out]


def score_of(folder: Path, scans: list[dict[str, Any]]) -> dict[str, Any]:
    study = study_of(folder, DIAMETER, TORTUOSITY, KTRANS)
    (row,) = rows_of(study, records_of(scans), PARCAT1="SCORE")
    return row


def test_the_score_is_the_mean_of_its_z(tmp_path: Path) -> None:
    # z: 0.143101 / (sqrt 2 x 0.039984), 0.1 / (sqrt 2 x 0.02), 0.693147 / (sqrt 2 x 0.139301)
    z = (2.530701, 3.535534, 3.518520)
    row = score_of(tmp_path, three())
    assert row["AVAL"] == pytest.approx(sum(z) / 3, abs=1e-5)
    assert row["ZHIGH"] - row["ZLOW"] == pytest.approx(2 * 1.959964 / math.sqrt(3), abs=1e-6)
    assert row["REASON"] == "mean of 3 components"


@pytest.mark.parametrize(
    ("scans", "told"),
    [
        (three("KTRANS"), "ktrans (missing)"),
        (three(scanner="B"), "tortuosity (not comparable)"),
    ],
)
def test_too_few_components_make_no_score(
    tmp_path: Path, scans: list[dict[str, Any]], told: str
) -> None:
    row = score_of(tmp_path, scans)
    assert (row["AVAL"], row["VERDICT"]) == (None, "NO SCORE")
    assert row["REASON"] == f"no score: 2 of at least 3 components; not in it: {told}"


def test_liver_volume_is_context_without_a_verdict(tmp_path: Path) -> None:
    study = study_of(tmp_path, DIAMETER, TORTUOSITY, KTRANS)
    (row,) = rows_of(study, records_of(three()), PARCAT1="CONTEXT")
    assert (row["VERDICT"], row["PCHG"], row["RCLO"]) == ("CONTEXT", pytest.approx(-10.0), None)


def test_neither_order_nor_another_component_changes_a_verdict(tmp_path: Path) -> None:
    study = study_of(tmp_path, DIAMETER, TORTUOSITY, KTRANS)
    scans = three() + [s | {"subject": "2"} for s in three("VSTORT")]
    said = ("SUBJID", "COMPID", "REGION", "AVAL", "ZVALUE", "VERDICT", "REASON")
    told = [[r[k] for k in said] for r in rows_of(study, records_of(scans, ("1", "2")))]
    for seed in range(5):
        mixed = random.Random(seed).sample(scans, len(scans))
        assert told == [[r[k] for k in said] for r in rows_of(study, records_of(mixed, ("1", "2")))]
    first, second = (
        {r[1]: r[3:6] for r in told if r[0] == s and r[1] in ("diameter", "ktrans")}
        for s in ("1", "2")
    )
    assert first == second


def test_a_scan_out_of_its_window_is_a_deviation(tmp_path: Path) -> None:
    study = study_of(tmp_path, DIAMETER, TORTUOSITY, KTRANS)
    scans = [scan(d, t, 1.0) for d in (-3, 52) for t in ("VSDIAM", "VSTORT")]
    adam = derive_adam(study, records_of(scans), steps=[derive_normalization])
    (row,) = adam["ADDV"].to_pylist()
    assert (row["DVCAT"], row["AVALC"]) == ("SCHEDULE", "day 52")


def test_a_patient_never_treated_has_no_day_0(tmp_path: Path) -> None:
    study = study_of(tmp_path, DIAMETER.replace("in_score = true", ""))
    records = records_of([scan(0, "VSDIAM", 3.0)], procedures=[])
    (row,) = rows_of(study, records)
    assert row["REASON"] == "no day 0: the first treatment is not on record"


def test_day_0_may_be_enrolment(tmp_path: Path) -> None:
    plan = PLAN + 'anchor = "enrolment"\n'
    study = study_of(tmp_path, DIAMETER.replace("in_score = true", ""), plan=plan)
    subjects = [{"subject": "1", "consent_date": DAY_0 - timedelta(10)}]
    scans = [scan(-10, "VSDIAM", 3.0), scan(20, "VSDIAM", 2.0)]
    (row,) = rows_of(study, records_of(scans, subjects=subjects))
    assert (row["BASEDY"], row["VNDY"]) == (0, 30)
