"""Checklists: 22 items each, never "yes" for want of a reason, the author's word where there is."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hepatica.analysis.run import run_analysis
from hepatica.clinic.derivation import derive_adam
from hepatica.records.record import Records
from hepatica.records.table import tables
from hepatica.report.checklist.evidence import WORDS, Evidence
from hepatica.report.checklist.item import Item, checklist
from hepatica.report.checklist.section import (
    COLUMNS,
    answers,
    checklist_rows,
    checklist_section,
)
from hepatica.report.input import ReportInput
from hepatica.report.ledger import Ledger
from hepatica.report.passage import Section
from hepatica.report.table import Cell, Line, Table
from hepatica.study import Study

PROTOCOL: dict[str, Any] = {
    "study": {"id": "T", "title": "A", "design": "single-arm", "cutoff": date(2020, 1, 1),
              "seed": 1},
    "records": {"reader": "workbook", "path": "records.xlsx"},
    "population": [{"id": "treated", "label": "All treated", "definition": "treated"}],
    "response": {"criterion": "mRECIST", "min_sd_days": 42},
    "endpoint": [{"id": "OS", "label": "OS", "kind": "time-to-event", "role": "primary",
                  "origin": "first treatment", "events": ["death"], "rule_set": "seed"}],
    "analysis": {"population": "treated", "safety_population": "treated"},
}  # fmt: skip
EVENTS = Section(
    "ae", "Adverse events", "", tables=(Table("ae", "AE", "", ("N",), (Line("x", (Cell("1"),)),)),)
)


def given(**more: Any) -> ReportInput:
    study = Study.model_validate({**PROTOCOL, **more})
    records = Records.of({name: one.schema().empty_table() for name, one in tables().items()})
    adam = derive_adam(study, records)
    return ReportInput(study, records, adam, run_analysis(study, adam), Path())


def status(one: ReportInput, *sections: Section) -> dict[tuple[str, str], tuple[str, str]]:
    made = checklist_section(one, Ledger(one.analysis.results), sections)
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in checklist_rows(made)]
    return {(r["checklist"], r["item"]): (r["status"], r["why"]) for r in rows}


@pytest.mark.parametrize("name", ["TREND", "STROBE"])
def test_a_checklist_has_its_22_items_and_known_evidence(name: str) -> None:
    items = checklist(name).items
    assert [item.id for item in items] == [str(i) for i in range(1, 23)]
    assert all(set(item.evidence) <= set(WORDS) for item in items)
    assert all(item.evidence or item.open for item in items)
    assert all(bool(item.not_for) == bool(item.reason) for item in items)


def test_an_empty_report_answers_nothing_with_yes() -> None:
    found = status(given())
    assert not [key for key, (word, _) in found.items() if word == "yes"]
    assert all(why for word, why in found.values())


def test_not_applicable_has_a_reason_and_is_for_a_single_arm_only() -> None:
    found = status(given())
    away = {key: why for key, (word, why) in found.items() if word == "N/A"}
    assert set(away) == {("TREND", "8"), ("TREND", "15")}
    assert all("single arm" in why for why in away.values())
    cohort = status(given(study={**PROTOCOL["study"], "design": "randomised"}))
    assert not [key for key, (word, _) in cohort.items() if word == "N/A"]


def test_yes_needs_every_piece_and_nothing_open() -> None:
    assert status(given(), EVENTS)["TREND", "19"] == ("yes", "")
    word, why = status(given())["TREND", "19"]
    assert word == "no" and "adverse events" in why


def test_partly_says_what_is_open() -> None:
    protocol = Section("protocol", "Study and protocol", "", texts=("x",))
    word, why = status(given(), protocol)["STROBE", "3"]
    assert (word, why) == ("partly", "Left to the author: the hypotheses.")


def test_the_author_has_the_last_word_and_is_named() -> None:
    answer = {"checklist": "TREND", "item": "2", "status": "yes", "text": "Introduction, page 1"}
    one = given(report={"answer": [answer]})
    section = checklist_section(one, Ledger(one.analysis.results), (EVENTS,))
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in checklist_rows(section)]
    (row,) = [r for r in rows if (r["checklist"], r["item"]) == ("TREND", "2")]
    assert (row["status"], row["why"], row["said_by"]) == ("yes", "Introduction, page 1", "author")
    assert {r["said_by"] for r in rows if r is not row} == {"report"}


def test_an_answer_to_no_item_is_told() -> None:
    answer = {"checklist": "TREND", "item": "99", "status": "no", "text": "?"}
    one = given(report={"answer": [answer], "checklists": ["STROBE"]})
    section = checklist_section(one, Ledger(one.analysis.results), ())
    assert any("TREND 99" in text for text in section.texts)
    assert [t.key for t in section.tables] == ["checklist-strobe"]


def test_a_place_leads_to_the_table() -> None:
    one = given()
    evidence = Evidence(one, Ledger(one.analysis.results), (EVENTS,))
    place = evidence.place("ae")
    assert place is not None and (place.text, place.target) == ("Table 1", "t-1")
    assert evidence.place("baseline") is None


def test_an_item_without_evidence_is_never_yes() -> None:
    one = given()
    chosen = replace(checklist("TREND"), items=(Item("1", "T", "t"),))
    (answer,) = answers(one, chosen, Evidence(one, Ledger(()), (EVENTS,)))
    assert answer.status == "no"


def test_subgroups_are_claimed_only_where_the_report_has_them() -> None:
    own = Section("subgroup", "Subgroups", "", tables=EVENTS.tables)
    kept = (Section("protocol", "Protocol", "", texts=("x",)), Section("tests", "Tests", "none"))
    one = given()
    made = checklist_section(one, Ledger(one.analysis.results), (*kept, own))
    (row,) = [r for r in checklist_rows(made) if r[:2] == ("STROBE", "17")]
    assert row[4:6] == ("partly", "Table 1")
    without = checklist_section(one, Ledger(one.analysis.results), kept)
    (row,) = [r for r in checklist_rows(without) if r[:2] == ("STROBE", "17")]
    assert row[4] == "no" and "subgroups" in row[6]
