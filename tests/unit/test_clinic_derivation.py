"""ADSL and ADAE: baseline, exposure, flags, and events counted once at the worst grade."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from hepatica.analysis.adverse_event import adverse_event_results
from hepatica.analysis.baseline import band_level
from hepatica.analysis.population import population
from hepatica.clinic.dataset import Adam, datasets
from hepatica.clinic.derivation import STEPS, Derivation, derive_adam
from hepatica.clinic.laboratory import derive_laboratory
from hepatica.clinic.safety import derive_safety
from hepatica.clinic.score_dataset import derive_scores
from hepatica.records.place import Places
from hepatica.records.record import Records
from hepatica.records.standard import derive_standard
from hepatica.records.table import tables
from hepatica.study import Study
from hepatica.study.plan import BaselineRow
from hepatica.study.protocol import protocol_text
from hepatica.study.reader import read_study

DAY = date(2020, 3, 1)
TREATED = {"procedures": [{"date": DAY, "procedure": "TACE"}]}


def _study(folder: Path) -> Study:
    (folder / "study.toml").write_text(protocol_text("blank"), encoding="utf-8")
    return read_study(folder)


# What gives ADSL its baseline and ADAE its grades; the other steps add datasets of their own.
_STEPS = (derive_scores, derive_laboratory, derive_safety)


def _adam(folder: Path, steps: Sequence[Derivation] = _STEPS, **rows: list[dict[str, Any]]) -> Adam:
    given = {"subjects": [{}], **rows}
    built = {}
    for name, values in given.items():
        names = tables()[name].schema().names
        base = {n: None for n in names} | {"subject": "1", "src_file": "f", "src_sheet": name}
        rows = pa.Table.from_pylist(
            [base | {"src_row": i + 1, "seq": i} | v for i, v in enumerate(values, start=1)],
            tables()[name].schema(),
        )
        tested = bool(tables()[name].standard_columns)
        built[name] = derive_standard(tables()[name], rows, Places())[0] if tested else rows
    return derive_adam(_study(folder), Records.of(built), steps=steps)


def _subject(adam: Adam) -> dict[str, Any]:
    (row,) = adam["ADSL"].to_pylist()
    return dict(row)


def test_baseline_is_the_last_value_on_or_before_the_first_treatment(tmp_path: Path) -> None:
    status = [
        {"date": date(2020, 2, 1), "ecog": 0},
        {"date": DAY, "ecog": 1},
        {"date": DAY, "ecog": 2},
        {"date": date(2020, 3, 2), "ecog": 4},
    ]
    assert _subject(_adam(tmp_path, [derive_scores], status=status, **TREATED))["ECOGBL"] == 1


def test_a_missing_value_does_not_hide_an_earlier_one(tmp_path: Path) -> None:
    status = [
        {"date": date(2020, 2, 1), "child_pugh_class": "B"},
        {"date": DAY, "child_pugh_class": None},
    ]
    assert _subject(_adam(tmp_path, [derive_scores], status=status, **TREATED))["CPCLASS"] == "B"


def test_laboratory_baseline_is_in_the_standard_unit(tmp_path: Path) -> None:
    labs = [
        {"date": DAY, "test": "ALB", "value": 3.5, "unit": "g/dL"},
        {"date": DAY, "test": "BILI", "value": 2.0, "unit": "mg/dL"},
        {"date": DAY, "test": "AFP", "value": 1000.0, "unit": "ng/mL", "operator": ">"},
    ]
    subject = _subject(_adam(tmp_path, [derive_scores], labs=labs, **TREATED))
    assert subject["ALBBL"] == 35
    assert abs(subject["BILIBL"] - 34.208) < 1e-9  # eligibility reference, section 5: x 17.104
    assert (subject["AFPBL"], subject["AFPOP"]) == (1000, ">")


@pytest.mark.parametrize(
    ("bilirubin", "albumin", "score"),
    # scores reference, ALBI: bilirubin umol/L, albumin g/L, score to four decimals
    [
        (10, 42, -2.9100),
        (12, 37.5, -2.4752),
        (17, 36, -2.2479),
        (25, 33, -1.8824),
        (34.2, 28, -1.3675),
        (60, 24, -0.8664),
    ],
)
def test_albi(bilirubin: float, albumin: float, score: float, tmp_path: Path) -> None:
    labs = [
        {"date": DAY, "test": "ALB", "value": albumin, "unit": "g/L"},
        {"date": DAY, "test": "BILI", "value": bilirubin, "unit": "umol/L"},
    ]
    found = _subject(_adam(tmp_path, [derive_scores], labs=labs, **TREATED))["ALBIBL"]
    assert round(found, 4) == pytest.approx(score)


def test_an_unknown_unit_keeps_no_value(tmp_path: Path) -> None:
    labs = [{"date": DAY, "test": "ALB", "value": 3.5, "unit": "furlongs"}]
    assert _subject(_adam(tmp_path, [derive_scores], labs=labs, **TREATED))["ALBBL"] is None


def test_cumulative_dose_is_missing_when_a_dose_is(tmp_path: Path) -> None:
    dosing = [
        {"date": DAY, "drug": "bevacizumab", "dose": 300.0, "unit": "mg"},
        {"date": date(2020, 4, 1), "drug": "bevacizumab", "dose": None, "unit": "mg"},
    ]
    assert _subject(_adam(tmp_path, [derive_scores], dosing=dosing))["CUMDOSE"] is None
    dosing[1]["dose"] = 310.0
    assert _subject(_adam(tmp_path, [derive_scores], dosing=dosing))["CUMDOSE"] == 610


def test_prior_tace_counts_procedures_and_no_history_is_unknown(tmp_path: Path) -> None:
    history = [
        {"category": "prior TACE", "count": 3},
        {"category": "prior TACE"},
        {"category": "prior systemic therapy", "term": "Sorafenib 400 mg"},
    ]
    subject = _subject(_adam(tmp_path, [derive_scores], history=history, **TREATED))
    assert (subject["NTACE"], subject["PRSORFL"], subject["PRSYSTFL"]) == (4, "Y", "N")
    assert _subject(_adam(tmp_path, [derive_scores], **TREATED))["PRSORFL"] is None


def test_treatment_of_another_kind_is_new_therapy(tmp_path: Path) -> None:
    procedures = [*TREATED["procedures"], {"date": date(2020, 5, 1), "procedure": "ablation"}]
    subject = _subject(_adam(tmp_path, [derive_scores], procedures=procedures))
    assert (subject["NSESS"], subject["NACTDT"]) == (1, date(2020, 5, 1))


def test_nothing_after_the_cutoff_counts(tmp_path: Path) -> None:
    late = date(2026, 1, 1)
    adam = _adam(
        tmp_path,
        follow_up=[{"date": late, "status": "dead"}],
        procedures=[*TREATED["procedures"], {"date": late, "procedure": "TACE"}],
    )
    subject = _subject(adam)
    assert (subject["DTHFL"], subject["NSESS"], subject["LSTALVDT"]) == ("N", 1, DAY)


def _events(*given: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"term": "Nausea", "start_date_flag": ""} | event for event in given]


def test_a_subject_counts_once_at_the_worst_grade(tmp_path: Path) -> None:
    events = _events(
        {"grade": 1, "start_date": DAY},
        {"grade": 3, "start_date": date(2020, 3, 5)},
        {"grade": 2, "start_date": date(2020, 3, 9)},
    )
    adam = _adam(tmp_path, adverse_events=events, **TREATED)
    flags = [r["AOCCPIFL"] for r in adam["ADAE"].to_pylist()]
    assert flags == [None, "Y", None]
    people = population(_study(tmp_path), adam, "safety")
    counts = {
        r.level: r.value
        for r in adverse_event_results(adam, people)
        if r.variable == "Nausea" and r.statistic == "n"
    }
    assert counts["any grade"] == 1
    assert [counts[f"grade {g}"] for g in (1, 2, 3, 4, 5)] == [0, 0, 1, 0, 0]
    assert counts["grade >= 3"] == 1


def test_emergent_is_from_first_treatment_to_the_window_after_the_last(tmp_path: Path) -> None:
    days = [date(2020, 2, 29), DAY, date(2020, 3, 31), date(2020, 4, 1), None]
    events = _events(*({"grade": 1, "start_date": day} for day in days))
    adam = _adam(tmp_path, adverse_events=events, **TREATED)
    emergent = {r["AESEQ"]: r["TRTEMFL"] for r in adam["ADAE"].to_pylist()}
    assert [emergent[i] for i in (1, 2, 3, 4, 5)] == ["N", "Y", "Y", "N", "Y"]


def test_a_partial_start_in_the_month_of_treatment_counts_as_emergent(tmp_path: Path) -> None:
    start = date(2020, 3, 15)
    treated = {"procedures": [{"date": start, "procedure": "TACE"}]}
    events = [{"term": "Fever", "grade": 1, "start_date": DAY, "start_date_flag": "D"}]
    adam = _adam(tmp_path, adverse_events=events, **treated)
    (row,) = adam["ADAE"].to_pylist()
    assert (row["TRTEMFL"], row["ASTDTF"]) == ("Y", "D")


def test_a_missing_grade_is_said(tmp_path: Path) -> None:
    adam = _adam(
        tmp_path,
        adverse_events=[
            {"term": "Nausea", "grade": 2, "start_date": DAY, "start_date_flag": ""},
            {"term": "Fever", "grade": None, "start_date": DAY, "start_date_flag": ""},
        ],
        **TREATED,
    )
    people = population(_study(tmp_path), adam, "safety")
    rows = list(adverse_event_results(adam, people))
    total = {r.level: r.value for r in rows if r.variable == "Any adverse event"}
    assert total["any grade"] is not None
    assert not [r for r in rows if r.variable == "Fever" and r.level == "grade 1"]


def test_a_reported_limit_is_banded_only_where_it_settles_the_band() -> None:
    plan = BaselineRow(variable="AFPBL", kind="banded", cuts=(20, 400), levels=("a", "b", "c"))
    assert [band_level(plan, v) for v in (19.9, 20, 399, 400)] == ["a", "b", "b", "c"]
    assert band_level(plan, 1000, ">") == "c"
    assert band_level(plan, 100, ">") is None
    assert band_level(plan, 20, "<") == "a"
    assert band_level(plan, 100, "<") is None


def test_tables_have_the_declared_variables(tmp_path: Path) -> None:
    adam = _adam(tmp_path, STEPS, **TREATED)
    for name, dataset in datasets().items():
        assert adam[name].schema == dataset.schema()
        assert all(len(v.name) <= 8 and len(v.label) <= 40 for v in dataset.variables), name


def test_a_baseline_after_the_first_treatment_is_told(tmp_path: Path) -> None:
    scan = {"date": date(2020, 3, 20), "lesion": "T1", "viable_mm": 40.0}
    adam = _adam(
        tmp_path,
        lesions=[{"lesion": "T1", "role": "target", "site": "liver"}],
        measurements=[scan],
        **TREATED,
    )
    (found,) = [f for f in adam.findings if f.code == "C010"]
    assert found.subject == "1"
    assert (found.place.file, found.place.row) == ("f", 2)
    assert _subject(adam)["BLSCANDT"] == date(2020, 3, 20)


def test_weight_is_in_kilograms(tmp_path: Path) -> None:
    vitals = [{"date": DAY, "test": "WEIGHT", "value": 120.0, "unit": "LB"}]
    subject = _subject(_adam(tmp_path, [derive_scores], vitals=vitals, **TREATED))
    assert abs(subject["WEIGHTBL"] - 54.4310844) < 1e-6  # 120 lb x 0.45359237 kg
    vitals[0]["unit"] = "stone and a half"
    assert _subject(_adam(tmp_path, [derive_scores], vitals=vitals, **TREATED))["WEIGHTBL"] is None


def test_treatment_ends_on_the_last_day_of_a_dosing_period(tmp_path: Path) -> None:
    dosing = [{"date": DAY, "end_date": date(2020, 6, 1), "drug": "patch", "dose": 54.0}]
    events = _events({"start_date": date(2020, 6, 20)}, {"start_date": date(2020, 7, 2)})
    adam = _adam(tmp_path, dosing=dosing, adverse_events=events)
    subject = _subject(adam)
    assert (subject["TRTSDT"], subject["TRTEDT"]) == (DAY, date(2020, 6, 1))
    # Days of a period are not counted as sessions, nor its daily dose as the dose given.
    assert (subject["NSESS"], subject["CUMDOSE"]) == (None, None)
    assert [r["TRTEMFL"] for r in adam["ADAE"].to_pylist()] == ["Y", "N"]


def test_an_event_over_before_treatment_is_not_emergent(tmp_path: Path) -> None:
    events = _events({"start_date": None, "end_date": date(2020, 2, 1)})
    (row,) = _adam(tmp_path, adverse_events=events, **TREATED)["ADAE"].to_pylist()
    assert row["TRTEMFL"] == "N"


def test_doses_of_two_drugs_are_not_summed(tmp_path: Path) -> None:
    dosing = [
        {"date": DAY, "drug": "bevacizumab", "dose": 300.0, "unit": "mg"},
        {"date": DAY, "drug": "epirubicin", "dose": 50.0, "unit": "mg"},
    ]
    subject = _subject(_adam(tmp_path, [derive_scores], dosing=dosing))
    assert (subject["CUMDOSE"], subject["CUMDOSU"]) == (None, None)
    one = _subject(_adam(tmp_path, [derive_scores], dosing=dosing[:1]))
    assert (one["CUMDOSE"], one["CUMDOSU"]) == (300, "mg")


def test_a_missing_arm_is_no_arm_where_there_are_arms(tmp_path: Path) -> None:
    procedures = [{"subject": s, "date": DAY, "procedure": "TACE"} for s in ("1", "2")]
    subjects = [{"subject": "1", "arm": "A"}, {"subject": "2"}]
    adam = _adam(tmp_path, subjects=subjects, procedures=procedures)
    assert [(r["TRT01P"], r["TRT01A"]) for r in adam["ADSL"].to_pylist()] == [
        ("A", "A"),
        (None, None),
    ]
    assert _subject(_adam(tmp_path, [derive_scores], **TREATED))["TRT01P"] == "tace"
