"""Safety results over a small study with two arms, counted by hand."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from safety_study import DAY, adam_of, study_of

from hepatica.analysis.adverse_event import adverse_event_results, event_levels
from hepatica.analysis.death import death_results
from hepatica.analysis.event_window import event_window_results
from hepatica.analysis.laboratory import laboratory_results
from hepatica.analysis.liver import liver_results
from hepatica.analysis.population import population
from hepatica.analysis.result import Result
from hepatica.report.ledger import Ledger
from hepatica.report.section.event_window import event_window_tables
from hepatica.report.section.laboratory import laboratory_tables
from hepatica.report.section.liver import death_table, liver_tables

SUBJECTS = [{"subject": s, "arm": a, "seq": 1} for s, a in (("1", "A"), ("2", "A"), ("3", "B"))]


def _rows(rows: list[tuple[str, int, dict[str, Any]]], day: str = "date") -> list[dict[str, Any]]:
    return [{"subject": s, day: DAY + timedelta(days=n)} | more for s, n, more in rows]


SESSIONS = _rows(
    [
        (s, n, {"procedure": "TACE", "study_treatment": "Y"})
        for s, n in (("1", 0), ("1", 40), ("2", 0), ("3", 0))
    ]
)
_AE = {"term": "Fever", "grade": 1, "system_organ_class": "General"}
EVENTS = _rows(
    [
        ("1", 1, _AE),
        ("1", 2, _AE | {"term": "Nausea", "grade": 3, "related": "possible"}),
        ("1", 41, _AE | {"term": "Fever", "grade": 2, "serious": "Y"}),
        ("2", 35, _AE | {"term": "Nausea", "grade": 3, "related": "unlikely"}),
        ("2", 5, {"term": "Fatigue", "start_date_flag": "D"}),
    ],
    "start_date",
)
LABS = _rows(
    [
        (s, n, {"test": "ALT", "value": v, "unit": "U/L", "upper_limit": upper})
        for s, n, v, upper in (
            ("1", -2, 40.0, 50.0),
            ("1", 4, 160.0, 50.0),
            ("1", 44, 60.0, 50.0),
            ("2", -2, 60.0, 50.0),
            ("2", 4, 300.0, None),
        )
    ]
)
FOLLOW_UP = _rows(
    [
        ("1", 60, {"status": "dead"}),
        ("2", 20, {"status": "alive"}),
        ("3", 300, {"status": "dead"}),
    ]
)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    return _ledger(tmp_path_factory.mktemp("safety"), EVENTS)


def _ledger(folder: Path, events: list[dict[str, Any]]) -> Ledger:
    study = study_of(folder, 'ctcae = "4.03"')
    adam = adam_of(
        study,
        subjects=SUBJECTS,
        procedures=SESSIONS,
        adverse_events=events,
        labs=LABS,
        follow_up=FOLLOW_UP,
    )
    people = population(study, adam, "safety", by="TRT01A")
    results: list[Result] = [
        *adverse_event_results(adam, people),
        *event_window_results(study, adam, people),
        *death_results(study, adam, people),
        *laboratory_results(study, adam, people),
        *liver_results(adam, people),
    ]
    keys = [(r.analysis, r.criterion, r.group, r.variable, r.level, r.statistic) for r in results]
    assert len(keys) == len(set(keys)), "no two numbers bear one name"
    return Ledger(results)


def _n(ledger: Ledger, analysis: str, group: str = "", **where: str) -> float | None:
    item = ledger.item(analysis, group=group, **where)
    return item.value("n") if item else None


def test_related_events_of_grade_3_are_those_that_are_both(ledger: Ledger) -> None:
    levels = {
        v: _n(ledger, "ae", variable="Any adverse event", level=v)
        for v in ("grade >= 3", "related", "related grade >= 3", "serious")
    }
    assert levels == {"grade >= 3": 1, "related": 1, "related grade >= 3": 1, "serious": 1}


def test_what_was_not_stated_is_counted_apart_and_not_as_a_no() -> None:
    base = dict.fromkeys(("AETOXGR", "AESEV", "AESER", "AEREL"))
    events = [
        base | {"SUBJID": "1", "AESER": "Y", "AEREL": "possible", "AESEV": "mild"},
        base | {"SUBJID": "1"},
        base | {"SUBJID": "2", "AESER": "N", "AEREL": "unlikely", "AESEV": "severe"},
        base | {"SUBJID": "3", "AESER": "N", "AEREL": "unlikely", "AESEV": "mild"},
        base | {"SUBJID": "3"},
        base | {"SUBJID": "4"},
    ]
    found = dict(event_levels(events))
    assert (found["serious"], found["seriousness missing"]) == ({"1"}, {"3", "4"})
    assert (found["related"], found["relation missing"]) == ({"1"}, {"3", "4"})
    assert (found["severe"], found["severity missing"]) == ({"2"}, {"4"})
    assert not [level for level, _ in event_levels(events[2:3]) if "missing" in level]


def test_classes_and_missing_ones(ledger: Ledger) -> None:
    criterion = "by system organ class"
    assert _n(ledger, "safety", criterion=criterion, variable="General", level="any grade") == 1
    missing = "System organ class missing"
    assert _n(ledger, "safety", criterion=criterion, variable=missing, level="any grade") == 1


@pytest.mark.parametrize(
    ("session", "level", "count", "percent"),
    [
        ("Session 1", "any grade", 2, 100 * 2 / 3),
        ("Session 1", "grade >= 3", 2, 100 * 2 / 3),
        ("Session 2", "any grade", 1, 100.0),
        ("Session 2", "serious", 1, 100.0),
        ("Session 1", "Post-embolization syndrome", 1, 100 / 3),
        ("Session 2", "Post-embolization syndrome", 0, 0.0),
    ],
)
def test_events_by_session_are_shares_of_those_who_had_it(
    ledger: Ledger, session: str, level: str, count: int, percent: float
) -> None:
    item = ledger.item("safety", criterion="by session", group="", variable=session, level=level)
    assert item is not None
    assert (item.value("n"), item.value("percent")) == (count, pytest.approx(percent))


def test_the_syndrome_is_a_share_of_the_embolized_of_whom_it_is_known(tmp_path: Path) -> None:
    """1 has it; 2 may have it, an event has no whole date; 3 has not; 2 had a drug on day 40."""
    sessions = [s for s in SESSIONS if s["date"] == DAY]
    sessions += _rows([("2", 40, {"procedure": "Infusion", "study_treatment": "Y"})])
    events = _rows(
        [
            ("1", 1, _AE),
            ("1", 2, _AE | {"term": "Nausea"}),
            ("2", 1, _AE),
            ("2", 1, _AE | {"term": "Nausea", "start_date_flag": "D"}),
            ("2", 41, _AE),
        ],
        "start_date",
    )
    study = study_of(tmp_path)
    adam = adam_of(study, subjects=SUBJECTS, procedures=sessions, adverse_events=events)
    people = population(study, adam, "safety", by="TRT01A")
    found = {
        (r.variable, r.level, r.statistic): r.value
        for r in event_window_results(study, adam, people)
        if "Post-embolization syndrome" in (r.variable, r.level) and r.group == ""
    }
    name = "Post-embolization syndrome"
    assert (found["Session 1", name, "n"], found["Session 1", name, "percent"]) == (1, 50)
    assert (found[name, "patients", "n"], found[name, "patients", "percent"]) == (1, 50)
    assert found[name, "sessions unknown", "n"] == 1
    assert ("Session 2", name, "n") not in found, "nobody was embolized then"


def test_events_within_days_of_a_session(ledger: Ledger) -> None:
    def n(days: int, term: str, level: str = "any grade") -> float | None:
        criterion = f"within {days} days of a session"
        return _n(ledger, "safety", criterion=criterion, variable=term, level=level)

    assert (n(30, "Nausea"), n(90, "Nausea")) == (1, 2)
    assert (n(30, "Fever"), n(30, "Fatigue")) == (1, None)
    assert n(30, "Any adverse event", "events without a whole start date") == 1


def test_deaths_by_time_and_relation(ledger: Ledger) -> None:
    def n(level: str, group: str = "") -> float | None:
        return _n(ledger, "safety", group, criterion="deaths", level=level)

    assert (n("all"), n("within 30 days"), n("within 90 days")) == (2, 1, 1)
    assert (n("within 30 days", "A"), n("within 30 days", "B")) == (1, 0)
    assert (n("not followed for 30 days"), n("not followed for 90 days")) == (1, 1)
    assert (n("related to treatment"), n("relation unknown")) == (0, 2)


@pytest.mark.parametrize(
    ("relations", "level"),
    [
        (["possible", "not related"], "related to treatment"),
        (["not related", "unlikely"], "not related to treatment"),
        (["not related", None], "relation unknown"),
        ([None], "relation unknown"),
    ],
)
def test_a_death_is_related_only_where_a_fatal_event_says_so(
    relations: list[str | None], level: str, tmp_path: Path
) -> None:
    fatal = {"term": "Hepatic failure", "grade": 5, "outcome": "fatal"}
    events = _rows([("3", 299, fatal | {"related": r}) for r in relations], "start_date")
    found = _ledger(tmp_path, events)
    assert _n(found, "safety", criterion="deaths", level=level, group="B") == 1


ALT = "Alanine aminotransferase increased"


@pytest.mark.parametrize(
    ("level", "count"),
    [
        ("grade 2", 1),
        ("grade 0", 0),
        ("tested", 2),
        ("not graded", 1),
        ("not tested", 1),
        ("grade >= 3", 0),
    ],
)
def test_worst_grades_count_apart_who_was_not_graded_or_not_tested(
    ledger: Ledger, level: str, count: int
) -> None:
    assert _n(ledger, "lab", criterion="worst grade", variable=ALT, level=level) == count


def test_shifts_go_from_baseline_to_worst(ledger: Ledger) -> None:
    shifts = {
        i.level: i.value("n")
        for i in ledger.items("lab", criterion="shift", variable=ALT, group="")
        if i.value("n")
    }
    assert shifts == {"0 to 2": 1, "1 to missing": 1}


def test_a_test_that_was_never_taken_has_no_number(ledger: Ledger) -> None:
    (item,) = ledger.items("lab", variable="Anemia")
    assert (item.value("n"), item.note) == (None, "the test was never taken")


def test_the_tables_print_them(ledger: Ledger, tmp_path: Path) -> None:
    study = study_of(tmp_path, 'ctcae = "4.03"')
    sizes = {"": 3, "A": 2, "B": 1}
    adam = adam_of(study, subjects=SUBJECTS, procedures=SESSIONS, adverse_events=EVENTS, labs=LABS)
    tables = [
        *event_window_tables(ledger, study, adam["ADAE"], (), sizes),
        *laboratory_tables(ledger, study, sizes),
        *liver_tables(ledger, sizes),
        death_table(ledger, sizes),
    ]
    lines = {(t.key, line.stub): [c.text for c in line.cells] for t in tables for line in t.lines}
    assert lines["ae-class", "General"] == ["1 (33.3)", "1 (50.0)", "0 (0.0)"]
    assert lines["ae-session", "Session 2"][:3] == ["1", "1 (100.0)", "0 (0.0)"]
    assert lines["ae-within", "Nausea"][0] == "1 (33.3)"
    assert lines["lab-worst", ALT] == ["2", "0", "0", "1", "0", "0", "0 (0.0)", "1", "1"]
    assert lines["deaths", "Within 30 days"] == ["1 (33.3)", "1 (50.0)", "0 (0.0)"]
    (worst,) = [t for t in tables if t.key == "lab-worst"]
    assert any(note.startswith("CTCAE 4.03") for note in worst.footnotes)
    assert any("Never taken" in note and "Anemia" in note for note in worst.footnotes)
    (ungraded,) = [t for t in tables if t.key == "lab-ungraded"]
    assert [line.stub for line in ungraded.lines] == [ALT]
