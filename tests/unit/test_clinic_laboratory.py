"""ADLB and ADVS: baseline, change, indicator, grades in both directions and why there is none."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from safety_study import DAY, adam_of, rows_of, study_of

from hepatica.analysis.laboratory import laboratory_results
from hepatica.analysis.population import population
from hepatica.clinic.dataset import Adam

BEFORE, AFTER = DAY - timedelta(days=3), DAY + timedelta(days=4)


def _lab(
    test: str, value: float | None, unit: str, day: date = AFTER, **more: Any
) -> dict[str, Any]:
    return {"test": test, "value": value, "unit": unit, "date": day, **more}


def _adam(folder: Path, *labs: dict[str, Any], **rows: list[dict[str, Any]]) -> Adam:
    return adam_of(study_of(folder), labs=list(labs), **rows)


def _row(adam: Adam, day: date = AFTER, **where: object) -> dict[str, Any]:
    (row,) = rows_of(adam, "ADLB", ADT=day, **where)
    return row


def test_a_result_in_another_unit_than_its_baseline_is_graded_against_it(tmp_path: Path) -> None:
    adam = _adam(
        tmp_path,
        _lab("BILI", 1.0, "mg/dL", BEFORE, lower_limit=0.2, upper_limit=1.2),
        _lab("BILI", 41.04, "umol/L", lower_limit=3.4, upper_limit=20.5),
    )
    row = _row(adam)
    assert row["BASE"] == 17.104  # 1.0 mg/dL x 17.104
    assert row["CHG"] == pytest.approx(41.04 - 17.104)
    assert (row["LBORRES"], row["LBORRESU"], row["AVALU"]) == (41.04, "umol/L", "umol/L")
    assert (row["ANRIND"], row["BNRIND"], row["SHIFT1"]) == ("HIGH", "NORMAL", "NORMAL to HIGH")
    assert (row["ATOXDSCH"], row["ATOXGRH"], row["BTOXGRH"]) == ("Blood bilirubin increased", 2, 0)
    assert (row["TOXVER"], row["APOSTFL"], row["ONTRTFL"], row["WORSTHFL"]) == (
        "5.0",
        "Y",
        "Y",
        "Y",
    )


def test_exactly_one_and_a_half_times_the_limit_in_mg_dl_is_grade_1(tmp_path: Path) -> None:
    limits = {"lower_limit": 0.1, "upper_limit": 0.3}
    adam = _adam(
        tmp_path,
        _lab("BILI", 0.3, "mg/dL", BEFORE, **limits),
        _lab("BILI", 0.45, "mg/dL", **limits),
    )
    assert _row(adam)["ATOXGRH"] == 1


def test_the_baseline_itself_is_graded_by_the_limits_of_normal(tmp_path: Path) -> None:
    adam = _adam(tmp_path, _lab("BILI", 50.0, "umol/L", BEFORE, upper_limit=20.0))
    row = _row(adam, BEFORE)
    assert (row["ABLFL"], row["ATOXGRH"], row["BTOXGRH"]) == ("Y", 2, 2)
    assert (row["APOSTFL"], row["WORSTHFL"], row["CHG"], row["SHIFT1"]) == (None,) * 4


def test_low_and_high_grades_stand_apart_and_low_is_negative_together(tmp_path: Path) -> None:
    limits = {"lower_limit": 135.0, "upper_limit": 145.0}
    adam = _adam(tmp_path, _lab("SODIUM", 131.0, "mmol/L", **limits))
    row = _row(adam)
    assert (row["ATOXGRL"], row["ATOXGRH"], row["ATOXGR"]) == (1, 0, -1)


def test_a_missing_limit_leaves_grade_and_indicator_missing_and_says_why(tmp_path: Path) -> None:
    row = _row(_adam(tmp_path, _lab("PLAT", 90.0, "10^9/L")))
    assert (row["ATOXGRL"], row["ATOXGR"], row["ANRIND"]) == (None, None, None)
    assert row["REASONL"] == "needed: lower limit of normal (undecided: grade 1)"


def test_symptoms_are_what_the_protocol_says_of_them(tmp_path: Path) -> None:
    low = _lab("K", 3.2, "mmol/L", lower_limit=3.5, upper_limit=5.0)
    found = [
        _row(adam_of(study_of(tmp_path, f'ctcae = "5.0"\nsymptoms = "{word}"'), labs=[low]))[
            "ATOXGRL"
        ]
        for word in ("unknown", "absent", "present")
    ]
    assert found == [None, 1, 2]


def test_anticoagulants_are_read_from_the_medications(tmp_path: Path) -> None:
    labs = [_lab("INR", v, "1", d, upper_limit=1.1) for v, d in ((2.0, BEFORE), (2.4, AFTER))]
    taken = {"drug": "Warfarin", "class": "anticoagulant", "start_date": BEFORE}
    other = {"drug": "Entecavir", "class": "antiviral", "start_date": BEFORE}
    grades = [
        _row(_adam(tmp_path, *labs, medications=found))["ATOXGRH"]
        for found in ([taken], [other], [])
    ]
    assert grades == [1, 2, None]


def test_calcium_is_corrected_by_the_albumin_of_that_day(tmp_path: Path) -> None:
    adam = _adam(
        tmp_path,
        _lab("CA", 8.0, "mg/dL", lower_limit=8.4, upper_limit=10.3),
        _lab("ALB", 3.0, "g/dL"),
        _lab("CA", 8.0, "mg/dL", AFTER + timedelta(days=1), lower_limit=8.4, upper_limit=10.3),
    )
    row = _row(adam, PARAMCD="CACORR")
    assert row["AVAL"] == pytest.approx(8.0 * 0.2495 + 0.2)  # 0.02 mmol/L x (40 - 30) g/L
    assert (row["ATOXGRL"], row["PARAMTYP"]) == (0, "DERIVED")  # 8.8 mg/dL
    alone = _row(adam, AFTER + timedelta(days=1), PARAMCD="CACORR")
    assert (alone["AVAL"], alone["ATOXGRL"]) == (None, None)


def test_the_worst_record_is_the_first_of_the_highest_grade_after_baseline(tmp_path: Path) -> None:
    days = [BEFORE, *(DAY + timedelta(days=n) for n in (4, 8, 60))]
    values = [300.0, 160.0, 170.0, 60.0]
    adam = _adam(
        tmp_path,
        *(_lab("ALT", v, "U/L", d, upper_limit=50.0) for v, d in zip(values, days, strict=True)),
    )
    worst = rows_of(adam, "ADLB", WORSTHFL="Y")
    assert [r["ADT"] for r in worst] == [days[1]]
    assert [r["ONTRTFL"] for r in rows_of(adam, "ADLB", APOSTFL="Y")] == ["Y", "Y", None]


@pytest.mark.parametrize(
    ("operator", "value", "indicator", "grade"),
    [
        ("<", 30.0, None, 0),
        (">", 40.0, None, None),
        (">", 60.0, "HIGH", None),
        (">", 1000.0, "HIGH", 4),
    ],
)
def test_a_reported_limit_decides_only_what_it_must(
    operator: str, value: float, indicator: str | None, grade: int | None, tmp_path: Path
) -> None:
    limits = {"lower_limit": 7.0, "upper_limit": 50.0}
    study = study_of(tmp_path, 'ctcae = "4.03"')
    row = _row(adam_of(study, labs=[_lab("ALT", value, "U/L", operator=operator, **limits)]))
    assert (row["ANRIND"], row["ATOXGRH"], row["AVALOP"]) == (indicator, grade, operator)


def test_the_version_is_the_protocol_s_and_5_0_where_none_is_stated(tmp_path: Path) -> None:
    labs = [
        _lab("ALT", v, "U/L", d, upper_limit=50.0) for v, d in ((100.0, BEFORE), (140.0, AFTER))
    ]
    for safety, version, grade in (
        ('ctcae = ""', "5.0", 0),
        ('ctcae = "4.0"', "4.03", 1),
        ('ctcae = "5.0"\nlab_ctcae = "4.03"', "4.03", 1),
    ):
        row = _row(adam_of(study_of(tmp_path, safety), labs=labs))
        assert (row["TOXVER"], row["ATOXGRH"]) == (version, grade), safety


def _vital(test: str, value: float, unit: str, day: date, timepoint: str = "") -> dict[str, Any]:
    return {"test": test, "value": value, "unit": unit, "date": day, "timepoint": timepoint or None}


def test_blood_pressure_is_graded_as_a_pair_of_one_time(tmp_path: Path) -> None:
    pairs = [(BEFORE, "", 124, 78), (AFTER, "lying", 150, 78), (AFTER, "standing", 138, 104)]
    vitals = [
        _vital(test, value, "mmHg", day, when)
        for day, when, systolic, diastolic in pairs
        for test, value in (("SYSBP", float(systolic)), ("DIABP", float(diastolic)))
    ]
    adam = adam_of(study_of(tmp_path), vitals=vitals)
    rows = rows_of(adam, "ADVS", PARAMCD="SYSBP")
    assert [(r["ATPT"], r["ATOXGR"], r["ATOXDSC"]) for r in rows] == [
        (None, 1, "Hypertension"),
        ("lying", 2, "Hypertension"),
        ("standing", 3, "Hypertension"),
    ]
    assert [r["WORSTFL"] for r in rows] == [None, None, "Y"]
    assert {r["ATOXGR"] for r in rows_of(adam, "ADVS", PARAMCD="DIABP")} == {None}


def test_pressures_taken_twice_without_a_time_point_are_paired_in_their_order(
    tmp_path: Path,
) -> None:
    values = [("SYSBP", 118), ("DIABP", 95), ("SYSBP", 116), ("DIABP", 76), ("DIABP", 101)]
    vitals = [_vital(test, float(value), "mmHg", AFTER) for test, value in values]
    vitals += [_vital("SYSBP", 118.0, "mmHg", BEFORE), _vital("DIABP", 78.0, "mmHg", BEFORE)]
    study = study_of(tmp_path)
    adam = adam_of(study, vitals=vitals)
    rows = rows_of(adam, "ADVS", ADT=AFTER)
    assert {(r["PARAMCD"], r["AVAL"]): r["ATOXGR"] for r in rows} == {
        ("SYSBP", 118.0): 2,
        ("SYSBP", 116.0): 0,
        ("DIABP", 95.0): None,
        ("DIABP", 76.0): None,
        ("DIABP", 101.0): 3,
    }
    people = population(study, adam, study.analysis.safety_population)
    counts = {
        (r.criterion, r.level): r.value
        for r in laboratory_results(study, adam, people)
        if r.variable == "Hypertension" and r.statistic == "n"
    }
    assert counts["worst grade", "grade 3"] == 1, "a diastolic value alone counts too"
    assert counts["shift", "0 to 3"] == 1


def test_a_pressure_raised_at_baseline_is_no_grade_2_for_being_so(tmp_path: Path) -> None:
    vitals = [
        _vital(test, value, "mmHg", day)
        for day in (BEFORE, AFTER)
        for test, value in (("SYSBP", 150.0), ("DIABP", 78.0))
    ]
    adam = adam_of(study_of(tmp_path), vitals=vitals)
    assert [r["ATOXGR"] for r in rows_of(adam, "ADVS", PARAMCD="SYSBP")] == [2, 1]


def test_weight_loss_and_fever(tmp_path: Path) -> None:
    vitals = [
        _vital("WEIGHT", 80.0, "kg", BEFORE),
        _vital("WEIGHT", 76.0, "kg", AFTER),
        _vital("WEIGHT", 63.9, "kg", AFTER + timedelta(days=9)),
        _vital("TEMP", 102.2, "F", AFTER),  # 39.0 C
        _vital("TEMP", 40.3, "C", AFTER + timedelta(days=1)),
    ]
    adam = adam_of(study_of(tmp_path), vitals=vitals)
    assert [r["ATOXGR"] for r in rows_of(adam, "ADVS", PARAMCD="WEIGHT")] == [0, 1, 3]
    fever = rows_of(adam, "ADVS", PARAMCD="TEMP")
    assert [r["ATOXGR"] for r in fever] == [1, None]
    assert fever[1]["REASON"] == "needed: duration of the fever in hours (undecided: grade 3, 4)"
