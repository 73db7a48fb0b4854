"""Hold and stop conditions at a session: what is on record, and what it means for the dose.

Limits and status of every condition: `clinic/rules/dose/holds.toml`, from the dosing reference.
The session is on 2020-06-01.
"""

from datetime import date, timedelta
from typing import Any

import pytest
from treatment_study import DAY, derived

AE = "adverse_events"


def _ago(days: int) -> date:
    return DAY - timedelta(days)


def _event(term: str, grade: int | None, days_before: int | None, **more: Any) -> dict[str, Any]:
    start = None if days_before is None else _ago(days_before)
    return {"term": term, "grade": grade, "start_date": start, "start_date_flag": ""} | more


def _lab(test: str, value: float, days_before: int, **more: Any) -> dict[str, Any]:
    unit = {"UPROT24": "g/24h", "UDIP": "+"}[test]
    return {"date": _ago(days_before), "test": test, "value": value, "unit": unit} | more


def _pressure(systolic: float | None, diastolic: float | None, days: int) -> list[dict[str, Any]]:
    both = (("SYSBP", systolic), ("DIABP", diastolic))
    return [
        {"date": _ago(days), "test": test, "value": value, "unit": "mmHg"}
        for test, value in both
        if value is not None
    ]


def _history(category: str, days: int, flag: str = "") -> dict[str, Any]:
    start = _ago(days)
    return {"category": category, "term": category, "start_date": start, "start_date_flag": flag}


def _operation(days: int) -> dict[str, Any]:
    return {"date": _ago(days), "procedure": "resection"}


# condition, state, records of the subject by table
CASES: list[tuple[str, str, dict[str, list[dict[str, Any]]]]] = [
    ("proteinuria", "HOLD", {"labs": [_lab("UPROT24", 2.0, 3)]}),
    ("proteinuria", "HOLD", {"labs": [_lab("UPROT24", 2000, 3, unit="mg/24h")]}),
    ("proteinuria", "OK", {"labs": [_lab("UPROT24", 1.99, 3)]}),
    ("proteinuria", "OK", {"labs": [_lab("UPROT24", 2.0, 3, operator="<")]}),
    ("proteinuria", "UNKNOWN", {"labs": [_lab("UPROT24", 5.0, 3, operator="<")]}),
    ("proteinuria", "UNKNOWN", {"labs": [_lab("UPROT24", 1.0, 3, operator=">")]}),
    ("proteinuria", "HOLD", {"labs": [_lab("UPROT24", 2.5, 3, operator=">")]}),
    ("proteinuria", "OK", {"labs": [_lab("UDIP", 1, 3)]}),
    ("proteinuria", "UNKNOWN", {"labs": [_lab("UDIP", 2, 3)]}),
    ("proteinuria", "OK", {"labs": [_lab("UDIP", 2, 5), _lab("UPROT24", 1.0, 3)]}),
    ("proteinuria", "UNKNOWN", {"labs": [_lab("UPROT24", 1.0, 5), _lab("UDIP", 3, 3)]}),
    ("proteinuria", "OK", {"labs": [_lab("UPROT24", 2.5, 9), _lab("UPROT24", 1.5, 2)]}),
    ("proteinuria", "UNKNOWN", {"labs": [_lab("UPROT24", 1.0, 28)]}),
    ("proteinuria", "UNKNOWN", {"labs": [_lab("UPROT24", 1.0, -1)]}),
    ("proteinuria", "UNKNOWN", {}),
    ("hypertension", "HOLD", {"vitals": _pressure(160, 80, 0)}),
    ("hypertension", "HOLD", {"vitals": _pressure(130, 100, 1)}),
    ("hypertension", "OK", {"vitals": _pressure(159, 99, 1)}),
    ("hypertension", "OK", {"vitals": [*_pressure(170, 90, 9), *_pressure(150, 85, 1)]}),
    ("hypertension", "HOLD", {"vitals": _pressure(165, None, 1)}),
    ("hypertension", "UNKNOWN", {"vitals": _pressure(150, None, 1)}),
    ("hypertension", "UNKNOWN", {}),
    ("hypertension-event", "HOLD", {AE: [_event("Hypertension", 3, 10)]}),
    ("hypertension-event", "OK", {AE: [_event("Hypertension", 3, 10, end_date=_ago(2))]}),
    ("hypertension-event", "OK", {AE: [_event("Hypertension", 2, 10)]}),
    ("hypertension-event", "OK", {AE: [_event("Portal hypertension", 3, 10)]}),
    ("hypertension-grade-4", "STOP", {AE: [_event("Hypertension", 4, 9, end_date=_ago(2))]}),
    ("perforation", "STOP", {AE: [_event("Gastric perforation", 2, 100, end_date=_ago(90))]}),
    ("perforation", "OK", {AE: [_event("Uterine perforation", 2, 100)]}),
    ("haemorrhage", "STOP", {AE: [_event("Melena", 3, 40)]}),
    ("haemorrhage", "OK", {AE: [_event("Melena", 2, 40)]}),
    ("haemorrhage", "UNKNOWN", {AE: [_event("Melena", None, 40)]}),
    ("haemorrhage", "STOP", {AE: [_event("Melena", None, 40, severity="severe")]}),
    ("haemorrhage", "OK", {AE: [_event("Melena", None, 40, severity="mild")]}),
    ("haemorrhage", "UNKNOWN", {AE: [_event("Melena", 3, None)]}),
    ("haemorrhage", "OK", {AE: [_event("Melena", 3, 0)]}),  # on the day: after the infusion
    ("haemorrhage", "OK", {AE: [_event("Melena", 3, -1)]}),
    ("haemorrhage", "STOP", {AE: [_event("Melena", None, 50), _event("Melena", 4, 40)]}),
    ("arterial", "STOP", {AE: [_event("Myocardial infarction", 3, 40)]}),
    ("venous", "OK", {AE: [_event("Pulmonary embolism", 3, 40)]}),
    ("venous", "STOP", {AE: [_event("Pulmonary embolism", 4, 40)]}),
    ("tracheal-fistula", "STOP", {AE: [_event("Tracheal fistula", 1, 40)]}),
    ("tracheal-fistula", "OK", {AE: [_event("Anal fistula", 1, 40)]}),
    ("fistula-grade-4", "STOP", {AE: [_event("Anal fistula", 4, 40)]}),
    ("nephrotic", "STOP", {AE: [_event("Nephrotic syndrome", 3, 40)]}),
    ("pres", "STOP", {AE: [_event("Posterior reversible encephalopathy syndrome", 3, 40)]}),
    ("infusion-reaction", "STOP", {AE: [_event("Anaphylaxis", 3, 40)]}),
    ("heart-failure", "STOP", {AE: [_event("Heart failure", 1, 40)]}),
    ("surgery-before", "HOLD", {"procedures": [_operation(27)]}),
    ("surgery-before", "OK", {"procedures": [_operation(28)]}),
    ("surgery-before", "HOLD", {"history": [_history("prior surgery", 20)]}),
    ("surgery-before", "UNKNOWN", {"history": [_history("prior surgery", 31, "D")]}),
    ("surgery-before", "OK", {"history": [_history("prior surgery", 100, "D")]}),
    ("surgery-after", "UNKNOWN", {"procedures": [_operation(-10)]}),
    ("surgery-after", "OK", {"procedures": [_operation(-28)]}),
    ("bleeding", "HOLD", {"history": [_history("bleeding", 28)]}),
    ("bleeding", "OK", {"history": [_history("bleeding", 29)]}),
    # Terms are taken out by whole words: "near" and "femoral" hold no ear and no mouth.
    ("perforation", "STOP", {AE: [_event("Perforation near the pylorus", 4, 40)]}),
    ("perforation", "OK", {AE: [_event("Ear perforation", 2, 40)]}),
    ("tracheal-fistula", "STOP", {AE: [_event("Aorto-femoral fistula", 3, 40)]}),
    ("tracheal-fistula", "STOP", {AE: [_event("Hepatocanalicular fistula", 3, 40)]}),
    ("haemorrhage", "STOP", {AE: [_event("Upper GI bleed", 3, 40)]}),
    ("haemorrhage", "STOP", {AE: [_event("Haemoperitoneum", 4, 40)]}),
    ("arterial", "STOP", {AE: [_event("Ischemia cerebrovascular", 3, 40)]}),
    ("arterial", "OK", {AE: [_event("Heat stroke", 3, 40)]}),
    ("fasciitis", "STOP", {AE: [_event("Fasciitis necrotising", 4, 40)]}),
    # Dates known to the month or the year, on either side of the session of 2020-06-01.
    ("perforation", "UNKNOWN", {AE: [_event("Perforation", 4, 152, start_date_flag="M")]}),
    ("perforation", "STOP", {AE: [_event("Perforation", 4, 31, start_date_flag="D")]}),
    ("surgery-before", "UNKNOWN", {"procedures": [_operation(-29) | {"date_flag": "D"}]}),
    ("surgery-before", "OK", {"procedures": [_operation(32) | {"date_flag": "D"}]}),
    # An event counts from its end; of several the later days are not known.
    ("bleeding", "HOLD", {"history": [_history("bleeding", 60) | {"end_date": _ago(5)}]}),
    ("bleeding", "OK", {"history": [_history("bleeding", 60) | {"end_date": _ago(29)}]}),
    ("surgery-before", "UNKNOWN", {"history": [_history("prior surgery", 99) | {"count": 2}]}),
    # 2 g stand until a later collection has less; a dipstick does not end them.
    ("proteinuria", "HOLD", {"labs": [_lab("UPROT24", 3.5, 40)]}),
    ("proteinuria", "HOLD", {"labs": [_lab("UPROT24", 3.5, 40), _lab("UDIP", 1, 3)]}),
    ("proteinuria", "OK", {"labs": [_lab("UPROT24", 3.5, 40), _lab("UPROT24", 1.9, 3)]}),
    ("proteinuria", "UNKNOWN", {"labs": [_lab("UPROT24", 3.5, 60), _lab("UPROT24", 1.9, 40)]}),
    ("proteinuria", "UNKNOWN", {"labs": [_lab("UDIP", 1, 3, operator=">")]}),
    ("proteinuria", "OK", {"labs": [_lab("UDIP", 2, 3, operator="<")]}),
]


@pytest.fixture(scope="module")
def states() -> dict[tuple[str, str], str]:
    """State by subject and condition; subject n is case n, all derived in one study."""
    given: dict[str, list[dict[str, Any]]] = {"dosing": []}
    for number, (_, _, records) in enumerate(CASES):
        subject = f"{number:03}"
        given["dosing"].append({"subject": subject, "date": DAY, "dose": 350.0})
        for table, rows in records.items():
            given.setdefault(table, []).extend(row | {"subject": subject} for row in rows)
    adam = derived(given)
    return {(r["SUBJID"], r["HOLDID"]): r["AVALC"] for r in adam["ADHOLD"].to_pylist()}


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda n: f"{n}-{CASES[n][0]}")
def test_condition(number: int, states: dict[tuple[str, str], str]) -> None:
    name, expected, _ = CASES[number]
    assert states[f"{number:03}", name] == expected


def test_what_nobody_has_on_record_is_unknown_and_not_ok() -> None:
    adam = derived({"dosing": [{"subject": "1", "date": DAY, "dose": 350.0}]})
    found = {r["HOLDID"]: r for r in adam["ADHOLD"].to_pylist()}
    assert found["haemorrhage"]["AVALC"] == "UNKNOWN"
    assert found["haemorrhage"]["REASON"] == "nothing of the kind was collected"
    assert found["bleeding"]["AVALC"] == "UNKNOWN"
    (session,) = adam["ADEX"].to_pylist()
    assert session["HOLDSTAT"] == "UNKNOWN"
    assert session["HOLDRSN"] is None


def test_a_dose_given_although_a_condition_stood_is_a_deviation() -> None:
    adam = derived(
        {
            "dosing": [{"subject": "1", "date": DAY, "dose": 350.0}],
            AE: [_event("Melena", 3, 40) | {"subject": "1"}],
            "history": [_history("medical history", 400) | {"subject": "1"}],
        }
    )
    found = [r for r in adam["ADDV"].to_pylist() if r["DVTERM"].startswith("Given although")]
    assert [r["DVTERM"] for r in found] == [
        "Given although a stop condition stood: Haemorrhage of grade 3 or 4"
    ]
    assert found[0]["AVALC"] == f"Melena of grade 3 from {_ago(40)}"
    assert (found[0]["SRCSHEET"], found[0]["SRCROW"], found[0]["ADT"]) == (AE, 2, DAY)
    (session,) = adam["ADEX"].to_pylist()
    assert session["HOLDSTAT"] == "STOP"
