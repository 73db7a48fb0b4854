"""Events in full: sessions, post-embolization syndrome, grades against measurements, deaths."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from safety_study import DAY, SESSION, adam_of, rows_of, study_of

from hepatica.clinic.dataset import Adam


def _event(
    term: str, grade: int | None = None, after: int | None = 1, **more: Any
) -> dict[str, Any]:
    start = None if after is None else DAY + timedelta(days=after)
    return {"term": term, "grade": grade, "start_date": start, **more}


def _adam(folder: Path, *events: dict[str, Any], **rows: list[dict[str, Any]]) -> Adam:
    return adam_of(study_of(folder), adverse_events=list(events), **rows)


def _codes(adam: Adam) -> list[str]:
    return [f.code for f in adam.findings if f.code.startswith("C05")]


@pytest.mark.parametrize(
    ("term", "grade", "codes"),
    [
        ("Anaphylaxis", 1, ["C050"]),
        ("ANAPHYLAXIS", 3, []),
        ("Anaphylactic reaction", 2, ["C050"]),
        ("Nausea", 4, ["C050"]),
        ("Nausea", 3, []),
        ("Fatigue", 5, ["C050", "C053"]),
        ("Oesophageal varices haemorrhage", 1, ["C050"]),
        ("Elevated transaminase", 4, []),
        ("Elevated transaminase", 5, ["C050", "C053"]),
        ("Post-embolization syndrome", 2, ["C051"]),
        ("Melena", 1, ["C051"]),
        ("Pyrexia", 1, []),
        ("Something else", 5, ["C053"]),
        ("Anaphylaxis", None, []),
    ],
)
def test_grades_that_a_term_cannot_have_and_names_that_are_no_term(
    term: str, grade: int | None, codes: list[str], tmp_path: Path
) -> None:
    adam = _adam(tmp_path, _event(term, grade))
    assert _codes(adam) == codes
    if codes[:1] == ["C050"]:
        (finding,) = [f for f in adam.findings if f.code == "C050"]
        assert (finding.place.sheet, finding.place.row) == ("adverse_events", 2)


def test_hyponatraemia_has_a_grade_2_in_version_5_alone(tmp_path: Path) -> None:
    event = _event("Hyponatraemia", 2)
    for version, codes in (("5.0", []), ("4.03", ["C050"])):
        study = study_of(tmp_path, f'ctcae = "{version}"')
        assert _codes(adam_of(study, adverse_events=[event])) == codes


def _alt(value: float | None, after: int, **more: Any) -> dict[str, Any]:
    day = DAY + timedelta(days=after)
    return {"test": "ALT", "value": value, "unit": "U/L", "date": day, "upper_limit": 50.0, **more}


@pytest.mark.parametrize(
    ("grade", "labs", "said", "measured"),
    [
        (2, [_alt(160, 4)], "agrees", 2),
        (1, [_alt(160, 4)], "differs", 2),
        (2, [_alt(160, 4), _alt(60, 6)], "agrees", 2),
        (3, [_alt(160, 4), _alt(60, 6)], "differs", 2),
        (1, [_alt(160, 30)], "no result in its dates", None),
        (None, [_alt(160, 4)], "no collected grade", 2),
        (3, [_alt(160, 4), _alt(None, 6)], "undecided", 2),
        (1, [_alt(160, 4), _alt(None, 6)], "differs", 2),
    ],
)
def test_a_collected_grade_is_held_against_the_results_in_its_dates(
    grade: int | None, labs: list[dict[str, Any]], said: str, measured: int | None, tmp_path: Path
) -> None:
    event = _event("ALT increased", grade, end_date=DAY + timedelta(days=10))
    adam = _adam(tmp_path, event, labs=[_alt(40, -3), *labs])
    (row,) = rows_of(adam, "ADAE")
    assert (row["MEASAGR"], row["MEASGR"]) == (said, measured)
    assert row["ATOXDSC"] == "Alanine aminotransferase increased"
    assert ("C052" in _codes(adam)) == (said == "differs")


def test_an_imputed_start_is_not_compared_and_has_no_session(tmp_path: Path) -> None:
    event = _event("ALT increased", 1, start_date_flag="D")
    (row,) = rows_of(_adam(tmp_path, event, labs=[_alt(160, 4)]), "ADAE")
    assert (row["MEASAGR"], row["SESSION"]) == ("no whole start date", None)


def test_an_event_belongs_to_the_latest_session_on_or_before_its_start(tmp_path: Path) -> None:
    sessions = [SESSION, SESSION | {"date": DAY + timedelta(days=40)}]
    events = [_event("Nausea", 1, after) for after in (-1, 0, 39, 40, 130)]
    rows = rows_of(_adam(tmp_path, *events, procedures=sessions), "ADAE")
    assert [(r["SESSION"], r["SESSDAY"]) for r in rows] == [
        (None, None),
        (1, 0),
        (1, 39),
        (2, 0),
        (2, 90),
    ]


@pytest.mark.parametrize(
    ("events", "flag"),
    [
        ([_event("Fever", 1, 1), _event("Nausea", 1, 3)], "Y"),
        ([_event("Pyrexia", 1, 0), _event("Abdominal pain", 1, 0)], "Y"),
        ([_event("Fever", 1, 1), _event("Nausea", 1, 4)], "N"),
        ([_event("Nausea", 1, 1), _event("Vomiting", 1, 1)], "N"),
        ([_event("Fever", 1, -1), _event("Nausea", 1, 1)], "N"),
        ([_event("Fever", 1, 1), _event("Nausea", 1, 0, start_date_flag="D")], None),
        ([_event("Fever", 1, 1), _event("Nausea", 1, None)], None),
    ],
)
def test_post_embolization_syndrome(
    events: list[dict[str, Any]], flag: str | None, tmp_path: Path
) -> None:
    adam = _adam(tmp_path, *events)
    (session,) = rows_of(adam, "ADSESS")
    assert session["PESFL"] == flag
    named = {r["CQ01NAM"] for r in rows_of(adam, "ADAE")}
    assert named == ({"Post-embolization syndrome"} if flag == "Y" else {None})


def test_an_event_of_the_syndrome_is_named_after_the_next_session_too(tmp_path: Path) -> None:
    infusion = {"date": DAY + timedelta(days=1), "procedure": "Other", "study_treatment": "Y"}
    events = [_event("Fever", 1, 0), _event("Nausea", 1, 2)]
    adam = _adam(tmp_path, *events, procedures=[SESSION, infusion])
    assert [r["PESFL"] for r in rows_of(adam, "ADSESS")] == ["Y", None]
    named = [(r["SESSION"], r["CQ01NAM"]) for r in rows_of(adam, "ADAE")]
    assert named == [(1, "Post-embolization syndrome"), (2, "Post-embolization syndrome")]


def test_the_protocol_defines_the_syndrome(tmp_path: Path) -> None:
    safety = 'ctcae = "5.0"\n[safety.post_embolization]\nwindow_hours = 24\nat_least = 1'
    events = [_event("Nausea", 1, 2)]
    (row,) = rows_of(adam_of(study_of(tmp_path, safety), adverse_events=events), "ADSESS")
    assert row["PESFL"] == "N"
    (row,) = rows_of(
        adam_of(study_of(tmp_path, safety), adverse_events=[_event("Nausea")]), "ADSESS"
    )
    assert row["PESFL"] == "Y"


def test_without_events_on_record_nothing_is_known_of_the_syndrome(tmp_path: Path) -> None:
    (session,) = rows_of(_adam(tmp_path), "ADSESS")
    assert (session["PESFL"], session["AENUM"]) == (None, None)


def test_a_period_of_dosing_is_no_session(tmp_path: Path) -> None:
    dosing = [{"date": DAY, "end_date": DAY + timedelta(days=20), "drug": "sorafenib"}]
    adam = _adam(tmp_path, _event("Nausea", 1), procedures=[], dosing=dosing)
    assert rows_of(adam, "ADSESS") == []
    assert [r["SESSION"] for r in rows_of(adam, "ADAE")] == [None]


def _dead(day: date) -> dict[str, Any]:
    return {"date": day, "status": "dead", "cause": "Liver failure"}


@pytest.mark.parametrize(
    ("event", "died", "codes"),
    [
        (_event("Hepatic failure", 5, outcome="fatal"), None, ["C053"]),
        (_event("Hepatic failure", 5, outcome="recovered"), DAY, ["C054"]),
        (_event("Hepatic failure", 4, outcome="FATAL"), DAY, ["C054"]),
        (_event("Hepatic failure", 4, outcome="recovered"), DAY, []),
        (_event("Hepatic failure", 5, outcome="Fatal", end_date=DAY), DAY, []),
        (_event("Hepatic failure", 5, outcome="Fatal", end_date=DAY), date(2020, 3, 9), ["C057"]),
        (_event("Hepatic failure", None, outcome="fatal"), DAY, []),
    ],
)
def test_fatal_events_are_held_against_the_death_on_record(
    event: dict[str, Any], died: date | None, codes: list[str], tmp_path: Path
) -> None:
    follow_up = [_dead(died)] if died else [{"date": date(2020, 9, 1), "status": "alive"}]
    adam = _adam(tmp_path, event, follow_up=follow_up)
    assert _codes(adam) == codes
    assert rows_of(adam, "ADSL")[0]["DTHFL"] == ("Y" if died else "N"), "the follow-up decides"


def test_a_grade_3_result_without_an_event_is_told_once_a_term(tmp_path: Path) -> None:
    labs = [_alt(40, -3), _alt(300, 4), _alt(400, 8)]
    assert _codes(_adam(tmp_path, _event("Nausea", 1), labs=labs)) == ["C055"]
    during = _event("ALT increased", 3, end_date=DAY + timedelta(days=10))
    assert _codes(_adam(tmp_path, during, labs=labs)) == []
    assert _codes(_adam(tmp_path, labs=labs)) == [], "no event was collected at all"


def test_results_that_cannot_be_graded_are_counted_by_test_and_reason(tmp_path: Path) -> None:
    labs = [_alt(60, 4, upper_limit=None), _alt(70, 8, upper_limit=None)]
    adam = _adam(tmp_path, labs=labs)
    (finding,) = [f for f in adam.findings if f.code == "C056"]
    assert finding.found.startswith("2 results of ALT of 1 subject without a grade")
    assert finding.place.row == 2
