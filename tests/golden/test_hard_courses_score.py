"""BEVA-TACE scores: Table 1 by derivation, and the one stage that contradicts ECOG 3."""

from collections import Counter
from pathlib import Path

import pytest

import hepatica
from hepatica.workflow.workspace import Workspace

STUDY = Path(__file__).parents[2] / "examples" / "hard-courses"


@pytest.fixture(scope="module")
def study() -> Workspace:
    return hepatica.open(str(STUDY))


def test_the_stage_that_contradicts_ecog_3_is_a_deviation_with_its_record(study: Workspace) -> None:
    # Table 1 of the paper prints ECOG 3 in five patients and BCLC D in four.
    rows = [r for r in study.adam()["ADDV"].to_pylist() if r["DVCAT"] == "STAGING"]
    (row,) = rows
    assert (row["SUBJID"], row["AVALC"]) == ("010", "BCLC stage C")
    assert row["EXPECTED"].startswith("BCLC stage D by the rules of 2018")
    assert "ECOG performance status 3 (Status row" in row["EXPECTED"]
    assert (row["SRCFILE"], row["SRCSHEET"], row["SRCROW"]) == ("records.xlsx", "Staging", 11)
    (found,) = [f for f in study.findings()[0] if f.code == "C021"]
    assert str(found.place) == "records.xlsx:Staging!11 [BCLC stage]"


def test_child_pugh_of_table_1_is_derived_from_the_records(study: Workspace) -> None:
    subjects = study.adam()["ADSL"].to_pylist()
    assert Counter(s["CPCLASSD"] for s in subjects) == {"A": 3, "B": 16, "C": 1}
    assert all(s["CPCLASSD"] == s["CPCLASS"] for s in subjects)
    assert Counter(s["BCLCD"] for s in subjects) == {"C": 15, "D": 5}
    assert not [f for f in study.findings()[0] if f.code in ("C020", "C022", "C023")]


def test_every_reported_score_was_compared(study: Workspace) -> None:
    counts = {
        (r["variable"], r["level"]): r["value"]
        for r in study.results().to_pylist()
        if r["analysis"] == "score" and "reported against derived" in r["variable"]
    }
    name = "Child-Pugh, reported against derived"
    reported = study.records["status"]["child_pugh_class"]
    assert counts[name, "compared"] == len(reported) - reported.null_count
    assert counts[name, "different"] == 0
    name = "BCLC stage, reported against derived"
    levels = ("compared", "the same", "different")
    assert [counts[name, level] for level in levels] == [20, 19, 1]


def test_each_row_has_a_result_or_a_reason(study: Workspace) -> None:
    adsc = study.adam()["ADSC"].to_pylist()
    assert len(adsc) > 2000
    for row in adsc:
        has = row["AVAL"] is not None or row["AVALCAT1"] is not None
        assert has != bool(row["REASON"]), row
    baseline = Counter(r["PARAMCD"] for r in adsc if r["ABLFL"] == "Y")
    assert set(baseline.values()) == {20}
