"""BEVA-TACE: the printed table of events is the paper's Table 2, and what the checks find in it.

Table 2 is typed in from the paper (Ann Palliat Med 2021;10(8):9149-9156, doi 10.21037/apm-21-2123):
any grade n [%] and the number of patients of grades I to IV; a dash there is 0 patients.
"""

from collections import Counter
from pathlib import Path

import pytest

import hepatica
from hepatica.report.ledger import Ledger
from hepatica.report.section.adverse_event import adverse_event_tables
from hepatica.workflow.workspace import Workspace

STUDY = Path(__file__).parents[2] / "examples" / "hard-courses"

TABLE_2 = {
    "Elevated transaminase": ("16 (80.0)", 12, 4, 0, 0),
    "Hyperbilirubinemia": ("9 (45.0)", 7, 2, 0, 0),
    "Nausea": ("7 (35.0)", 7, 0, 0, 0),
    "Abdominal pain": ("3 (15.0)", 1, 2, 0, 0),
    "Fever": ("3 (15.0)", 2, 1, 0, 0),
    "Anaphylaxis": ("2 (10.0)", 2, 0, 0, 0),
    "Melena": ("2 (10.0)", 2, 0, 0, 0),
    "Hypertension": ("1 (5.0)", 0, 1, 0, 0),
}


@pytest.fixture(scope="module")
def study() -> Workspace:
    return hepatica.open(str(STUDY))


@pytest.fixture(scope="module")
def ledger(study: Workspace) -> Ledger:
    return Ledger(study.analysis.results)


def test_the_printed_table_is_table_2_cell_by_cell(study: Workspace, ledger: Ledger) -> None:
    (table,) = adverse_event_tables(ledger, study.protocol, (), {"": 20})
    assert table.columns[:5] == ("Any grade, n (%)", "Grade 1", "Grade 2", "Grade 3", "Grade 4")
    printed = {line.stub: tuple(cell.text for cell in line.cells[:5]) for line in table.lines}
    all_patients = printed.pop("Any adverse event")
    assert all_patients[0] == "20 (100.0)", "all 20 patients had at least one event"
    assert printed == {term: (cell, *map(str, rest)) for term, (cell, *rest) in TABLE_2.items()}


def test_grades_that_anaphylaxis_cannot_have_and_melena_are_told(study: Workspace) -> None:
    found = Counter(f.code for f in study.datasets.findings if f.code.startswith("C05"))
    assert found == {"C050": 2, "C051": 2, "C052": 1}
    impossible = [f for f in study.datasets.findings if f.code == "C050"]
    records = {
        (r["src_sheet"], r["src_row"])
        for r in study.records["adverse_events"].to_pylist()
        if r["term"] == "Anaphylaxis"
    }
    assert {(f.place.sheet, f.place.row) for f in impossible} == records
    assert {f.found for f in impossible} == {"Anaphylaxis grade 1"}


def test_collected_grades_agree_with_the_laboratory_but_for_a_second_fever(
    study: Workspace,
) -> None:
    rows = study.adam()["ADAE"].to_pylist()
    said = Counter((r["AEDECOD"], r["MEASAGR"]) for r in rows if r["MEASAGR"])
    assert said == {
        ("Elevated transaminase", "agrees"): 22,
        ("Hyperbilirubinemia", "agrees"): 10,
        ("Fever", "agrees"): 3,
        ("Fever", "differs"): 1,
        ("Hypertension", "agrees"): 1,
    }


def test_no_death_is_called_related_and_none_is_guessed(ledger: Ledger) -> None:
    def n(level: str) -> float | None:
        item = ledger.item("safety", criterion="deaths", group="", level=level)
        return item.value("n") if item else None

    assert (n("all"), n("related to treatment"), n("relation unknown")) == (18, 0, 18)
    assert n("not followed for 30 days") == 0


def test_tests_that_were_never_taken_have_no_count(ledger: Ledger) -> None:
    absent = {
        i.variable for i in ledger.items("lab", criterion="worst grade", level="tested")
        if i.value("n") is None
    }  # fmt: skip
    assert {"Neutrophil count decreased", "Hyperkalemia", "Proteinuria"} <= absent
    assert "INR increased" not in absent
    for term in absent:
        assert ledger.item("lab", criterion="worst grade", variable=term, level="grade 0") is None


def test_worst_transaminases_are_those_of_table_2(ledger: Ledger) -> None:
    for term in ("Alanine aminotransferase increased", "Aspartate aminotransferase increased"):
        items = [
            ledger.item("lab", criterion="worst grade", group="", variable=term, level=f"grade {g}")
            for g in range(5)
        ]
        assert [i.value("n") for i in items if i] == [4, 12, 4, 0, 0]
